"""Honest points that carry the signal by chance."""

from __future__ import annotations

import numpy as np
import pytest

import groundswell as gs
from groundswell.analysis import staircase
from groundswell.problems import ScenarioError

PIXELS = [7, 56]


def world(scenario: gs.Scenario, share: float):
    changed = scenario.replace({"population.coincidence": share, "collective.seeds": 0})
    return gs.CollectiveActionModel(changed, rng=3).world


def carrying(X):
    return (X[:, PIXELS] == 1).all(axis=1)


@pytest.fixture
def digits() -> gs.Scenario:
    return gs.load("signal-planting").replace({"platform.learner.kind": "naive-bayes", "sweep": {}})


def test_users_and_fresh_points_carry_it_at_the_rate(digits: gs.Scenario) -> None:
    for share in (0.1, 0.6):
        made = world(digits, share)
        assert carrying(made.rows.points.X).mean() == pytest.approx(share, abs=0.04)
        assert carrying(made.fresh.X).mean() == pytest.approx(share, abs=0.06)
    assert carrying(world(digits, 1.0).rows.points.X).all()


def test_nothing_else_changes(digits: gs.Scenario) -> None:
    without, some, more = (world(digits, share).rows.points for share in (0.0, 0.1, 0.3))
    others = [column for column in range(64) if column not in PIXELS]
    for points in (some, more):
        assert (points.y == without.y).all()
        assert (points.X[:, others] == without.X[:, others]).all()
        untouched = ~carrying(points.X)
        assert (points.X[untouched] == without.X[untouched]).all()
    assert (carrying(some.X) <= carrying(more.X)).all()


def test_redrawn_rows_carry_it_too(digits: gs.Scenario) -> None:
    scenario = digits.replace({"population.redraw": True, "population.coincidence": 0.5})
    model = gs.CollectiveActionModel(scenario)
    model.step()
    honest = model.platform.history[-1]
    assert carrying(honest.points.X[~honest.planted]).mean() == pytest.approx(0.5, abs=0.06)


def test_the_exact_law_is_the_mixture() -> None:
    scenario = gs.load("hardt-staircase").replace({"population.coincidence": 0.2})
    base, to = np.array(scenario.population.p0), list(scenario.collective.signal.to)
    mixed = 0.8 * base
    np.add.at(mixed, to, 0.2 * base)
    alpha = np.linspace(0, 1, 301) + 1e-6 * (np.arange(301) < 300)
    expected = staircase.feature_label(alpha, mixed, to, 2)
    assert gs.success_curve(scenario)(alpha) == pytest.approx(expected, abs=1e-12)
    assert len(set(np.round(expected, 9))) > 2


def test_without_a_signal_there_is_nothing_to_carry(digits: gs.Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"population\.coincidence: .* there is no signal"):
        digits.replace({"population.coincidence": 0.1, "collective.signal": "none"})
