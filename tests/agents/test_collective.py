"""How the collective starts and who of it plants."""

from fractions import Fraction
from math import floor

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.agents.collective import Collective
from groundswell.agents.network import Network
from groundswell.agents.ties import complete_ties, from_pairs, no_ties
from groundswell.problems import InputError, ScenarioError

N = 50


def choose(ties=None, seed=0, **settings):
    collective = Collective(**settings)
    return collective.choose_seeds(ties or no_ties(N), np.random.default_rng(seed))


def graph(seed=1, mean_degree=4.0):
    network = Network.from_settings({"kind": "erdos-renyi", "mean_degree": mean_degree})
    return network.build(N, np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("seeds", "count"), [(0, 0), (1, 1), (7, 7), (50, 50), (0.0, 0), (0.1, 5), (0.13, 6), (1.0, 50)]
)
@pytest.mark.parametrize("seeding", ["random", "degree", "neighbourhood"])
def test_integers_are_counts_and_floats_are_shares(seeds, count, seeding):
    joined = choose(complete_ties(N), seeds=seeds, seeding=seeding)
    assert joined.dtype == bool
    assert joined.sum() == count


def test_random_seeds_are_uniform():
    times = sum(choose(seed=seed, seeds=5).astype(int) for seed in range(4000))
    assert times.sum() == 20_000
    assert np.abs(times - 400).max() < 5 * np.sqrt(400)


def test_seeds_by_degree_are_those_with_most_neighbours():
    ties = graph()
    joined = choose(ties, seeds=9, seeding="degree")
    assert ties.degree[joined].min() >= ties.degree[~joined].max()


def test_equal_degrees_are_broken_at_random():
    chosen = {
        tuple(np.flatnonzero(choose(seed=seed, seeds=3, seeding="degree"))) for seed in range(9)
    }
    assert len(chosen) > 5


@pytest.mark.parametrize("start", [0, 17, 49])
@pytest.mark.parametrize("count", [1, 4, 11, 30])
def test_a_neighbourhood_grows_breadth_first(start, count):
    ties = graph()
    joined = choose(ties, seeds=count, seeding="neighbourhood", users=[start])
    network = nx.from_edgelist((a, int(b)) for a in range(N) for b in ties.neighbours(a))
    network.add_nodes_from(range(N))
    distance = nx.single_source_shortest_path_length(network, start)
    members = np.flatnonzero(joined).tolist()
    assert start in members
    assert len(members) == min(count, len(distance))
    farthest = max(distance[user] for user in members)
    assert {user for user, d in distance.items() if d < farthest} <= set(members)


def test_a_neighbourhood_is_no_smaller_than_asked():
    ties = from_pairs(N, np.array([0, 1, 5]), np.array([1, 2, 6]))
    for seed in range(20):
        joined = choose(ties, seed, seeds=3, seeding="neighbourhood")
        assert np.flatnonzero(joined).tolist() == [0, 1, 2], "where there is room"
    for users, why in (
        ([6], "'6' is in a connected part of the network that has 2 users"),
        (None, "no connected part of the network has more than 3 users"),
    ):
        with pytest.raises(InputError, match=f"4 seeds around one user, and {why}") as error:
            choose(ties, seeds=4, seeding="neighbourhood", users=users)
        assert error.value.key == ("seeds",)


def test_a_neighbourhood_without_centre_starts_anywhere():
    ties = graph()
    starts = {tuple(np.flatnonzero(choose(ties, seed, seeds=1, seeding="neighbourhood")))
              for seed in range(20)}  # fmt: skip
    assert len(starts) > 10


def test_given_users_are_the_seeds():
    joined = choose(seeds=3, seeding="users", users=[9, 4, 30])
    assert np.flatnonzero(joined).tolist() == [4, 9, 30]


@pytest.mark.parametrize("seeding", ["users", "neighbourhood"])
def test_users_that_do_not_exist(seeding):
    with pytest.raises(InputError, match="users go from 0 to 49, found 50") as error:
        choose(complete_ties(N), seeds=1, seeding=seeding, users=[50])
    assert error.value.key == ("users",)


def test_more_seeds_than_users():
    with pytest.raises(InputError, match="51 seeds among 50 users") as error:
        choose(seeds=51)
    assert error.value.key == ("seeds",)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"seeds": 1.5}, "collective.seeds: is a share if it has a decimal point"),
        ({"seeds": -1}, "a count or a share, not negative"),
        ({"seeds": -0.1}, "a count or a share, not negative"),
        ({"seeds": "5"}, "valid integer"),
        ({"seeding": "users"}, "needs 'users', the list of seeds"),
        ({"seeding": "users", "users": [1, 2], "seeds": 7}, "names 2 seeds and 'seeds' says 7"),
        ({"seeding": "users", "users": []}, "needs 'users', the list of seeds"),
        ({"users": [1]}, "'users' has no meaning with seeding = 'random'"),
        ({"seeding": "users", "users": [-1]}, "numbered from 0, found -1"),
        ({"compliance": 1.1}, "less than or equal to 1"),
    ],
)
def test_contradictory_settings(make_model, settings, message):
    with pytest.raises(ScenarioError, match=message):
        make_model(population__users=N, collective=settings)


@pytest.mark.parametrize("seeding", ["degree", "neighbourhood"])
def test_seeding_by_ties_needs_ties(make_model, seeding):
    with pytest.raises(ScenarioError, match=f"'{seeding}' needs ties"):
        make_model(population__users=N, collective__seeding=seeding)


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("activation", ["synchronous", "sequential"])
def test_committed_seeds_never_leave(make_model, committed, activation):
    model = make_model(
        population__users=N,
        decision={"kind": "best-response", "activation": activation},
        payoff__cost=5.0,
        collective={"seeds": 6, "committed": committed},
    )
    seeds = model.columns["joined"]
    model.step()
    assert np.array_equal(model.columns["joined"], seeds & committed)


@pytest.mark.parametrize("percent", range(0, 101))
def test_of_n_members_exactly_the_floor_of_their_share_complies(percent):
    collective = Collective(compliance=percent / 100)
    order = np.random.default_rng(0).permutation(200)
    for members in (0, 1, 2, 3, 50, 99, 100, 101, 200):
        joined = np.zeros(200, dtype=bool)
        joined[np.random.default_rng(members).permutation(200)[:members]] = True
        planting = collective.planters(joined, order)
        assert planting.sum() == floor(Fraction(percent, 100) * members)
        assert not (planting & ~joined).any()


@given(
    compliance=st.floats(0, 1),
    joined=st.lists(st.booleans(), min_size=30, max_size=30).map(np.array),
)
def test_who_complies_is_the_first_in_the_runs_order(compliance, joined):
    order = np.random.default_rng(1).permutation(30)
    planting = Collective(compliance=compliance).planters(joined, order)
    in_order = planting[order[joined[order]]]
    assert in_order.tolist() == sorted(in_order.tolist(), reverse=True)


def test_the_order_of_compliance_is_fixed_for_a_run(make_model):
    settings = {
        "population": {"kind": "categorical", "users": 100},
        "platform": {"kind": "learning", "learner": "bayes"},
        "decision": "fixed",
        "collective": {
            "seeds": 40,
            "compliance": 0.5,
            "strategy": {"kind": "feature-label", "target": "1"},
        },
    }
    model = make_model(**settings)
    first = model.platform.history[-1].planted
    model.step()
    assert np.array_equal(model.platform.history[-1].planted, first)
    assert first.sum() == 20
    assert model.platform.alpha == 0.2
    assert not np.array_equal(make_model(rng=8, **settings).platform.history[-1].planted, first)
