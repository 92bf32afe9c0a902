"""Signatures of Hardt et al. (2023): each claim, the scenario that shows it, how it is judged."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pages import FRESH_SEED, Signature, Verdict, mean_sd

import groundswell as gs


def masses(table: pd.DataFrame, success: float, by: str) -> tuple[dict[float, float], str]:
    """Critical mass per value of a setting, NaN if it was not reached, with 95 % intervals."""
    from groundswell.analysis import critical_mass

    found = critical_mass.from_sweep(table, success, by=[by]).set_index(by)
    text = "; ".join(
        f"{value:g}: {row['critical_mass']:.4f} [{row['low']:.4f}, {row['high']:.4f}]"
        for value, row in found.iterrows()
    )
    return found["critical_mass"].to_dict(), text


def staircase(table: pd.DataFrame) -> Verdict:
    from groundswell.analysis import staircase as exact

    scenario = gs.load("hardt-staircase")
    collective = scenario.collective
    curve = exact.feature_label(
        table["alpha"].to_numpy(),
        np.array(scenario.population.p0),
        np.array(collective.signal.to),
        int(collective.strategy.target),
    )
    worst = float(np.abs(curve - table["success"]).max())
    return f"largest deviation from the exact curve {worst:.1e}", worst <= 1e-12


def bounds(table: pd.DataFrame) -> Verdict:
    slack = float((table["success"] - table["bound"]).min())
    return f"smallest S minus bound {slack:.3f} in {len(table)} runs", slack >= -1e-9


def tiny(table: pd.DataFrame) -> Verdict:
    by = dict(list(table.groupby("collective.seeds")))
    lost = by[0.0]["accuracy"].mean() - by[0.03]["accuracy"].mean()
    text = f"S = {mean_sd(by[0.03]['success'])} at α = 3 %, accuracy lost {100 * lost:.2f} points"
    return text, by[0.03]["success"].mean() >= 0.85 and lost <= 0.02


def optimality(table: pd.DataFrame) -> Verdict:
    at, text = masses(table, 0.9, "platform.learner.epochs")
    return f"α at S = .9 by epochs: {text} (factor {at[15] / at[60]:.2f})", at[60] <= at[15] / 2


def label_noise(table: pd.DataFrame) -> Verdict:
    at, text = masses(table, 0.8, "population.label_noise")
    factor = at[0.0] / at[0.3]
    return (
        f"α at S = .8 by noise: {text} (factor {factor:.2f}; H reports about 5 on its data)",
        factor >= 2,
    )


def uniqueness(table: pd.DataFrame) -> Verdict:
    means = table[table["collective.seeds"] == 0.03].groupby("population.coincidence")["success"]
    text = ", ".join(f"ξ = {xi:g}: {mean_sd(values)}" for xi, values in means)
    fall = means.mean().diff().dropna()
    return text, bool((fall < 0).all()) and means.mean().max() - means.mean().min() >= 0.5


def feature_only(table: pd.DataFrame) -> Verdict:
    means = table[table["collective.seeds"] == 1.0].groupby("population.label_noise")["success"]
    text = ", ".join(f"noise {noise:g}: {mean_sd(values)}" for noise, values in means)
    return text, means.mean()[0.3] - means.mean()[0.0] >= 0.4


def tokens(table: pd.DataFrame) -> Verdict:
    at = table[table["collective.seeds"] == 0.02].groupby("collective.signal.place")["success"]
    text = ", ".join(f"{place}: {mean_sd(values)}" for place, values in at)
    means = table.groupby(["collective.seeds", "collective.signal.place"])["success"].mean()
    spread = means.groupby(level=0).agg(lambda values: values.max() - values.min())
    apart = ", ".join(f"{share:g}: {value:.2f}" for share, value in spread.items())
    return f"at α = 2 % {text}; largest difference by α {apart}", spread[0.02] <= 0.1


def participation(table: pd.DataFrame) -> Verdict:
    ends = table.groupby("collective.seeds")["member_share"]
    below, above = ends.max()[ends.max().index < 0.3], ends.min()[ends.min().index > 0.3]
    text = f"seeds below .3 end at {below.max():g}, above at {above.min():g}"
    return f"{text}; S⁻¹(c/(1-γ)) = .3", below.max() == 0 and above.min() == 1


def neutralizing(table: pd.DataFrame) -> Verdict:
    reached = table["bound"] == 1
    above, below = 1 - table[reached]["success"], 1 - table[~reached]["success"]
    text = (
        f"relative distance at most {above.abs().max():.1e} from B/(B+Gmax) on "
        f"({len(above)} runs), at least {below.min():.3f} below ({len(below)} runs)"
    )
    return text, above.abs().max() <= 1e-9 and below.min() > 0


def control(table: pd.DataFrame) -> Verdict:
    """Train again at three shares, and look at the distance to the target step by step."""
    scenario = gs.load("hardt-control")
    fits = [
        straight(gs.CollectiveActionModel(
            scenario.replace({"collective.seeds": share}), rng=FRESH_SEED, replicate=replicate
        ))
        for share in (0.2, 0.3, 0.5)
        for replicate in range(scenario.replicates)
    ]  # fmt: skip
    worst, error = min(fit[0] for fit in fits), max(fit[1] for fit in fits)
    text = f"R² of log-distance on steps >= {worst:.6f}, rate off by at most {error:.1e}"
    text = f"{text} of 1-ηC ({len(fits)} trainings above the critical mass, oracle mode)"
    return text, worst >= 0.99 and error <= 0.05


def straight(model: gs.CollectiveActionModel) -> tuple[float, float]:
    """R² of the log-distance on the step, and the relative error of the rate against 1-ηC."""
    from groundswell.analysis.gradient_bounds import gradient_control_rate

    logs = np.log(model.platform.classifier.distances)
    steps = np.arange(len(logs))
    fit = np.polyval(np.polyfit(steps, logs, 1), steps)
    fitted_rate = np.exp((fit[-1] - fit[0]) / steps[-1])
    sent, steering = model.platform.history[-1], model.campaign.steering
    honest, way = sent.points.where(~sent.planted), steering.start - steering.target
    pulls = [
        np.linalg.norm(
            model.campaign.context.aim.objective.mean_gradient(honest, steering.target + part * way)
        )
        for part in np.linspace(0, 1, 101)
    ]
    speed = gradient_control_rate(
        model.platform.alpha,
        base_gradient=max(pulls),
        reach=model.scenario.collective.strategy.bound,
        distance=np.linalg.norm(way),
    )
    promised = 1 - model.scenario.platform.learner.rate * float(speed)
    unexplained = ((logs - fit) ** 2).sum() / ((logs - logs.mean()) ** 2).sum()
    return 1 - unexplained, abs(fitted_rate / promised - 1)


SIGNATURES = [
    Signature(
        "1",
        "hardt-staircase",
        "against the exact Bayes learner, success is a staircase in α",
        "finite X, exact Bayes, feature-label; equal to the exact curve to 1e-12",
        staircase,
    ),
    Signature(
        "2",
        "hardt-bounds",
        "the lower bound holds for every learner within ε of Bayes",
        "random P0 on 12 cells, the worst learner within ε; the property test has 16,000 more",
        bounds,
        by=("platform.learner.epsilon",),
    ),
    Signature(
        "3",
        "hardt-tiny-collective",
        "a tiny collective suffices",
        "digits, 1,100 users, MLP (32), Adam; S >= .85 at α = 3 %, accuracy down <= 2 points",
        tiny,
    ),
    Signature(
        "4",
        "hardt-optimality",
        "the closer to optimal the learner, the smaller the critical mass",
        "digits, linear model, SGD 15 and 60 epochs; α at S = .9 at least halves",
        optimality,
        by=("platform.learner.epochs",),
    ),
    Signature(
        "5",
        "hardt-label-noise",
        "label noise helps the collective",
        "digits, linear learner, base labels randomised; α for S = .8 falls by a factor >= 2",
        label_noise,
        by=("population.label_noise",),
    ),
    Signature(
        "6",
        "hardt-uniqueness",
        "the more unique the signal, the more success",
        "digits, honest points carry the signal at rate ξ; S strictly falls, spread >= .5",
        uniqueness,
        by=("population.coincidence",),
    ),
    Signature(
        "7",
        "hardt-feature-only",
        "without relabelling, planting needs positivity",
        "digits, the whole target class acts; S gap between clean labels and 30 % noise >= .4",
        feature_only,
        by=("population.label_noise",),
    ),
    Signature(
        "8",
        "hardt-tokens",
        "where in a text the unique token stands hardly matters",
        "generated résumés, TF-IDF of words and pairs; S by place within .1",
        tokens,
        by=("collective.signal.place",),
    ),
    Signature(
        "12",
        "hardt-neutralizing",
        "a strongly convex learner ends at the parameters that the collective chose",
        "random P0, regularised logistic model on the law, members submit real points; relative "
        "distance <= 1e-9 from B/(B+Gmax) on, positive below",
        neutralizing,
        x="collective.seeds",
    ),
    Signature(
        "13",
        "hardt-control",
        "a collective that answers every step walks a network straight to its target",
        "digits, network of 16 units, 100 steps of gradient descent; log-distance linear in the "
        "step (R² >= .99), rate within 5 % of 1-ηC",
        control,
    ),
    Signature(
        "14",
        "hardt-participation",
        "a collective sustains itself above S⁻¹(c/(1-γ)) and collapses below",
        "known logistic response, 1,000 users, best response; members at the end by seeds",
        participation,
        x="collective.seeds",
        last_round=True,
    ),
]
