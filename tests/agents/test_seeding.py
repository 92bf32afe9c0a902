"""Seeds by core, by community and by id: against networkx where it can."""

import tomllib

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import groundswell as gs
from groundswell.agents.network import Network
from groundswell.agents.seeding import communities
from groundswell.agents.ties import complete_ties, from_pairs, no_ties
from groundswell.problems import ScenarioError
from groundswell.scenarios.writing import scenario_text


def build(users, seed=0, **parameters):
    return Network.from_settings(parameters).build(users, np.random.default_rng(seed))


def graph_of(ties):
    graph = nx.Graph(zip(ties.rows.tolist(), ties.indices.tolist(), strict=True))
    graph.add_nodes_from(range(ties.users))
    return graph


def seeds(model):
    return np.flatnonzero(model.columns["joined"]).tolist()


BLOCKS = {"kind": "stochastic-block", "blocks": [10, 30, 20], "within": 6.0, "between": 0.5}
CHAIN = "a b\na c\nb c\nd a\nd b\nd c\ne f\n"  # a core of four, and a pair


@pytest.fixture
def chain(tmp_path):
    path = tmp_path / "ties.txt"
    path.write_text(CHAIN)
    return {"kind": "edge-list", "path": str(path)}


@given(
    users=st.integers(2, 80),
    mean_degree=st.floats(0, 12),
    ties=st.integers(1, 6),
    seed=st.integers(0, 2**32),
)
def test_core_numbers_are_networkx(users, mean_degree, ties, seed):
    made = [build(users, seed, kind="erdos-renyi", mean_degree=min(mean_degree, users - 1.0))]
    if users > ties:
        made.append(build(users, seed, kind="barabasi-albert", ties=ties))
    for one in made:
        expected = nx.core_number(graph_of(one))
        assert one.core.tolist() == [expected[user] for user in range(users)]


def test_core_numbers_at_the_ends():
    assert complete_ties(5).core.tolist() == [4] * 5
    assert no_ties(3).core.tolist() == [0] * 3
    arrows = from_pairs(4, np.array([0, 1, 2]), np.array([1, 2, 0]), directed=True)
    assert arrows.core.tolist() == [2, 2, 2, 0], "whatever the direction"


def test_seeds_by_core_are_the_innermost(make_model):
    network = {"kind": "barabasi-albert", "ties": 3}
    settings_ = {"population__users": 60, "network": network}
    model = make_model(**settings_, collective={"seeding": "core", "seeds": 12})
    core, joined = model.ties.core, model.columns["joined"]
    assert joined.sum() == 12
    assert core[joined].min() >= core[~joined].max()
    other = make_model(rng=8, **settings_, collective={"seeding": "core", "seeds": 12})
    assert seeds(model) != seeds(other), "equals at random"


def test_whole_communities_the_largest_first(make_model):
    model = make_model(network=BLOCKS, collective={"seeding": "community", "seeds": 35})
    members = np.bincount(model.ties.communities, model.columns["joined"])
    assert members.tolist() == [0, 30, 5], "all of the largest, some of the next"
    rest = {
        tuple(
            seeds(
                make_model(
                    rng=seed, network=BLOCKS, collective={"seeding": "community", "seeds": 35}
                )
            )
        )
        for seed in range(4)
    }
    assert len(rest) == 4


