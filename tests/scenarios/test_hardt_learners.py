"""Signatures 2, 3, 4 and 7 of theory.md on seeds that nothing was tuned on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import groundswell as gs

FRESH_SEED = 20_261


def swept(name: str, **changes: object) -> pd.DataFrame:
    """Round 0 of a library sweep with its settings beside it."""
    result = gs.sweep(gs.load(name).replace(changes | {"seed": FRESH_SEED}), workers=2)
    assert (result.runs["status"] == "ok").all()
    return result.series[result.series["round"] == 0].merge(result.runs, on="run")


def test_bounds_stand_below_success() -> None:
    table = swept("hardt-bounds")
    assert (table["bound"] <= table["success"] + 1e-9).all()
    informative = table["bound"] > 0
    assert informative.mean() > 0.2
    assert (table["success"][~informative] == 0).any()


@pytest.mark.slow
def test_a_tiny_collective_suffices() -> None:
    table = swept("hardt-tiny-collective", **{"sweep.grid": {"collective.seeds": [0.0, 0.03]}})
    mean = table.groupby("collective.seeds")[["success", "accuracy"]].mean()
    assert mean.loc[0.03, "success"] >= 0.85
    assert mean.loc[0.0, "accuracy"] - mean.loc[0.03, "accuracy"] <= 0.02


@pytest.mark.slow
def test_closer_to_optimal_smaller_mass() -> None:
    table = swept("hardt-optimality")
    success = table.groupby(["platform.learner.epochs", "collective.seeds"])["success"].mean()
    mass = {
        epochs: np.interp(0.9, np.maximum.accumulate(curve), curve.index.get_level_values(1))
        for epochs, curve in success.groupby(level=0)
    }
    assert mass[60] <= mass[15] / 2


@pytest.mark.slow
def test_feature_only_needs_positivity() -> None:
    table = swept("hardt-feature-only", **{"sweep.grid": {"population.label_noise": [0.0, 0.3]}})
    mean = table.groupby("population.label_noise")["success"].mean()
    assert mean[0.3] - mean[0.0] >= 0.4
