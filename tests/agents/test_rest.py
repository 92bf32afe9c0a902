"""Where nobody can move any more, and thresholds that nobody can reach."""

import numpy as np
import pytest

from tests.agents.test_rule_borders import situation

RING = {"kind": "ring", "degree": 2}
ACTIVATIONS = ["synchronous", "sequential"]


def contagion(infection, recovery):
    return {"kind": "contagion", "infection": infection, "recovery": recovery}


IMITATION = {"kind": "imitation", "noise": 1.0}


@pytest.fixture
def rests(make_model):
    """Return which users would never move on their own, with some members on a ring of six."""

    def ask(decision, members, network=RING):
        model = make_model(
            population__users=6, network=network, decision=decision, collective__seeds=0
        )  # fmt: skip
        model.agents.select(lambda user: user.row in members).set("joined", True)
        rule, seen = model.scenario.decision, situation(model)
        still = [user for user in range(6) if rule.at_rest(seen, np.array([user]))]
        assert rule.at_rest(seen, np.arange(6)) is (len(still) == 6)
        assert rule.at_rest(seen, np.array(still, dtype=np.int64))
        return still

    return ask


@pytest.mark.parametrize(
    ("decision", "members", "still"),
    [
        (contagion(0.5, 0.5), [], [0, 1, 2, 3, 4, 5]),  # nobody has it
        (contagion(0.5, 0.5), [0], [2, 3, 4]),  # caught by 1 and 5, lost by 0
        (contagion(0.5, 0.0), [0], [0, 2, 3, 4]),
        (contagion(0.0, 0.5), [0], [1, 2, 3, 4, 5]),
        (contagion(1.0, 1.0), [0, 2], [4]),
        (contagion(0.0, 0.0), [0, 2], [0, 1, 2, 3, 4, 5]),
        ("voter", [], [0, 1, 2, 3, 4, 5]),
        ("voter", [0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]),
        ("voter", [0, 1, 2], [1, 4]),  # between members, and between outsiders
        (IMITATION, [0, 1, 2], [1, 4]),
        ("fixed", [0], [0, 1, 2, 3, 4, 5]),
    ],
)
def test_who_can_move_on_a_ring(rests, decision, members, still):
    assert rests(decision, members) == still


@pytest.mark.parametrize("network", ["none", "complete"])
@pytest.mark.parametrize(("members", "still"), [([], 6), ([2], 0), ([0, 1, 2, 3, 4, 5], 6)])
def test_who_may_copy_anybody_is_at_rest_among_its_like(rests, network, members, still):
    assert len(rests(IMITATION, members, network)) == still


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("measure", "threshold", "joins"),
    [("share", 1.0, True), ("share", 1.01, False), ("count", 2, True), ("count", 2.5, False),
     ("count", 99, False), ("count", -3, True), ("share", -3.0, True)],
)  # fmt: skip
def test_a_threshold_above_all_neighbours_is_never_met(
    make_model, activation, measure, threshold, joins
):
    model = make_model(
        population__users=6, network=RING,
        decision={"kind": "threshold", "measure": measure, "threshold": threshold,
                  "activation": activation},
        collective={"seeding": "users", "users": [0, 1, 2, 3, 4]},
    )  # fmt: skip
    model.step()
    assert model.columns["joined"].tolist() == [True] * 5 + [joins]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("members", "threshold", "after"),
    [(5, 5, 6), (5, 6, 5), (6, 6, 6), (6, 7, 5), (6, 99, 5), (5, -3, 6)],
)
def test_of_everybody_a_member_counts_itself(make_model, activation, members, threshold, after):
    """The first five are committed; the last one compares."""
    model = make_model(
        population__users=6,
        decision={"kind": "threshold", "of": "everybody", "measure": "count",
                  "threshold": threshold, "activation": activation},
        collective={"seeding": "users", "users": [0, 1, 2, 3, 4]},
    )  # fmt: skip
    model.agents.select(lambda user: user.row < members).set("joined", True)
    model.step()
    assert model.columns["joined"].sum() == after
