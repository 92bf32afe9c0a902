"""An organiser: how much it spends when, on whom, and what its recruits are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.agents.organiser import Organiser
from groundswell.agents.ties import no_ties
from groundswell.problems import InputError, ScenarioError

NETWORK = {"kind": "barabasi-albert", "ties": 3}


@given(
    budget=st.integers(0, 300), rounds=st.integers(1, 40), start=st.integers(1, 20)
)  # fmt: skip
def test_the_budget_is_spent_evenly(budget, rounds, start):
    organiser = Organiser(budget=budget, rounds=rounds, start=start)
    spent = [organiser.quota(round_, 300) for round_ in range(start + rounds + 3)]
    assert sum(spent) == budget
    assert not any(spent[:start])
    assert not any(spent[start + rounds :])
    acting = spent[start : start + rounds]
    assert max(acting) - min(acting) <= 1


def test_a_share_of_the_users():
    assert Organiser(budget=0.1, rounds=1).quota(1, 50) == 5
    assert Organiser(budget=1.0, rounds=2).quota(2, 51) == 26
    with pytest.raises(InputError, match="51 recruits among 50 users"):
        Organiser(budget=51).quota(1, 50)


@pytest.mark.parametrize("by", ["random", "degree", "core", "community", "neighbours"])
def test_recruits_are_outsiders_and_stay(make_model, by):
    model = make_model(
        population__users=80,
        network=NETWORK,
        decision={"kind": "best-response", "activation": "synchronous"},
        payoff__cost=5.0,
        collective={"seeds": 5, "organiser": {"budget": 20, "rounds": 4, "start": 2, "by": by}},
    )
    assert model.columns["joined"].sum() == 5
    for _ in range(7):
        model.step()
    series = model.series
    assert series["members"].tolist() == [5, 5, 10, 15, 20, 25, 25, 25]
    assert series["joined"].tolist() == [0, 0, 5, 5, 5, 5, 0, 0]
    assert series["left"].sum() == 0
    assert model.columns["committed"].sum() == 25


def test_recruits_leave_where_seeds_do(make_model):
    model = make_model(
        population__users=80,
        network=NETWORK,
        decision={"kind": "best-response", "activation": "synchronous"},
        payoff__cost=5.0,
        collective={"seeds": 0, "committed": False, "organiser": {"budget": 20}},
    )
    model.step()
    assert model.series["members"].tolist() == [0, 0], "in at the start of the round, out in it"


def test_recruits_are_seen_in_the_round_they_come(make_model):
    model = make_model(
        population__users=10,
        network="complete",
        decision={"kind": "threshold", "measure": "count", "threshold": 3,
                  "activation": "synchronous"},
        collective={"seeds": 0, "organiser": {"budget": 4}},
    )  # fmt: skip
    model.step()
    assert model.series["members"].tolist() == [0, 10]


def test_with_nobody_left_the_rest_is_lost(make_model):
    model = make_model(
        population__users=10,
        decision="fixed",
        collective={"seeds": 7, "organiser": {"budget": 10, "rounds": 2}},
    )
    for _ in range(3):
        model.step()
    assert model.series["members"].tolist() == [7, 10, 10, 10]


def recruits(model, **organiser):
    joined = model.columns["joined"]
    chosen = Organiser(**organiser).recruits(
        1, model.ties, joined, ~joined, np.random.default_rng(3)
    )
    assert not (chosen & joined).any()
    return chosen


def test_whom_it_asks(make_model):
    model = make_model(
        network={"kind": "stochastic-block", "blocks": [20, 40], "within": 5.0, "between": 1.0},
        collective={"seeding": "community", "community": 0, "seeds": 8},
    )
    ties, joined = model.ties, model.columns["joined"]
    for by, score in (
        ("degree", ties.degree),
        ("core", ties.core),
        ("neighbours", ties.joined_neighbours(joined)),
        ("community", ties.communities),
    ):
        chosen = recruits(model, budget=10, by=by)
        left_out = ~chosen & ~joined
        assert chosen.sum() == 10
        assert score[chosen].min() >= score[left_out].max(), by
    assert recruits(model, budget=10).sum() == 10


def test_random_recruits_are_uniform():
    joined = np.arange(20) < 5
    times = sum(
        Organiser(budget=3)
        .recruits(1, no_ties(20), joined, ~joined, np.random.default_rng(seed))
        .astype(int)
        for seed in range(3000)
    )
    assert not times[:5].any()
    assert np.abs(times[5:] - 600).max() < 5 * np.sqrt(480)


def test_who_is_removed_is_not_recruited(make_model):
    model = make_model(
        population__users=10, decision="fixed", collective={"seeds": 0, "organiser": {"budget": 10}}
    )
    model.columns["removed"] = np.arange(10) < 4
    model.step()
    assert model.columns["joined"].tolist() == [False] * 4 + [True] * 6


def test_an_organiser_has_its_own_stream(make_model):
    settings = {
        "population__users": 60,
        "network": NETWORK,
        "decision": {"kind": "threshold", "threshold": {"kind": "uniform"}},
    }
    without = make_model(**settings)
    nothing = make_model(**settings, collective__organiser={"budget": 0, "by": "core"})
    for _ in range(5):
        without.step()
        nothing.step()
    assert without.series.equals(nothing.series)


@pytest.mark.parametrize(
    ("organiser", "message"),
    [
        ({"budget": 1.5}, "collective.organiser.budget: is a share if it has a decimal point"),
        ({"budget": -3}, "collective.organiser.budget: should be a count or a share"),
        ({}, "collective.organiser.budget: is missing"),
        ({"budget": 99}, "collective.organiser.budget: 99 recruits among 50 users"),
        ({"budget": 9, "rounds": 0}, "organiser.rounds: should be greater than or equal to 1"),
        ({"budget": 9, "start": 0}, "organiser.start: should be greater than or equal to 1"),
        ({"budget": 9, "start": 51},
         "organiser.start: recruits come in rounds 51 to 51, "
         "and the last of the scenario is rounds = 50"),
        ({"budget": 30, "start": 5, "rounds": 47},
         "organiser.rounds: recruits come in rounds 5 to 51, "
         "and the last of the scenario is rounds = 50"),
        ({"budget": 9, "by": "kore"}, "organiser.by: should be 'random', 'degree', 'core'"),
        ({"budget": 9, "by": "core"}, "organiser.by: 'core' needs ties, and network 'none'"),
        ({"budget": 9, "by": "neighbours"}, "organiser.by: 'neighbours' needs ties"),
        ({"budgets": 9}, "organiser.budgets: unknown key; did you mean 'budget'?"),
    ],
)  # fmt: skip
def test_organisers_that_cannot_be(make_model, organiser, message):
    with pytest.raises(ScenarioError) as error:
        make_model(population__users=50, collective__organiser=organiser)
    assert message in str(error.value)
