"""Fast builders equal plain ones bit for bit: ties from pairs, small worlds, distinct pairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.agents import graphs
from groundswell.agents.graphs import MOST_REDRAWS
from groundswell.agents.ties import from_pairs

SEEDS = st.integers(0, 2**32)


def plain_ties(users, a, b, weights, directed):
    """Return what each user sees and the weights, by a dictionary; and what was dropped."""
    seen, loops, again = [{} for _ in range(users)], 0, 0
    for i, j, weight in zip(a, b, weights, strict=True):
        if i == j:
            loops += 1
        elif i in seen[j]:
            again += 1
        else:
            seen[j][i] = weight
            if not directed:
                seen[i][j] = weight
    return [sorted(row.items()) for row in seen], loops, again


@st.composite
def pairs(draw):
    users = draw(st.integers(0, 12))
    user = st.integers(0, users - 1)
    tied = draw(st.lists(st.tuples(user, user), max_size=60)) if users else []
    return users, *np.array(tied, dtype=np.int64).reshape(-1, 2).T


@given(
    made=pairs(),
    weighted=st.booleans(),
    directed=st.booleans(),
    kind=st.sampled_from([np.int32, np.uint32, np.int64]),
)
def test_ties_from_pairs_against_a_dictionary(made, weighted, directed, kind):
    users, a, b = made
    weights = np.arange(1.0, len(a) + 1) / 8  # of a repeated pair the first counts
    ties = from_pairs(
        users, a.astype(kind), b.astype(kind), weights if weighted else None, directed=directed
    )
    rows, loops, again = plain_ties(users, a.tolist(), b.tolist(), weights.tolist(), directed)
    flat = [entry for row in rows for entry in row]
    assert ties.indptr.tolist() == [0, *np.cumsum([len(row) for row in rows]).tolist()]
    assert ties.indices.tolist() == [other for other, _ in flat]
    assert (ties.indptr.dtype, ties.indices.dtype) == (np.int64, np.uint32)
    if weighted:
        assert ties.weights.tolist() == [weight for _, weight in flat]
    else:
        assert ties.weights is None
    dropped = [(loops, "self-loop"), (again, "duplicate tie")]
    assert ties.notes == tuple(
        f"{count} {what}{'s' if count > 1 else ''} dropped" for count, what in dropped if count
    )


@pytest.mark.parametrize("times", [2, 255, 256, 257, 70_000])
def test_a_tie_named_any_number_of_times_is_one(times):
    a, b = np.zeros(times, dtype=np.int32), np.ones(times, dtype=np.int32)
    a[::2], b[::2] = 1, 0
    ties = from_pairs(3, a, b)
    assert (ties.indices.tolist(), ties.degree.tolist()) == ([1, 0], [1, 1, 0])


def plain_watts_strogatz(users, degree, rewire, rng):
    """Rewire as `graphs.watts_strogatz`, but look at all ties each time."""
    a, b = (end.astype(np.int64) for end in graphs.ring(users, degree))
    moved = np.flatnonzero(rng.random(len(a)) < rewire)
    for _ in range(MOST_REDRAWS):
        b[moved] = rng.integers(users, size=len(moved))
        moved = moved[plain_collides(users, a, b, moved)]
        if not len(moved):
            return a, b, moved
    return a, b, moved


def plain_collides(users, a, b, moved):
    code = np.minimum(a, b) * users + np.maximum(a, b)
    is_moved = np.zeros(len(a), dtype=bool)
    is_moved[moved] = True
    order = np.lexsort((is_moved, code))
    repeats = np.zeros(len(a), dtype=bool)
    repeats[order[1:]] = code[order[1:]] == code[order[:-1]]
    return (repeats | (a == b))[moved]


@given(half=st.integers(1, 4), extra=st.integers(1, 60), rewire=st.floats(0, 1), seed=SEEDS)
def test_collisions_are_found_as_among_all_ties(half, extra, rewire, seed):
    users = 2 * half + extra
    a, b, clashing = plain_watts_strogatz(users, 2 * half, rewire, np.random.default_rng(seed))
    fast = graphs.watts_strogatz(users, 2 * half, rewire, np.random.default_rng(seed))
    settled = np.delete(np.arange(len(a)), clashing)
    for plain, found in zip((a, b), fast, strict=True):
        assert plain[settled].tolist() == found[settled].tolist()


@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=5), share=st.floats(0, 1), seed=SEEDS)
def test_numbers_of_pairs_are_decoded_in_order(sizes, share, seed):
    sizes = np.array(sizes)
    counts = np.round(share * (sizes * (sizes - 1) // 2)).astype(np.int64)
    a, b = graphs.within_blocks(sizes, counts, np.random.default_rng(seed))
    block = np.repeat(np.arange(len(sizes)), sizes)
    assert (a < b).all()
    assert (block[a] == block[b]).all()
    assert np.bincount(block[a], minlength=len(sizes)).tolist() == counts.tolist()
    assert len(set(zip(a.tolist(), b.tolist(), strict=True))) == len(a)


@pytest.mark.parametrize(
    ("made", "users"),
    [
        (lambda rng: graphs.ring(1000, 4), 1000),
        (lambda rng: graphs.watts_strogatz(1000, 4, 0.5, rng), 1000),
        (lambda rng: graphs.erdos_renyi(1000, 4.0, rng), 1000),
        (lambda rng: graphs.barabasi_albert(1000, 3, rng), 1000),
        (lambda rng: graphs.lattice(30, diagonals=True), 900),
        (lambda rng: graphs.between_blocks(np.array([300, 700]), 2000, rng), 1000),
    ],
    ids=["ring", "watts-strogatz", "erdos-renyi", "barabasi-albert", "lattice", "blocks"],
)
def test_pairs_take_32_bits(made, users):
    a, b = made(np.random.default_rng(0))
    assert a.dtype == b.dtype == np.int32
    assert max(a.max(), b.max()) < users
