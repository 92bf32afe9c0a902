"""Rules on the border: just where a random number, or what is compared with it, is equal."""

import numpy as np
import pytest

BELOW = np.nextafter(0.5, 0)
ACTIVATIONS = ["synchronous", "sequential"]


@pytest.fixture
def revised(make_model):
    """Return who is a member after each user has revised once, on random numbers of ours."""

    def revise(activation, draws, **settings):
        model = make_model(**settings, decision__activation=activation)
        rule, users = model.scenario.decision, model.columns.users
        rows = np.broadcast_to(np.array(draws, dtype=float), (users, rule.draws))
        belief = model.scenario.payoff.belief
        seen = model.seen_with(belief.remember(model.memory, model.news, model.columns))
        return rule.revise(seen, np.arange(users), rows).joined.tolist()

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
