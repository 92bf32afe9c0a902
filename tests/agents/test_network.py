"""Every generator: the form of its ties and the law it claims, against networkx where it can."""

from collections import Counter
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, chisquare

from groundswell.agents.graphs import distinct
from groundswell.agents.network import NAMED, Network
from groundswell.agents.ties import complete_ties, from_pairs, no_ties
from groundswell.problems import InputError


def build(users, seed=0, **parameters):
    return Network.from_settings(parameters).build(users, np.random.default_rng(seed))


def pairs_of(ties):
    """Return the ties as a set of (lower, higher), read off the CSR arrays one by one."""
    return {
        (user, int(other))
        for user in range(ties.users)
        for other in ties.indices[ties.indptr[user] : ties.indptr[user + 1]]
        if user < other
    }


def assert_well_formed(ties, users):
    assert ties.users == users
    assert ties.indices.dtype == np.uint32
    assert ties.indptr[0] == 0
    assert ties.indptr[-1] == len(ties.indices)
    directed = []
    for user in range(users):
        neighbours = ties.neighbours(user).tolist()
        assert neighbours == sorted(set(neighbours)), "sorted, no duplicates"
        assert user not in neighbours, "no self-loops"
        assert ties.degree[user] == len(neighbours)
        directed += [(user, other) for other in neighbours]
    assert {(b, a) for a, b in directed} == set(directed), "symmetric"
    assert ties.degree.sum() == 2 * ties.count


EVEN = st.integers(1, 6).map(lambda half: 2 * half)
NETWORKS = st.one_of(
    st.fixed_dictionaries({"kind": st.just("ring"), "degree": EVEN}),
    st.fixed_dictionaries(
        {"kind": st.just("watts-strogatz"), "degree": EVEN, "rewire": st.floats(0, 1)}
    ),
    st.fixed_dictionaries({"kind": st.just("erdos-renyi"), "mean_degree": st.floats(0, 12)}),
    st.fixed_dictionaries({"kind": st.just("barabasi-albert"), "ties": st.integers(1, 12)}),
)


@given(network=NETWORKS, users=st.integers(13, 60), seed=st.integers(0, 2**32))
def test_every_generator_makes_well_formed_ties(network, users, seed):
    ties = build(users, seed, **network)
    assert_well_formed(ties, users)
    assert ties.notes == (), "generators make no self-loops or duplicates to drop"
    again = build(users, seed, **network)
    assert pairs_of(again) == pairs_of(ties), "the same seed gives the same ties"


@given(
    half=st.integers(1, 8),
    extra=st.integers(1, 20),
    rewire=st.floats(0, 1),
    seed=st.integers(0, 99),
)
def test_watts_strogatz_keeps_the_number_of_ties(half, extra, rewire, seed):
    users = 2 * half + extra  # extra = 1 is the complete graph: nowhere to move to
    ties = build(users, seed, kind="watts-strogatz", degree=2 * half, rewire=rewire)
    assert_well_formed(ties, users)
    assert ties.count == users * half


def test_watts_strogatz_moves_the_share_of_ties_it_says():
    users, degree = 4000, 10
    ring = pairs_of(build(users, kind="ring", degree=degree))
    assert pairs_of(build(users, kind="watts-strogatz", degree=degree, rewire=0.0)) == ring
    for rewire in (0.1, 0.5, 1.0):
        ties = pairs_of(build(users, 3, kind="watts-strogatz", degree=degree, rewire=rewire))
        moved = len(ring - ties) / len(ring)
        # A moved tie lands on a ring pair again with probability of about degree / users.
        assert moved == pytest.approx(rewire, abs=0.02)


def test_watts_strogatz_keeps_each_users_own_ends():
    ties = build(500, 5, kind="watts-strogatz", degree=8, rewire=1.0)
    assert ties.degree.min() >= 4
    expected = nx.watts_strogatz_graph(500, 8, 1.0, seed=5)
    spread = np.std([degree for _, degree in expected.degree()])
    assert np.std(ties.degree) == pytest.approx(spread, abs=0.35)


