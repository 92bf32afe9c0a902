"""What runs measure equals what theory says, wherever theory speaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import groundswell as gs
from groundswell.analysis import bounds, parameters, staircase
from groundswell.problems import ScenarioError


def scenario(
    p0: np.ndarray, to: list[int], strategy: dict[str, Any], **learner: Any
) -> dict[str, Any]:
    return {
        "name": "theory",
        "rounds": 1,
        "population": {"kind": "categorical", "users": 1000, "p0": p0.tolist()},
        "decision": "fixed",
        "collective": {"seeds": 0.1, "strategy": strategy, "signal": {"kind": "cells", "to": to}},
        "platform": {"kind": "learning", "learner": {"kind": "bayes", **learner}},
    }


def random_law(seed: int, cells: int = 7, labels: int = 3) -> tuple[np.ndarray, list[int]]:
    rng = np.random.default_rng(seed)
    p0 = rng.dirichlet(np.full(cells * labels, 0.6)).reshape(cells, labels)
    stays = rng.random(cells) < 0.4
    stays[rng.integers(cells)] = True
    to = np.where(stays, np.arange(cells), rng.choice(np.flatnonzero(stays), cells))
    return p0, to.tolist()


EXACT = {
    "feature-label": lambda a, p0, to, eps: staircase.feature_label(a, p0, to, 1, eps),
    "feature-only": lambda a, p0, to, eps: staircase.feature_only(a, p0, to, 1, eps),
    "erasing": lambda a, p0, to, eps: staircase.erasing(a, p0, to),
}


@pytest.mark.parametrize("kind", EXACT)
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("epsilon", [0.0, 0.1])
def test_exact_bayes_follows_the_exact_curve(kind: str, seed: int, epsilon: float) -> None:
    p0, to = random_law(seed)
    if kind == "erasing" and epsilon:
        pytest.skip("the adversary needs a target")
    strategy = {"kind": kind} if kind == "erasing" else {"kind": kind, "target": 1}
    base = gs.load(scenario(p0, to, strategy, epsilon=epsilon))
    for members in (0, 1, 37, 120, 333, 501, 900):
        row = gs.run(base.replace({"collective.seeds": members})).series.iloc[-1]
        expected = EXACT[kind](members / 1000, p0, to, epsilon)
        assert row["success"] == pytest.approx(expected, abs=1e-12)
        assert not row["bound"] > row["success"] + 1e-9


def test_bound_is_the_theorem_with_the_learners_epsilon() -> None:
    p0, to = random_law(3)
    row = gs.run(scenario(p0, to, {"kind": "feature-label", "target": 1}, epsilon=0.1)).series.iloc[
        -1
    ]
    xi, gap = parameters.uniqueness(p0, to), parameters.gap(p0, to, 1)
    assert row["bound"] == bounds.feature_label(0.1, uniqueness=xi, gap=gap, epsilon=0.1)
    assert row["bayes_reference"] == bounds.feature_label(0.1, uniqueness=xi, gap=gap)


@pytest.mark.parametrize(
    ("changes", "reference"),
    [
        ({"platform.learner.plug_in": True}, True),
        ({"platform.learner.kind": "tree"}, True),
        ({"payoff.cost": {"kind": "column", "column": "x"}}, None),
        ({"collective.mistakes": 0.5, "collective.mistaken_signal": "none"}, False),
        ({"collective.signal.to": [1, 2, 0, 3, 4, 5, 6]}, False),
        ({"collective.seeds": 0}, False),
    ],
)
def test_bound_is_missing_where_theory_does_not_speak(
    changes: dict[str, Any], reference: bool | None
) -> None:
    p0, to = random_law(3)
    base = gs.load(scenario(p0, to, {"kind": "feature-label", "target": 1}))
    if reference is None:
        pytest.skip("a finite X has no numeric column")
    row = gs.run(base.replace(changes)).series.iloc[-1]
    assert np.isnan(row["bound"])
    assert np.isnan(row["bayes_reference"]) != reference


def test_lift_of_erasing_is_measured_from_the_start() -> None:
    p0, to = random_law(1)
    base = gs.load(scenario(p0, to, {"kind": "erasing"}))
    start = gs.run(base.replace({"collective.seeds": 0})).series.iloc[-1]
    row = gs.run(base.replace({"collective.seeds": 600})).series.iloc[-1]
    assert row["success"] == 1
    assert start["lift"] == 0
    assert row["lift"] == pytest.approx(1 - start["success"], abs=1e-12)
    assert np.isnan(row["placebo"])


def test_erasing_on_digits_asks_the_learner_for_labels() -> None:
    settings = {
        "name": "erasing",
        "rounds": 1,
        "population": "digits",
        "decision": "fixed",
        "collective": {
            "strategy": "erasing",
            "signal": {"kind": "pixels", "pixels": [18, 19, 20, 27, 28, 35, 36]},
        },
        "platform": {"kind": "learning", "learner": "logistic"},
    }
    lifts = [
        gs.run(settings, collective=settings["collective"] | {"seeds": seeds}).series.iloc[-1][
            "lift"
        ]
        for seeds in (0, 0.5)
    ]
    assert lifts[0] == 0
    assert lifts[1] > 0.1


def test_mistakes_dilute_the_signal() -> None:
    p0 = np.array([[0.5, 0.1], [0.1, 0.1], [0.2, 0.0]])
    base = gs.load(scenario(p0, [2, 2, 2], {"kind": "feature-label", "target": 1}))
    wrong = {"collective.mistaken_signal": {"kind": "cells", "to": [1, 1, 1]}}
    # Cell 2 flips once α > .2 (1-α); with half of the plants elsewhere, once α/2 > .2 (1-α).
    for members, mistakes, success in ((170, 0.0, 1), (170, 0.5, 0), (300, 0.5, 1)):
        changes = {"collective.seeds": members, "collective.mistakes": mistakes}
        changes |= wrong if mistakes else {}
        row = gs.run(base.replace(changes)).series.iloc[-1]
        assert (row["success"], row["alpha"]) == (success, members / 1000)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"collective.strategy": "erasing", "collective.signal.to": [1, 2, 0]}, "not idempotent"),
        (
            {"collective.strategy": "erasing", "platform.learner.epsilon": 0.1},
            "needs a target label",
        ),
    ],
)
def test_strategies_that_cannot_work_are_refused(changes: dict[str, Any], message: str) -> None:
    p0 = np.array([[0.5, 0.1], [0.1, 0.1], [0.2, 0.0]])
    base = gs.load(scenario(p0, [2, 2, 2], {"kind": "feature-label", "target": 1}))
    with pytest.raises(ScenarioError, match=message):
        base.replace(changes)


@pytest.mark.parametrize("epsilon", [0.0, 0.1])
@pytest.mark.parametrize("seed", range(6))
def test_ties_are_ties_at_the_jumps_themselves(seed: int, epsilon: float) -> None:
    """At a jump two labels weigh the same but for rounding; both sides call that a tie."""
    rng = np.random.default_rng(seed)
    p0 = rng.multinomial(40, rng.dirichlet(np.ones(15))).reshape(5, 3) / 40
    stays = np.flatnonzero(rng.random(5) < 0.5)
    to = np.where(np.isin(np.arange(5), stays), np.arange(5), stays[0] if len(stays) else 0)
    to[to[0]] = to[0]
    if not np.array_equal(to[to], to):
        pytest.skip("no idempotent signal drawn")
    strategy = {"kind": "feature-label", "target": 1}
    curve = gs.success_curve(scenario(p0, to.tolist(), strategy, epsilon=epsilon))
    shares = staircase.jumps(p0, to, 1, epsilon)
    shares = np.unique(np.clip([shares - 1e-9, shares, shares + 1e-9], 0, 1))
    np.testing.assert_allclose(
        curve(shares), staircase.feature_label(shares, p0, to, 1, epsilon), atol=1e-12
    )
