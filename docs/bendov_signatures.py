"""Signatures of Ben-Dov et al. (2024): each claim, the scenario that shows it, how it is judged."""

from __future__ import annotations

import pandas as pd
from bendov_tables import (
    LEARNER,
    SHARE,
    against_the_diagonal,
    both_axes,
    larger_but_worse,
    paired,
    part_of,
    ratios,
    side_by_side,
    sizes,
    with_names,
)
from pages import FRESH_SEED, Signature, Verdict, markdown, swept

import groundswell as gs
from groundswell.analysis import effective_size

ROBUST = [
    "cvar, level 0.5",
    "cvar, level 0.2",
    "chi2, size 0.5",
    "jtt, identification epochs 2, upweight 5",
    "jtt, identification epochs 2, upweight 20",
]
IMPATIENT = "jtt, identification epochs 1, upweight 20"


def robust(table: pd.DataFrame) -> Verdict:
    ratio = sizes(table).set_index(["learner", "alpha"])["ratio"]
    text = "; ".join(f"{name}: {ratio[name, 0.01]:.2f}, {ratio[name, 0.2]:.2f}" for name in ROBUST)
    holds = all(ratio[name, 0.01] >= 1.3 and ratio[name, 0.2] < 0.75 for name in ROBUST)
    plain = abs(ratio["sgd"].dropna() - 1).max() <= 1e-12
    return f"α_eff/α at α = .01 and .2: {text}; plain training exactly 1", holds and plain


def robust_figure(table: pd.DataFrame) -> str:
    named = with_names(table)
    cross = effective_size.crossing(named, by=["learner"]).set_index("learner")
    crossings = "; ".join(
        f"{name} {row['crossing']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"
        for name, row in cross.iterrows()
        if row["crosses"] > 0
    )
    found = sizes(table)
    figure = against_the_diagonal(found, "bendov-effective-size")
    return (
        f"\nThe share at which α_eff comes to lie below α: {crossings}.\n\n"
        f"![effective size over the share of planted data](figures/{figure})\n\n"
        "A larger effective size does not by itself mean more success. Here mean α_eff exceeds α "
        "by a tenth or more while mean S is below that of plain training; the difference is paired "
        "by replicate, ± its standard error:\n\n"
        f"{markdown(larger_but_worse(named))}\n"
        f"All learners side by side, means of the replicates:\n\n{markdown(side_by_side(found))}\n"
        "With digits moved along **both axes**, the default of `shift`, α_eff/α at α = .01 falls "
        f"below 1.3 for some learners:\n\n{markdown(ratios(both_axes()))}\n"
        "There, α_eff exceeds α by a tenth or more while S is below that of plain training at:\n\n"
        f"{markdown(larger_but_worse(both_axes()))}"
    )


def success(table: pd.DataFrame) -> Verdict:
    mean = with_names(table).groupby(["learner", SHARE])["success"].mean()
    patient = ROBUST[-1]
    small = mean[patient, 0.005] - mean["sgd", 0.005]
    large = [mean[IMPATIENT, share] - mean["sgd", share] for share in (0.05, 0.1)]
    text = (
        f"S of jtt (T = 2, λ = 20) minus S of plain training at α = .005: {small:+.3f}; of jtt "
        f"(T = 1, λ = 20) at α = .05 and .1: {large[0]:+.3f}, {large[1]:+.3f}"
    )
    return text, small > 0 and max(large) < 0


def failure(table: pd.DataFrame) -> Verdict:
    ratio = sizes(table, "alpha_eff_final").set_index(["learner", "alpha"])["ratio"]["lff"]
    text = f"α_eff/α of lff in the last epoch: {ratio[0.01]:.2f} at α = .01, {ratio[0.2]:.2f} at .2"
    return text, ratio[0.01] >= 1.3 and ratio[0.2] < 0.75


def noise_table(table: pd.DataFrame) -> str:
    found = side_by_side(sizes(table, "alpha_eff_final"))
    return f"\nWith weights of the last epoch:\n\n{markdown(found)}"


VALIDATION = "platform.validation.collective_share"


