"""Members who lose heart after a round below the target."""

import numpy as np
import pytest

from groundswell.problems import ScenarioError

ALL_AT_ONCE = {"activation": "synchronous"}


def curve(success):
    """Return a response that is the same whatever the share of members."""
    return {"kind": "table", "alpha": [0.0], "success": [success]}


def test_members_leave_with_the_extra_probability(make_model):
    model = make_model(
        population__users=40_000,
        decision={"kind": "fixed", "attrition": 0.3},
        collective={"seeds": 1.0, "committed": False},
        platform__curve=curve(0.5),
    )
    members = 40_000
    for _ in range(4):
        model.step()
        now = model.recorder.rows[-1]["members"]
        assert abs(now - 0.7 * members) < 4 * np.sqrt(0.21 * members)
        assert model.recorder.rows[-1]["left"] == members - now
        members = now


@pytest.mark.parametrize(("success", "stay"), [(0.8, True), (0.7999, False), (0.9, True)])
def test_only_after_a_round_below_the_target(make_model, success, stay):
    model = make_model(
        population__users=20,
        decision={"kind": "fixed", "attrition": 1.0},
        collective={"seeds": 20, "committed": False},
        platform__curve=curve(success),
        measure__target_success=0.8,
    )
    model.step()
    assert model.columns["joined"].all() == stay
    assert model.columns["joined"].any() == stay


@pytest.mark.parametrize("activation", ["synchronous", "inertial", "sequential", "random"])
def test_committed_seeds_do_not_lose_heart(make_model, activation):
    model = make_model(
        population__users=60,
        decision={"kind": "fixed", "attrition": 1.0, "activation": activation},
        collective__seeds=7,
        platform__curve=curve(0.1),
    )
    model.agents.set("joined", True)
    model.step()
    assert np.array_equal(model.columns["joined"], model.columns["committed"])


def test_newcomers_were_not_there_when_it_failed(make_model):
    # It pays everybody to be a member, and every member has had enough: they change places.
    model = make_model(
        population__users=50,
        decision={"kind": "best-response", "attrition": 1.0, **ALL_AT_ONCE},
        payoff__selective_incentive=1.0,
        collective={"seeds": 20, "committed": False},
        platform__curve=curve(0.1),
    )
    before = model.columns["joined"]
    model.step()
    assert np.array_equal(model.columns["joined"], ~before)


def test_patience_may_differ_between_users(make_model):
    patience = np.arange(30) % 2
    model = make_model(
        population__users=30,
        decision={"kind": "fixed", "attrition": {"kind": "values", "values": patience.tolist()}},
        collective={"seeds": 30, "committed": False},
        platform__curve=curve(0.1),
    )
    model.step()
    assert np.array_equal(model.columns["joined"], patience == 0)


def test_the_rule_decides_on_the_same_random_numbers_with_and_without(make_model):
    settings = {
        "population__users": 200,
        "decision": {"kind": "logit", "rationality": 3.0, "activation": "random"},
        "payoff__cost": 0.4,
        "collective": {"seeds": 100, "committed": False},
        "platform__curve": curve(0.5),
    }
    plain, fed_up = make_model(**settings), make_model(**settings, decision__attrition=0.4)
    before = plain.columns["joined"]
    plain.step()
    fed_up.step()
    lost = plain.columns["joined"] & ~fed_up.columns["joined"]
    assert (lost <= before).all()
    assert lost.any()
    assert (fed_up.columns["joined"] <= plain.columns["joined"]).all()


def test_who_loses_heart_is_not_removed(make_model):
    model = make_model(
        population__users=40,
        network="complete",
        decision={
            "kind": "contagion", "infection": 0.0, "recovery": 0.0, "after": "removed",
            "attrition": 1.0,
        },
        collective={"seeds": 40, "committed": False},
        platform__curve=curve(0.1),
    )  # fmt: skip
    model.step()
    assert not model.columns["joined"].any()
    assert not model.columns["removed"].any()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"platform": {"kind": "learning", "learner": "bayes"}, "population": "categorical"},
            "decision.attrition: members leave when success is too low, and strategy 'none' has",
        ),
        ({"decision__attrition": 1.5}, "decision.attrition: a probability lies in [0, 1], found"),
    ],
)
def test_attrition_that_cannot_be(make_model, changes, message):
    with pytest.raises(ScenarioError) as error:
        make_model(
            **{"decision": "fixed", "decision__attrition": 0.1, **changes, "population__users": 9}
        )
    assert message in str(error.value)
