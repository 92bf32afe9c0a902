"""Signature 1 of Hardt et al. (2023): against the exact Bayes learner success is a staircase."""

from __future__ import annotations

import numpy as np
import pytest

import groundswell as gs
from groundswell.analysis import critical_mass, staircase


def test_the_sweep_equals_the_exact_curve() -> None:
    result = gs.sweep("hardt-staircase")
    population, collective = result.scenario.population, result.scenario.collective
    alpha = result.series["alpha"].to_numpy()
    expected = staircase.feature_label(alpha, population.p0, collective.signal.to, 2)
    assert alpha.min() == 0
    assert result.series["success"].to_numpy() == pytest.approx(expected, abs=1e-12)
    assert sorted({round(height, 9) for height in expected}) == [0.35, 0.68, 1.0]
    # α = 0: the cell whose gap is negative counts, the others do not.
    assert result.series["success"][result.series["alpha"] == 0].tolist() == [0.35] * 2


def test_random_laws_and_signals_do_too() -> None:
    rng, alpha = np.random.default_rng(77), np.linspace(0, 1, 41)
    for seed in range(20):
        cells = 7
        signal_cells = rng.choice(cells, size=3, replace=False)
        to = rng.choice(signal_cells, size=cells)
        to[signal_cells] = signal_cells
        scenario = gs.load("hardt-staircase").replace(
            {
                "population": {"kind": "categorical", "users": 50, "cells": cells, "labels": 3,
                               "concentration": 0.3},
                "collective.signal": {"kind": "cells", "to": to.tolist()},
            }
        )  # fmt: skip
        curve = gs.success_curve(scenario, seed=1000 * seed)
        p0 = gs.CollectiveActionModel(curve.scenario).world.source.p0
        expected = staircase.feature_label(alpha, p0, to, 2)
        assert curve(alpha) == pytest.approx(expected, abs=1e-12)


def test_a_one_point_signal_jumps_where_it_should() -> None:
    """At Δξ/(1+Δξ), with ξ = 0.1 and Δ = 1."""
    found = critical_mass.bisect(gs.success_curve("bayes-step"), 0.9, tolerance=1e-12)
    assert found.low <= 1 / 11 + 1e-15
    assert found.high >= 1 / 11 - 1e-15
    assert found.high - found.low <= 1e-12
    assert (found.success_low, found.success_high) == (0, 1)
