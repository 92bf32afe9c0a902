"""Rules that leave something to chance: their laws, their edges, and what they refuse."""

import mesa
import numpy as np
import pytest
from scipy.special import expit

from groundswell.agents.random_rules import NOBODY, someone
from groundswell.agents.ties import from_pairs
from groundswell.agents.users import User
from groundswell.problems import ScenarioError

ALL_AT_ONCE = {"activation": "synchronous"}
ACTIVATIONS = ["synchronous", {"kind": "inertial", "revision": 0.5}, "sequential", "random"]
MANY = 40_000


def within_chance(found, probability, draws):
    """Whether a share is within four standard errors of its probability, 0 and 1 exactly."""
    return abs(found - probability) <= 4 * np.sqrt(probability * (1 - probability) / draws)


def step(model):
    """Return who joined and who left in a round, among those who could."""
    before = model.columns["joined"]
    model.step()
    now = model.columns["joined"]
    return now[~before].mean(), 1 - now[before].mean(), before.sum()


def test_logit_joins_with_the_logistic_probability(make_model):
    model = make_model(
        population__users=MANY,
        decision={"kind": "logit", "rationality": 2.5, **ALL_AT_ONCE},
        payoff={"benefit": 1.5, "cost": 0.6, "selective_incentive": 0.1},
        collective={"seeds": 0.3, "committed": False},
    )
    success = model.series["success"].iloc[0]
    joins, leaves, members = step(model)
    probability = expit(2.5 * (1.5 * success + 0.1 - 0.6))
    assert within_chance(joins, probability, MANY - members)
    assert within_chance(leaves, 1 - probability, members)


@pytest.mark.parametrize("network", ["none", "complete"])
def test_imitation_compares_with_any_other_user(make_model, network):
    model = make_model(
        population__users=MANY,
        network=network,
        decision={"kind": "imitation", "noise": 0.2, **ALL_AT_ONCE},
        payoff={"cost": 0.4, "spillover": 0.25},
        collective={"seeds": 0.3, "committed": False},
    )
    success = model.series["success"].iloc[0]
    ahead = (success - 0.4) - 0.25 * success
    joins, leaves, members = step(model)
    meets_member, meets_outsider = members / (MANY - 1), (MANY - members) / (MANY - 1)
    assert within_chance(joins, meets_member * expit(ahead / 0.2), MANY - members)
    assert within_chance(leaves, meets_outsider * expit(-ahead / 0.2), members)


def test_contagion_tries_once_per_joined_neighbour(make_model):
    model = make_model(
        population__users=MANY,
        network={"kind": "ring", "degree": 4},
        decision={"kind": "contagion", "infection": 0.35, "recovery": 0.2, **ALL_AT_ONCE},
        collective={"seeds": 0.4, "committed": False},
    )
    before = model.columns["joined"]
    count = model.ties.joined_neighbours(before)
    model.step()
    now = model.columns["joined"]
    for m in range(5):
        asked = ~before & (count == m)
        assert within_chance(now[asked].mean(), 1 - 0.65**m, asked.sum())
    assert within_chance(1 - now[before].mean(), 0.2, before.sum())


def test_voters_copy_a_random_neighbour(make_model):
    model = make_model(
        population__users=MANY,
        network={"kind": "ring", "degree": 4},
        decision={"kind": "voter", **ALL_AT_ONCE},
        collective={"seeds": 0.4, "committed": False},
    )
    count = model.ties.joined_neighbours(model.columns["joined"])
    model.step()
    for m in range(5):
        asked = count == m
        assert within_chance(model.columns["joined"][asked].mean(), m / 4, asked.sum())


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("rounds", [1, 5])
def test_who_has_recovered_for_good_never_joins_again(make_model, activation, rounds):
    model = make_model(
        population__users=300,
        network={"kind": "ring", "degree": 6},
        decision={
            "kind": "contagion", "infection": 0.5, "recovery": 0.5, "after": "removed",
            "activation": activation,
        },
        collective={"seeds": 30, "committed": False},
    )  # fmt: skip
    gone = model.columns["removed"]
    for _ in range(12):
        before = model.columns["joined"]
        for _ in range(rounds):
            model.step()
        removed, joined = model.columns["removed"], model.columns["joined"]
        assert not (removed & joined).any()
        assert (removed >= gone).all()
        assert (removed >= (before & ~joined)).all()
        assert model.recorder.rows[-1]["removed"] == removed.sum()
        gone = removed
    assert gone.any()


@pytest.mark.parametrize("activation", ["sequential", "random"])
def test_it_may_be_caught_and_got_rid_of_in_one_round(make_model, activation):
    model = make_model(
        population__users=500,
        network="complete",
        decision={
            "kind": "contagion", "infection": 1.0, "recovery": 1.0, "after": "removed",
            "activation": activation,
        },
        collective={"seeds": 1, "committed": True},
    )  # fmt: skip
    model.step()
    joined, removed = model.columns["joined"], model.columns["removed"]
    if activation == "sequential":  # everybody is asked once
        assert joined.all()
        assert not removed.any()
    else:  # some are asked twice, others never
        assert removed.any()
        assert not (joined | removed).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("after", ["susceptible", "removed"])
