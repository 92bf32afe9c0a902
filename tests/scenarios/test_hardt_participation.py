"""Signature 14 of Hardt et al. (2023): collapse below S⁻¹(c/(1-γ)), everybody above."""

from __future__ import annotations

import pytest

import groundswell as gs
from groundswell.analysis import participation
from groundswell.analysis.tables import last_rounds

SEED = 90_210  # not one of those the scenario was tried on


def test_a_known_response_splits_exactly_at_the_threshold() -> None:
    scenario = gs.load("hardt-participation").replace({"seed": SEED, "replicates": 5})
    threshold = participation.smallest_share(
        gs.success_curve(scenario), 0.4, spillover=0.2, tolerance=1e-9
    )
    assert threshold == pytest.approx(0.3, abs=1e-8)
    runs = last_rounds(gs.sweep(scenario))
    assert len(runs) == 5 * 11
    final = runs.groupby("collective.seeds")["member_share"].agg(["min", "max"])
    assert (final[final.index < 0.3] == 0).all(axis=None)
    assert (final[final.index > 0.3] == 1).all(axis=None)
    assert (final.loc[0.3] == 0.3).all()  # members and outsiders get the same: nobody moves


@pytest.mark.slow
def test_so_does_a_trained_learner() -> None:
    scenario = gs.load("hardt-participation-digits").replace({"seed": SEED, "replicates": 5})
    curve = gs.success_curve(scenario)
    thresholds = [
        participation.smallest_share(
            lambda alpha, number=number: curve(alpha, replicate=number), 0.6, spillover=0.2
        )
        for number in range(5)
    ]
    assert 0.006 < min(thresholds) <= max(thresholds) < 0.035
    runs = last_rounds(gs.sweep(scenario))
    means = runs.groupby("collective.seeds")["member_share"].mean()
    assert means.to_dict() == {0.003: 0, 0.006: 0, 0.035: 1, 0.06: 1}
