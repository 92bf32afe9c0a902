"""Recruitment as NDlib has it: thresholds exactly, round by round; SIS and voters in law."""

import networkx as nx
import numpy as np
import pytest

from groundswell.model import CollectiveActionModel
from groundswell.scenarios.keeping import forget

configuration = pytest.importorskip("ndlib.models.ModelConfig")
epidemics = pytest.importorskip("ndlib.models.epidemics")
opinions = pytest.importorskip("ndlib.models.opinions")

GRAPHS = {
    "watts-strogatz": lambda seed: nx.watts_strogatz_graph(500, 8, 0.1, seed=seed),
    "gnp-with-loners": lambda seed: nx.gnp_random_graph(500, 0.008, seed=seed),
    "directed": lambda seed: nx.gnp_random_graph(500, 0.01, seed=seed, directed=True),
}


def infected(model, nodes):
    """Return who is infected in NDlib's model, in the order of users."""
    return np.array([model.status[node] for node in range(nodes)], dtype=bool)


def configured(model, seeds, thresholds=None, **parameters):
    """Return NDlib's model at the start, which its first iteration reports."""
    settings = configuration.Configuration()
    settings.add_model_initial_configuration("Infected", seeds)
    for name, value in parameters.items():
        settings.add_model_parameter(name, value)
    if thresholds is not None:
        settings.add_node_set_configuration("threshold", dict(enumerate(thresholds)))
    model.set_initial_status(settings)
    model.iteration()
    return model


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("draw", GRAPHS.values(), ids=GRAPHS)
def test_the_same_users_join_in_the_same_round(make_model, tmp_path, draw, seed):
    """Thresholds of tenths are often met exactly, and `>` would show in each of these cascades."""
    rng, graph, path = np.random.default_rng(seed), draw(seed), tmp_path / "graph.graphml"
    nx.write_graphml(graph, path)
    thresholds = rng.integers(1, 10, len(graph)) / 10
    seeds = rng.choice(len(graph), 50, replace=False).tolist()
    theirs = configured(epidemics.ThresholdModel(graph), seeds, thresholds.tolist())
    ours = make_model(
        network={"kind": "edge-list", "path": str(path)},
        decision={
            "kind": "threshold",
            "threshold": {"kind": "values", "values": thresholds.tolist()},
            "reversible": False,
            "activation": "synchronous",
        },
        collective={"seeding": "users", "users": seeds, "committed": False},
    )
    members = []
    for _ in range(40):
        assert ours.columns["joined"].tolist() == infected(theirs, len(graph)).tolist()
        members.append(np.count_nonzero(ours.columns["joined"]))
        ours.step()
        theirs.iteration()
    assert members[5] < members[-1] == members[-2] < len(graph), "no cascade, or no end of it"


def test_sis_has_the_law_of_ndlib(make_model, copied, mean_differs):
    club, runs, rounds, seeds = nx.karate_club_graph(), 500, 15, [0, 16]
    copies = nx.disjoint_union_all([club] * runs)
    everywhere = (len(club) * np.arange(runs)[:, None] + seeds).ravel().tolist()
    theirs = configured(
        epidemics.SISModel(copies, seed=51_000), everywhere, beta=0.15, **{"lambda": 0.4}
    )
    ours = make_model(
        rng=51_001,
        network=copied(club, runs),
        decision={
            "kind": "contagion", "infection": 0.15, "recovery": 0.4, "activation": "synchronous",
        },
        collective={"seeding": "users", "users": everywhere, "committed": False},
    )  # fmt: skip
    found = []
    for _ in range(rounds):
        ours.step()
        theirs.iteration()
        both = ours.columns["joined"], infected(theirs, len(copies))
        found.append([joined.reshape(runs, -1).sum(axis=1) for joined in both])
    one, other = np.array(found).transpose(1, 2, 0)
    assert (mean_differs(one, other) <= 3).all()


def test_voters_have_the_law_of_ndlib(make_scenario, mean_differs):
    """One of NDlib's iterations is one revision, by a random user: eleven of them are a round."""
    star, runs, rounds = nx.star_graph(10), 500, 4
    scenario = make_scenario(
        population__users=11,
        network={"kind": "barabasi-albert", "ties": 10},  # starts as a star, and has no newcomers
        decision={"kind": "voter", "activation": "random"},
        collective={"seeding": "users", "users": [0], "committed": False},
    )
    ours, theirs = np.zeros((2, runs, rounds))
    for run in range(runs):
        model = CollectiveActionModel(scenario, rng=52_000, replicate=run)
        oracle = configured(opinions.VoterModel(star, seed=53_000 + run), [0])
        for number in range(rounds):
            model.step()
            oracle.iteration_bunch(11, node_status=False)
            ours[run, number] = model.columns["joined"].sum()
            theirs[run, number] = infected(oracle, 11).sum()
        forget(model)
    assert (mean_differs(ours, theirs) <= 3).all()
