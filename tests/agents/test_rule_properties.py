"""What must hold of every rule in runs, whoever the users are and whatever they are called.

What holds of one revision is a law of `groundswell.testing`.
"""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.model import CollectiveActionModel
from groundswell.scenarios.keeping import forget

ACTIVATIONS = {
    "synchronous": "synchronous",
    "inertial": {"kind": "inertial", "revision": {"kind": "uniform", "low": 0.1, "high": 0.9}},
    "sequential": "sequential",
    "random": "random",
}
SPREAD = {"kind": "uniform", "low": 0.01, "high": 0.6}
SIS = {"kind": "contagion", "infection": SPREAD, "recovery": SPREAD}
RULES = {
    "fixed": "fixed",
    "threshold": {"kind": "threshold", "threshold": SPREAD},
    "for-good": {"kind": "threshold", "threshold": SPREAD, "reversible": False},
    "everybody": {"kind": "threshold", "threshold": SPREAD, "of": "everybody"},
    "best-response": "best-response",
    "logit": {"kind": "logit", "rationality": {"kind": "uniform", "low": 0.5, "high": 15.0}},
    "imitation": {"kind": "imitation", "noise": SPREAD},
    "sis": SIS,
    "sir": {**SIS, "after": "removed"},
    "voter": "voter",
}
PAYOFF = {
    "benefit": {"kind": "uniform", "low": 0.5, "high": 1.5},
    "cost": {"kind": "uniform", "low": 0.0, "high": 0.8},
    "peer_pressure": SPREAD,
    "spillover": 0.2,
    "safety": 0.5,
}
BELIEFS = ["last", "curve", "neighbours", {"kind": "slope", "window": 3}]
BELIEFS += [{"kind": "smoothed", "rate": SPREAD}]
BY_NEIGHBOURS = {"threshold", "for-good", "imitation", "sis", "sir", "voter"}
any_scenario = {
    "rule": st.sampled_from(list(RULES)),
    "activation": st.sampled_from(list(ACTIVATIONS)),
    "belief": st.sampled_from(BELIEFS),
    "rng": st.integers(0, 2**32),
}
quickly = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def recruiting(rule, activation, belief="last", **more):
    """Return the settings of users on a sparse network, where some have no neighbours."""
    decision = {"kind": RULES[rule]} if isinstance(RULES[rule], str) else RULES[rule]
    belief = belief if rule in {"best-response", "logit"} else "last"  # who asks for none
    return {
        "network": {"kind": "erdos-renyi", "mean_degree": 2.0},
        "decision": {**decision, "activation": ACTIVATIONS[activation]},
        "payoff": {**PAYOFF, "belief": belief},
        **more,
    }


@quickly
@given(
    **any_scenario,
    users=st.integers(10, 80),
    seeds=st.floats(0, 1),
    committed=st.booleans(),
    attrition=st.sampled_from([0.0, 0.3]),
)
def test_every_round_keeps_the_books(
    make_model, rule, activation, belief, rng, users, seeds, committed, attrition
):
    model = make_model(
        rng=rng,
        population__users=users,
        **recruiting(rule, activation, belief),
        decision__attrition=attrition,
        collective={"seeds": seeds, "committed": committed},
    )
    states = [model.columns["joined"]]
    seeds, alone = states[0], model.ties.degree == 0
    for _ in range(8):
        model.step()
        states.append(model.columns["joined"])
    series = model.series
    assert series["alpha"].between(0, 1).all()
    assert series["members"].tolist() == [state.sum() for state in states]
    assert ((series["joined"] - series["left"])[1:] == np.diff(series["members"])).all()
    assert (np.diff(series["removed"]) >= 0).all()
    assert not (model.columns["removed"] & model.columns["joined"]).any()
    for before, now in pairwise(states):
        if committed:
            assert now[seeds].all()
        if rule in {"fixed", "for-good"} and not attrition:
            assert (now >= before).all()
        if rule in BY_NEIGHBOURS:
            assert not (now & ~before)[alone].any()


@quickly
@given(
    rule=st.sampled_from(["best-response", "logit", "imitation"]),
    activation=st.sampled_from(list(ACTIVATIONS)),
    belief=st.sampled_from(BELIEFS),
    network=st.sampled_from([{"kind": "erdos-renyi", "mean_degree": 2.0}, "complete"]),
    rng=st.integers(0, 2**32),
    cost=st.sampled_from([1e9, 1e200, np.inf]),
)
def test_nobody_joins_what_costs_too_much(make_model, rule, activation, belief, network, rng, cost):
    model = make_model(
        rng=rng, population__users=60, **recruiting(rule, activation, belief),
        collective__seeds=0.3, payoff__safety=0.0,
    )  # fmt: skip
    model.agents.set("cost", cost)  # an infinite one cannot be written in a scenario
    seeds = model.columns["joined"]
    for _ in range(5):
        model.step()
        assert np.array_equal(model.columns["joined"], seeds)


