"""Pairs of tied users for the generated and named networks; each function returns (a, b).

Where pairs are drawn at random, they are drawn as numbers: a pair of users i < j is the j-th of
those that i is paired with, and pairs are counted user by user. So drawing pairs is drawing
distinct numbers, and nothing of the size of all pairs is ever made. Users are numbered in 32 bits
where they fit: most of the memory of a large network is that of its pairs.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from groundswell.agents.ties import Numbers
from groundswell.data import Bools, Ints

Pairs = tuple[Numbers, Numbers]

MOST_REDRAWS = 100
"""Sparse graphs need about five."""


def ring(users: int, degree: int) -> Pairs:
    """Tie each user to the ``degree / 2`` next ones around a ring.

    >>> a, b = ring(5, 2)
    >>> list(zip(a.tolist(), b.tolist()))
    [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0)]
    """
    around = _users(users)
    steps = range(1, degree // 2 + 1)
    return np.tile(around, len(steps)), np.concatenate([np.roll(around, -step) for step in steps])


def watts_strogatz(users: int, degree: int, rewire: float, rng: np.random.Generator) -> Pairs:
    """Move the far end of each ring tie, with probability ``rewire``, to a uniform random user.

    New ends avoid self-loops and ties that exist, as in Watts & Strogatz (1998); ends are drawn
    for all moved ties at once, and again for those that collide. On a graph so dense that some
    users are tied to everybody, what still collides goes to random free pairs.
    """
    a, b = ring(users, degree)
    rewired = moved = np.flatnonzero(rng.random(len(a)) < rewire)
    for _ in range(MOST_REDRAWS):
        if not len(moved):
            return a, b
        b[moved] = rng.integers(users, size=len(moved))
        moved = _collisions(users, a, b, rewired, moved)
    kept = np.delete(_code(users, a, b), moved)
    everything = _code(users, *_numbered(np.arange(users * (users - 1) // 2), users))
    free = rng.permutation(np.setdiff1d(everything, kept))[: len(moved)]
    a[moved], b[moved] = free // users, free % users
    return a, b


def erdos_renyi(users: int, mean_degree: float, rng: np.random.Generator) -> Pairs:
    """Draw the number of ties of G(N, p), then that many distinct pairs uniformly."""
    pairs = users * (users - 1) // 2
    if pairs == 0:
        return _users(0), _users(0)
    count = int(rng.binomial(pairs, mean_degree / (users - 1)))
    return _numbered(distinct(pairs, count, rng), users)


def barabasi_albert(users: int, ties: int, rng: np.random.Generator) -> Pairs:
    """Grow a graph by preferential attachment from a star of ``ties + 1`` users."""
    from groundswell.agents.kernels import attach

    everybody = _users(users)
    a = np.repeat(everybody[ties:], ties)
    b = np.zeros_like(a)
    a[:ties], b[:ties] = 0, everybody[1 : ties + 1]
    attach(a, b, ties, rng)
    return a, b


def lattice(side: int, *, diagonals: bool) -> Pairs:
    """Tie each cell of a square that wraps around to those right, below and maybe diagonal.

    >>> [len(lattice(4, diagonals=diagonals)[0]) for diagonals in (False, True)]
    [32, 64]
    """
    steps = [(0, 1), (1, 0), (1, 1), (1, -1)][: 4 if diagonals else 2]
    cell = _users(side * side)
    row, column = np.divmod(cell, side)
    to = [(row + down) % side * side + (column + right) % side for down, right in steps]
    return np.tile(cell, len(steps)), np.concatenate(to)


def blocks_of(users: int, count: int) -> Ints:
    """Return the sizes of blocks as equal as can be, larger ones first.

    >>> blocks_of(10, 4).tolist()
    [3, 3, 2, 2]
    """
    return users // count + (np.arange(count) < users % count)


def within_blocks(sizes: Ints, tied: Ints, rng: np.random.Generator) -> Pairs:
    """Draw so many pairs of users within each block, uniformly."""
    first = np.arange(1, sizes.sum() + 1)
    later = np.repeat(np.cumsum(sizes), sizes) - first
    pairs = sizes * (sizes - 1) // 2
    return _decoded(distinct_in_each(pairs, tied, rng), later, first)


def between_blocks(sizes: Ints, tied: int, rng: np.random.Generator) -> Pairs:
    """Draw so many pairs of users of different blocks, uniformly."""
    ends = np.repeat(np.cumsum(sizes), sizes)
    later = len(ends) - ends
    return _decoded(distinct(int(later.sum()), tied, rng), later, ends)


@lru_cache(maxsize=8)
def named(function: str) -> tuple[list[str], Ints, Ints]:
    """Return node names and tied pairs of one of networkx's social networks."""
    import networkx as nx

    graph = getattr(nx, function)()
    position = {node: i for i, node in enumerate(graph)}
    a = np.array([position[u] for u, _ in graph.edges], dtype=np.int64)
    b = np.array([position[v] for _, v in graph.edges], dtype=np.int64)
    return [str(node) for node in graph], a, b


