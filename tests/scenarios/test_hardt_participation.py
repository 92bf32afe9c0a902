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


@pytest.fixture(scope="module")
def digits() -> gs.Scenario:
    changes = {"seed": SEED, "replicates": 5}
    return gs.load("hardt-participation-digits").replace(changes)


@pytest.mark.slow
def test_a_trained_learner_splits_them_too(digits: gs.Scenario) -> None:
    runs = last_rounds(gs.sweep(digits))
    means = runs.groupby("collective.seeds")["member_share"].mean()
    assert means.to_dict() == {0.003: 0, 0.006: 0, 0.035: 1, 0.06: 1}


@pytest.mark.slow
def test_at_the_very_user_that_its_success_curve_says(digits: gs.Scenario) -> None:
    """A model has the users, seeds and fresh points of the curve's replicate, so it must."""
    curve = gs.success_curve(digits)
    for number in range(5):
        threshold = participation.smallest_share(
            lambda alpha, number=number: curve(alpha, replicate=number), 0.6, spillover=0.2
        )
        enough = round(curve.attained(threshold, replicate=number) * 1258)
        assert final_share(digits, enough - 1, number) == 0
        assert final_share(digits, enough, number) == 1


def final_share(scenario: gs.Scenario, seeds: int, replicate: int) -> float:
    changed = scenario.replace({"collective.seeds": seeds})
    model = gs.CollectiveActionModel(changed, replicate=replicate)
    joined = model.columns["joined"]
    while model.round < scenario.rounds and joined.any() and not joined.all():
        model.step()
        joined = model.columns["joined"]
    return joined.mean()
