"""Fixed points of the mean field: against published numbers, fine grids and simulated crowds."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import groundswell as gs
from groundswell.agents.distribution import Constant, FromColumn, Normal, Uniform, Values
from groundswell.analysis import equilibrium, participation
from groundswell.analysis.responses import Response, per_user


def logistic(alpha, midpoint=0.3, steepness=20.0):
    return 1 / (1 + np.exp(-steepness * (np.asarray(alpha) - midpoint)))


def alphas(*arguments, **settings):
    return equilibrium.fixed_points(*arguments, **settings)["alpha"].tolist()


@pytest.mark.parametrize(
    ("sd", "expected"),
    [(0.15, [0.0005, 0.2826, 0.9996]), (0.25, [0.0236, 0.2680, 0.9772]), (0.5, [0.8413])],
)
def test_the_numbers_of_row_9(sd: float, expected: list[float]) -> None:
    found = equilibrium.fixed_points(logistic, stats.norm(0.5, sd))
    assert found["alpha"].tolist() == pytest.approx(expected, abs=5e-5)
    assert found["stable"].tolist() == [True, False, True][-len(expected) :]


def crowd(costs, alpha, rounds, curve=logistic):
    """Users who best-respond to last round's success, all at once."""
    for _ in range(rounds):
        alpha = np.mean(curve(alpha) > costs)
    return alpha


@pytest.mark.parametrize(("start", "end"), [(0.0, 0.0005), (0.27, 0.0005), (0.29, 0.9995)])
def test_a_simulated_crowd_of_row_10_ends_where_the_basins_say(start: float, end: float) -> None:
    costs = per_user("cost", stats.norm(0.5, 0.15), 2000)
    final = crowd(costs, start, 100)
    assert final == pytest.approx(end, abs=1e-9)
    found = equilibrium.basins(equilibrium.fixed_points(logistic, costs))
    inside = found[(found["low"] <= start) & (start <= found["high"])]
    assert inside["ends"].item() == final


@given(
    st.lists(st.tuples(st.floats(0.05, 0.95), st.floats(2, 60)), min_size=1, max_size=3),
    st.floats(0.03, 0.6),
    st.floats(-0.5, 0.5),
    st.floats(0, 1.5),
    st.sampled_from([0.0, 0.5, 2.0]),
)
@settings(max_examples=40)
def test_all_that_a_far_finer_grid_sees_is_found(steps, sd, pressure, spillover, safety) -> None:
    def curve(alpha):
        return np.mean([logistic(alpha, *step) for step in steps], axis=0)

    cost = stats.norm(0.4, sd)

    def wants(alpha):
        gain = (1 - spillover) * curve(alpha) + 0.05 + pressure * alpha
        return cost.cdf(gain / (1 - alpha) ** safety)

    found = alphas(curve, cost, 1.0, spillover, 0.05, pressure, safety=safety)
    fine = np.linspace(0, 1, 100_003)[: None if safety == 0 else -1]  # not where costs are 0
    gap = wants(fine) - fine
    changes = np.flatnonzero(np.sign(gap[:-1]) * np.sign(gap[1:]) < 0)
    seen = len(changes) + np.count_nonzero(gap == 0)
    assert all(min(abs(np.array(found) - x)) < 2e-5 for x in fine[changes])
    below = [alpha for alpha in found if alpha <= fine[-1]]
    assert len(below) in {seen, seen + 2}  # two may lie within one step of the fine grid
    np.testing.assert_allclose(wants(np.array(below)), below, atol=1e-12)


@given(st.lists(st.integers(-3, 12), min_size=1, max_size=9), st.integers(0, 2**32))
def test_of_given_costs_exactly_the_multiples_that_map_to_themselves(tenths, seed) -> None:
    """Granovetter's crowds: θ in tenths, so that many tie and many equal a share."""
    rng = np.random.default_rng(seed)
    costs = np.array(tenths) / 10
    users = len(costs)
    success = np.sort(rng.random(users + 1).round(1))
    table = pd.DataFrame({"alpha": np.arange(users + 1) / users, "success": success})
    found = equilibrium.fixed_points(table, costs)
    rests = [n / users for n in range(users + 1) if np.sum(costs <= success[n]) == n]
    assert found.loc[np.isfinite(found["slope"]), "alpha"].tolist() == rests
    # S never falls, so between two resting points the map jumps over the diagonal once.
    between = found["slope"].to_numpy()
    assert not np.any((between[:-1] == np.inf) & (between[1:] == np.inf))


