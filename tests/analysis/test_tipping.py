"""Reading whether and when runs tip: hand-made runs with known answers, and real ones."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import groundswell as gs
from groundswell.analysis import cascades, equilibrium, intervals, tables, tipping


def runs(**series):
    """One run for each list of values."""
    return pd.DataFrame(
        [
            {"run": name, "round": number, "alpha": value}
            for name, values in series.items()
            for number, value in enumerate(values)
        ]
    )


def test_take_off() -> None:
    table = runs(tips=[0.1, 0.2, 0.6, 0.9], dies=[0.1, 0.05, 0.0, 0.0], starts=[0.7, 0.7, 0.8, 0.8])
    found = tipping.take_off(table).set_index("run")
    assert found.loc["tips"].tolist() == pytest.approx([2, 2, 0.4])
    assert found.loc["dies"].isna().all()
    assert found.loc["starts"].tolist() == pytest.approx([0, 2, 0.1])
    assert tipping.take_off(table, 0.05)["reached"].tolist() == [0, 0, 0]


def test_order_of_rows_and_missing_values_do_not_matter() -> None:
    table = runs(a=[0.1, 0.2, 0.6, 0.9], b=[0.0, 0.0, 0.0, 0.5])
    shuffled = table.sample(frac=1, random_state=1)
    gaps = pd.concat([shuffled, pd.DataFrame({"run": ["a"], "round": [9], "alpha": [math.nan]})])
    for mixed in (shuffled, gaps):
        found = tipping.take_off(mixed).set_index("run").loc[["a", "b"]].reset_index()
        pd.testing.assert_frame_equal(found, tipping.take_off(table))


def test_settled() -> None:
    table = runs(
        rests=[0.0, 0.5, 0.8, 0.801, 0.8, 0.8],
        swings=[0.0, 0.5, 0.2, 0.5, 0.2, 0.5],
        late=[0.0, 0.1, 0.2, 0.3, 0.4, 0.4],
        short=[0.4, 0.4],
        still=[0.3] * 6,
    )
    found = tipping.settled(table, window=3, tolerance=0.002).set_index("run")
    assert found["settled"].tolist() == [True, False, False, False, True]
    assert found.loc["rests", "since"] == 2
    assert found.loc["still", "since"] == 0
    assert found.loc[["swings", "late", "short"], "since"].isna().all()
    assert found["level"].tolist() == pytest.approx([2.401 / 3, 0.4, 1.1 / 3, 0.4, 0.3])
    assert tipping.settled(table, window=3, tolerance=0.3).set_index("run")["settled"].sum() == 4


def test_collapse() -> None:
    table = runs(
        falls=[0.2, 0.9, 0.05, 0.3, 0.1, 0.0],
        stays=[0.2, 0.9, 0.9, 0.9, 0.9, 0.9],
        never=[0.05, 0.1, 0.0, 0.0, 0.0, 0.0],
        restless=[0.9, 0.5, 0.0, 0.0, 0.0, 0.15],
    )
    found = tipping.collapse(table, window=3).set_index("run")
    assert found["collapsed"].tolist() == [False, False, False, True]
    found = tipping.collapse(table, low=0.2, window=3).set_index("run")
    assert found["collapsed"].tolist() == [True, False, False, True]
    assert found["since"].tolist() == pytest.approx([4, math.nan, math.nan, 2], nan_ok=True)
    assert found["peak_round"].tolist() == [1, 1, 1, 0]
    found = tipping.collapse(table, window=4).set_index("run")
    assert found.loc["restless", "collapsed"]
    assert math.isnan(found.loc["restless", "since"])  # back above .1 in the last round


def test_probability_of_two_kinds_of_outcomes() -> None:
    table = runs(a=[0.9], b=[0.1], c=[0.7], d=[0.0], e=[0.2]).assign(seeds=[1, 1, 1, 2, 2])
    found = tipping.probability(table, by=["seeds"], window=1)
    assert found["seeds"].tolist() == [1, 2]
    assert found["tipped"].tolist() == [2, 0]
    assert found["probability"].tolist() == pytest.approx([2 / 3, 0])
    assert found["mean_tipped"].tolist() == pytest.approx([0.8, math.nan], nan_ok=True)
    assert found["mean_not"].tolist() == pytest.approx([0.1, 0.1])
    assert found["mean"].tolist() == pytest.approx([1.7 / 3, 0.1])
    assert found[["low", "high"]].to_numpy()[1] == pytest.approx([0, 0.6576], abs=1e-4)


SWEEP = {
    "name": "row 10",
    "rounds": 30,
    "replicates": 8,
    "population": {"kind": "blank", "users": 400},
    "decision": {"kind": "best-response", "activation": "synchronous"},
    "payoff": {"cost": {"kind": "normal", "mean": 0.5, "sd": 0.15}},
    "platform": {"kind": "response", "curve": "logistic"},
    "collective": {"committed": False},
    "sweep": {"grid": {"collective.seeds": [0.1, 0.28, 0.5]}},
}


def test_a_sweep_over_seed_sizes() -> None:
    result = gs.sweep(SWEEP)
    found = tipping.probability(result)
    assert found["collective.seeds"].tolist() == [0.1, 0.28, 0.5]
    assert found["runs"].tolist() == [8, 8, 8]
    assert found["probability"].tolist()[::2] == [0, 1]
    rests = equilibrium.fixed_points(lambda a: 1 / (1 + np.exp(-20 * (a - 0.3))),
                                     stats.norm(0.5, 0.15))["alpha"]  # fmt: skip
    assert found["mean_tipped"].iloc[2] == pytest.approx(rests.iloc[2], abs=0.005)
    assert found["mean_not"].iloc[0] == pytest.approx(rests.iloc[0], abs=0.005)
    settled = tipping.settled(result)
    assert list(settled.columns[:4]) == ["run", "seed", "replicate", "collective.seeds"]
    assert len(settled) == 24
    grown = cascades.sizes(result)
    assert (grown["size"] == grown["final"] - grown["initial"]).all()
    assert grown["initial"].unique().tolist() == [40, 112, 200]


@given(
    st.dictionaries(
        st.text("abc", min_size=1, max_size=2),
        st.lists(st.one_of(st.none(), st.integers(0, 40)), min_size=1, max_size=5),
        min_size=1, max_size=5,
    ),
    st.integers(0, 2**32),
)  # fmt: skip
def test_sizes_of_cascades_by_plain_loops(series, seed: int) -> None:
    """Runs side by side in any order of rows, rounds from anywhere, values missing here and there.

    Columns beside the members change nothing.
    """
    rng = np.random.default_rng(seed)
    rows, expected = [], {}
    for run, values in series.items():
        number = int(rng.integers(0, 3))
        for value in values:
            rows.append({"run": run, "round": number, "members": value, "alpha": rng.random()})
            number += int(rng.integers(1, 4))
        present = [value for value in values if value is not None]
        if present:
            expected[run] = (present[0], present[-1], present[-1] - present[0])
    table = pd.DataFrame(rows).astype({"members": float})
    table = table.iloc[rng.permutation(len(table))]
    if not expected:
        with pytest.raises(ValueError, match="no measured members"):
            cascades.sizes(table)
        return
    found = cascades.sizes(table)
    assert dict(zip(found["run"], found[["initial", "final", "size"]].itertuples(index=False),
                    strict=True)) == expected  # fmt: skip


def test_sizes_of_cascades_are_those_of_the_runs() -> None:
    result = gs.run(gs.load("watts-cascade").replace({"population.users": 500, "replicates": 5}))
    found = cascades.sizes(result).set_index("run")
    assert len(found) == 5
    for run, row in found.iterrows():
        members = {}
        for each in result.series.itertuples():
            if each.run == run:
                members[each.round] = each.members
        first, last = members[min(members)], members[max(members)]
        assert row[["initial", "final", "size"]].tolist() == [first, last, last - first]


@pytest.mark.parametrize("window", [0, 2.5, math.nan])
def test_windows_are_whole_numbers(window: float) -> None:
    table = runs(a=[0.1, 0.9, 0.9])
    for read in (tipping.settled, tipping.collapse, tipping.probability):
        with pytest.raises(ValueError, match="window must"):
            read(table, window=window)


def test_a_column_to_take_apart_may_be_named_alone() -> None:
    table = runs(a=[0.9], b=[0.1]).assign(seeds=[1, 2])
    alone, listed = (tipping.probability(table, by=by) for by in ("seeds", ["seeds"]))
    assert alone["probability"].tolist() == [1, 0]
    pd.testing.assert_frame_equal(alone, listed)


def test_the_tail_of_sizes() -> None:
    found = cascades.tail([3, 0, 0, 7, 3])
    assert found["size"].tolist() == [0, 3, 7]
    assert found["share"].tolist() == pytest.approx([1, 0.6, 0.2])


@given(st.lists(st.integers(-50, 50), min_size=1))
def test_the_tail_is_the_share_at_least_as_large(sizes: list[int]) -> None:
    found = cascades.tail(sizes)
    for size, share in found.to_numpy():
        assert share == pytest.approx(np.mean(np.array(sizes) >= size))


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.5, 0.999))
def test_wilson_is_scipys(successes: int, failures: int, level: float) -> None:
    trials = successes + failures
    low, high = intervals.wilson(successes, trials, level)
    if trials == 0:
        assert (low, high) == (0, 1)
        return
    exact = stats.binomtest(successes, trials).proportion_ci(level, method="wilson")
    assert (float(low), float(high)) == pytest.approx((exact.low, exact.high), abs=1e-12)


def test_student_is_scipys() -> None:
    values = np.random.default_rng(1).normal(size=12)
    exact = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert intervals.student(values, 0.9) == pytest.approx((exact.low, exact.high))
    assert np.isnan(intervals.student(values[:1])).all()
    assert np.isnan(intervals.bootstrap(values[:1], np.random.default_rng(0))).all()


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="no column 'round'"):
        tipping.take_off(pd.DataFrame({"alpha": [0.1]}))
    with pytest.raises(ValueError, match="no column 'success'"):
        tipping.take_off(runs(a=[0.1]), value="success")
    with pytest.raises(ValueError, match="no measured alpha"):
        tipping.probability(runs(a=[math.nan]))
    with pytest.raises(ValueError, match="window must"):
        tipping.settled(runs(a=[0.1]), window=0)
    with pytest.raises(ValueError, match="low must"):
        tipping.collapse(runs(a=[0.1]), high=0.2, low=0.2)
    with pytest.raises(ValueError, match="more successes than trials"):
        intervals.wilson(3, 2)


def test_failed_runs_are_left_out() -> None:
    class Result:
        runs = pd.DataFrame({"run": ["x", "y"], "seed": 0, "replicate": [0, 1],
                             "status": ["ok", "diverged"]})  # fmt: skip
        series = pd.DataFrame({"run": ["x", "y"], "round": 0, "alpha": [0.6, 0.7]})

    assert tables.all_rounds(Result())["run"].tolist() == ["x"]
    assert tipping.take_off(Result())["reached"].tolist() == [0]


@pytest.mark.parametrize("rounds", [1, 5, 10])
def test_runs_that_ended_because_they_had_settled_are_judged_as_others(rounds: int) -> None:
    """Everybody joins in round 1, and nothing moves any more: not how long one looks on counts."""
    rule = {"kind": "threshold", "of": "everybody", "threshold": 0.05, "activation": "synchronous"}
    scenario = gs.load("granovetter").replace({"decision": rule, "collective.seeds": 10})
    whole = gs.run(scenario)
    stopped = gs.run(scenario.replace({"stop": {"kind": "settled", "rounds": rounds}}))
    assert len(stopped.series) == rounds + 2 < len(whole.series)
    for described in (tipping.settled, tipping.collapse, tipping.take_off):
        expected = described(whole).drop(columns="run")
        pd.testing.assert_frame_equal(described(stopped).drop(columns="run"), expected)
    assert tipping.settled(stopped)["since"].item() == 1