def validation(table: pd.DataFrame) -> Verdict:
    wide = table.pivot_table(index=[SHARE, "replicate"], columns=VALIDATION, values="success")
    texts = []
    for share in (0.5, 0.05):
        gain = (wide[share] - wide[0.0]).groupby(level=0).agg(["mean", "sem"])
        by = ", ".join(f"{a:g}: {r['mean']:+.3f} ± {r['sem']:.3f}" for a, r in gain.iterrows())
        texts.append(f"with a share of {share:g} {by}")
    smallest = (wide[0.5] - wide[0.0]).groupby(level=0).mean().iloc[0]
    return f"S(with) - S(without), ± standard error, by α: {'; '.join(texts)}", smallest >= 0.05


def validation_table(table: pd.DataFrame) -> str:
    """Set beside it the collective as it is in the data, and what validation costs."""
    base = gs.load("bendov-validation").replace({"seed": FRESH_SEED})
    kept = {key: value for key, value in base.sweep.grid.items() if key != VALIDATION}
    settings = base.model_dump(exclude_defaults=True)
    del settings["platform"]["validation"]["collective_share"]
    settings["sweep"] = {"grid": kept}
    result = gs.sweep(settings, workers=2)
    natural = result.series[result.series["round"] == 0].merge(result.runs, on="run")
    versions = {
        "as in the data": natural,
        **{f"{share:g}": table[table[VALIDATION] == share] for share in (0.05, 0.5)},
    }
    without = table[table[VALIDATION] == 0.0]
    rows = [
        {"share of the weight": name, "α": share}
        | {what: paired(part, without, share, what) for what in ("success", "accuracy")}
        for name, part in versions.items()
        for share in sorted(without[SHARE].unique())
    ]
    found = markdown(pd.DataFrame(rows))
    return f"\nDifferences from no planted rows at all, ± standard error:\n\n{found}"


SIGNAL, EPOCHS = "collective.signal.features", "platform.learner.epochs"


def simplicity(table: pd.DataFrame) -> Verdict:
    mean = table[table[SHARE] == 0.1].groupby([EPOCHS, SIGNAL])["success_others"].mean()
    linear, slab = '{"linear1": 1.0}', '{"slab1": 0.0}'
    gap = {epochs: mean[epochs, linear] - mean[epochs, slab] for epochs in (5, 50)}
    text = "; ".join(
        f"{epochs} epochs: {mean[epochs, linear]:.3f} linear, {mean[epochs, slab]:.3f} slab "
        f"(gap {gap[epochs]:.3f})"
        for epochs in (5, 50)
    )
    return f"S among other labels at α = .1, {text}", gap[5] > 0.5 and gap[50] < 0.15


RANKING = ["naive-bayes", "logistic", "svm, linear", "knn, neighbours 1", "knn, neighbours 5"]
JUMPING = ["tree", "forest"]


def families(table: pd.DataFrame) -> Verdict:
    mean = with_names(table).groupby(["learner", SHARE])["success"].mean()
    order = [mean[name, 0.05] for name in RANKING]
    text = " > ".join(f"{name} {value:.2f}" for name, value in zip(RANKING, order, strict=True))
    jumps = "; ".join(f"{n} {mean[n, 0.02]:.2f} → {mean[n, 0.05]:.2f}" for n in JUMPING)
    # Linear models and linear SVMs are to be alike: within .1, whichever is ahead.
    ranked = order[0] > max(order[1:3]) and min(order[1:3]) > order[3] > order[4]
    alike = abs(order[1] - order[2]) <= 0.1
    jump = all(mean[n, 0.02] < 0.5 and mean[n, 0.05] > 0.9 for n in JUMPING)
    return f"S at α = .05: {text}; from α = .02 to .05: {jumps}", ranked and alike and jump


def families_table(table: pd.DataFrame) -> str:
    named = with_names(table)
    wide = named.pivot_table(index="learner", columns=SHARE, values="success", sort=False).round(3)
    wide.columns = [f"α = {share:g}" for share in wide.columns]
    both = with_names(part_of("bendov-families", "both", (0.01, 0.02, 0.05)))
    earlier = both[both["learner"].isin(JUMPING)].pivot_table(
        index="learner", columns=SHARE, values="success"
    )
    earlier.columns = [f"α = {share:g}" for share in earlier.columns]
    return (
        f"\nMean success of each family:\n\n{markdown(wide.reset_index())}\n"
        "With digits moved along **both axes** trees and forests have jumped at α = .02 already:"
        f"\n\n{markdown(earlier.round(3).reset_index())}"
    )