@given(st.lists(st.floats(-0.2, 1.2), min_size=2, max_size=30), st.floats(0, 1))
def test_given_crowds_end_where_the_basins_say(costs: list[float], start: float) -> None:
    found = equilibrium.fixed_points(logistic, costs)
    starts = np.arange(len(costs) + 1) / len(costs)
    rows = equilibrium.basins(found)
    for share in starts:
        final = crowd(np.array(costs), share, len(costs) + 1)
        inside = rows[(rows["low"] <= share) & (share <= rows["high"])]
        assert final in inside["ends"].tolist()


@given(st.integers(0, 2**32), st.integers(1, 30), st.booleans())
@settings(max_examples=25)
def test_maps_of_given_users_that_rise_and_fall(seed: int, users: int, alike: bool) -> None:
    """Success that goes up and down: resting points, and jumps across the diagonal upwards."""
    rng = np.random.default_rng(seed)
    costs, waves = rng.normal(0.4, 0.3, users), rng.uniform(0, 6, 3)

    def curve(alpha):
        return 0.4 + sum(np.sin((k + 1) * 3 * alpha + waves[k]) for k in range(3)) / 4

    worth = 1.0 if alike else rng.uniform(0.5, 1.5, users)
    found = equilibrium.fixed_points(curve, costs, worth)

    def wants(alpha):
        return np.mean(costs <= worth * curve(alpha))

    rests = [n / users for n in range(users + 1) if wants(n / users) == n / users]
    assert [x for x in found["alpha"] if wants(x) == x] == rests
    fine = np.linspace(0, 1, 4001)
    gaps = np.sign([wants(alpha) - alpha for alpha in fine])
    tips = found.loc[found["slope"] == math.inf, "alpha"].to_numpy()
    for jump in fine[1:][(gaps[:-1] < 0) & (gaps[1:] > 0)]:
        assert min(abs(tips - jump)) < 3e-4


def test_everybody_the_same_agrees_with_the_participation_condition() -> None:
    found = equilibrium.fixed_points(logistic, 0.5, spillover=0.2)
    assert found["slope"].tolist() == [0, math.inf, 0]
    assert found["stable"].tolist() == [True, False, True]
    threshold = participation.smallest_share(logistic, 0.5, spillover=0.2, tolerance=1e-12)
    assert found["alpha"].tolist() == pytest.approx([0, threshold, 1], abs=1e-11)
    rows = participation.basins(logistic, 0.5, spillover=0.2, tolerance=1e-12)
    basins = equilibrium.basins(found)
    assert basins["ends"].tolist() == rows["ends"].tolist()
    assert basins["high"].tolist() == pytest.approx(rows["high"].tolist())


def test_granovetter() -> None:
    thresholds = np.arange(100) / 100
    assert alphas(lambda alpha: 0.0, thresholds, peer_pressure=1) == [1.0]
    thresholds[1] = 0.02
    found = equilibrium.fixed_points(lambda alpha: 0.0, thresholds, peer_pressure=1)
    assert found["alpha"].tolist() == [0.01, 0.02, 1.0]
    near, over = stats.norm(0.25, 0.12), stats.norm(0.25, 0.125)
    assert alphas(lambda alpha: 0.0, near, peer_pressure=1)[0] == pytest.approx(0.0402, abs=1e-3)
    assert alphas(lambda alpha: 0.0, over, peer_pressure=1) == pytest.approx([1], abs=0.01)


def test_two_fixed_points_that_all_but_merge_are_found_and_one_that_touches() -> None:
    even = stats.uniform(0, 1)
    close = equilibrium.fixed_points(lambda alpha: alpha**2 + 0.25 - 1e-10, even)
    assert close["alpha"].tolist() == pytest.approx([0.5 - 1e-5, 0.5 + 1e-5, 1], abs=1e-8)
    assert close["stable"].tolist() == [True, False, True]
    touching = equilibrium.fixed_points(lambda alpha: alpha**2 + 0.25, even)
    assert touching["alpha"].tolist() == pytest.approx([0.5, 1])
    assert touching["slope"].tolist() == [1, 0]
    assert touching["stable"].tolist() == [False, True]
    off_grid = equilibrium.fixed_points(lambda alpha: (alpha - 0.1234567) ** 2 + alpha, even)
    assert off_grid["alpha"].tolist() == pytest.approx([0.1234567, 1], abs=1e-6)
    assert alphas(lambda alpha: alpha**2 + 0.25 + 1e-10, even) == [1]


