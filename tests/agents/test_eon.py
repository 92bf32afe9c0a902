"""Contagion as EoN has it, in law: members by round, within three standard errors of the mean."""

import networkx as nx
import numpy as np
import pytest

EoN = pytest.importorskip("EoN")

RUNS = 1_000
GRAPHS = {
    "karate": nx.karate_club_graph(),
    "watts-strogatz": nx.watts_strogatz_graph(60, 6, 0.1, seed=1),
    "directed": nx.gnp_random_graph(60, 0.1, seed=1, directed=True),
}


@pytest.fixture
def ours(make_model, copied):
    """Return who is a member and who is removed, by run and round."""

    def run(graph, seeds, rounds, seed, **contagion):
        everywhere = (len(graph) * np.arange(RUNS)[:, None] + seeds).ravel().tolist()
        model = make_model(
            rng=seed,
            network=copied(graph, RUNS),
            decision={"kind": "contagion", "activation": "synchronous", **contagion},
            collective={"seeding": "users", "users": everywhere, "committed": False},
        )
        states = []
        for _ in range(rounds):
            model.step()
            states.append([model.columns[name] for name in ("joined", "removed")])
        counts = np.array(states).reshape(rounds, 2, RUNS, len(graph)).sum(axis=3)
        return counts.transpose(1, 2, 0)

    return run


def at(times, values, moments):
    """Return a step function at some moments, the last value where it ends before."""
    return values[np.searchsorted(times, moments, side="right") - 1]


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_sis_where_everybody_recovers_at_once(ours, mean_differs, graph):
    """EoN's discrete SIS has no other recovery; who recovers cannot catch it in the same round."""
    seeds, rounds, rng = [0, 1, 2], np.arange(1, 21), np.random.default_rng(61_000)
    oracle = [
        EoN.basic_discrete_SIS(graph, 0.22, initial_infecteds=seeds, tmax=20, rng=rng)
        for _ in range(RUNS)
    ]
    theirs = np.array([at(times, members, rounds) for times, _, members in oracle])
    members, _ = ours(graph, seeds, 20, seed=61_001, infection=0.22, recovery=1.0)
    assert 2 < theirs[:, -1].mean() < len(graph) / 2
    assert (mean_differs(members, theirs) <= 3).all()


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_sir_where_everybody_is_removed_at_once(ours, mean_differs, graph):
    seeds, rounds, rng = [0, 1, 2], np.arange(1, 13), np.random.default_rng(62_000)
    oracle = [
        EoN.basic_discrete_SIR(graph, 0.3, initial_infecteds=seeds, rng=rng) for _ in range(RUNS)
    ]
    found = ours(graph, seeds, 12, seed=62_001, infection=0.3, recovery=1.0, after="removed")
    for column, counts in zip((2, 3), found, strict=True):
        theirs = np.array([at(one[0], one[column], rounds) for one in oracle])
        assert (mean_differs(counts, theirs) <= 3).all()


def test_small_steps_are_sis_in_continuous_time(ours, mean_differs):
    """A hundred rounds are a unit of time in which Gillespie's events have rates τ and γ."""
    club, seeds, rng, step = GRAPHS["karate"], [0, 16], np.random.default_rng(63_000), 0.01
    moments = np.array([0.5, 1.0, 2.0, 4.0])
    oracle = [
        EoN.Gillespie_SIS(club, 0.4, 1.0, initial_infecteds=seeds, tmax=4.5, rng=rng)
        for _ in range(RUNS)
    ]
    theirs = np.array([at(times, members, moments) for times, _, members in oracle])
    infection, recovery = -np.expm1(-step * np.array([0.4, 1.0]))
    members, _ = ours(club, seeds, 400, 63_001, infection=infection, recovery=recovery)
    assert (mean_differs(members[:, (moments / step).astype(int) - 1], theirs) <= 3).all()