@pytest.mark.parametrize(("given_", "count"), [({}, 10), ({"seeds": 4}, 4), ({"seeds": 0.1}, 6)])
def test_a_named_community(make_model, given_, count):
    model = make_model(
        network=BLOCKS, collective={"seeding": "community", "community": 0, **given_}
    )
    assert len(seeds(model)) == count
    assert max(seeds(model)) < 10


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"community": 3}, "collective.community: communities go from 0 to 2, found 3"),
        ({"community": 0, "seeds": 11},
         "collective.seeds: 11 seeds in community 0, which has 10 users"),
        ({"community": 0, "seeds": 61}, "collective.seeds: 61 seeds among 60 users"),
        ({"community": -1}, "collective.community: should be greater than or equal to 0"),
        ({"seeding": "core", "community": 1}, "'community' has no meaning with seeding = 'core'"),
        ({"seeding": "core", "users": [1]}, "'users' has no meaning with seeding = 'core'"),
    ],
)  # fmt: skip
def test_communities_that_cannot_be(make_model, changes, message):
    with pytest.raises(ScenarioError) as error:
        make_model(network=BLOCKS, collective={"seeding": "community", **changes})
    assert message in str(error.value)


def test_blocks_are_found_where_nobody_says_them():
    ties = build(120, 1, kind="stochastic-block", blocks=[60, 40, 20], within=12.0, between=0.3)
    found = communities(ties, np.random.default_rng(0))
    assert np.bincount(found).tolist() == [60, 40, 20], "numbered by size"
    assert len(set(zip(found.tolist(), ties.communities.tolist(), strict=True))) == 3


def test_communities_of_a_real_network():
    ties = build(34, kind="named", name="karate")
    found = communities(ties, np.random.default_rng(0))
    groups = [set(np.flatnonzero(found == k).tolist()) for k in range(found.max() + 1)]
    assert nx.community.modularity(graph_of(ties), groups) > 0.3


@given(users=st.integers(1, 60), mean_degree=st.floats(0, 4), seed=st.integers(0, 2**32))
def test_labels_settle(users, mean_degree, seed):
    ties = build(users, seed, kind="erdos-renyi", mean_degree=min(mean_degree, users - 1.0))
    found = communities(ties, np.random.default_rng(seed))
    sizes = np.bincount(found)
    assert sizes.tolist() == sorted(sizes.tolist(), reverse=True)
    assert (sizes > 0).all()
    for user in range(users):
        around = found[ties.neighbours(user)]
        if len(around):
            counts = np.bincount(around, minlength=len(sizes))
            assert counts[found[user]] == counts.max(), "nobody would change"
        else:
            assert sizes[found[user]] == 1
    assert np.array_equal(found, communities(ties, np.random.default_rng(seed)))


def test_communities_without_ties_and_with_all():
    assert communities(complete_ties(4), np.random.default_rng(0)).tolist() == [0] * 4
    assert communities(no_ties(3), np.random.default_rng(0)).tolist() == [0, 1, 2]


def test_found_communities_are_a_column_where_they_decide(make_model):
    network = {"kind": "named", "name": "karate"}
    assert "community" not in make_model(network=network).columns
    model = make_model(network=network, collective={"seeding": "community", "seeds": 5})
    assert model.columns["community"][model.columns["joined"]].max() == 0


def test_seeds_by_id(make_model, chain):
    model = make_model(network=chain, collective={"seeding": "users", "users": ["f", "b", 0]})
    assert seeds(model) == [0, 1, 5]
    model = make_model(
        network=chain, collective={"seeding": "neighbourhood", "users": ["e"], "seeds": 2}
    )
    assert seeds(model) == [4, 5]
    florence = {"kind": "named", "name": "florentine-families"}
    model = make_model(network=florence, collective={"seeding": "users", "users": ["Medici"]})
    assert [model.ties.names[row] for row in seeds(model)] == ["Medici"]


def test_seeds_that_are_given_are_meant(make_scenario):
    """Also where they say what the default says, and wherever a scenario goes."""
    community = {"seeding": "community", "community": 0}
    for given_, count in (({}, 10), ({"seeds": 0.01}, 1)):
        scenario = make_scenario(network=BLOCKS, collective={**community, **given_})
        written = tomllib.loads(scenario_text(scenario))
        for one in (scenario, scenario.replace({"rounds": 3}), gs.load(scenario), gs.load(written)):
            assert len(seeds(gs.CollectiveActionModel(one))) == count
            again = one.replace({"schedule": {"payoff.cost": [[0, 0.5]]}})
            assert len(seeds(gs.CollectiveActionModel(again))) == count
    named = {"seeding": "users", "users": [1, 2, 3]}
    scenario = make_scenario(network=BLOCKS, collective=named)
    assert gs.load(tomllib.loads(scenario_text(scenario))) == scenario
    with pytest.raises(ScenarioError, match=r"'users' names 3 seeds and 'seeds' says 0\.01; leave"):
        make_scenario(network=BLOCKS, collective={**named, "seeds": 0.01})