def test_tiny_critical_masses_are_found() -> None:
    found = alphas(lambda alpha: float(alpha >= 3e-6), stats.norm(0.5, 0.1))
    assert found == pytest.approx([2.867e-7, 3e-6, 1], rel=1e-3)


def test_where_all_shares_rest_both_ends_are_returned() -> None:
    found = equilibrium.fixed_points(lambda alpha: min(alpha, 0.4), stats.uniform(0, 1))
    assert found["alpha"].tolist() == [0, 0.4]
    assert found["slope"].tolist() == [1, 1]
    assert not found["stable"].any()


def test_where_all_shares_rest_with_costs_of_a_scenario() -> None:
    """Granovetter's crowd with uniform thresholds: rounding of F must not make it jump."""
    found = equilibrium.fixed_points(lambda alpha: 0.0, Uniform(), peer_pressure=1.0)
    assert found["alpha"].tolist() == [0, 1]
    assert found["slope"].tolist() == [1, 1]


def test_a_map_that_jumps_down_has_a_share_to_hover_at() -> None:
    found = equilibrium.fixed_points(lambda alpha: 1 - alpha, 0.4, revision=0.01)
    assert found["alpha"].tolist() == pytest.approx([0.6])
    assert found["slope"].tolist() == [-math.inf]
    assert not found["stable"].any()
    assert equilibrium.basins(found)["ends"].tolist() == pytest.approx([0.6])


@pytest.mark.parametrize("steepness", [1.0, 5.0, 12.0])
def test_stable_means_that_a_crowd_with_inertia_comes_back(steepness: float) -> None:
    """Success that falls with α: the slope is negative, and large revisions overshoot."""

    def falling(alpha):
        return 1 - logistic(alpha, 0.5, steepness)

    cost = stats.uniform(0, 1)
    for revision in (0.1, 0.4, 0.8, 1.0):
        row = equilibrium.fixed_points(falling, cost, revision=revision).iloc[0]
        assert row["slope"] == pytest.approx(-steepness / 4, abs=1e-6)
        assert row["stable"] == (revision < 2 / (1 - row["slope"]))
        alpha = row["alpha"] + 1e-3
        for _ in range(2000):
            alpha = (1 - revision) * alpha + revision * cost.cdf(falling(alpha))
        assert (abs(alpha - row["alpha"]) < 1e-3) == row["stable"]


def test_a_bend_attracts_only_if_both_sides_do() -> None:
    table = pd.DataFrame({"alpha": [0, 0.5, 1], "success": [0.3, 0.5, 1.3]})
    found = equilibrium.fixed_points(table, stats.uniform(0, 1))
    assert found["alpha"].tolist() == pytest.approx([0.5, 1])
    assert found["slope"].tolist() == pytest.approx([1, 0])  # .4 on the left, 1.6 on the right
    assert found["stable"].tolist() == [False, True]


def test_curves_and_costs_come_in_many_forms() -> None:
    exact = alphas(logistic, stats.norm(0.5, 0.15))
    assert alphas(logistic, Normal(mean=0.5, sd=0.15)) == pytest.approx(exact, abs=1e-9)
    shares = np.linspace(0, 1, 401)
    table = pd.DataFrame({"alpha": shares, "success": logistic(shares)})
    assert alphas(table, stats.norm(0.5, 0.15)) == pytest.approx(exact, abs=1e-4)
    response = gs.success_curve(gs.load("hardt-participation"))
    assert alphas(response, Uniform(low=0.2, high=0.3)) == pytest.approx(
        alphas(lambda alpha: float(response(alpha)), stats.uniform(0.2, 0.1)), abs=1e-12
    )
    assert alphas(logistic, Constant(value=0.5)) == alphas(logistic, 0.5)
    assert alphas(logistic, Values(values=(0.1, 0.5))) == alphas(logistic, [0.1, 0.5])
    same = alphas(logistic, Normal(mean=0.5, sd=0.0))
    assert same == pytest.approx(alphas(logistic, 0.5), abs=1e-12)


def test_users_may_differ_in_everything() -> None:
    rng = np.random.default_rng(3)
    costs, worth, incentive, pressure = rng.uniform(0, 1, (4, 40))
    response = Response(logistic, costs, worth, 0.3, incentive - 0.5, pressure)
    for share in (0.0, 0.2, 0.9):
        gains = 0.7 * worth * logistic(share) + incentive - 0.5 + pressure * share
        assert response(share) == [np.mean(costs <= gains)]
    plain = alphas(logistic, costs)
    assert alphas(logistic, costs, np.ones(40)) == plain
    assert alphas(logistic, 0.5, np.ones(3)) == alphas(logistic, 0.5)
    mixed = Response(logistic, stats.norm(0.5, 0.1), [0.5, 1.5])(0.3)
    assert mixed == pytest.approx(stats.norm(0.5, 0.1).cdf([0.25, 0.75]).mean())


