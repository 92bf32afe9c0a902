"""Paired contrasts: against SciPy, and against what common random numbers promise."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import groundswell as gs
from groundswell.analysis import contrasts, tipping


def pairs(difference=0.2, replicates=12, rng_seed=1, noise=0.05):
    rng = np.random.default_rng(rng_seed)
    base = rng.normal(0.5, 0.3, replicates)
    other = base + difference + rng.normal(0, noise, replicates)
    halves = [
        pd.DataFrame({"seed": 7, "replicate": range(replicates), "rule": rule, "alpha": values})
        for rule, values in (("a", base), ("b", other))
    ]
    return pd.concat(halves), base, other


def test_it_is_the_paired_t_interval_and_the_bootstrap() -> None:
    table, base, other = pairs()
    row = contrasts.paired(table.sample(frac=1, random_state=2), "rule", baseline="a").iloc[0]
    exact = stats.ttest_rel(other, base)
    interval = exact.confidence_interval(0.95)
    assert (row["rule"], row["baseline"], row["pairs"]) == ("b", "a", 12)
    assert row["difference"] == pytest.approx(np.mean(other - base))
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))
    assert row["sd"] == pytest.approx(np.std(other - base, ddof=1))
    assert row["correlation"] == pytest.approx(np.corrcoef(base, other)[0, 1])
    resampled = stats.bootstrap(
        (other - base,), np.mean, method="percentile", random_state=np.random.default_rng(3)
    )
    assert (row["boot_low"], row["boot_high"]) == pytest.approx(
        resampled.confidence_interval, abs=0.004
    )
    back = contrasts.paired(table, "rule", baseline="b").iloc[0]
    assert back["difference"] == pytest.approx(-row["difference"])


def test_the_intervals_cover_the_truth() -> None:
    covered = {"t": 0, "boot": 0}
    for rng_seed in range(100):
        table, *_ = pairs(rng_seed=rng_seed, replicates=20)
        row = contrasts.paired(table, "rule", baseline="a", resamples=300).iloc[0]
        covered["t"] += row["low"] <= 0.2 <= row["high"]
        covered["boot"] += row["boot_low"] <= 0.2 <= row["boot_high"]
    assert covered["t"] >= 90
    assert covered["boot"] >= 86


def test_runs_without_partner_are_left_out() -> None:
    table, base, other = pairs()
    table = table[~((table["rule"] == "b") & (table["replicate"] == 3))]
    table.loc[(table["rule"] == "a") & (table["replicate"] == 5), "alpha"] = math.nan
    row = contrasts.paired(table, "rule").iloc[0]
    kept = [i for i in range(12) if i not in {3, 5}]
    assert row["pairs"] == 10
    assert row["difference"] == pytest.approx(np.mean((other - base)[kept]))


def test_one_pair_and_pairs_that_do_not_scatter() -> None:
    one = pairs(replicates=1)[0]
    row = contrasts.paired(one, "rule").iloc[0]
    assert np.isnan(row[["low", "high", "boot_low", "sd", "correlation"]].astype(float)).all()
    same = pairs(noise=0.0, difference=0.0)[0].assign(alpha=lambda t: (t["rule"] == "b") * 1.0)
    row = contrasts.paired(same, "rule").iloc[0]
    assert (row["difference"], row["low"], row["high"], row["boot_high"]) == (1, 1, 1, 1)
    assert math.isnan(row["correlation"])


def test_a_sweep_is_compared_within_its_other_settings() -> None:
    scenario = {
        "name": "two settings",
        "rounds": 10,
        "replicates": 6,
        "population": {"kind": "blank", "users": 200},
        "network": "complete",
        "payoff": {"cost": {"kind": "normal", "mean": 0.5, "sd": 0.3}},
        "platform": {"kind": "response", "curve": "logistic"},
        "sweep": {
            "grid": {"payoff.peer_pressure": [0.0, 0.2], "collective.seeds": [0.1, 0.2, 0.3]}
        },
    }
    result = gs.sweep(scenario)
    found = contrasts.paired(result, "payoff.peer_pressure")
    assert found["collective.seeds"].tolist() == [0.1, 0.2, 0.3]
    assert found["pairs"].tolist() == [6, 6, 6]
    assert (found["difference"] > 0).all()
    last = result.series.groupby("run")["alpha"].last()
    runs = result.runs[result.runs["collective.seeds"] == 0.1].set_index("run")
    alphas = [last[runs.index[runs["payoff.peer_pressure"] == x]] for x in (0.0, 0.2)]
    assert found["difference"].iloc[0] == pytest.approx(alphas[1].mean() - alphas[0].mean())
    over_seeds = contrasts.paired(result, "collective.seeds", by=["payoff.peer_pressure"])
    assert over_seeds["collective.seeds"].tolist() == [0.2, 0.3] * 2
    times = contrasts.paired(
        tipping.settled(result), "payoff.peer_pressure", value="level", by=["collective.seeds"]
    )
    assert len(times) == 3


def test_scenarios_are_compared_by_seed_and_replicate() -> None:
    base = gs.load("granovetter").replace({"replicates": 3})
    shifted = base.replace({"decision.threshold.values": [0, *range(2, 100), 2]})
    table = contrasts.stacked({"crowd": gs.run(base), "one missing": gs.run(shifted)})
    row = contrasts.paired(table, "scenario", value="members").iloc[0]
    assert (row["scenario"], row["baseline"]) == ("one missing", "crowd")
    assert row["difference"] == -99


def test_a_column_to_take_apart_may_be_named_alone() -> None:
    table = pairs()[0].assign(seeds=0.1)
    alone, listed = (contrasts.paired(table, "rule", by=by) for by in ("seeds", ["seeds"]))
    assert alone["seeds"].tolist() == [0.1]
    pd.testing.assert_frame_equal(alone, listed)


def test_what_does_not_pair_is_refused() -> None:
    table = pairs()[0]
    with pytest.raises(ValueError, match="several runs have one seed"):
        contrasts.paired(pd.concat([table, table]), "rule")
    with pytest.raises(ValueError, match="no two runs differ in 'rule' only"):
        contrasts.paired(table[table["rule"] == "a"], "rule")
    with pytest.raises(ValueError, match="no two runs differ in 'rule' only"):
        contrasts.paired(table, "rule", baseline="c")
    with pytest.raises(ValueError, match="no column 'seed'"):
        contrasts.paired(table.drop(columns="seed"), "rule")
