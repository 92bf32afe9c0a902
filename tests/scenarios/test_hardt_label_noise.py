"""Signature 5 of Hardt et al. (2023): label noise helps the collective."""

from __future__ import annotations

import pytest

import groundswell as gs
from groundswell.analysis import critical_mass

SEED = 90_210  # not one of those the scenario was tried on


@pytest.mark.slow
def test_label_noise_halves_the_critical_mass_at_least() -> None:
    result = gs.sweep("hardt-label-noise", seed=SEED, replicates=5)
    found = critical_mass.from_sweep(result, 0.8).set_index("population.label_noise")
    assert found["critical_mass"][0.0] >= 2 * found["critical_mass"][0.3]
    assert found["replicates"].tolist() == [5, 5]
