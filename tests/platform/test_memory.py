"""What the platform remembers: which submissions, their weight, and α of the serving model."""

import mesa
import numpy as np
import pytest

from groundswell.data import Column, Points, Schema
from groundswell.platform.agent import LearningPlatform
from groundswell.platform.memory import Memory, Submissions, recall
from groundswell.platform.platform import Platform
from groundswell.scenarios.keeping import forget

USERS = 10
SCHEMA = Schema("cells", (Column("cell", ("0", "1")),), ("0", "1"))


def submitted(round_, planted):
    """Everybody's row carries the round in its cell's place; planted ones are labelled 1."""
    planted = np.isin(np.arange(USERS), planted)
    X = np.full((USERS, 1), float(round_ % 2))
    return Submissions(Points(X, planted.astype(np.int64)), planted, np.arange(USERS))


def members(*rows):
    return np.isin(np.arange(USERS), rows)


def platform(**settings):
    learner = {"kind": "bayes", "plug_in": True}
    part = Platform.from_settings({"kind": "learning", "learner": learner, **settings})
    model = mesa.Model(rng=1)
    agent = LearningPlatform(model, part, SCHEMA, None, None)
    forget(model)
    return agent


PLANTED = [3, 5, 0, 10, 2, 2, 7]
"""How many of ten users plant in each round."""

ALPHA = {
    "current": ("current", lambda t: PLANTED[t] / 10),
    "window": (
        {"kind": "window", "length": 3},
        lambda t: sum(PLANTED[max(t - 2, 0) : t + 1]) / (10 * min(t + 1, 3)),
    ),
    "all": ("all", lambda t: sum(PLANTED[: t + 1]) / (10 * (t + 1))),
    "discounted": (
        {"kind": "discounted", "discount": 0.5},
        lambda t: (
            sum(PLANTED[s] * 0.5 ** (t - s) for s in range(t + 1))
            / sum(10 * 0.5 ** (t - s) for s in range(t + 1))
        ),
    ),
}


@pytest.mark.parametrize("kind", ALPHA)
def test_alpha_is_the_planted_share_by_weight(kind):
    memory, expected = ALPHA[kind]
    agent = platform(memory=memory)
    for round_, count in enumerate(PLANTED):
        agent.receive(submitted(round_, range(count)), members(*range(count)))
        agent.retrain(round_, members(), np.random.default_rng(0))
        assert agent.alpha == pytest.approx(expected(round_), abs=1e-15)
        assert agent.alpha_eff == agent.alpha
        assert agent.retrained


@pytest.mark.parametrize(
    ("memory", "kept"), [("current", 1), ({"kind": "window", "length": 3}, 3), ("all", 7)]
)
def test_nothing_older_is_kept(memory, kept):
    agent = platform(memory=memory)
    for round_, count in enumerate(PLANTED):
        agent.receive(submitted(round_, range(count)), members(*range(count)))
    assert len(agent.history) == kept


def test_recall_puts_points_owners_and_weights_together():
    history = [submitted(round_, range(count)) for round_, count in enumerate(PLANTED[:4])]
    memory = Memory.from_settings({"kind": "discounted", "discount": 0.5})
    remembered = recall(memory, history)
    assert remembered.points.X[:, 0].tolist() == [1] * 10 + [0] * 10 + [1] * 10 + [0] * 10
    assert remembered.points.weight.tolist() == [1] * 10 + [0.5] * 10 + [0.25] * 10 + [0.125] * 10
    assert remembered.owner.tolist() == list(range(10)) * 4
    assert remembered.planted.sum() == sum(PLANTED[:4])
    unweighted = recall(Memory.from_settings({"kind": "window", "length": 2}), history)
    assert unweighted.points.weight is None
    assert len(unweighted.points) == 20


@pytest.mark.parametrize(
    ("withdraw", "alphas"),
    # Users 0-3 plant in round 0; 0 and 1 have left by round 1, and 0 is back in round 2.
    # Without withdrawing: 4/10, (4+2)/20, (4+2+3)/30. A leaver's two planted rows go, its
    # honest ones stay: (2+2)/18; back again, its old planted row stays out: (2+2+3)/28.
    [(False, [0.4, 6 / 20, 9 / 30]), (True, [0.4, 4 / 18, 7 / 28])],
)
def test_leavers_planted_rows_may_be_withdrawn(withdraw, alphas):
    agent = platform(memory="all", withdraw=withdraw)
    for round_, joined in enumerate([(0, 1, 2, 3), (2, 3), (0, 2, 3)]):
        agent.receive(submitted(round_, joined), members(*joined))
        agent.retrain(round_, members(*joined), np.random.default_rng(0))
        assert agent.alpha == pytest.approx(alphas[round_])


def test_withdrawing_weighs_by_age():
    agent = platform(memory={"kind": "discounted", "discount": 0.5}, withdraw=True)
    for round_, joined in enumerate([(0, 1, 2, 3), (2, 3)]):
        agent.receive(submitted(round_, joined), members(*joined))
        agent.retrain(round_, members(*joined), np.random.default_rng(0))
    assert agent.alpha == pytest.approx((2 + 0.5 * 2) / (10 + 0.5 * 8))


@pytest.mark.parametrize("every", [1, 2, 3])
@pytest.mark.parametrize("memory", ["current", "all"])
def test_between_trainings_the_old_model_serves(every, memory):
    agent = platform(retrain_every=every, memory=memory)
    serving = None
    for round_, count in enumerate(PLANTED):
        agent.receive(submitted(round_, range(count)), members(*range(count)))
        agent.retrain(round_, members(), np.random.default_rng(0))
        assert agent.retrained == (round_ % every == 0)
        if agent.retrained:
            serving = agent.classifier
            assert agent.alpha == pytest.approx(ALPHA[memory][1](round_))
        assert agent.classifier is serving
        trained_at = round_ - round_ % every
        assert agent.alpha == pytest.approx(ALPHA[memory][1](trained_at))


def test_when_everybody_plants_the_model_is_constant():
    agent = platform()
    agent.receive(submitted(0, range(USERS)), members(*range(USERS)))
    agent.retrain(0, members(*range(USERS)), np.random.default_rng(0))
    assert agent.alpha == 1
    assert agent.predict(np.array([[0.0], [1.0]])).tolist() == [1, 1]


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "window", "length": 0},
        {"kind": "discounted", "discount": 0.0},
        {"kind": "discounted", "discount": 1.5},
    ],
)
def test_memories_that_cannot_be(settings):
    with pytest.raises(ValueError, match="Input should be"):
        Memory.from_settings(settings)
