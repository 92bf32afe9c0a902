"""Tables and figures of the page on Ben-Dov et al. (2024)."""

from __future__ import annotations

from functools import cache

import pandas as pd
from pages import FRESH_SEED, learner_name, plt, save

import groundswell as gs
from groundswell.analysis import effective_size

LEARNER, SHARE = "platform.learner", "collective.seeds"


def with_names(table: pd.DataFrame) -> pd.DataFrame:
    """Put short names in place of learners' settings."""
    return table.assign(learner=table[LEARNER].map(learner_name))


def sizes(table: pd.DataFrame, value: str = "alpha_eff") -> pd.DataFrame:
    """Return effective size and success by learner and share asked for."""
    named = with_names(table).drop(columns="alpha").rename(columns={SHARE: "alpha"})
    return effective_size.by_share(named, by=["learner"], value=value)


@cache
def both_axes() -> pd.DataFrame:
    """Run the same for digits moved along both axes, at two shares."""
    return with_names(part_of("bendov-learners", "both", (0.01, 0.2)))


def part_of(scenario: str, along: str, shares: tuple[float, ...]) -> pd.DataFrame:
    """Run some shares of a sweep on digits moved along other axes."""
    base = gs.load(scenario).replace({"seed": FRESH_SEED, "population.shift_along": along})
    grid = {**base.sweep.grid, SHARE: shares}
    result = gs.sweep(base.replace({"sweep.grid": grid}), workers=2)
    return result.series[result.series["round"] == 0].merge(result.runs, on="run")


def ratios(named: pd.DataFrame) -> pd.DataFrame:
    """Return α_eff/α ± standard error and S by learner, a column for each share."""
    by = named.assign(ratio=named["alpha_eff"] / named["alpha"]).groupby(["learner", SHARE])
    mean, error = by[["ratio", "success"]].mean(), by["ratio"].sem()
    cells = {
        key: f"{row['ratio']:.2f} ± {error[key]:.2f} / {row['success']:.2f}"
        for key, row in mean.iterrows()
    }
    wide = pd.Series(cells).unstack().loc[named["learner"].unique()]
    wide.columns = [f"α = {share:g}: α_eff/α / S" for share in wide.columns]
    return wide.rename_axis("learner").reset_index()


def larger_but_worse(named: pd.DataFrame) -> pd.DataFrame:
    """Return where α_eff exceeds α by a tenth or more and S is below that of plain training."""
    success = named.pivot_table(index=[SHARE, "replicate"], columns="learner", values="success")
    less = success.sub(success["sgd"], axis=0).groupby(level=0).agg(["mean", "sem"])
    ratio = (named["alpha_eff"] / named["alpha"]).groupby([named["learner"], named[SHARE]]).mean()
    rows = [
        {
            "learner": learner,
            "α": share,
            "α_eff/α": f"{value:.2f}",
            "S minus S of sgd": f"{less[learner]['mean'][share]:+.3f} ± "
            f"{less[learner]['sem'][share]:.3f}",
        }
        for (learner, share), value in ratio.items()
        if value >= 1.1 and less[learner]["mean"][share] < 0
    ]
    return pd.DataFrame(rows)


def side_by_side(found: pd.DataFrame) -> pd.DataFrame:
    """Return a row per learner and a column per share: α_eff / S."""
    cells = found.assign(
        cell=[
            f"{a:.3f} / {s:.2f}" for a, s in zip(found["alpha_eff"], found["success"], strict=True)
        ]
    )
    wide = cells.pivot_table(index="learner", columns="alpha", values="cell", aggfunc="first")
    accuracy = found.groupby("learner")["accuracy"].mean().map("{:.2f}".format)
    order = found["learner"].unique()
    wide = wide.loc[order].rename(columns=lambda share: f"α = {share:g}: α_eff / S")
    return wide.assign(accuracy=accuracy).reset_index()


def against_the_diagonal(found: pd.DataFrame, name: str) -> str:
    figure, ax = plt.subplots(figsize=(5, 3.6), layout="constrained")
    for (learner, part), marker in zip(
        found.groupby("learner", sort=False), ".sx^v+D<>", strict=False
    ):
        ax.plot(part["alpha"], part["alpha_eff"], f"{marker}-", markersize=4, linewidth=1,
                label=learner)  # fmt: skip
    ax.plot([0.001, 0.4], [0.001, 0.4], color="0.6", linewidth=0.8)
    ax.set(
        xscale="log", yscale="log", xlabel="share of planted data α", ylabel="effective size α_eff"
    )
    ax.legend(frameon=False, fontsize=6)
    return save(figure, name)


def paired(one: pd.DataFrame, other: pd.DataFrame, share: float, what: str) -> str:
    """Return the mean difference at a share, replicate by replicate, ± its standard error."""
    first, second = (
        part[part[SHARE] == share].set_index("replicate")[what] for part in (one, other)
    )
    difference = first - second
    return f"{difference.mean():+.3f} ± {difference.sem():.3f}"