DETERMINISTIC = ["threshold", "for-good", "everybody", "best-response"]


def written(path, ties, name, rng):
    """Write a network under other names, in another order; return how to use it."""
    user = np.repeat(np.arange(ties.users), ties.degree)
    pairs = name[np.column_stack([user, ties.indices])]
    np.savetxt(path, rng.permutation(pairs[user < ties.indices]), fmt="%d")
    return {"kind": "edge-list", "path": str(path)}


def renamed_settings(model, path, name, rng):
    """Return the settings of a model that is the same but for the users' names."""

    def dealt(column):
        values = np.empty(model.columns.users)
        values[name] = model.columns[column]
        return {"kind": "values", "values": values.tolist()}

    return {
        "network": written(path, model.ties, name, rng),
        "payoff": {
            **{key: dealt(key) for key in ("benefit", "cost", "peer_pressure")},
            "spillover": 0.2,
            "safety": 0.5,
        },
        "collective": {
            "seeding": "users",
            "users": name[np.flatnonzero(model.columns["joined"])].tolist(),
            "committed": False,
        },
    }


CONNECTED = {"kind": "watts-strogatz", "degree": 4, "rewire": 0.3}


@pytest.mark.parametrize("rule", DETERMINISTIC)
def test_runs_of_renamed_users_are_the_same(make_model, tmp_path, rule):
    rng, name = np.random.default_rng(8), np.random.default_rng(9).permutation(120)
    one = make_model(
        population__users=120, **recruiting(rule, "synchronous", network=CONNECTED),
        collective={"seeds": 0.3, "committed": False},
    )  # fmt: skip
    other_settings = renamed_settings(one, tmp_path / "ties.txt", name, rng)
    decision = recruiting(rule, "synchronous")["decision"]
    if "threshold" in decision:
        values = np.empty(120)
        values[name] = one.columns["threshold"]
        decision = {**decision, "threshold": {"kind": "values", "values": values.tolist()}}
    other = make_model(**other_settings, decision=decision)
    moves = 0
    for _ in range(10):
        one.step()
        other.step()
        assert np.array_equal(other.columns["joined"][name], one.columns["joined"])
        moves += one.recorder.rows[-1]["joined"] + one.recorder.rows[-1]["left"]
    assert moves
    assert one.series["alpha"].equals(other.series["alpha"])
    assert one.series["success"].equals(other.series["success"])


RANDOM = {
    "logit": {"kind": "logit", "rationality": 4.0},
    "imitation": {"kind": "imitation", "noise": 0.2},
    "sis": {"kind": "contagion", "infection": 0.2, "recovery": 0.3},
    "sir": {"kind": "contagion", "infection": 0.3, "recovery": 0.3, "after": "removed"},
    "voter": {"kind": "voter"},
}


@pytest.mark.parametrize("activation", ["inertial", "sequential", "random"])
@pytest.mark.parametrize("rule", RANDOM)
def test_runs_of_renamed_users_have_the_same_law(
    make_scenario, make_model, tmp_path, rule, activation
):
    """Means of the member share over 200 runs each differ by less than four standard errors."""
    decision = {**RANDOM[rule], "activation": activation}
    start = make_model(
        population__users=30, **recruiting("fixed", "synchronous", network=CONNECTED),
        collective={"seeds": 6, "committed": False},
    )  # fmt: skip
    rng = np.random.default_rng(4)
    shares = []
    for name in (np.arange(30), rng.permutation(30)):
        same = renamed_settings(start, tmp_path / f"ties-{name[0]}.txt", name, rng)
        shares.append(final_shares(make_scenario(**same, decision=decision), rng=41 + len(shares)))
    one, other = (np.array(found) for found in shares)
    error = np.sqrt((one.var() + other.var()) / len(one))
    assert one.std() > 0
    assert abs(one.mean() - other.mean()) < 4 * error


def final_shares(scenario, rng, runs=200, rounds=6):
    shares = []
    for replicate in range(runs):
        model = CollectiveActionModel(scenario, rng=rng, replicate=replicate)
        for _ in range(rounds):
            model.step()
        shares.append(model.platform.alpha)
        forget(model)
    return shares
