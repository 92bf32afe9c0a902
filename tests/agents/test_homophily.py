"""Homophily: the coefficient, what moving users makes of it, and what stays as it was."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.agents.homophily import Homophily, assortativity
from groundswell.agents.network import Network
from groundswell.agents.population import Rows
from groundswell.agents.ties import from_pairs
from groundswell.agents.traits import Trait, trait
from groundswell.agents.waves import along_a_wave
from groundswell.data import Column, Points, Schema
from groundswell.problems import InputError, ScenarioError

CSV = "age,job,wage\n" + "".join(
    f"{20 + i * 7 % 50},{'pqr'[i * 11 % 3]},{'lo' if i * 13 % 5 else 'hi'}\n" for i in range(300)
)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(CSV)
    return {
        "population": {"kind": "table", "path": str(path), "label": "wage"},
        "population__users": 200,
        "platform": {"kind": "learning", "learner": "tree"},
        "decision": "fixed",
        "network": {"kind": "watts-strogatz", "degree": 6},
    }


def build(users, seed=0, **parameters):
    return Network.from_settings(parameters).build(users, np.random.default_rng(seed))


def graph_of(ties, values):
    graph = nx.Graph(zip(ties.rows.tolist(), ties.indices.tolist(), strict=True))
    nx.set_node_attributes(graph, dict(enumerate(values.tolist())), "value")
    return graph


def dealt(ties, values, target, categories=0, **settings_):
    homophily = Homophily(column="x", target=target, **settings_)
    return homophily.dealt(ties, Trait(values, categories), np.random.default_rng(3))


@settings(max_examples=40)
@given(users=st.integers(6, 60), categories=st.integers(0, 4), seed=st.integers(0, 2**32))
def test_the_coefficient_is_networkx(users, categories, seed):
    rng = np.random.default_rng(seed)
    ties = build(users, seed, kind="erdos-renyi", mean_degree=4.0)
    values = rng.integers(0, categories or 9, users).astype(float)
    if not ties.count or len(np.unique(values[ties.indices])) == 1:
        return
    graph = graph_of(ties, values)
    if categories:
        expected = nx.attribute_assortativity_coefficient(graph, "value")
    else:
        expected = nx.numeric_assortativity_coefficient(graph, "value")
    assert assortativity(ties, Trait(values, categories)) == pytest.approx(expected, abs=1e-9)


NETWORKS = [
    {"kind": "watts-strogatz", "degree": 8},
    {"kind": "barabasi-albert", "ties": 4},
    {"kind": "stochastic-block", "blocks": 10},
    {"kind": "lattice", "side": 20},
]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network["kind"])
@pytest.mark.parametrize("target", [-0.1, 0.0, 0.3, 0.6])
@pytest.mark.parametrize("categories", [0, 2, 5])
def test_the_target_is_reached(network, target, categories):
    if network["kind"] == "barabasi-albert":
        target = min(target, 0.3)  # such networks cannot be cut into groups that keep to themselves
    ties, rng = build(400, 1, **network), np.random.default_rng(2)
    values = rng.normal(40, 12, 400)
    if categories:
        values = rng.integers(0, categories, 400).astype(float)
    whose, reached = dealt(ties, values, target, categories)
    assert sorted(whose.tolist()) == list(range(400)), "users change places"
    measured = assortativity(ties, Trait(values[whose], categories))
    assert reached == pytest.approx(measured, abs=1e-9)
    assert reached == pytest.approx(target, abs=0.005)


def test_who_starts_alike_is_mixed():
    ties = build(400, kind="ring", degree=4)
    whose, reached = dealt(ties, np.arange(400.0), 0.2)
    assert reached == pytest.approx(0.2, abs=0.005)
    assert (whose != np.arange(400)).any()


def test_what_cannot_be_reached_is_come_near():
    star = from_pairs(30, np.zeros(29, dtype=int), np.arange(1, 30))
    _, reached = dealt(star, np.arange(30.0), 0.9)
    assert reached < 0.9
    ties = build(200, kind="erdos-renyi", mean_degree=20.0)
    _, reached = dealt(ties, np.random.default_rng(0).normal(size=200), 1.0)
    assert 0.3 < reached < 0.9


@pytest.mark.parametrize(
    ("network", "most"),
    [
        ({"kind": "ring", "degree": 4}, 0.994),
        ({"kind": "ring", "degree": 10}, 0.988),
        ({"kind": "watts-strogatz", "degree": 10}, 0.89),
        ({"kind": "stochastic-block", "blocks": 2, "within": 9.0, "between": 1.0}, 0.787),
        ({"kind": "lattice", "side": 30}, 0.933),
    ],
    ids=str,
)
@pytest.mark.parametrize("target", [0.75, 0.85, 0.9, 1.0])
def test_two_halves_part_as_far_as_the_ties_allow(network, most, target):
    """``most`` is where the halves are the two sides of the network."""
    users = 900 if network["kind"] == "lattice" else 1000
    ties = build(users, 1, **network)
    halves = np.random.default_rng(2).permutation(np.arange(users) % 2).astype(float)
    whose, reached = dealt(ties, halves, target, 2)
    assert reached >= min(target, most) - 0.005
    assert reached <= target + 0.005
    again, _ = dealt(ties, halves, target, 2)
    assert np.array_equal(whose, again)


@pytest.mark.parametrize(("categories", "most"), [(0, 0.98), (2, 0.9), (5, 0.82)])
def test_no_numbering_of_users_is_needed(categories, most):
    """A lattice whose users are numbered at random, in two parts, with somebody alone."""
    lattice, rng = build(400, kind="lattice", side=20), np.random.default_rng(0)
    number = rng.permutation(801)
    both = [np.concatenate([of, of + 400]) for of in (lattice.rows, lattice.indices.astype(int))]
    ties = from_pairs(801, number[both[0]], number[both[1]])
    values = rng.normal(size=801) if not categories else rng.integers(0, categories, 801) * 1.0
    _, reached = dealt(ties, values, 1.0, categories)
    assert reached > most


def test_opposites_attract_on_a_chessboard():
    ties, colours = build(400, kind="lattice", side=20), (np.arange(400) % 2).astype(float)
    _, reached = dealt(ties, np.random.default_rng(0).permutation(colours), -1.0, 2)
    assert reached == -1


@pytest.mark.parametrize("alike", [True, False])
def test_waves_are_eigenvectors(alike):
    ties, rng = build(60, 3, kind="watts-strogatz", degree=4), np.random.default_rng(0)
    adjacency = nx.to_numpy_array(graph_of(ties, np.zeros(60)), nodelist=range(60))
    root = np.sqrt(ties.degree)
    vectors = np.linalg.eigh(adjacency / np.outer(root, root))[1]
    expected = np.argsort(vectors[:, -2 if alike else 0] / root)
    found = along_a_wave(ties, alike=alike, rng=rng)
    assert found.tolist() in (expected.tolist(), expected[::-1].tolist())


def test_waves_of_networks_with_little_to_find():
    rng = np.random.default_rng(0)
    star = from_pairs(200, np.zeros(199, dtype=int), np.arange(1, 200))
    assert sorted(along_a_wave(star, alike=True, rng=rng)) == list(range(200))
    pairs = from_pairs(5, np.array([0, 3]), np.array([4, 1]))
    slow = along_a_wave(pairs, alike=True, rng=rng)
    assert pairs.parts[slow].tolist() == sorted(pairs.parts), "one part after the other"
    fast = along_a_wave(pairs, alike=False, rng=rng).tolist()
    assert {frozenset(fast[:2]), frozenset(fast[3:])} & {
        frozenset((0, 3)),
        frozenset((0, 1)),
        frozenset((4, 3)),
        frozenset((4, 1)),
    }


def test_direction_plays_no_part():
    arrows = from_pairs(60, np.arange(60), (np.arange(60) + 1) % 60, directed=True)
    values = np.random.default_rng(0).normal(size=60)
    _, reached = dealt(arrows, values, 0.5, tolerance=0.02)
    assert reached == pytest.approx(0.5, abs=0.02)
    assert assortativity(arrows, Trait(values)) == assortativity(arrows.either_way(), Trait(values))


def test_users_of_a_table_are_dealt_to_their_likes(make_model, table):
    plain = make_model(**table)
    for column, target in (("age", 0.4), ("job", 0.5), ("class", 0.3)):
        model = make_model(**table, network__homophily={"column": column, "target": target})
        rows, schema = model.world.rows, model.world.source.schema
        reached = assortativity(model.ties, trait(schema, rows, 200, column))
        assert reached == pytest.approx(target, abs=0.005)
        assert model.world.notes == (
            f"homophily: across ties, the assortativity of '{column}' is {reached:.3f}",
        )
        assert rows.owner.tolist() == list(range(200))
        assert np.array_equal(model.ties.indices, plain.ties.indices), "the ties stay"
        assert np.array_equal(model.columns["joined"], plain.columns["joined"])
        for before, now in zip(plain.world.rows.points.X.T, rows.points.X.T, strict=True):
            assert sorted(before) == sorted(now), "the same people"
        again = make_model(**table, network__homophily={"column": column, "target": target})
        assert np.array_equal(again.world.rows.points.X, rows.points.X)


def test_what_falls_short_is_said(make_model, table):
    model = make_model(**table, network__homophily={"column": "job", "target": -0.9})
    (note,) = model.world.notes
    assert " and not the -0.9 that was asked for: no exchange was found that helps" in note


def test_settings_from_a_column_move_with_the_users(make_model, table):
    settings_ = {**table, "decision": "best-response", "payoff__benefit": 0.0}
    cost = {"kind": "column", "column": "age"}
    model = make_model(
        **settings_, payoff__cost=cost, network__homophily={"column": "age", "target": 0.4}
    )
    assert assortativity(model.ties, Trait(model.columns["cost"])) == pytest.approx(0.4, abs=0.005)


def test_the_traits_of_users_with_several_rows():
    schema = Schema("columns", (Column("age"), Column("job", ("p", "q"))), ("no", "yes"))
    X = np.array([[1.0, 1], [3.0, 0], [10.0, 0]])
    rows = Rows(Points(X, np.array([1, 0, 0])), np.array([0, 0, 1]))
    assert trait(schema, rows, 2, "age").values.tolist() == [2.0, 10.0], "means"
    assert trait(schema, rows, 2, "job").values.tolist() == [1.0, 0.0], "of the first row"
    assert trait(schema, rows, 2, "class").values.tolist() == [1.0, 0.0]
    with pytest.raises(InputError, match="there is no column 'jobb'; did you mean 'job'"):
        trait(schema, rows, 2, "jobb")
    twice = Schema("columns", (Column("class"), Column("job", ("p", "q"))), ("no", "yes"))
    with pytest.raises(InputError, match="the data have a column of that name too"):
        trait(twice, rows, 2, "class")


HALF = {"column": "class", "target": 0.5}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"network__homophily": {"column": "agee", "target": 0.5}},
         "network.homophily.column: there is no column 'agee'; did you mean 'age'?"),
        ({"network__homophily": {"column": "age"}}, "homophily.target: is missing"),
        ({"network__homophily": {"column": "age", "target": 1.5}},
         "homophily.target: should be less than or equal to 1"),
        ({"network__homophily": {"column": "age", "target": 0.5, "tolerance": 0.0}},
         "homophily.tolerance: should be greater than 0"),
        ({"network": {"kind": "none", "homophily": HALF}},
         "network.homophily: users of network 'none' have none, wherever they are"),
        ({"network": {"kind": "complete", "homophily": HALF}},
         "users of network 'complete' have the same neighbours as everybody, wherever they are"),
        ({"network": {"kind": "erdos-renyi", "mean_degree": 0.0, "homophily": HALF}},
         "network.homophily: there are no ties across which users could be alike"),
        ({"population__redraw": True, "network__homophily": HALF},
         "network.homophily: users who draw fresh rows every round"),
        ({"network__homophily": HALF, "network__node": "age"},
         "network: 'node' says where users are; leave 'homophily' out"),
        ({"network": {"kind": "ring", "degree": 600, "homophily": HALF}},
         "network.degree: degree 600 needs more than 600 users"),
    ],
    ids=str,
)  # fmt: skip
def test_homophily_that_cannot_be(make_model, table, changes, message):
    with pytest.raises(ScenarioError) as error:
        make_model(**{**table, **changes})
    assert message in str(error.value)
    assert len(error.value.lines) == 1


def test_everybody_alike(make_model, table, tmp_path):
    path = tmp_path / "same.csv"
    path.write_text("age,job,wage\n" + "".join(f"{i},p,{'ab'[i % 2]}\n" for i in range(40)))
    settings_ = {**table, "population__path": str(path), "population__users": 20}
    with pytest.raises(ScenarioError, match=r"homophily\.column: everybody is the same in it"):
        make_model(**settings_, network__homophily={"column": "job", "target": 0.5})


def test_blank_users_hold_nothing(make_model):
    with pytest.raises(ScenarioError, match="a 'blank' population hold no data to go by"):
        make_model(population__users=20, network={"kind": "ring", "degree": 2, "homophily": HALF})