def test_watts_strogatz_new_ends_are_uniform():
    ends = Counter()
    for seed in range(400):
        ties = pairs_of(build(12, seed, kind="watts-strogatz", degree=2, rewire=0.3))
        ends.update((b - a) % 12 for a, b in ties)
    far = [ends[step] + ends[12 - step] for step in range(2, 6)]
    assert chisquare(far).pvalue > 1e-4, far


@pytest.mark.parametrize(("users", "degree"), [(20, 4), (21, 6), (7, 6), (3, 2)])
def test_ring_is_networkx_circulant_graph(users, degree):
    expected = nx.circulant_graph(users, list(range(1, degree // 2 + 1)))
    assert pairs_of(build(users, kind="ring", degree=degree)) == edges(expected)


def edges(graph):
    return {(min(a, b), max(a, b)) for a, b in graph.edges}


def test_a_name_that_no_network_has_gets_a_hint():
    with pytest.raises(ValueError, match=r"there is no network 'karatte'.*'karate'"):
        Network.from_settings({"kind": "named", "name": "karatte"})


@pytest.mark.parametrize("name", NAMED)
def test_named_networks_are_networkx_graphs(name):
    graph = nx.convert_node_labels_to_integers(getattr(nx, NAMED[name])())
    network = Network.from_settings({"kind": "named", "name": name})
    ties = network.build(network.size(), np.random.default_rng(0))
    assert network.size() == len(graph)
    assert_well_formed(ties, len(graph))
    assert pairs_of(ties) == edges(graph)


def test_karate_is_the_published_one():
    ties = build(34, kind="named", name="karate")
    assert ties.count == 78
    spectrum = np.linalg.eigvalsh(dense(ties))
    assert 1 / spectrum[-1] == pytest.approx(0.1487, abs=5e-5)  # dynamics.md, row 17


def dense(ties):
    matrix = np.zeros((ties.users, ties.users))
    for a, b in pairs_of(ties):
        matrix[a, b] = matrix[b, a] = 1
    return matrix


def test_erdos_renyi_has_a_binomial_number_of_ties():
    users, mean_degree, draws = 15, 4.0, 3000
    counts = [build(users, seed, kind="erdos-renyi", mean_degree=mean_degree).count
              for seed in range(draws)]  # fmt: skip
    law = binom(users * (users - 1) // 2, mean_degree / (users - 1))
    low, high = int(law.ppf(0.01)), int(law.ppf(0.99))
    observed = [sum(c <= low for c in counts)]
    observed += [counts.count(k) for k in range(low + 1, high)]
    observed += [sum(c >= high for c in counts)]
    expected = [law.cdf(low), *law.pmf(range(low + 1, high)), law.sf(high - 1)]
    assert chisquare(observed, np.array(expected) * draws).pvalue > 1e-4


@pytest.mark.parametrize("mean_degree", [1.0, 4.0], ids=["sparse", "dense"])
def test_erdos_renyi_pairs_are_equally_likely(mean_degree):
    users = 6
    found = Counter()
    for seed in range(2000):
        found.update(pairs_of(build(users, seed, kind="erdos-renyi", mean_degree=mean_degree)))
    counts = [found[pair] for pair in combinations(range(users), 2)]
    assert chisquare(counts).pvalue > 1e-4, counts


def test_erdos_renyi_at_its_ends():
    assert build(10, kind="erdos-renyi", mean_degree=0.0).count == 0
    assert build(10, kind="erdos-renyi", mean_degree=9.0).count == 45
    assert build(1, kind="erdos-renyi", mean_degree=0.0).count == 0


@pytest.mark.parametrize("users", [2_000, 20_000])
def test_erdos_renyi_has_the_mean_degree(users):
    ties = build(users, 11, kind="erdos-renyi", mean_degree=6.0)
    assert ties.degree.mean() == pytest.approx(6.0, abs=5 * np.sqrt(12 / users))
    assert np.var(ties.degree) == pytest.approx(6.0, rel=0.15), "Poisson in the limit"


@given(population=st.integers(1, 60), share=st.floats(0, 1), seed=st.integers(0, 2**32))
def test_distinct_draws_are_distinct(population, share, seed):
    count = round(share * population)
    drawn = distinct(population, count, np.random.default_rng(seed)).tolist()
    assert len(drawn) == count
    assert drawn == sorted(set(drawn))
    assert set(drawn) <= set(range(population))


@given(ties=st.integers(1, 6), extra=st.integers(1, 40), seed=st.integers(0, 99))
def test_barabasi_albert_has_networkx_number_of_ties(ties, extra, seed):
    users = ties + extra
    made = build(users, seed, kind="barabasi-albert", ties=ties)
    assert made.count == ties * (users - ties)
    assert made.count == nx.barabasi_albert_graph(users, ties, seed=seed).number_of_edges()
    assert made.degree[ties + 1 :].min(initial=ties) == ties


def test_barabasi_albert_has_networkx_heavy_tail():
    users, ties = 3000, 3
    ours = [build(users, seed, kind="barabasi-albert", ties=ties).degree for seed in range(8)]
    theirs = [
        np.array(
            [degree for _, degree in nx.barabasi_albert_graph(users, ties, seed=seed).degree()]
        )
        for seed in range(8)
    ]
    for least in (3, 6, 12, 30, 60):
        shares = [np.mean([np.mean(d >= least) for d in made]) for made in (ours, theirs)]
        assert shares[0] == pytest.approx(shares[1], rel=0.15, abs=5e-4), least
    uniform_growth = 2 * ties * np.log(users)
    assert np.mean([degree.max() for degree in ours]) > 2 * uniform_growth


def test_barabasi_albert_prefers_by_degree():
    # Star 0-1, 0-2 and one newcomer with one tie... with ties = 1, user 2 goes to 0 or 1 equally.
    ends = Counter(
        int(build(4, seed, kind="barabasi-albert", ties=1).neighbours(3)[0]) for seed in range(3000)
    )
    # Whoever user 2 chose has 2 of 4 ends, the other two have 1 each.
    assert (
        chisquare([ends[0], ends[1], ends[2]], [3000 * p for p in (3 / 8, 3 / 8, 1 / 4)]).pvalue
        > 1e-4
    )


@given(
    ties=st.sampled_from(
        [
            no_ties(40),
            complete_ties(40),
            build(40, 1, kind="erdos-renyi", mean_degree=5.0),
            build(40, 1, kind="barabasi-albert", ties=4),
        ]
    ),
    joined=st.lists(st.booleans(), min_size=40, max_size=40),
)
def test_joined_neighbours_against_a_loop(ties, joined):
    expected = [sum(joined[other] for other in ties.neighbours(user)) for user in range(40)]
    found = ties.joined_neighbours(np.array(joined))
    assert found.tolist() == expected
    shares = [m / k if k else 0.0 for m, k in zip(expected, ties.degree.tolist(), strict=True)]
    assert ties.joined_share(np.array(joined)).tolist() == shares


@pytest.mark.parametrize("neighbours", [255, 256, 300, 70_000])
def test_many_joined_neighbours_are_counted_without_overflow(neighbours):
    star = from_pairs(neighbours + 1, np.zeros(neighbours, dtype=int), np.arange(1, neighbours + 1))
    everybody = np.ones(neighbours + 1, dtype=bool)
    assert star.joined_neighbours(everybody)[0] == neighbours
    assert star.joined_share(everybody)[0] == 1.0
    assert complete_ties(neighbours + 1).joined_neighbours(everybody)[0] == neighbours


def test_complete_is_never_stored():
    ties = complete_ties(1_000_000)
    assert len(ties.indices) == 0
    assert ties.count == 1_000_000 * 999_999 // 2
    assert ties.degree[0] == 999_999


@pytest.mark.parametrize(
    ("users", "network", "message"),
    [
        (10, {"kind": "ring", "degree": 10}, "degree 10 needs more than 10 users, found 10"),
        (4, {"kind": "watts-strogatz", "degree": 6}, "degree 6 needs more than 6 users, found 4"),
        (10, {"kind": "erdos-renyi", "mean_degree": 9.5}, "mean degree 9.5 is more than the 9"),
        (5, {"kind": "barabasi-albert", "ties": 5}, "need more than 5 users, found 5"),
    ],
)
def test_networks_that_cannot_be(users, network, message):
    with pytest.raises(InputError, match=message):
        build(users, **network)
