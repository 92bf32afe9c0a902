"""Payoffs as written out in dynamics.md section 3, user by user."""

from itertools import pairwise

import numpy as np
import pytest

from groundswell.problems import ScenarioError

SETTINGS = {
    "population__users": 40,
    "network": {"kind": "erdos-renyi", "mean_degree": 3.0},
    "decision": {"kind": "best-response", "activation": "synchronous"},
    "payoff": {
        "benefit": {"kind": "uniform", "low": 0.5, "high": 1.5},
        "cost": {"kind": "normal", "mean": 0.5, "sd": 0.2},
        "selective_incentive": {"kind": "uniform", "low": 0.0, "high": 0.2},
        "peer_pressure": {"kind": "uniform", "low": 0.0, "high": 0.3},
        "spillover": 0.25,
    },
    "collective__seeds": 0.4,
}

LEARNING = {
    "platform": {"kind": "learning", "learner": "bayes"},
    "population__kind": "categorical",
}


def payoff_of(user, model, success):
    """π = bS + s + J m/k - c (1 - n/N)^a for members, γbS for outsiders."""
    settings = model.scenario.payoff
    if not user.joined:
        return settings.spillover * user.benefit * success
    friends = [friend.joined for friend in user.neighbours]
    share = sum(friends) / len(friends) if friends else 0
    members = sum(other.joined for other in model.agents)
    borne = (1 - members / len(model.agents)) ** settings.safety
    return (
        user.benefit * success
        + user.selective_incentive
        + user.peer_pressure * share
        - (user.cost * borne)
    )


@pytest.mark.parametrize("safety", [0.0, 2.0])
def test_payoffs_and_welfare_of_each_round(make_model, safety):
    model = make_model(**SETTINGS, payoff__safety=safety)
    for _ in range(4):
        row = model.series.iloc[-1]
        payoffs = {user: payoff_of(user, model, row["success"]) for user in model.agents}
        members = [payoffs[user] for user in model.agents if user.joined]
        outsiders = [payoffs[user] for user in model.agents if not user.joined]
        incentives = sum(user.selective_incentive for user in model.agents if user.joined)
        assert row["payoff_members"] == pytest.approx(np.mean(members))
        if outsiders:
            assert row["payoff_outsiders"] == pytest.approx(np.mean(outsiders))
        assert row["welfare"] == pytest.approx(sum(payoffs.values()))
        assert row["welfare_net"] == pytest.approx(sum(payoffs.values()) - incentives)
        model.step()


@pytest.mark.parametrize(("seeds", "missing"), [(0.0, "members"), (1.0, "outsiders")])
def test_nobodys_payoff_is_missing(make_model, seeds, missing):
    model = make_model(**{**SETTINGS, "collective__seeds": seeds})
    assert model.series[f"payoff_{missing}"].isna().all()
    assert model.series["welfare"].notna().all()


def test_round_0_is_the_start_and_moves_are_counted(make_model):
    model = make_model(**SETTINGS, collective__committed=False)
    states = [model.columns["joined"]]
    for _ in range(5):
        model.step()
        states.append(model.columns["joined"])
    series = model.series
    assert series["round"].tolist() == list(range(6))
    assert series["members"].tolist() == [state.sum() for state in states]
    assert series["member_share"].tolist() == [state.mean() for state in states]
    assert series["alpha"].tolist() == series["member_share"].tolist()
    moves = list(pairwise(states))
    assert series["joined"].tolist() == [0, *(int((new & ~old).sum()) for old, new in moves)]
    assert series["left"].tolist() == [0, *(int((old & ~new).sum()) for old, new in moves)]
    assert series["joined"].sum() > 0
    curve = [1 / (1 + np.exp(-20 * (share - 0.3))) for share in series["member_share"]]
    assert series["success"].tolist() == pytest.approx(curve)


def test_round_1_observes_round_0(make_model):
    # S(0.4) = 0.88 at the start: users whose cost is below join, the others leave.
    model = make_model(
        population__users=100,
        decision={"kind": "best-response", "activation": "synchronous"},
        payoff__cost={"kind": "uniform", "low": 0.0, "high": 1.0, "quantiles": True},
        collective={"seeds": 40, "committed": False},
    )
    success = model.series["success"].iloc[0]
    model.step()
    assert np.array_equal(model.columns["joined"], model.columns["cost"] < success)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"payoff__belief": "curve", **LEARNING}, "payoff.belief: 'curve' beliefs need the known"),
        ({"payoff__spillover": -0.1}, "payoff.spillover: should be greater than or equal to 0"),
        ({"payoff__safety": -1.0}, "payoff.safety: should be greater than or equal to 0"),
        ({"payoff__belief": "lats"}, "did you mean 'last'?"),
    ],
)
def test_payoffs_that_cannot_be(make_model, changes, message):
    with pytest.raises(ScenarioError) as error:
        make_model(**{**SETTINGS, **changes})
    assert message in str(error.value)


PRESSED = "is felt over ties, and network 'none' has none; name a network, such as 'complete'"


@pytest.mark.parametrize(
    ("settings_", "key"),
    [
        ({"payoff__peer_pressure": 0.5}, "payoff.peer_pressure: "),
        ({"payoff__peer_pressure": {"kind": "exponential", "mean": 0.1}}, "payoff.peer_pressure: "),
        ({"schedule": {"payoff.peer_pressure": [[0, 0.0], [9, 0.5]]}},
         "schedule.payoff.peer_pressure: in round 1: "),
    ],
    ids=str,
)  # fmt: skip
def test_pressure_without_peers_is_refused(make_model, settings_, key):
    with pytest.raises(ScenarioError) as error:
        make_model(population__users=9, **settings_)
    assert str(error.value).startswith(f"scenario: {key}{PRESSED}")
    make_model(population__users=9, network="complete", **settings_)
    make_model(population__users=9, payoff__peer_pressure=0.0)