def test_committed_seeds_never_recover(make_model, activation, after):
    model = make_model(
        population__users=100,
        network={"kind": "ring", "degree": 4},
        decision={
            "kind": "contagion", "infection": 0.0, "recovery": 1.0, "after": after,
            "activation": activation,
        },
        collective__seeds=10,
    )  # fmt: skip
    seeds = model.columns["joined"]
    model.agents.set("joined", True)
    for _ in range(40):
        model.step()
    assert np.array_equal(model.columns["joined"], seeds)
    assert np.array_equal(model.columns["removed"], ~seeds & (after == "removed"))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_probabilities_of_0_and_1_are_certain_user_by_user(make_model, activation):
    infection = np.tile([0.0, 1.0], 50)
    model = make_model(
        population__users=100,
        network="complete",
        decision={
            "kind": "contagion", "recovery": 0.0, "activation": activation,
            "infection": {"kind": "values", "values": infection.tolist()},
        },
        collective={"seeding": "users", "users": [0]},
    )  # fmt: skip
    for _ in range(40):
        model.step()
    assert np.array_equal(np.flatnonzero(model.columns["joined"])[1:], np.arange(1, 100, 2))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("decision", [{"kind": "imitation", "noise": 0.1}, {"kind": "voter"}])
@pytest.mark.parametrize("joined", [0, 1])
def test_a_lone_user_has_nobody_to_copy(make_model, decision, activation, joined):
    model = make_model(
        population__users=1,
        network="complete",
        decision={**decision, "activation": activation},
        collective={"seeds": joined, "committed": False},
    )
    for _ in range(5):
        model.step()
    assert model.series["members"].tolist() == [joined] * 6


def test_random_numbers_of_rules_are_their_own(make_model):
    # Who revises, and what revisions draw, do not hang on each other, on seeds or on ties.
    settings = {"population__users": 50, "network": {"kind": "ring", "degree": 4}}
    slow = {"kind": "inertial", "revision": 0.3}
    logit = {"kind": "logit", "rationality": 0.0, "activation": slow}
    one, two = (
        make_model(**settings, decision=logit, collective={"seeds": n, "committed": False})
        for n in (5, 25)
    )
    start = one.columns["joined"] ^ two.columns["joined"]
    for _ in range(40):
        one.step()
        two.step()
    assert start.any()
    assert np.array_equal(one.columns["joined"], two.columns["joined"])


def test_users_with_a_rule_of_their_own_stay_removed(make_model):
    class Joiner(User):
        def decide(self):
            return True

    model = make_model(user_class=Joiner, population__users=10, collective__seeds=0)
    model.agents.select(lambda user: user.row < 3).set("removed", True)
    for _ in range(30):
        model.step()
    assert model.series["members"].iloc[-1] == 7
    assert model.series["removed"].iloc[-1] == 3
    assert isinstance(model, mesa.Model)


CONTAGION = {"kind": "contagion", "infection": 0.1, "recovery": 0.1}


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        ("voter", "decision: 'voter' looks at neighbours, and network 'none' has no ties; name a"),
        (CONTAGION, "decision: 'contagion' looks at neighbours, and network 'none' has no ties"),
        (
            {**CONTAGION, "infection": 1.2},
            "decision.infection: a probability lies in [0, 1], found",
        ),
        ({**CONTAGION, "recovery": -0.2}, "decision.recovery: a probability lies in [0, 1], found"),
        ({**CONTAGION, "after": "immune"}, "decision.after: should be 'susceptible' or 'removed'"),
        ("logit", "decision.rationality: is missing"),
        ({"kind": "logit", "rationality": -1.0}, "decision.rationality: should not be negative"),
        ({"kind": "imitation", "noise": 0.0}, "decision.noise: should be positive, found 0"),
    ],
)
def test_rules_that_cannot_be(make_model, decision, message):
    with pytest.raises(ScenarioError) as error:
        make_model(population__users=40, decision=decision)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("key", "low", "high", "message"),
    [
        ("decision__infection", 0.5, 1.5, "decision.infection: a probability lies in [0, 1], fou"),
        ("decision__attrition", -0.5, 0.5, "decision.attrition: a probability lies in [0, 1], fou"),
        ("decision__activation__revision", 0.5, 1.5, "decision.activation.revision: a probabi"),
        ("payoff__belief__rate", -1.0, 0.0, "payoff.belief.rate: a probability lies in [0, 1]"),
    ],
)
def test_what_is_drawn_is_checked_too(make_model, key, low, high, message):
    asks = {"decision": "best-response", "payoff__belief": {"kind": "smoothed", "rate": 0.5}}
    rule = asks if key.startswith("payoff") else {"decision": CONTAGION}
    with pytest.raises(ScenarioError) as error:
        make_model(
            population__users=40,
            network={"kind": "ring", "degree": 2},
            **rule,
            **{key: {"kind": "uniform", "low": low, "high": high, "quantiles": True}},
        )
    assert message in str(error.value)
    assert "of 40 do not fit" in str(error.value)


@pytest.mark.parametrize("pair", [(0, 1), (1, 0)])
def test_whoever_has_no_neighbours_meets_nobody(pair):
    """One of three users has a neighbour, and there is one tie to be looked up."""
    ends = [np.array([end]) for end in pair]
    ties = from_pairs(3, *ends, None, directed=True)
    met = someone(ties, np.arange(3), np.array([0.9, 0.9, 0.9]))
    assert sorted(met.tolist()) == sorted([NOBODY, NOBODY, int(ties.indices[0])])
    assert met[2] == NOBODY
