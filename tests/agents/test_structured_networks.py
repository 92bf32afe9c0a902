"""Lattices and blocks: their form, and the law their ties follow."""

from collections import Counter
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, chisquare

from groundswell.agents.graphs import distinct, distinct_in_each
from groundswell.agents.network import Network
from groundswell.problems import InputError, ScenarioError


def build(users=None, seed=0, **parameters):
    network = Network.from_settings(parameters)
    return network.build(users or network.size(), np.random.default_rng(seed))


def pairs_of(ties):
    return {(a, b) for a, b in zip(ties.rows.tolist(), ties.indices.tolist(), strict=True) if a < b}


def blocks(seed=0, users=None, **parameters):
    return build(users, seed, kind="stochastic-block", **parameters)


@pytest.mark.parametrize("side", [3, 4, 7])
def test_von_neumann_lattice_is_networkx_torus(side):
    ties = build(kind="lattice", side=side)
    graph = nx.grid_2d_graph(side, side, periodic=True)
    number = {(row, column): row * side + column for row, column in graph}
    assert pairs_of(ties) == {tuple(sorted((number[a], number[b]))) for a, b in graph.edges}
    assert ties.degree.tolist() == [4] * side**2
    assert ties.notes == ()


@pytest.mark.parametrize("side", [3, 4, 7])
def test_moore_lattice_ties_the_eight_cells_around(side):
    ties = build(kind="lattice", side=side, neighbourhood="moore")
    for row in range(side):
        for column in range(side):
            around = {
                (row + down) % side * side + (column + right) % side
                for down in (-1, 0, 1)
                for right in (-1, 0, 1)
                if (down, right) != (0, 0)
            }
            assert set(ties.neighbours(row * side + column).tolist()) == around
    assert ties.notes == ()


def test_a_lattice_says_how_many_users_there_are(make_model):
    assert make_model(network={"kind": "lattice", "side": 5}).columns.users == 25
    with pytest.raises(ScenarioError, match="30 users, but the network has 25"):
        make_model(network={"kind": "lattice", "side": 5}, population__users=30)


SIZES = st.lists(st.integers(4, 20), min_size=1, max_size=6)


@given(sizes=SIZES, within=st.floats(0, 3), between=st.floats(0, 4), seed=st.integers(0, 2**32))
def test_blocks_are_well_formed(sizes, within, between, seed):
    between = between if len(sizes) > 1 else 0.0
    ties = blocks(seed, blocks=sizes, within=within, between=between)
    assert ties.users == sum(sizes)
    assert ties.notes == (), "no self-loops or duplicates to drop"
    assert ties.communities.tolist() == [b for b, size in enumerate(sizes) for _ in range(size)]
    found = pairs_of(ties)
    assert {(a, b) for a, b in zip(ties.indices.tolist(), ties.rows.tolist(), strict=True)
            if a < b} == found, "symmetric"  # fmt: skip
    assert pairs_of(blocks(seed, blocks=sizes, within=within, between=between)) == found


def test_equal_blocks_differ_by_one_user_at_most():
    sizes = np.bincount(blocks(users=11, blocks=3, within=1.0, between=1.0).communities)
    assert sizes.tolist() == [4, 4, 3]


@pytest.mark.parametrize(
    ("within", "between"), [(1.0, 1.0), (2.5, 3.5), (3.0, 0.0), (0.0, 5.0)], ids=str
)
def test_pairs_of_a_kind_are_equally_likely(within, between):
    sizes, draws = [4, 4, 6], 1500
    found = Counter()
    for seed in range(draws):
        found.update(pairs_of(blocks(seed, blocks=sizes, within=within, between=between)))
    block = np.repeat(np.arange(3), sizes)
    kinds = {}
    for a, b in combinations(range(14), 2):
        kind = block[a] if block[a] == block[b] else "between"
        kinds.setdefault(kind, []).append(found[a, b])
    others = sum(size * (14 - size) for size in sizes) / 14
    for kind, counts in kinds.items():
        p = between / others if kind == "between" else within / (sizes[kind] - 1)
        if p in (0.0, 1.0):
            assert counts == [p * draws] * len(counts)
            continue
        assert np.mean(counts) == pytest.approx(p * draws, abs=5 * np.sqrt(p * draws / len(counts)))
        assert chisquare(counts).pvalue > 1e-4, (kind, counts)


