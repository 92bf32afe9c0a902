"""Pairs of tied users for the generated and named networks; each function returns (a, b)."""

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
    everything = _code(users, *_pair(np.arange(users * (users - 1) // 2), users))
    free = rng.permutation(np.setdiff1d(everything, kept))[: len(moved)]
    a[moved], b[moved] = free // users, free % users
    return a, b


def erdos_renyi(users: int, mean_degree: float, rng: np.random.Generator) -> Pairs:
    """Draw the number of ties of G(N, p), then that many distinct pairs uniformly."""
    pairs = users * (users - 1) // 2
    if pairs == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    count = int(rng.binomial(pairs, mean_degree / (users - 1)))
    return _pair(distinct(pairs, count, rng), users)


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


def _pair(code: Ints, users: int) -> Pairs:
    """Decode positions in the upper triangle, row by row."""
    ends = np.cumsum(np.arange(users - 1, 0, -1))
    a = np.searchsorted(ends, code, side="right")
    b = code - (ends[a] - (users - 1 - a)) + a + 1
    return a, b


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
