"""Folds, branches and the way along them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from groundswell.analysis import bifurcation
from groundswell.analysis.equilibrium import fixed_points


def logistic(alpha):
    return 1 / (1 + np.exp(-20 * (np.asarray(alpha) - 0.3)))


def spread(sd):
    return stats.norm(0.5, sd)


def test_the_fold_of_row_9() -> None:
    [fold] = bifurcation.folds(logistic, spread, "cost", 0.1, 1.0)
    assert fold.value == pytest.approx(0.456, abs=0.002)
    assert (fold.before, fold.after) == (3, 1)

    def touches(unknown):
        """F(S(α)) = α and slope 1, solved directly."""
        alpha, sd = unknown
        slope = stats.norm.pdf(logistic(alpha), 0.5, sd) * 20 * logistic(alpha)
        return [
            stats.norm.cdf(logistic(alpha), 0.5, sd) - alpha,
            slope * (1 - logistic(alpha)) - 1,
        ]

    alpha, sd = optimize.fsolve(touches, [0.2, 0.45], xtol=1e-13)
    assert fold.value == pytest.approx(sd, abs=1e-9)
    assert fold.alpha == pytest.approx(alpha, abs=1e-5)
    [back] = bifurcation.folds(logistic, spread, "cost", 1.0, 0.1)
    assert back.value == pytest.approx(fold.value, abs=1e-9)
    assert (back.before, back.after) == (1, 3)


def test_a_fold_in_closed_form() -> None:
    """Uniform costs, S = α²: α = min(1, bα² + s), with folds at s = 1-b and s = 1/(4b)."""
    [corner, fold] = bifurcation.folds(
        lambda alpha: alpha**2, stats.uniform(0, 1), "selective_incentive", 0.05, 0.5, benefit=0.8
    )
    assert corner.value == pytest.approx(0.2, abs=1e-9)
    assert corner.alpha == pytest.approx(1, abs=1e-3)
    assert fold.value == pytest.approx(1 / 3.2, abs=1e-9)
    assert fold.alpha == pytest.approx(0.625, abs=1e-4)


def test_granovetters_critical_spread() -> None:
    """Normal thresholds of mean .25: from a standard deviation of .122 on nearly all join."""
    [fold] = bifurcation.folds(
        lambda alpha: 0.0, lambda sd: stats.norm(0.25, sd), "cost", 0.05, 0.3, peer_pressure=1.0
    )
    assert fold.value == pytest.approx(0.1222, abs=5e-5)
    assert fold.alpha == pytest.approx(0.062, abs=1e-3)


def test_resting_points_at_the_ends_merge_with_tipping_points_too() -> None:
    [fold] = bifurcation.folds(logistic, lambda cost: cost, "cost", 0.9, 1.1)
    assert fold.value == pytest.approx(logistic(1.0), abs=1e-9)
    assert fold.alpha == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    "vary", ["benefit", "spillover", "selective_incentive", "peer_pressure", "safety"]
)
def test_each_parameter_can_vary(vary: str) -> None:
    table = bifurcation.branches(logistic, spread(0.15), vary, [0.0, 0.5])
    for value in (0.0, 0.5):
        rows = table[table["value"] == value].drop(columns="value").reset_index(drop=True)
        assert rows.equals(fixed_points(logistic, spread(0.15), **{vary: value}))


@pytest.mark.parametrize("sd", [0.14, 0.15, 0.21])
def test_counts_are_those_on_both_sides_of_a_fold(sd: float) -> None:
    """So near to the fold that bisection ends there, the two points that merge look like one."""
    rise, fall = bifurcation.folds(logistic, spread(sd), "benefit", 0.2, 60, steps=97)
    assert (rise.before, rise.after) == (1, 3)
    assert (fall.before, fall.after) == (3, 1)
    for fold in (rise, fall):
        for value, expected in ((fold.value - 0.1, fold.before), (fold.value + 0.1, fold.after)):
            assert len(fixed_points(logistic, spread(sd), value)) == expected


def test_safety_in_numbers_has_a_fold_in_closed_form() -> None:
    """Uniform costs and a constant gain g: α(1-α) = g, up to g = ¼, which is one of those searched.

    Beyond, only α = 1 is left, where membership costs nothing.
    """
    [fold] = bifurcation.folds(
        lambda alpha: 1.0, stats.uniform(0, 1), "benefit", 0.05, 0.45, safety=1.0
    )
    assert fold.value == pytest.approx(0.25, abs=1e-9)
    assert fold.alpha == pytest.approx(0.5, abs=1e-4)
    assert (fold.before, fold.after) == (3, 1)
    way = bifurcation.follow(
        lambda alpha: 1.0, stats.uniform(0, 1), "safety", [0.0, 1.0, 3.0, 0.0], 0.0, benefit=0.2
    )
    assert way["alpha"].tolist() == pytest.approx([0.2, (1 - 0.2**0.5) / 2, 1, 0.2])


def test_other_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="vary must be one of"):
        bifurcation.branches(logistic, 0.5, "degree", [1.0])
    with pytest.raises(ValueError, match="steps must be a whole number"):
        bifurcation.folds(logistic, 0.5, "benefit", 0.5, 1.5, steps=2.5)


def test_the_way_there_is_not_the_way_back() -> None:
    """Rising incentives, then falling: the way up leaves at one fold, the way down at another."""
    cost = stats.norm(0.5, 0.25)
    first, second = bifurcation.folds(logistic, cost, "selective_incentive", -1.0, 1.0)
    up = np.linspace(-1.0, 1.0, 81)
    there_and_back = [*up, *up[::-1]]
    way = bifurcation.follow(logistic, cost, "selective_incentive", there_and_back, start=0.0)
    alpha, value = way["alpha"].to_numpy(), way["value"].to_numpy()
    jump, fall = np.diff(alpha).argmax(), np.diff(alpha).argmin()
    assert value[jump] <= second.value <= value[jump + 1]
    assert value[fall + 1] <= first.value <= value[fall]

    simulated = 0.0
    for incentive in up[up <= 0]:  # users who best-respond, a tenth of them in a round
        for _ in range(200):
            simulated += 0.1 * (cost.cdf(logistic(simulated) + incentive) - simulated)
    assert simulated == pytest.approx(alpha[np.flatnonzero(up <= 0)[-1]], abs=1e-6)


@pytest.mark.parametrize(
    ("arguments", "more", "message"),
    [
        ((lambda a: a, 0.5, "safety", [0.0, 1.0]), {"safety": 2.0}, "'safety' is varied"),
        ((lambda a: a, stats.norm(0.5, 0.1), "cost", [0.0]), {}, "a function of the value"),
        ((lambda a: a, 0.5, "benefit", []), {}, "at least one value"),
        ((lambda a: a, 0.5, "benefit", [1.0]), {"safety": [1.0, 2.0]}, "must be one number"),
        ((lambda a: a, 0.5, "benefit", [1.0]), {"spillover": "measured"}, "S less the placebo"),
    ],
)
def test_what_cannot_be_varied_is_refused(arguments, more, message) -> None:
    with pytest.raises(ValueError, match=message):
        bifurcation.branches(*arguments, **more)