def test_the_number_of_ties_within_is_binomial():
    counts = [blocks(seed, blocks=[6, 9], within=2.0, between=0.0).count for seed in range(2000)]
    # Sums of two binomials: compare the mean and variance with theirs.
    laws = [binom(15, 2 / 5), binom(36, 2 / 8)]
    mean, variance = sum(law.mean() for law in laws), sum(law.var() for law in laws)
    assert np.mean(counts) == pytest.approx(mean, abs=5 * np.sqrt(variance / 2000))
    assert np.var(counts) == pytest.approx(variance, rel=0.2)


@pytest.mark.parametrize("count", [2, 40, 400])
def test_mean_degrees_do_not_depend_on_the_number_of_blocks(count):
    ties = blocks(3, users=8000, blocks=count, within=6.0, between=3.0)
    same = ties.communities[ties.rows] == ties.communities[ties.indices]
    assert same.sum() / 8000 == pytest.approx(6.0, abs=0.2)
    assert (~same).sum() / 8000 == pytest.approx(3.0, abs=0.15)


@given(
    sizes=st.lists(st.integers(0, 30), min_size=1, max_size=8),
    share=st.floats(0, 1),
    seed=st.integers(0, 2**32),
)
def test_distinct_numbers_of_each_range(sizes, share, seed):
    counts = [round(share * size) for size in sizes]
    drawn = distinct_in_each(np.array(sizes), np.array(counts), np.random.default_rng(seed))
    assert drawn.tolist() == sorted(set(drawn.tolist()))
    starts = np.cumsum(sizes) - sizes
    for start, size, count in zip(starts, sizes, counts, strict=True):
        assert ((drawn >= start) & (drawn < start + size)).sum() == count


def test_one_range_is_drawn_uniformly():
    times = Counter()
    for seed in range(4000):
        rng = np.random.default_rng(seed)
        times.update(distinct_in_each(np.array([5, 7]), np.array([2, 5]), rng).tolist())
    assert chisquare([times[i] for i in range(5)]).pvalue > 1e-4
    assert chisquare([times[i] for i in range(5, 12)]).pvalue > 1e-4
    assert len(distinct(7, 5, np.random.default_rng(0))) == 5


def test_the_block_of_a_user_is_its_community(make_model):
    model = make_model(
        population__users=10,
        network={"kind": "stochastic-block", "blocks": 2, "within": 2.0, "between": 1.0},
    )
    assert model.columns["community"].tolist() == [0] * 5 + [1] * 5
    assert model.user(9).community == 1
    assert model.agents.groupby("community").count() == {0: 5, 1: 5}
    assert "community" not in make_model(population__users=10, network="complete").columns


@pytest.mark.parametrize(
    ("settings", "key", "message"),
    [
        ({"kind": "lattice", "side": 2}, "side", "greater than or equal to 3"),
        ({"kind": "lattice", "side": 4, "neighbourhood": "hex"}, "neighbourhood",
         "should be 'von-neumann' or 'moore', found 'hex'"),
        ({"kind": "stochastic-block", "blocks": 0}, "blocks",
         "the number of blocks should be at least 1, found 0"),
        ({"kind": "stochastic-block", "blocks": [5, 0]}, "blocks",
         "sizes of blocks should be at least 1, found 0"),
        ({"kind": "stochastic-block", "blocks": []}, "blocks", "names no sizes"),
        ({"kind": "stochastic-block", "blocks": "two"}, "blocks", "valid integer"),
        ({"kind": "stochastic-block", "blocks": 30}, "blocks", "30 blocks for 20 users"),
        ({"kind": "stochastic-block", "blocks": 4}, "within",
         "8 neighbours within are more than the 4 others of the smallest block"),
        ({"kind": "stochastic-block", "blocks": 2, "between": 11.0}, "between",
         "11 neighbours between are more than the 10 users of other blocks"),
        ({"kind": "stochastic-block", "blocks": 1}, "between", "more than the 0 users"),
        ({"kind": "stochastic-block", "blocks": [12, 9]}, "users", "20 users, but the network has"),
    ],
    ids=str,
)  # fmt: skip
def test_networks_that_cannot_be(make_model, settings, key, message):
    with pytest.raises(ScenarioError) as error:
        make_model(population__users=20, network=settings)
    (problem,) = error.value.problems
    assert problem.key[-1] == key
    assert message in str(error.value)


def test_too_many_ties_for_this_machine(make_model):
    with pytest.raises(ScenarioError, match="users would need about"):
        make_model(population__users=10_000_000_000, network={"kind": "stochastic-block"})


def test_a_network_says_what_is_wrong_without_a_model():
    with pytest.raises(InputError) as error:
        blocks(users=3, blocks=5)
    assert error.value.key == ("blocks",)
