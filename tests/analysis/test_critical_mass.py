"""Critical mass: from a sweep, by bisection, and on the exact staircase."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

import groundswell as gs
from groundswell.analysis import bounds, critical_mass, parameters, staircase


def sweep(curves, shares):
    """One replicate for each list of successes."""
    return pd.DataFrame(
        [
            {"replicate": number, "alpha": share, "success": value}
            for number, curve in enumerate(curves)
            for share, value in zip(shares, curve, strict=True)
        ]
    )


def test_it_inverts_the_isotonic_regression_of_the_rows() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        shares = rng.choice(np.linspace(0, 1, 9), size=30)
        values = np.clip(shares + rng.normal(0, 0.4, 30), -1, 1.4)
        found = critical_mass.from_sweep(
            pd.DataFrame({"alpha": shares, "success": values}), 0.6, resamples=2
        )["critical_mass"].item()
        fit = IsotonicRegression(out_of_bounds="clip").fit(shares, values)
        grid = np.linspace(0, 1, 100_001)
        reached = grid[fit.predict(grid) >= 0.6]
        assert found == pytest.approx(reached[0], abs=1.1e-5) if len(reached) else math.isnan(found)


def test_zero_where_reached_at_once_and_nan_where_never_reached() -> None:
    table = sweep([[0.5, 0.7], [0.5, 0.7]], [0.0, 0.1])
    at_once = critical_mass.from_sweep(table, 0.5).iloc[0]
    assert (at_once["critical_mass"], at_once["low"], at_once["high"]) == (0, 0, 0)
    assert at_once["reached"] == 1
    never = critical_mass.from_sweep(table, 0.8).iloc[0]
    assert np.isnan([never["critical_mass"], never["low"], never["high"]]).all()
    assert never["reached"] == 0


def test_the_smallest_measured_share_is_as_low_as_a_sweep_can_say() -> None:
    assert critical_mass.from_sweep(sweep([[0.9, 1]], [0.1, 0.2]))["critical_mass"].item() == 0.1


def test_whole_replicates_are_resampled() -> None:
    table = sweep([[0, 0, 1], [0, 0, 0]], [0, 0.1, 0.2])
    row = critical_mass.from_sweep(table, 0.6, resamples=2000).iloc[0]
    assert np.isnan(row["critical_mass"])  # the mean gets to 0.5
    assert row["low"] == pytest.approx(0.16)  # the first replicate twice
    assert np.isnan(row["high"])
    assert row["reached"] == pytest.approx(0.25, abs=0.03)
    assert (row["replicates"], row["shares"]) == (2, 3)


def test_one_replicate_has_no_interval() -> None:
    row = critical_mass.from_sweep(sweep([[0, 1]], [0, 0.2]), 0.5).iloc[0]
    assert row["critical_mass"] == 0.1
    assert np.isnan([row["low"], row["high"], row["reached"]]).all()


def test_the_interval_covers_the_truth() -> None:
    rng, shares = np.random.default_rng(5), np.linspace(0, 0.6, 13)
    truth = 1 / (1 + np.exp(-20 * (shares - 0.3)))
    covered = 0
    for _ in range(50):
        noisy = truth + rng.normal(0, 0.15, (20, 1)) + rng.normal(0, 0.1, (20, len(shares)))
        row = critical_mass.from_sweep(sweep(noisy, shares), 0.5, resamples=100).iloc[0]
        covered += row["low"] <= 0.3 <= row["high"]
    assert covered >= 42


def test_groups_are_taken_apart() -> None:
    slow, fast = sweep([[0, 1]], [0, 0.4]), sweep([[0, 1]], [0, 0.2])
    table = pd.concat([slow.assign(learner="tree"), fast.assign(learner="knn")])
    found = critical_mass.from_sweep(table, 0.5, by=["learner"])
    assert found[["learner", "critical_mass"]].to_numpy().tolist() == [["tree", 0.2], ["knn", 0.1]]


def test_a_result_is_read_by_its_last_rounds_and_settings() -> None:
    grid = {"collective.strategy.target": [1, 2], "collective.seeds": [0.0, 0.1, 0.15, 0.2]}
    scenario = gs.load("hardt-staircase").replace({"replicates": 2, "sweep.grid": grid})
    result = gs.sweep(scenario)
    found = critical_mass.from_sweep(result, 0.9)
    assert found["collective.strategy.target"].tolist() == [1, 2]
    assert found["replicates"].tolist() == [2, 2]
    joined = result.runs.merge(result.series, on="run")
    again = critical_mass.from_sweep(joined, 0.9, by=["collective.strategy.target"])
    pd.testing.assert_frame_equal(found, again)
    series = result.series[result.series["run"].isin(result.runs["run"][:8])]
    assert critical_mass.from_sweep(series, 0.9)["replicates"].item() == 8  # each on its own


def test_what_a_success_curve_has_measured_is_a_sweep() -> None:
    curve = gs.success_curve("bayes-step", replicates=3)
    curve([0.0, 0.05, 0.1, 0.15])
    row = critical_mass.from_sweep(curve.table(), 0.5).iloc[0]
    assert row["critical_mass"] == pytest.approx(0.075)
    assert row["replicates"] == 3


def test_tables_that_say_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="no column 'alpha'; it has success"):
        critical_mass.from_sweep(pd.DataFrame({"success": [1.0]}))
    with pytest.raises(ValueError, match="no measured lift"):
        critical_mass.from_sweep(pd.DataFrame({"alpha": [0.1], "lift": [np.nan]}), value="lift")


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.2))
def test_bisection_brackets_a_jump(jump: float, tolerance: float) -> None:
    asked = []
    found = critical_mass.bisect(
        lambda alpha: asked.append(alpha) or float(alpha >= jump), tolerance=tolerance
    )
    assert found.low < jump <= found.high <= found.low + tolerance
    assert found.critical_mass == found.high
    assert found.evaluations == len(asked) <= 2 + math.ceil(math.log2(1 / tolerance))


@given(st.integers(0, 2**32))
def test_bisection_is_honest_about_noise(seed: int) -> None:
    rng, measured = np.random.default_rng(seed), {}

    def noisy(alpha: float) -> float:
        return measured.setdefault(alpha, 0.9 if alpha == 1 else rng.normal(alpha, 0.5))

    found = critical_mass.bisect(noisy, 0.5)
    assert measured[found.high] == found.success_high >= 0.5
    assert measured[found.low] == found.success_low
    assert found.success_low < 0.5 or found.low == found.high == 0


def test_bisection_needs_an_end_that_reaches() -> None:
    with pytest.raises(ValueError, match=r"S\(0.5\) = 0.5 does not reach 0.9"):
        critical_mass.bisect(lambda alpha: alpha, 0.9, high=0.5)
    with pytest.raises(ValueError, match="low must lie in"):
        critical_mass.bisect(lambda alpha: alpha, 0.9, low=0.5, high=0.5)
    with pytest.raises(ValueError, match="tolerance"):
        critical_mass.bisect(lambda alpha: alpha, 0.9, tolerance=0)


def test_bisection_trains_only_where_it_must() -> None:
    scenario = gs.load("signal-planting").replace({"platform.learner.kind": "naive-bayes"})
    curve = gs.success_curve(scenario)
    found = critical_mass.bisect(curve, 0.8, tolerance=1e-9)
    assert curve.trainings <= 3 * (2 + 11)  # log2(1258) = 10.3
    low, high = curve.attained([found.low, found.high])
    assert high - low == pytest.approx(1 / 1258)


@given(st.integers(0, 2**32), st.floats(0, 1), st.sampled_from([0.0, 0.0, 0.1, 0.3]))
def test_exact_mass_is_where_the_staircase_gets_there(seed: int, wanted: float, eps: float) -> None:
    rng = np.random.default_rng(seed)
    p0 = rng.dirichlet(np.full(12, 0.5)).reshape(4, 3)
    to = [0, 1, 0, 1]

    def height(alpha: float) -> float:
        return staircase.feature_label(alpha, p0, to, 2, eps)

    mass = critical_mass.exact(wanted, p0, to, 2, eps)
    if height(1 - 1e-9) < wanted - 1e-9:
        assert np.isnan(mass)
        return
    assert height(mass + 1e-9) >= wanted - 1e-9
    assert mass == 0 or height(mass - 1e-9) < wanted
    bound = bounds.feature_label_mass(
        wanted,
        uniqueness=parameters.uniqueness(p0, to),
        gap=parameters.gap(p0, to, 2),
        epsilon=eps,
    )
    assert mass <= bound + 1e-9


def test_the_exact_mass_lies_in_the_bracket_of_the_exact_learner() -> None:
    scenario = gs.load("hardt-staircase")
    p0, to = scenario.population.p0, scenario.collective.signal.to
    for wanted in (0.2, 0.5, 0.9):
        mass = critical_mass.exact(wanted, p0, to, 2)
        found = critical_mass.bisect(gs.success_curve(scenario), wanted, tolerance=1e-10)
        assert found.low <= mass <= found.high


def test_theory_stands_beside_measurement() -> None:
    one = critical_mass.beside_theory(0.02, 0.9, uniqueness=0.002, gap=0.9, exact_mass=0.01)
    bound = bounds.feature_label_mass(0.9, uniqueness=0.002, gap=0.9)
    assert one.iloc[0].to_dict() == {
        "critical_mass": 0.02, "bound_mass": bound, "exact_mass": 0.01, "ratio": 0.02 / bound,
    }  # fmt: skip
    table = pd.DataFrame(
        {"xi": [0.0, 0.1, 0.0, 0.1], "target": 0.8, "critical_mass": [0, 0.2, 0.1, np.nan]}
    )
    both = critical_mass.beside_theory(table, uniqueness="xi", gap=1.0)
    assert both["bound_mass"].tolist() == pytest.approx([0, 1 / 3, 0, 1 / 3])
    assert both["ratio"].tolist() == pytest.approx([np.nan, 0.6, np.inf, np.nan], nan_ok=True)
    bracket = critical_mass.Bracket(0.1, 0.2, 0, 1, 5)
    beside = critical_mass.beside_theory(bracket, uniqueness=0.1, gap=1)
    assert beside["critical_mass"].item() == 0.2
