"""Rules on the border: just where a random number, or what is compared with it, is equal."""

import numpy as np
import pytest

BELOW = np.nextafter(0.5, 0)
ACTIVATIONS = ["synchronous", "sequential"]


def situation(model):
    """Return what users see who have heard of the round before."""
    belief = model.scenario.payoff.belief
    return model.seen_with(belief.remember(model.memory, model.news, model.columns))


@pytest.fixture
def revised(make_model):
    """Return who is a member after each user has revised once, on random numbers of ours."""

    def revise(activation, draws, **settings):
        model = make_model(**settings, decision__activation=activation)
        rule, users = model.scenario.decision, model.columns.users
        rows = np.broadcast_to(np.array(draws, dtype=float), (users, rule.draws))
        return rule.revise(situation(model), np.arange(users), rows).joined.tolist()

    return revise


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_logit_joins_below_the_probability_and_not_at_it(revised, activation):
    coin = {
        "population__users": 4,
        "decision": {"kind": "logit", "rationality": 0.0},
        "collective": {"seeds": 2, "committed": False},
    }
    assert revised(activation, [0.5], **coin) == [False] * 4
    assert revised(activation, [BELOW], **coin) == [True] * 4


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("network", ["none", "complete"])
def test_equals_are_copied_with_a_coin_that_falls_below_a_half(revised, activation, network):
    alike = {
        "population__users": 2,
        "network": network,
        "decision": {"kind": "imitation", "noise": 1.0},
        "payoff": {"cost": 0.0, "spillover": 1.0},
        "collective": {"seeding": "users", "users": [0], "committed": False},
    }
    assert revised(activation, [0.0, 0.5], **alike) == [True, False]
    copied = [False, True] if activation == "synchronous" else [False, False]
    assert revised(activation, [0.0, BELOW], **alike) == copied


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_it_is_caught_and_lost_below_the_probability_and_not_at_it(revised, activation):
    pair = {
        "population__users": 2,
        "network": "complete",
        "decision": {"kind": "contagion", "infection": 0.5, "recovery": 0.5},
        "collective": {"seeding": "users", "users": [0], "committed": False},
    }
    assert revised(activation, [0.5], **pair) == [True, False]
    gone = [False, True] if activation == "synchronous" else [False, False]
    assert revised(activation, [BELOW], **pair) == gone
    sure = {**pair, "decision": {"kind": "contagion", "infection": 1.0, "recovery": 0.0}}
    assert revised(activation, [0.0], **sure) == [True, True]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_whoever_is_met_first_and_last_is_a_neighbour(revised, activation, tmp_path):
    """A star and a user apart: its leaves copy the centre, the centre its first and last leaf."""
    path = tmp_path / "ties"
    path.write_text("a b\na c\na d\n")
    star = {
        "network": {"kind": "edge-list", "path": str(path)},
        "decision": {"kind": "voter"},
        "collective": {"seeding": "users", "committed": False},
    }
    almost_1 = np.nextafter(1, 0)
    for met, draw in ((1, 0.0), (3, almost_1)):
        after = revised(activation, [draw], **star, collective__users=[met])
        if activation == "synchronous":
            assert after == [True, False, False, False]
        else:
            assert after == [True] * 4


class Witness:
    """Remembers whom it sees join, and who was a member just before."""

    def __init__(self):
        self.seen = []

    def sees(self, users, members):
        self.seen += [(user, np.flatnonzero(members).tolist()) for user in users.tolist()]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_witnesses_see_those_who_join_and_nobody_else(make_model, activation):
    """One stays, one leaves, two join."""
    model = make_model(
        population__users=5,
        decision={
            "kind": "threshold", "of": "everybody", "measure": "count", "activation": activation,
            "threshold": {"kind": "values", "values": [0, 99, 2, 2, 99]},
        },
        collective={"seeding": "users", "users": [0, 1], "committed": False},
    )  # fmt: skip
    witness, seen, nothing = Witness(), situation(model), np.empty((5, 0))
    order = np.array([2, 3, 1, 0, 4])
    after = model.scenario.decision.revise(seen, order, nothing, witness)
    assert after.joined.tolist() == [True, False, True, True, False]
    first, second = ([0, 1], [0, 1]) if activation == "synchronous" else ([0, 1], [0, 1, 2])
    assert witness.seen == [(2, first), (3, second)]
    unwatched = model.scenario.decision.revise(seen, order, nothing)
    assert unwatched.joined.tolist() == after.joined.tolist()