def distinct(population: int, count: int, rng: np.random.Generator) -> Ints:
    """Draw ``count`` distinct integers below ``population``, uniformly, in ascending order.

    Draws again what was drawn before, so the cost grows with ``count``, not ``population``.
    """
    if count > population // 2:
        left_out = distinct(population, population - count, rng)
        return np.setdiff1d(np.arange(population), left_out, assume_unique=True)
    chosen = _sorted_distinct(rng.integers(population, size=count))
    while len(chosen) < count:
        more = rng.integers(population, size=count - len(chosen))
        chosen = _sorted_distinct(np.concatenate([chosen, more]))
    return chosen


def distinct_in_each(sizes: Ints, counts: Ints, rng: np.random.Generator) -> Ints:
    """Draw distinct numbers of several ranges that follow each other, ascending.

    As `graphs.distinct` for each range: where more than half are wanted, those left out are
    drawn, so the cost grows with the numbers wanted.

    Parameters
    ----------
    sizes
        Length of each range.
    counts
        How many numbers of each are wanted.
    rng
        Randomness.
    """
    ends = np.cumsum(sizes)
    starts = ends - sizes
    many = counts > sizes // 2
    wanted = np.where(many, sizes - counts, counts)
    chosen, missing = np.zeros(0, dtype=np.int64), wanted
    while missing.any():
        more = rng.integers(np.repeat(sizes, missing))
        more += np.repeat(starts, missing)
        chosen = _sorted_distinct(np.concatenate([chosen, more]))
        missing = wanted - _in_each(chosen, ends)
    left_out = np.repeat(many, wanted)
    whole = np.repeat(starts[many] - np.cumsum(sizes[many]) + sizes[many], sizes[many])
    everything = whole + np.arange(len(whole))
    kept = np.setdiff1d(everything, chosen[left_out], assume_unique=True)
    return np.sort(np.concatenate([chosen[~left_out], kept]))


def _users(count: int) -> Numbers:
    """Return the numbers of so many users."""
    return np.arange(count, dtype=np.int32 if count < 2**31 else np.int64)


def _sorted_distinct(values: Ints) -> Ints:
    """Sort values in place and return the distinct ones; far faster than np.unique if large."""
    values.sort()
    first = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return values[first]


def _in_each(ascending: Ints, ends: Ints) -> Ints:
    """Return how many numbers are in each of the ranges that follow each other from 0."""
    return np.diff(np.searchsorted(ascending, ends), prepend=0)


def _numbered(code: Ints, users: int) -> Pairs:
    """Turn numbers of pairs of users into pairs."""
    return _decoded(code, np.arange(users - 1, -1, -1), np.arange(1, users + 1))


def _decoded(code: Ints, later: Ints, first: Ints) -> Pairs:
    """Turn numbers of pairs into pairs.

    Parameters
    ----------
    code
        The numbers, ascending.
    later
        How many users each user is paired with.
    first
        The first of them; the others follow it.
    """
    users, ends = _users(len(later)), np.cumsum(later)
    each = _in_each(code, ends)
    b = np.repeat(first - (ends - later), each)
    b += code
    return np.repeat(users, each), b.astype(users.dtype)


def _code(users: int, a: Numbers, b: Numbers) -> Ints:
    """Return one number per unordered pair."""
    return np.minimum(a, b) * np.int64(users) + np.maximum(a, b)


def _collisions(users: int, a: Numbers, b: Numbers, rewired: Ints, moved: Ints) -> Ints:
    """Return those of the moved ties that are self-loops or repeat another tie.

    Parameters
    ----------
    users
        Number of users N.
    a, b
        All ties, in the order of `ring`.
    rewired
        The ties that are no longer in their place on the ring.
    moved
        The rewired ties that have moved last, which give way to the others; ascending.
    """
    code = _code(users, a[rewired], b[rewired])
    ordered = np.sort(code)
    some = rewired[np.isin(code, ordered[1:][ordered[1:] == ordered[:-1]])]
    is_moved = np.zeros(len(a), dtype=bool)
    is_moved[moved] = True
    code = _code(users, a[some], b[some])
    # A stable sort puts settled ties first among equals, so that they are the ones kept.
    order = np.lexsort((is_moved[some], code))
    repeats = order[1:][code[order[1:]] == code[order[:-1]]]
    taken = _meets_ring(users, a, b, rewired, moved)
    return np.union1d(moved[taken], some[repeats])


def _meets_ring(users: int, a: Numbers, b: Numbers, rewired: Ints, moved: Ints) -> Bools:
    """Say which of the moved ties are self-loops or repeat one that is in its place on the ring."""
    in_place = np.ones(len(a), dtype=bool)
    in_place[rewired] = False
    start, end = a[moved].astype(np.int64), b[moved]
    ahead = (end - start) % users
    back = ahead > users // 2
    step = np.where(back, users - ahead, ahead)
    place = (step - 1) * users + np.where(back, end, start)
    near = (step > 0) & (place < len(a))
    meets: Bools = (step == 0) | (near & in_place[np.where(near, place, 0)])
    return meets
