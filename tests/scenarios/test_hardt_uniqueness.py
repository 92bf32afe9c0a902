"""Signature 6 of Hardt et al. (2023): a signal that honest points carry too is worth less."""

from __future__ import annotations

import numpy as np
import pytest

import groundswell as gs
from groundswell.analysis.tables import last_rounds

SEED = 90_210  # not one of those the scenario was tried on


@pytest.mark.slow
def test_success_falls_strictly_with_coincidence() -> None:
    grid = {"population.coincidence": [0.0, 0.02, 0.1, 0.3]}
    runs = last_rounds(gs.sweep("hardt-uniqueness", seed=SEED, replicates=5, sweep={"grid": grid}))
    means = runs.groupby("population.coincidence")["success"].mean()
    assert means.index.tolist() == [0.0, 0.02, 0.1, 0.3]
    assert (np.diff(means) < 0).all()
    assert means.iloc[0] - means.iloc[-1] >= 0.5
