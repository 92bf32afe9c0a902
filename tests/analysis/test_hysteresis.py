"""Branches there and back, and early warnings on the way."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import groundswell as gs
from groundswell.analysis import bifurcation, hysteresis, slowing, tipping
from groundswell.analysis.equilibrium import fixed_points


def logistic(alpha):
    return 1 / (1 + np.exp(-20 * (np.asarray(alpha) - 0.3)))


def test_a_schedule_that_holds_each_value_for_some_rounds() -> None:
    table = pd.DataFrame(
        {
            "round": range(8),
            "cost": [0.1, 0.1, 0.5, 0.5, 0.9, 0.9, 0.5, 0.1],
            "alpha": [0.5, 1.0, 0.9, 0.8, 0.5, 0.0, 0.2, 0.4],
        }
    )
    both = pd.concat([table.assign(run="a"), table.assign(run="b", alpha=table["alpha"] / 2)])
    found = hysteresis.loop(both, "cost")
    assert found["cost"].tolist() == [0.1, 0.5, 0.9]
    assert found["forward"].tolist() == pytest.approx([0.75, 0.6, 0])
    assert found["backward"].tolist() == pytest.approx([0.3, 0.15, 0])
    assert hysteresis.area(found) == pytest.approx(0.4 * (-0.45 / 2 - 0.45 / 2 - 0.45 / 2))


def test_a_parameter_that_falls_first() -> None:
    table = pd.DataFrame({"round": range(3), "cost": [0.9, 0.1, 0.9], "alpha": [0.0, 1.0, 0.6]})
    found = hysteresis.loop(table, "cost")
    assert found["forward"].tolist() == [1, 0]
    assert found["backward"].tolist() == [1, 0.6]
    assert hysteresis.area(found) == pytest.approx(0.24)


def test_values_that_one_branch_lacks_are_left_out_of_the_area() -> None:
    table = pd.DataFrame(
        {"round": range(4), "cost": [0.0, 0.5, 1.0, 0.0], "alpha": [1.0, 0.8, 0.0, 0.4]}
    )
    found = hysteresis.loop(table, "cost")
    assert found["gap"].tolist() == pytest.approx([-0.6, math.nan, 0], nan_ok=True)
    assert hysteresis.area(found) == pytest.approx(-0.3)


def test_a_sweep_from_small_and_from_large_collectives() -> None:
    scenario = {
        "name": "two branches",
        "rounds": 40,
        "population": {"kind": "blank", "users": 300},
        "decision": {"kind": "best-response", "activation": "synchronous"},
        "payoff": {"cost": 0.5},
        "platform": {"kind": "response", "curve": "logistic"},
        "collective": {"committed": False},
        "sweep": {"grid": {"payoff.cost": [0.0, 0.5, 1.1], "collective.seeds": [0.1, 0.9]}},
    }
    result = gs.sweep(scenario)
    found = hysteresis.loop(result, "payoff.cost", start="collective.seeds")
    assert found["forward"].tolist() == [1, 0, 0]
    assert found["backward"].tolist() == [1, 1, 0]
    assert hysteresis.area(found) == pytest.approx(0.55)


def test_theory_and_a_slow_schedule_enclose_the_same_area() -> None:
    cost, up = stats.norm(0.5, 0.25), np.linspace(-1, 1, 41)
    there_and_back = [*up, *up[::-1]]
    theory = bifurcation.follow(logistic, cost, "selective_incentive", there_and_back, 0.0)
    alpha, rows = 0.0, []
    for step, incentive in enumerate(there_and_back):
        for _ in range(300):
            alpha += 0.2 * (cost.cdf(logistic(alpha) + incentive) - alpha)
        rows.append({"round": step, "value": incentive, "alpha": alpha})
    exact = hysteresis.area(hysteresis.loop(theory, "value"))
    assert hysteresis.area(hysteresis.loop(pd.DataFrame(rows), "value")) == pytest.approx(
        exact, abs=1e-6
    )
    assert exact > 0.3


def ramped(*points, rounds=100, **settings):
    """Runs of a crowd whose incentive goes through some points, everybody revising each round."""
    scenario = {
        "name": "there and back",
        "rounds": rounds,
        "population": {"kind": "blank", "users": 500},
        "decision": {"kind": "best-response", "activation": "synchronous"},
        "payoff": {"cost": {"kind": "normal", "mean": 0.5, "sd": 0.15, "quantiles": True}},
        "platform": {"kind": "response", "curve": "logistic"},
        "collective": {"seeds": 0.0},
        "schedule": {"payoff.selective_incentive": [list(point) for point in points]},
        **settings,
    }
    return gs.run(scenario)


def test_a_run_with_a_schedule_has_its_setting_as_a_column() -> None:
    """A ramp has other floats on the way down, and they are the same values of the setting."""
    result = ramped((0, -0.3), (50, 0.7), (100, -0.3), replicates=2)
    found = hysteresis.loop(result, "payoff.selective_incentive")
    assert found["payoff.selective_incentive"].tolist() == pytest.approx(
        np.linspace(-0.3, 0.7, 51).tolist()
    )
    alpha = result.series.groupby("round")["alpha"].mean().tolist()
    assert found["forward"].tolist() == pytest.approx(alpha[:51])
    assert found["backward"].tolist() == pytest.approx(alpha[50:][::-1])
    assert hysteresis.area(found) > 0.1


def test_a_step_schedule_that_holds_its_values() -> None:
    """Held for 20 rounds each, the crowd comes to rest where theory follows its fixed points."""
    values = [0.0, 0.2, 0.4, 0.6, 0.4, 0.2, 0.0, -0.2, -0.4]
    points = [[1 + 20 * i, value] for i, value in enumerate(values)]
    schedule = {"payoff.selective_incentive": {"points": points, "between": "step"}}
    found = hysteresis.loop(ramped(rounds=180, schedule=schedule), "payoff.selective_incentive")
    theory = bifurcation.follow(
        logistic, stats.norm(0.5, 0.15), "selective_incentive", values, start=0.0
    )
    expected = hysteresis.loop(theory, "value")
    for branch in ("forward", "backward"):
        assert found[branch].tolist() == pytest.approx(
            expected[branch].tolist(), abs=0.003, nan_ok=True
        )


def test_values_match_but_for_rounding() -> None:
    ramp = np.linspace(-1, 1, 21)
    noisy = np.concatenate([ramp, ramp[-2::-1] * (1 + 1e-15) + 1e-16])
    table = pd.DataFrame({"round": range(41), "cost": noisy, "alpha": np.arange(41) > 20})
    found = hysteresis.loop(table.astype({"alpha": float}), "cost")
    assert len(found) == 21
    assert not found.isna().any(axis=None)
    assert hysteresis.area(found) == pytest.approx(1.95)


def test_a_third_leg_is_refused() -> None:
    table = pd.DataFrame(
        {"round": range(7), "b": [0.5, 0.9, 0.5, 0.1, 0.5, 0.9, 0.5], "alpha": 0.0}
    )
    with pytest.raises(ValueError, match="'b' turns more than once, after rounds 1, 3, 5"):
        hysteresis.loop(table, "b")
    with pytest.raises(ValueError, match="turns more than once, after rounds 20, 40"):
        hysteresis.loop(
            ramped((0, 0.0), (20, 0.5), (40, 0.0), (60, 0.5), rounds=60),
            "payoff.selective_incentive",
        )


def test_the_way_back_may_go_beyond_the_start() -> None:
    table = pd.DataFrame(
        {"round": range(4), "b": [0.5, 0.9, 0.5, 0.0], "alpha": [0.0, 1.0, 0.8, 0.1]}
    )
    found = hysteresis.loop(table, "b")
    assert found["forward"].tolist() == pytest.approx([math.nan, 0, 1], nan_ok=True)
    assert found["backward"].tolist() == [0.1, 0.8, 1]


def test_no_way_back_is_no_loop() -> None:
    table = pd.DataFrame({"round": [0, 1], "cost": [0.1, 0.2], "alpha": [1.0, 0.5]})
    with pytest.raises(ValueError, match="no loop"):
        hysteresis.loop(table, "cost")
    sweep = table.assign(run=[1, 2], seeds=[1, 2]).drop(columns="round")
    with pytest.raises(ValueError, match="must have two values"):
        hysteresis.loop(sweep.assign(seeds=1), "cost", start="seeds")


def series(values, run=0):
    return pd.DataFrame({"run": run, "round": range(len(values)), "alpha": values})


def test_indicators_are_those_of_each_window() -> None:
    values = np.random.default_rng(2).normal(size=30).cumsum()
    for detrend in (True, False):
        found = slowing.indicators(series(values), 8, detrend=detrend)
        assert found["round"].tolist() == list(range(7, 30))
        for i, row in found.iterrows():
            window = values[i : i + 8]
            degree = 1 if detrend else 0
            rest = window - np.polyval(np.polyfit(np.arange(8), window, degree), np.arange(8))
            assert row["variance"] == pytest.approx(np.mean(rest**2))
            echo = np.sum(rest[1:] * rest[:-1]) / np.sum(rest**2)
            assert row["autocorrelation"] == pytest.approx(echo)


def test_nothing_moves() -> None:
    found = slowing.indicators(series([0.3] * 9), 5)
    assert found["variance"].tolist() == pytest.approx([0] * 5)
    assert found["autocorrelation"].isna().all()
    steady = slowing.indicators(series(np.arange(9) / 10), 5)
    assert steady["variance"].tolist() == pytest.approx([0] * 5, abs=1e-20)
    assert steady["autocorrelation"].isna().all()


def test_rounds_from_the_transition_on_are_left_out() -> None:
    table = pd.concat([series([0.1, 0.2, 0.1, 0.2, 0.1, 0.9, 0.9], "tips"),
                       series([0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1], "stays"),
                       series([0.1, 0.6], "short")])  # fmt: skip
    found = slowing.indicators(table, 4, before=tipping.take_off(table))
    assert found.loc[found["run"] == "tips", "round"].tolist() == [3, 4]
    assert found.loc[found["run"] == "stays", "round"].tolist() == [3, 4, 5, 6]
    assert "short" not in set(found["run"])


def test_trend_is_kendalls() -> None:
    rng = np.random.default_rng(3)
    table = pd.concat([series(rng.normal(size=40), run) for run in "ab"])
    found = slowing.indicators(table, 10)
    for _, row in slowing.trend(found).iterrows():
        own = found[found["run"] == row["run"]]
        assert row["windows"] == 31
        for name in ("variance", "autocorrelation"):
            assert row[name] == pytest.approx(stats.kendalltau(own["round"], own[name]).statistic)


@pytest.mark.parametrize("incentive", [-0.2, 0.15, 0.19])
def test_indicators_are_what_the_slope_of_the_fixed_point_says(incentive: float) -> None:
    """Small noise around rest is autoregressive with coefficient 1-λ+λf', λ = .2."""
    cost, rng = stats.norm(0.5, 0.25), np.random.default_rng(6)
    rest = fixed_points(logistic, cost, selective_incentive=incentive).iloc[0]
    share, memory, values = np.full(50, rest["alpha"]), 0.8 + 0.2 * rest["slope"], []
    for _ in range(1000):
        wants = cost.cdf(logistic(share) + incentive)
        share = share + 0.2 * (wants - share) + rng.normal(0, 1e-4, 50)
        values.append(share)
    table = pd.concat([series(own, run) for run, own in enumerate(np.transpose(values))])
    found = slowing.indicators(table, 900, detrend=False)
    found = found[found["round"] == 999]
    assert found["autocorrelation"].mean() == pytest.approx(memory, abs=0.01)
    assert found["variance"].mean() == pytest.approx(1e-8 / (1 - memory**2), rel=0.06)


