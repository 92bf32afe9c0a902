"""The effective size: tables, crossings, the JTT identity, Theorem 1 with α_eff."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.analysis import effective_size as es


def sweep(replicates: int = 5) -> pd.DataFrame:
    """Two learners: one plain, one above the diagonal below .1 and below it above."""
    rng = np.random.default_rng(0)
    rows = [
        {
            "learner": learner, "seed": 1, "replicate": replicate, "alpha": alpha,
            "alpha_eff": alpha if learner == "erm" else np.sqrt(alpha / 10) * rng.uniform(0.9, 1.1),
            "success": 0.5, "accuracy": 0.9,
        }
        for learner in ("erm", "robust")
        for replicate in range(replicates)
        for alpha in (0.0, 0.01, 0.05, 0.2)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_side_by_side() -> None:
    table = es.by_share(sweep(), by=["learner"]).set_index(["learner", "alpha"])
    assert list(table.columns) == [
        "alpha_eff", "low", "high", "ratio", "success", "accuracy", "replicates",
    ]  # fmt: skip
    assert (table.loc["erm", "ratio"].dropna() == 1).all()
    assert np.isnan(table.loc[("erm", 0.0), "ratio"])
    assert table.loc[("robust", 0.01), "ratio"] > 2
    assert table.loc[("robust", 0.2), "ratio"] < 0.8
    assert (table.low <= table.alpha_eff).all()
    assert (table.replicates == 5).all()
    assert np.isnan(es.by_share(sweep(1), by=["learner"])["low"]).all()


def test_crossing_of_the_diagonal() -> None:
    table = es.crossing(sweep(), by=["learner"]).set_index("learner")
    assert np.isnan(table.loc["erm", "crossing"])
    assert table.loc["erm", "crosses"] == 0
    robust = table.loc["robust"]
    assert 0.05 < robust["low"] <= robust["crossing"] <= robust["high"] < 0.2
    assert robust["crosses"] == 1
    with pytest.raises(ValueError, match="no column 'alpha_eff_final'"):
        es.crossing(sweep(), value="alpha_eff_final")


def test_a_curve_may_pass_through_the_diagonal() -> None:
    table = pd.DataFrame({"alpha": [0.1, 0.2, 0.3], "alpha_eff": [0.12, 0.2, 0.25]})
    assert 0.1 < es.crossing(table, resamples=0)["crossing"].item() < 0.3


shares = st.floats(0.001, 0.999)


@given(shares, st.floats(1, 100), shares, shares)
def test_jtt_is_above_the_diagonal_iff_members_are_wrong_more_often(
    alpha: float, upweight: float, e_c: float, e_b: float
) -> None:
    found = es.jtt(alpha, upweight=upweight, error_collective=e_c, error_base=e_b)
    if abs(e_c - e_b) * (upweight - 1) > 1e-6:
        assert (found > alpha) == (e_c > e_b)
    weights = np.r_[alpha * (1 + (upweight - 1) * e_c), (1 - alpha) * (1 + (upweight - 1) * e_b)]
    assert found == pytest.approx(weights[0] / weights.sum(), abs=1e-12)


def test_jtt_domains() -> None:
    errors = {"error_collective": 0.5, "error_base": 0.1}
    assert es.jtt([0.1, 0.2], upweight=5, **errors).shape == (2,)
    with pytest.raises(ValueError, match="upweight must lie in"):
        es.jtt(0.1, upweight=0.5, **errors)
    with pytest.raises(ValueError, match="alpha must lie in"):
        es.jtt(1.1, upweight=5, **errors)


@pytest.mark.parametrize("one_point", [True, False])
@pytest.mark.parametrize("seed", range(60))
def test_the_bayes_classifier_of_the_weighted_rows_obeys_the_bound(
    seed: int, one_point: bool
) -> None:
    """With ξ, Δ of the re-weighted base, whatever the weights; with those of P0 it may not."""
    rng = np.random.default_rng(seed)
    cells, labels = 6, 3
    p0 = rng.dirichlet(np.full(cells * labels, 0.5)).reshape(cells, labels)
    to = np.full(cells, 5) if one_point else np.array([4, 5, 4, 5, 4, 5])
    n, target = 400, int(rng.integers(labels))
    draw = rng.choice(cells * labels, size=n, p=p0.ravel())
    x, y = np.divmod(draw, labels)
    planted = rng.random(n) < rng.choice([0.02, 0.1, 0.3])
    x[planted], y[planted] = to[x[planted]], target
    weights = rng.exponential(size=n) * np.where(planted, rng.exponential(), 1)
    table = np.zeros((cells, labels))
    np.add.at(table, (x, y), weights)
    answer = np.where(table.sum(1) > 0, table.argmax(1), table.sum(0).argmax())
    success = p0.sum(1) @ (answer[to] == target)
    found = es.theorem(p0, to, target, cells=x, labels=y, planted=planted, weights=weights)
    found = found.set_index("base")
    assert found.loc["re-weighted", "bound"] <= success + 1e-9 or not planted.any()
    if one_point and planted.any():
        assert found.loc["re-weighted", "tilt"] == pytest.approx(1)
    share = weights[planted].sum() / weights.sum()
    assert found["alpha_eff"].tolist() == pytest.approx([share] * 2)


def test_with_equal_weights_both_versions_estimate_the_same() -> None:
    p0 = np.array([[0.5, 0.2], [0.2, 0.1]])
    counts = (p0 * 100).round().astype(int)
    x, y = (np.repeat(np.indices(p0.shape)[i].ravel(), counts.ravel()) for i in (0, 1))
    x, y = np.append(x, [1] * 10), np.append(y, [1] * 10)
    rows = {"cells": x, "labels": y, "planted": np.arange(len(x)) >= 100, "weights": np.ones(110)}
    found = es.theorem(p0, [1, 1], 1, **rows).drop(columns="base")
    np.testing.assert_allclose(found.iloc[0], found.iloc[1])
    nobody = es.theorem(p0, [1, 1], 1, **{**rows, "planted": np.zeros(110, dtype=bool)})
    assert nobody["bound"].isna().all()
    with pytest.raises(ValueError, match="no row beside the planted ones"):
        es.theorem(p0, [1, 1], 1, **{**rows, "planted": np.ones(110, dtype=bool)})
