"""Pairs of tied users for the generated and named networks; each function returns (a, b).

Where pairs are drawn at random, they are drawn as numbers: a pair of users i < j is the j-th of
those that i is paired with, and pairs are counted user by user. So drawing pairs is drawing
distinct numbers, and nothing of the size of all pairs is ever made.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from groundswell.agents.ties import sorted_distinct
from groundswell.data import Ints

Pairs = tuple[Ints, Ints]

MOST_REDRAWS = 100
"""Sparse graphs need about five."""


def ring(users: int, degree: int) -> Pairs:
    """Tie each user to the ``degree / 2`` next ones around a ring.

    >>> a, b = ring(5, 2)
    >>> list(zip(a.tolist(), b.tolist()))
    [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0)]
    """
    start = np.tile(np.arange(users), degree // 2)
    step = np.repeat(np.arange(1, degree // 2 + 1), users)
    return start, (start + step) % users


def watts_strogatz(users: int, degree: int, rewire: float, rng: np.random.Generator) -> Pairs:
    """Move the far end of each ring tie, with probability ``rewire``, to a uniform random user.

    New ends avoid self-loops and ties that exist, as in Watts & Strogatz (1998); ends are drawn
    for all moved ties at once, and again for those that collide. On a graph so dense that some
    users are tied to everybody, what still collides goes to random free pairs.
    """
    a, b = ring(users, degree)
    moved = np.flatnonzero(rng.random(len(a)) < rewire)
    for _ in range(MOST_REDRAWS):
        if not len(moved):
            return a, b
        b[moved] = rng.integers(users, size=len(moved))
        moved = moved[_collides(users, a, b, moved)]
    kept = np.delete(_code(users, a, b), moved)
    everything = _code(users, *_numbered(np.arange(users * (users - 1) // 2), users))
    free = rng.permutation(np.setdiff1d(everything, kept))[: len(moved)]
    a[moved], b[moved] = free // users, free % users
    return a, b


def erdos_renyi(users: int, mean_degree: float, rng: np.random.Generator) -> Pairs:
    """Draw the number of ties of G(N, p), then that many distinct pairs uniformly."""
    pairs = users * (users - 1) // 2
    if pairs == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    count = int(rng.binomial(pairs, mean_degree / (users - 1)))
    return _numbered(distinct(pairs, count, rng), users)


def barabasi_albert(users: int, ties: int, rng: np.random.Generator) -> Pairs:
    """Grow a graph by preferential attachment from a star of ``ties + 1`` users."""
    from groundswell.agents.kernels import attach

    hub = np.zeros(ties, dtype=np.int64)
    leaves = np.arange(1, ties + 1)
    newcomers = np.repeat(np.arange(ties + 1, users), ties)
    a = np.concatenate([hub, newcomers])
    b = np.concatenate([leaves, np.zeros_like(newcomers)])
    attach(a, b, ties, rng)
    return a, b


def lattice(side: int, *, diagonals: bool) -> Pairs:
    """Tie each cell of a square that wraps around to those right, below and maybe diagonal.

    >>> [len(lattice(4, diagonals=diagonals)[0]) for diagonals in (False, True)]
    [32, 64]
    """
    steps = [(0, 1), (1, 0), (1, 1), (1, -1)][: 4 if diagonals else 2]
    cell = np.arange(side * side)
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
    users = np.arange(sizes.sum())
    later = np.repeat(np.cumsum(sizes), sizes) - 1 - users
    pairs = sizes * (sizes - 1) // 2
    return _decoded(distinct_in_each(pairs, tied, rng), later, users + 1)


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
    chosen = sorted_distinct(rng.integers(population, size=count))
    while len(chosen) < count:
        more = rng.integers(population, size=count - len(chosen))
        chosen = sorted_distinct(np.concatenate([chosen, more]))
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
    starts = np.cumsum(sizes) - sizes
    many = counts > sizes // 2
    wanted = np.where(many, sizes - counts, counts)
    chosen, missing = np.zeros(0, dtype=np.int64), wanted
    while missing.any():
        of = np.repeat(np.arange(len(sizes)), missing)
        more = starts[of] + rng.integers(sizes[of])
        chosen = sorted_distinct(np.concatenate([chosen, more]))
        missing = wanted - np.bincount(_range_of(chosen, starts), minlength=len(sizes))
    left_out = many[_range_of(chosen, starts)]
    whole = np.repeat(starts[many] - np.cumsum(sizes[many]) + sizes[many], sizes[many])
    everything = whole + np.arange(len(whole))
    kept = np.setdiff1d(everything, chosen[left_out], assume_unique=True)
    return np.sort(np.concatenate([chosen[~left_out], kept]))


def _numbered(code: Ints, users: int) -> Pairs:
    """Turn numbers of pairs of users into pairs."""
    return _decoded(code, np.arange(users - 1, -1, -1), np.arange(1, users + 1))


def _range_of(numbers: Ints, starts: Ints) -> Ints:
    # Of ranges that start together only the last is not empty.
    return np.searchsorted(starts, numbers, side="right") - 1


def _decoded(code: Ints, later: Ints, first: Ints) -> Pairs:
    """Turn numbers of pairs into pairs.

    Parameters
    ----------
    code
        The numbers.
    later
        How many users each user is paired with.
    first
        The first of them; the others follow it.
    """
    ends = np.cumsum(later)
    a = np.searchsorted(ends, code, side="right")
    return a, first[a] + code - (ends[a] - later[a])


def _code(users: int, a: Ints, b: Ints) -> Ints:
    """Return one number per unordered pair."""
    return np.minimum(a, b) * users + np.maximum(a, b)


def _collides(users: int, a: Ints, b: Ints, moved: Ints) -> np.ndarray:
    """Say which of the moved ties are self-loops or repeat another tie."""
    code = _code(users, a, b)
    # A stable sort puts unmoved ties first among equals, so that they are the ones kept.
    is_moved = np.zeros(len(a), dtype=bool)
    is_moved[moved] = True
    order = np.lexsort((is_moved, code))
    repeats = np.zeros(len(a), dtype=bool)
    repeats[order[1:]] = code[order[1:]] == code[order[:-1]]
    return np.asarray((repeats | (a == b))[moved])
