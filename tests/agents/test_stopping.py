"""Runs that end when nothing has moved for some rounds and nothing can move any more."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import groundswell as gs

SETTLED = {"kind": "settled", "rounds": 3}
ACTIVATIONS = ["synchronous", "inertial", "sequential", "random"]
RULES = {
    "fixed": "fixed",
    "threshold": {"kind": "threshold", "threshold": {"kind": "uniform", "low": 0.1, "high": 0.6}},
    "everybody": {"kind": "threshold", "of": "everybody", "threshold": 0.3},
    "best-response": "best-response",
    "imitation": {"kind": "imitation", "noise": 0.2},
    "sis": {"kind": "contagion", "infection": 0.2, "recovery": 0.4},
    "sir": {"kind": "contagion", "infection": 0.3, "recovery": 0.4, "after": "removed"},
    "voter": "voter",
}
BELIEFS = ["last", "curve", "neighbours", {"kind": "slope", "window": 6}]
BELIEFS += [{"kind": "smoothed", "rate": 0.3}]
PAYOFF = {
    "cost": {"kind": "normal", "mean": 0.5, "sd": 0.2},
    "peer_pressure": 0.3,
    "spillover": 0.1,
}
NETWORKS = [{"kind": "erdos-renyi", "mean_degree": 3.0}, "complete"]
quickly = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def moves(series):
    return np.flatnonzero(series["joined"] + series["left"])


def run_to_the_end(model):
    while model.running:
        model.step()
    return model.series


@quickly
@given(
    rule=st.sampled_from(list(RULES)),
    activation=st.sampled_from(ACTIVATIONS),
    belief=st.sampled_from(BELIEFS),
    network=st.sampled_from(NETWORKS),
    rng=st.integers(0, 2**32),
    users=st.integers(4, 40),
    seeds=st.floats(0, 1),
    committed=st.booleans(),
    attrition=st.sampled_from([0.0, 0.1]),
    organiser=st.sampled_from([None, {"budget": 3, "rounds": 2, "start": 7}]),
    course=st.sampled_from([{}, {"payoff.benefit": [[0, 1.0], [9, 0.4], [15, 1.3]]}]),
)
def test_after_a_stop_nothing_would_have_happened(
    make_model, rule, activation, belief, network, rng, users, seeds, committed, attrition,
    organiser, course,
):  # fmt: skip
    """A run that settles goes on as it was for as long as one looks; others have all rounds."""
    decision = {"kind": RULES[rule]} if isinstance(RULES[rule], str) else RULES[rule]
    belief = belief if rule == "best-response" else "last"  # other rules ask for none
    same = {
        "rounds": 60, "network": network, "payoff": {**PAYOFF, "belief": belief},
        "population__users": users, "schedule": course,
        "decision": {**decision, "activation": activation, "attrition": attrition},
        "collective": {"seeds": seeds, "committed": committed, "organiser": organiser},
    }  # fmt: skip
    stopped = run_to_the_end(make_model(rng=rng, stop=SETTLED, **same))
    whole = run_to_the_end(make_model(rng=rng, **same))
    assert whole.head(len(stopped)).equals(stopped)
    after = whole.iloc[len(stopped) :]
    assert not len(moves(after))
    assert (after["success"] == stopped["success"].iloc[-1]).all()
    if len(after):
        assert not len(moves(stopped.tail(SETTLED["rounds"])))


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        # Everybody has joined in round 9; three quiet rounds later it is over.
        ({}, 12),
        ({"stop": {"kind": "settled", "rounds": 1}}, 10),
        ({"stop": "settled"}, 19),
        ({"stop": "never"}, 40),
        ({"decision__reversible": False}, 12),
        # Nothing moves before the organiser does, and nothing after.
        ({"collective__seeds": 0, "collective__organiser": {"budget": 1, "start": 20}}, 31),
        # The schedule has a change to come.
        ({"schedule": {"decision.threshold": [[0, 0.1], [30, 0.1]]}}, 33),
    ],
)
def test_a_cascade_ends_when_it_is_over(make_model, changes, last):
    """Along a path of 20 users, one more on either side joins in each round."""
    rule = {"kind": "threshold", "threshold": 0.5, "activation": "synchronous"}
    start = {"seeds": 1, "committed": True}
    model = make_model(
        **{"rounds": 40, "population__users": 19, "network": {"kind": "ring", "degree": 2},
           "decision": rule, "collective": start, "stop": SETTLED, **changes}
    )  # fmt: skip
    assert run_to_the_end(model)["round"].iloc[-1] == last


def test_a_rule_that_can_always_move_somebody_has_all_its_rounds(make_model):
    """Even if nobody happens to move for long: the next draw may."""
    model = make_model(
        rounds=30, population__users=5, decision={"kind": "logit", "rationality": 40.0},
        payoff__cost=0.9, stop={"kind": "settled", "rounds": 1},
    )  # fmt: skip
    assert run_to_the_end(model)["round"].iloc[-1] == 30
    assert len(moves(model.series)) == 0


def test_users_who_never_revise_hold_nothing_up(make_model):
    rule = {
        "kind": "threshold", "of": "everybody", "threshold": 0.1,
        "activation": {"kind": "inertial", "revision": 0.0},
    }  # fmt: skip
    model = make_model(rounds=30, population__users=10, decision=rule,
                       collective={"seeds": 2, "committed": False}, stop=SETTLED)  # fmt: skip
    assert run_to_the_end(model)["round"].iloc[-1] == 3


def test_a_user_class_of_ones_own_has_all_its_rounds(make_model):
    class Waits(gs.User):
        def decide(self):
            return self.model.round == 25

    model = make_model(rounds=30, population__users=5, user_class=Waits, stop=SETTLED)
    assert run_to_the_end(model)["round"].iloc[-1] == 30


LEARNING = {
    "rounds": 25,
    "population": {"kind": "digits", "users": 60},
    "decision": "fixed",
    "collective": {
        "seeds": 0.3,
        "strategy": {"kind": "feature-label", "target": 3},
        "signal": {"kind": "pixels", "pixels": [7, 56], "value": 1.0},
    },
    "measure__test_users": 50,
    "stop": SETTLED,
}


@pytest.mark.parametrize(
    ("learning", "more", "last"),
    [
        ({"learner": "logistic"}, {}, 3),
        ({"learner": "knn", "retrain_every": 6}, {}, 5),
        ({"learner": "logistic", "memory": {"kind": "window", "length": 7}}, {}, 6),
        ({"learner": "logistic", "memory": "all"}, {}, 25),
        ({"learner": {"kind": "tree", "depth": 3}}, {}, 25),
        ({"learner": "logistic"}, {"measure__redraw": True}, 25),
        ({"learner": "logistic"}, {"population__redraw": True}, 25),
    ],
)
def test_a_learning_platform_settles_when_it_is_fed_the_same(make_model, learning, more, last):
    model = make_model(**LEARNING, platform={"kind": "learning", **learning}, **more)
    series = run_to_the_end(model)
    assert series["round"].iloc[-1] == last
    if last < 25:
        for _ in range(8):
            model.step()
        after = model.series.iloc[last:]
        assert len(after[["alpha", "success", "placebo", "accuracy"]].drop_duplicates()) == 1


def test_a_settled_run_is_stored_with_the_rounds_it_had(tmp_path):
    scenario = gs.load("granovetter").replace({"stop": "settled", "rounds": 500})
    gs.run(scenario, out=tmp_path / "results")
    stored = gs.open(tmp_path / "results")
    assert stored.scenario.stop.rounds == 10
    assert stored.series["round"].tolist() == list(range(111))
    assert stored.series["members"].iloc[-1] == 100


def test_a_long_window_of_beliefs_is_looked_through_no_further_than_the_run(make_model):
    belief = {"kind": "slope", "window": 10**9}
    model = make_model(rounds=30, population__users=50, payoff={"cost": 0.9, "belief": belief},
                       collective__seeds=0, stop=SETTLED)  # fmt: skip
    assert run_to_the_end(model)["round"].iloc[-1] == 3
