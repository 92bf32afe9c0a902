"""What rules and strategies say of themselves, which decides what they can be combined with."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from groundswell.agents.strategy import Context, Outcome, Strategy
from groundswell.data import Points

RING = {"kind": "ring", "degree": 2}
CONTAGION = {"kind": "contagion", "infection": 0.5, "recovery": 0.5}
RULES = [
    # rule, weighs success, forms beliefs, draws, needs ties, tells weights, leaves for good
    ("fixed", False, False, 0, False, True, False),
    ({"kind": "threshold", "threshold": 0.5}, False, False, 0, True, True, False),
    (
        {"kind": "threshold", "threshold": 2, "measure": "count"},
        False, False, 0, True, False, False,
    ),
    (
        {"kind": "threshold", "threshold": 0.5, "of": "everybody"},
        False, False, 0, False, False, False,
    ),
    ("best-response", True, True, 0, False, True, False),
    ({"kind": "logit", "rationality": 1.0}, True, True, 1, False, True, False),
    ({"kind": "imitation", "noise": 1.0}, True, False, 2, False, False, False),
    (CONTAGION, False, False, 1, True, False, False),
    ({**CONTAGION, "after": "removed"}, False, False, 1, True, False, True),
    ("voter", False, False, 1, True, False, False),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "success", "beliefs", "draws", "ties", "weights", "gone"), RULES)
def test_what_rules_look_at(make_scenario, rule, success, beliefs, draws, ties, weights, gone):
    found = make_scenario(population__users=10, network=RING, decision=rule).decision
    assert (found.weighs_success, found.forms_beliefs, found.draws) == (success, beliefs, draws)
    assert found.needs_ties is ties
    assert found.weighs_ties is weights
    assert found.leaves_for_good is gone


STRATEGIES = {
    # has success, has placebo, needs best label, needs idempotent, row by row, needs start, theory
    "none": (False, False, False, False, True, False, "bayes"),
    "feature-label": (True, True, False, False, True, False, "bayes"),
    "feature-only": (True, True, False, False, True, False, "bayes"),
    "erasing": (True, False, True, True, True, True, "bayes"),
    "gradient-neutralizing": (True, False, False, False, False, True, "convex"),
    "gradient-control": (True, False, False, False, False, True, "descent"),
}


def test_what_strategies_need():
    found = {
        name: (
            kind.has_success, kind.has_placebo, kind.needs_best_label, kind.needs_idempotent,
            kind.rowwise, kind.needs_start, kind.theory,
        )
        for name, kind in Strategy.kinds.items()
    }  # fmt: skip
    assert {name: found[name] for name in STRATEGIES} == STRATEGIES
    assert Strategy.rowwise is False, "who says nothing claims nothing"


def test_who_has_no_strategy_aims_at_nothing():
    context = Context(signal=None, schema=None)
    nothing = Points(np.zeros((0, 1)), np.zeros(0, dtype=np.int64))
    sends = Strategy.kinds["none"]()
    assert sends.pointwise is True
    assert sends.target_label(None) is None
    assert sends.aim(None, nothing, context) is None
    assert sends.steer(context) is None
    assert sends.theorem(np.ones((1, 1)), np.zeros(1, dtype=int), context) is None
    assert sends.submit(nothing, context) is nothing


def test_lift_is_success_beyond_the_placebo_or_else_beyond_the_start():
    assert Outcome(success=0.75, placebo=0.5, start=0.25).lift == 0.25
    assert Outcome(success=0.75, start=0.25).lift == 0.5
    assert np.isnan(Outcome(success=0.75).lift)


@pytest.mark.parametrize("made", [Outcome(0.5), Context(signal=None, schema=None)])
def test_outcomes_and_contexts_do_not_change(made):
    with pytest.raises(FrozenInstanceError):
        made.success = 1.0


def test_only_a_squared_loss_reads_free_labels():
    neutralizing = Strategy.kinds["gradient-neutralizing"]
    real, free = neutralizing(target="1"), neutralizing(target="1", labels="free")
    control = Strategy.kinds["gradient-control"](target="1", bound=1.0)
    assert all(one.readable_by("logistic") for one in (real, control))
    assert [free.readable_by(loss) for loss in ("squared", "logistic")] == [True, False]


def test_success_of_parameters_is_no_share_of_points():
    control = Strategy.kinds["gradient-control"]
    assert not Strategy.kinds["gradient-neutralizing"](target="1").pointwise
    assert not control(target="1", bound=1.0).pointwise
    assert control(target="1", mode="points").pointwise


def test_members_choose_from_a_hundred_points_unless_told_otherwise():
    kind = Strategy.kinds["gradient-neutralizing"]
    assert kind(target="1").candidates == 100
    assert kind(target="1", candidates=1).candidates == 1
    assert kind(target=[0.5]).target == (0.5,)
    for wrong in ({"candidates": 0}, {"target": []}):
        with pytest.raises(ValueError, match=r"greater than or equal to 1|at least 1 item"):
            kind(**{"target": "1", **wrong})
    control = Strategy.kinds["gradient-control"]
    assert control(target="1", bound=1e-9).bound == 1e-9
    with pytest.raises(ValueError, match="greater than 0"):
        control(target="1", bound=0.0)