def test_costs_fall_with_the_number_of_members() -> None:
    """One cost of 10, a gain of ½: c(1-α) is that much from α = .95 on."""
    found = equilibrium.fixed_points(lambda alpha: 0.5, 10.0, safety=1.0)
    assert found["alpha"].tolist() == pytest.approx([0, 0.95, 1])
    assert found["slope"].tolist() == [0, math.inf, 0]
    costs = [0.1, 0.4, 2.0, 9.0]
    response = Response(lambda alpha: alpha, costs, spillover=0.4, safety=2.0)
    for share in (0.0, 0.3, 0.75, 1.0):
        bears = np.array(costs) * (1 - share) ** 2
        assert response(share) == [np.mean(bears <= 0.6 * share)]


def test_what_costs_nothing_is_for_all_who_do_not_lose_by_it() -> None:
    for cost in (1e6, stats.norm(5, 1), Normal(mean=5.0, sd=1.0), [-1.0, 1.0]):
        for gain, wants in ((0.1, 1.0), (0.0, 1.0), (-0.1, 0.0)):
            response = Response(lambda alpha: 0.0, cost, selective_incentive=gain, safety=0.5)
            assert response(1.0) == [wants]
            assert Response(lambda alpha: 0.0, -1.0, selective_incentive=gain)(1.0) == [1.0]


SAFE = {
    "rises": ({"mean": 0.8, "sd": 0.3}, {"spillover": 0.0, "selective_incentive": 0.1}, 1.0, 0.3),
    "dies": ({"mean": 0.8, "sd": 0.1}, {"spillover": 0.4}, 1.0, 0.35),
    "lives": ({"mean": 0.8, "sd": 0.1}, {"spillover": 0.4, "peer_pressure": 0.2}, 2.0, 0.45),
    "inside": ({"mean": 0.5, "sd": 0.4}, {"spillover": 1.3, "selective_incentive": 0.2}, 0.5, 0.9),
}


@pytest.mark.parametrize("name", SAFE)
def test_simulated_crowds_with_safety_in_numbers_end_where_the_basins_say(name: str) -> None:
    spread, terms, safety, start = SAFE[name]
    result = gs.run(
        {
            "name": name,
            "rounds": 150,
            "population": {"kind": "blank", "users": 4000},
            "network": "complete",
            "decision": "best-response",
            "payoff": {"cost": {"kind": "normal", "quantiles": True, **spread}, "safety": safety,
                       **terms},
            "platform": {"kind": "response", "curve": {"kind": "logistic", "midpoint": 0.3,
                                                       "steepness": 20.0}},
            "collective": {"seeds": start, "committed": False},
        }
    )  # fmt: skip
    found = equilibrium.fixed_points(
        logistic, Normal(**spread), safety=safety, revision=0.2, **terms
    )
    ends = equilibrium.basins(found)
    inside = ends[(ends["low"] <= start) & (start <= ends["high"])]
    assert result.series["alpha"].iloc[-1] == pytest.approx(inside["ends"].item(), abs=0.003)


def test_a_curve_is_asked_once_for_each_share() -> None:
    asked = []
    equilibrium.fixed_points(lambda alpha: asked.append(alpha) or 0.5, 0.4)
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"cost": [0.1, math.nan]}, "cost must lie"),
        ({"cost": []}, "one per user"),
        ({"cost": FromColumn(column="age")}, "'column' has no distribution"),
        ({"cost": [0.1, 0.2], "benefit": [1, 2, 3]}, r"found \[2, 3\] values"),
        ({"cost": 0.1, "spillover": -1}, "spillover must lie"),
        ({"cost": 0.1, "revision": 0}, "revision must lie"),
        ({"cost": 0.1, "safety": -1}, "safety must lie"),
        ({"cost": 0.1, "grid": 1}, "grid must lie"),
        ({"cost": 0.1, "grid": 20.5}, "grid must be a whole number"),
        ({"cost": 0.1, "curve": [0.0, 0.5, 1.0]}, "a curve is a function .* found list"),
        ({"cost": 0.1, "curve": None}, "a curve is a function"),
        ({"cost": 0.1, "curve": lambda alpha: math.nan}, r"S\(0\) must lie"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        equilibrium.fixed_points(**{"curve": logistic, **arguments})
