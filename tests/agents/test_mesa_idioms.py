"""What Mesa's users do with a model: collect data, change agents, give them rules of their own."""

import mesa
import numpy as np
import pytest

from groundswell.agents.users import User
from groundswell.platform.agent import ResponsePlatform

SETTINGS = {
    "population__users": 60,
    "network": {"kind": "watts-strogatz", "degree": 6, "rewire": 0.2},
    "decision": {
        "kind": "threshold",
        "threshold": {"kind": "uniform", "low": 0.0, "high": 0.6},
        "activation": "synchronous",
    },
    "collective__seeds": 0.2,
    "collective__committed": False,
}


class Follower(User):
    """Reproduces the shipped threshold of neighbours, as share."""

    def decide(self):
        return self.joined_share >= self.threshold


class Conservative(User):
    """Reproduces it irreversibly, from Mesa's own sets."""

    def decide(self):
        friends = self.neighbours
        share = len(friends.select(lambda user: user.joined)) / len(friends)
        return self.joined or share >= self.threshold


@pytest.mark.parametrize(("user_class", "reversible"), [(Follower, True), (Conservative, False)])
@pytest.mark.parametrize("activation", ["synchronous", "inertial", "sequential", "random"])
@pytest.mark.parametrize("committed", [True, False])
def test_a_users_own_rule_can_be_the_shipped_one(
    make_model, user_class, reversible, activation, committed
):
    settings = {
        **SETTINGS,
        "decision__reversible": reversible,
        "decision__activation": activation,
        "collective__committed": committed,
    }
    shipped, own = make_model(**settings), make_model(**settings, user_class=user_class)
    start = shipped.columns["joined"]
    for _ in range(8):
        shipped.step()
        own.step()
        assert np.array_equal(shipped.columns["joined"], own.columns["joined"])
    assert not np.array_equal(start, shipped.columns["joined"])
    assert shipped.series.equals(own.series)
    assert type(own.agents[0]) is user_class
    assert own.agent_types == [user_class, ResponsePlatform]


@pytest.mark.parametrize("answer", [None, 1, "yes", 0.5])
@pytest.mark.parametrize("activation", ["synchronous", "sequential"])
def test_decide_must_answer_yes_or_no(make_model, answer, activation):
    class Undecided(User):
        def decide(self):
            return answer

    settings = {**SETTINGS, "decision__activation": activation}
    model = make_model(user_class=Undecided, **settings)
    with pytest.raises(TypeError, match=f"must return True or False, got {answer!r}"):
        model.step()


def test_decide_may_answer_with_numpy(make_model):
    class Joiner(User):
        def decide(self):
            return np.True_

    model = make_model(user_class=Joiner, **SETTINGS)
    model.step()
    assert model.columns["joined"].all()


def test_users_may_remember(make_model):
    class Impulsive(User):
        patience = 3

        def decide(self):
            self.patience -= 1
            return self.patience >= 0

    model = make_model(user_class=Impulsive, **SETTINGS)
    for _ in range(4):
        model.step()
    assert model.series["members"].tolist() == [12, 60, 60, 60, 0]


@pytest.mark.parametrize("activation", ["synchronous", "sequential"])
def test_writing_a_threshold_changes_behaviour(make_model, activation):
    settings = {
        **SETTINGS,
        "decision__threshold": 2.0,
        "decision__activation": activation,
        "collective__seeds": 0,
    }
    model = make_model(**settings)
    model.step()
    assert not model.columns["joined"].any()
    model.agents[11].threshold = 0.0
    model.step()
    assert np.flatnonzero(model.columns["joined"]).tolist() == [11]
    model.agents.set("threshold", 0.0)
    model.step()
    assert model.columns["joined"].all()
    model.agents[3].threshold = 2.0
    model.step()
    assert np.flatnonzero(~model.columns["joined"]).tolist() == [3]


def test_writing_a_cost_changes_behaviour(make_model):
    model = make_model(
        population__users=20,
        decision={"kind": "best-response", "activation": "synchronous"},
        payoff__cost=5.0,
        collective__seeds=0,
    )
    model.agents[4].cost = -1.0
    model.step()
    assert np.flatnonzero(model.columns["joined"]).tolist() == [4]


def test_joining_by_hand(make_model):
    model = make_model(**{**SETTINGS, "decision": "fixed", "collective__seeds": 0})
    model.agents[7].joined = True
    model.step()
    row = model.series.iloc[-1]
    assert (row["members"], row["joined"], row["left"]) == (1, 1, 0)
    assert row["alpha"] == 1 / 60


def test_a_data_collector_over_three_rounds(make_model):
    model = make_model(**SETTINGS)
    collector = mesa.DataCollector(
        model_reporters={
            "share": lambda model: model.agents.agg("joined", np.mean),
            "round": "round",
            "alpha": [lambda platform: platform.alpha, [model.platform]],
        },
        agent_reporters={"joined": "joined", "doubled": lambda user: 2 * user.threshold},
        agenttype_reporters={
            User: {"degree": "degree", "friends": lambda user: len(user.neighbours)},
            ResponsePlatform: {"alpha": "alpha"},
        },
    )
    joined = []
    for _ in range(3):
        model.step()
        collector.collect(model)
        joined.append(model.columns["joined"])

    rounds = collector.get_model_vars_dataframe()
    assert rounds["round"].tolist() == [1, 2, 3]
    assert rounds["share"].tolist() == model.series["member_share"].tolist()[1:]
    assert rounds["alpha"].tolist() == model.series["alpha"].tolist()[1:]

    users = collector.get_agent_vars_dataframe()
    assert users.index.names == ["Step", "AgentID"]
    assert users.index.tolist() == [(step, i + 1) for step in (1, 2, 3) for i in range(60)]
    assert np.array_equal(users["joined"].to_numpy(bool), np.concatenate(joined))
    assert users.loc[3, "doubled"].tolist() == (2 * model.columns["threshold"]).tolist()

    degrees = collector.get_agenttype_vars_dataframe(User)
    assert degrees.loc[2, "degree"].tolist() == model.ties.degree.tolist()
    assert degrees["friends"].equals(degrees["degree"].rename("friends"))
    platforms = collector.get_agenttype_vars_dataframe(ResponsePlatform)
    assert platforms["alpha"].tolist() == rounds["alpha"].tolist()


def test_running_on_as_mesa_models_do(make_model):
    model = make_model(**SETTINGS)
    assert isinstance(model, mesa.Model)
    assert model.round == 0
    model.step()
    model.step()
    assert model.round == 2
    assert model.series["round"].tolist() == [0, 1, 2]