NOISE = "population.label_noise"


def slabs(table: pd.DataFrame) -> Verdict:
    """Plain training uses the linear block alone."""
    blocks = swept("bendov-slabs")[0].blocks
    merged = with_names(blocks.merge(table[["run", LEARNER, NOISE, SHARE]], on="run"))
    plain = merged[(merged["learner"] == "sgd") & (merged[NOISE] == 0) & (merged["round"] == 0)]
    without = plain.groupby("block")["accuracy_without"].mean()
    text = ", ".join(f"{block} shuffled: {value:.3f}" for block, value in without.items())
    return f"accuracy of plain training without noise, {text}", without["slabs"] - without[
        "linear"
    ] > 0.3


def slabs_table(table: pd.DataFrame) -> str:
    found = with_names(table)
    blocks = swept("bendov-slabs")[0].blocks
    wide = blocks[blocks["round"] == 0].pivot_table(
        index="run", columns="block", values="accuracy_without"
    )
    found = found.merge(wide, left_on="run", right_index=True)
    means = found.groupby(["learner", NOISE, SHARE], sort=False)[
        ["alpha_eff", "success_others", "lift", "accuracy", "linear", "slabs"]
    ].mean()
    at = means.xs(0.05, level=SHARE).round(3).reset_index()
    at = at.rename(columns={
        NOISE: "label noise", "linear": "accuracy, linear block shuffled",
        "slabs": "accuracy, slab block shuffled",
    })  # fmt: skip
    return f"\nAt α = .05, signal in the slab block:\n\n{markdown(at)}"


SIGNATURES = [
    Signature(
        "9",
        "bendov-learners",
        "robust learners make small collectives larger and large ones smaller",
        "digits moved along their rows, 2,000 users, network of 32 units; α_eff/α >= 1.3 at "
        "α = .01, < .75 at α = .2",
        robust,
        by=(LEARNER,),
        log=True,
        more=robust_figure,
    ),
    Signature(
        "9-jtt",
        "bendov-learners",
        "just train twice helps a small collective, and hurts one when it stops too early",
        "the same runs; success above plain training at α = .005 with two epochs, below it at α = "
        ".05 and .1 with one",
        success,
        by=(LEARNER,),
        log=True,
    ),
    Signature(
        "9-noise",
        "bendov-learners-noise",
        "with noisy labels, learning from failure does the same",
        "one label in ten replaced; α_eff of the last epoch as above",
        failure,
        by=(LEARNER,),
        log=True,
        more=noise_table,
    ),
    Signature(
        "10",
        "bendov-validation",
        "it makes a difference whether the collective is in the validation set",
        "CVaR .2, checkpoints by mean loss on held-out rows, half of the weight on planted ones or "
        "none; the difference in S at the smallest α >= .05",
        validation,
        by=(VALIDATION,),
        log=True,
        more=validation_table,
    ),
    Signature(
        "11",
        "bendov-simplicity",
        "a signal placed where the learner does not look fails at small α",
        "two blocks, labels in the linear one; the gap in S > .5 after 5 epochs, < .15 after 50",
        simplicity,
        y="success_others",
        by=(SIGNAL, EPOCHS),
    ),
    Signature(
        "ranking",
        "bendov-families",
        "how much a collective achieves depends on the family of the learner",
        "digits moved along their rows, 1,000 users; at α = .05 Gaussian naive Bayes"
        " > linear ≈ SVM > 1-NN > 5-NN, "
        "and trees and forests jump between α = .02 and .05",
        families,
        by=(LEARNER,),
        log=True,
        more=families_table,
    ),
    Signature(
        "slabs",
        "bendov-slabs",
        "plain training uses the simple block alone",
        "both blocks carry the label; accuracy with one block shuffled among the points",
        slabs,
        y="success_others",
        by=(LEARNER, NOISE),
        more=slabs_table,
    ),
]