def test_every_revision_has_random_numbers_of_its_own(make_model):
    rule = {"kind": "imitation", "noise": 1.0, "activation": "sequential"}
    model = make_model(population__users=4, decision=rule)
    seen = situation(model)
    with pytest.raises(ValueError, match="shorter"):
        model.scenario.decision.revise(seen, np.arange(4), np.zeros((3, 2)), Witness())


def test_members_lose_heart_below_the_probability_and_not_at_it(make_model):
    class Same:
        def __init__(self, number):
            self.number = number

        def random(self, count):
            return np.full(count, self.number)

    model = make_model(
        population__users=4,
        decision={"kind": "fixed", "attrition": 0.5},
        collective={"seeding": "users", "users": [0, 1]},
    )
    model.agents.set("joined", True)
    rule, everybody = model.scenario.decision, np.ones(4, dtype=bool)
    assert not rule.deserters(everybody, model.columns, Same(0.5)).any()
    gone = rule.deserters(everybody, model.columns, Same(BELOW))
    assert gone.tolist() == [False, False, True, True]
    some = np.array([True, True, True, False])
    assert rule.deserters(some, model.columns, Same(BELOW)).tolist() == [False, False, True, False]


def test_rules_with_chance_rest_only_where_nobody_is_free(make_model):
    model = make_model(population__users=4, decision={"kind": "logit", "rationality": 99.0})
    seen = situation(model)
    assert model.scenario.decision.at_rest(seen, np.arange(0))
    assert not model.scenario.decision.at_rest(seen, np.arange(4))


@pytest.mark.parametrize(
    "decision",
    [
        {"kind": "threshold", "threshold": 0.5},
        "best-response",
        {"kind": "logit", "rationality": 5.0},
        {"kind": "imitation", "noise": 0.2},
        {"kind": "contagion", "infection": 0.4, "recovery": 0.4, "after": "removed"},
        "voter",
    ],
)
def test_turns_are_the_same_one_after_another_and_all_in_one_go(make_model, decision):
    """Who is watched takes turns in loops of one."""
    decision = {"kind": decision} if isinstance(decision, str) else decision
    model = make_model(
        population__users=30, network={"kind": "ring", "degree": 4},
        decision={**decision, "activation": "random"},
        payoff={"cost": {"kind": "uniform", "low": 0.0, "high": 0.8}, "peer_pressure": 0.3},
        collective={"seeds": 10, "committed": False},
    )  # fmt: skip
    rule, rng = model.scenario.decision, np.random.default_rng(3)
    order, draws = rng.integers(30, size=90), rng.random((90, rule.draws))
    together = rule.revise(situation(model), order, draws)
    apart = rule.revise(situation(model), order, draws, Witness())
    assert together.joined.tolist() == apart.joined.tolist()
    assert together.removed.tolist() == apart.removed.tolist()
    assert (together.joined != model.columns["joined"]).any()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_one_tie_weighs_on_one_user(make_model, activation, tmp_path):
    """A member presses the user whom it influences, and is not pressed itself."""
    path = tmp_path / "ties"
    path.write_text("a b 2\n")
    model = make_model(
        network={"kind": "edge-list", "path": str(path), "directed": True, "weighted": True},
        decision={"kind": "best-response", "activation": activation},
        payoff={"benefit": 0.0, "cost": 0.5, "peer_pressure": 1.0},
        collective={"seeding": "users", "users": [0], "committed": False},
    )
    rule = model.scenario.decision
    after = rule.revise(situation(model), np.array([1]), np.empty((1, 0)))
    assert after.joined.tolist() == [True, True]
    after = rule.revise(situation(model), np.array([0, 1]), np.empty((2, 0)))
    assert after.joined.tolist() == [False, activation == "synchronous"]