def test_a_crowd_that_is_driven_to_a_fold_slows_down() -> None:
    """The share of a noisy crowd whose incentive rises until it tips; and one left in peace."""
    cost, rng = stats.norm(0.5, 0.25), np.random.default_rng(5)
    trends = {}
    for name, top in (("driven", 0.3), ("left", -0.2)):
        tables = []
        for run in range(20):
            alpha, values = 0.005, []
            for incentive in np.linspace(-0.2, top, 2000):
                wants = cost.cdf(logistic(alpha) + incentive)
                alpha = alpha + 0.2 * (wants - alpha) + rng.normal(0, 0.002)
                values.append(alpha)
            tables.append(series(values, run))
        table = pd.concat(tables)
        before = tipping.take_off(table, 0.25)
        trends[name] = slowing.trend(slowing.indicators(table, 300, before=before))
    for indicator in ("variance", "autocorrelation"):
        assert trends["driven"][indicator].mean() > 0.2
        assert abs(trends["left"][indicator].mean()) < 0.15


def test_runs_that_never_move_or_are_too_short_have_no_trend() -> None:
    found = slowing.trend(slowing.indicators(series([0.3] * 9), 5))
    assert found["windows"].item() == 5
    assert found["autocorrelation"].isna().all()
    assert slowing.trend(slowing.indicators(series([0.3]), 5)).empty


def test_windows_that_leave_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="window must"):
        slowing.indicators(series([0.1] * 9), 3)
    with pytest.raises(ValueError, match="window must be a whole number"):
        slowing.indicators(series([0.1] * 9), 4.5)


@pytest.mark.parametrize("values", [["a", "b", "a"], [1.0, math.inf, 1.0]])
def test_a_loop_needs_numbers(values: list[object]) -> None:
    table = pd.DataFrame({"round": range(3), "cost": values, "alpha": [0.1, 0.2, 0.3]})
    with pytest.raises(ValueError, match="'cost' must hold finite numbers"):
        hysteresis.loop(table, "cost")