@pytest.mark.parametrize(
    ("users", "said"),
    [
        ([1, 1, 2], "users[1]: 1 is named before, in users[0]; name each user once"),
        (["a", 1, 0], "users[2]: 0 is named before, in users[0]; name each user once"),
        (["b", "a", "b"], "users[2]: 'b' is named before, in users[0]; name each user once"),
    ],
)
def test_users_that_are_named_twice(make_model, chain, users, said):
    with pytest.raises(ScenarioError) as error:
        make_model(network=chain, collective={"seeding": "users", "users": users})
    assert said in str(error.value)


def test_ids_that_are_nobodys(make_model, chain):
    collective = {"seeding": "users", "users": ["a", "Carl"]}
    with pytest.raises(ScenarioError) as error:
        make_model(network=chain, collective=collective)
    assert "collective.users[1]: there is no user with the id 'Carl'; known: a, b, c" in str(
        error.value
    )
    with pytest.raises(ScenarioError, match="users go from 0 to 5, found 6"):
        make_model(network=chain, collective={"seeding": "users", "users": [6]})
    with pytest.raises(ScenarioError, match=r"there is no user with the id 'x'$"):
        make_model(population__users=4, collective={"seeding": "users", "users": ["x"]})


def test_a_number_that_is_an_id(make_model, tmp_path):
    path = tmp_path / "ties.txt"
    path.write_text("10 20\n20 30\n")
    network = {"kind": "edge-list", "path": str(path)}
    model = make_model(network=network, collective={"seeding": "users", "users": ["20"]})
    assert seeds(model) == [1]
    with pytest.raises(ScenarioError) as error:
        make_model(network=network, collective={"seeding": "users", "users": [20]})
    assert "users go from 0 to 2, found 20; the id is written '20', in quotes" in str(error.value)


def test_seeds_are_not_looked_for_where_ties_are_wrong(make_model):
    network = {"kind": "ring", "degree": 60}
    for collective, lines in (
        ({"seeding": "users", "users": ["ann"]}, 1),
        ({"seeding": "community", "community": 99, "seeds": 5}, 1),
        ({"seeding": "community", "seeds": 50}, 2),
    ):
        with pytest.raises(ScenarioError) as error:
            make_model(population__users=30, network=network, collective=collective)
        assert len(error.value.lines) == lines, error.value


def test_direction_and_seeds(make_model, tmp_path):
    path = tmp_path / "ties.txt"
    path.write_text("hub a\nhub b\nhub c\na sink\nb sink\nc sink\nd sink\nd e\n")
    network = {"kind": "edge-list", "path": str(path), "directed": True}
    model = make_model(network=network, collective={"seeding": "degree", "seeds": 1})
    assert [model.ties.names[row] for row in seeds(model)] == ["hub"], "who influences most"
    model = make_model(
        network=network, collective={"seeding": "neighbourhood", "users": ["e"], "seeds": 3}
    )
    assert [model.ties.names[row] for row in seeds(model)] == ["d", "e", "sink"], "either way"


@pytest.mark.parametrize("seeding", ["degree", "core", "community", "neighbourhood"])
def test_seeding_by_ties_needs_ties(make_model, seeding):
    with pytest.raises(ScenarioError, match=f"'{seeding}' needs ties, and network 'none' has none"):
        make_model(population__users=9, collective__seeding=seeding)
