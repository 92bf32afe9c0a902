"""Loops that NumPy cannot vectorise, compiled with numba and cached on disk.

Imported only by what needs them, because importing numba takes half a second. Where no folder for
the cache can be written, they are compiled anew in each process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from groundswell.agents.ties import Counts
from groundswell.data import Bools, Ints

Indices = NDArray[np.uint32]
FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


def compiled(function: FunctionT) -> FunctionT:
    """Compile a function, and cache it on disk if that is possible."""
    try:
        fast: FunctionT = njit(cache=True)(function)
    except RuntimeError:  # numba found no folder that it may write to
        fast = njit(function)
    return fast


@compiled
def count(indptr: Ints, indices: Indices, joined: Bools, counts: Counts) -> None:
    """Count the joined neighbours of every user in one pass over all ties.

    They are what a running count gains over the user's ties, which is faster than to count from 0
    for each user.
    """
    running, k = np.uint64(0), np.uint64(indptr[0])
    for user in range(len(counts)):
        before, end = running, np.uint64(indptr[user + 1])
        while k < end:
            running += np.uint64(joined[indices[k]])
            k += np.uint64(1)
        counts[user] = running - before


@compiled
def recount(indptr: Ints, indices: Indices, moved: Ints, joined: Bools, counts: Counts) -> None:
    """Bring counts up to date after some users have moved; the ties say whom they influence."""
    for user in moved:
        step = 1 if joined[user] else -1
        for k in range(np.uint64(indptr[user]), np.uint64(indptr[user + 1])):
            counts[indices[k]] += step


@compiled
def attach(a: Ints, b: Ints, ties: int, rng: np.random.Generator) -> None:
    """Fill in the far ends ``b`` of newcomers' ties by preferential attachment.

    The first ``ties`` pairs are given. An end of a tie drawn uniformly is a user drawn in
    proportion to its degree; each newcomer's ends are distinct.
    """
    for first in range(ties, len(a), ties):
        for tie in range(first, first + ties):
            fresh = False
            while not fresh:
                draw = rng.integers(0, 2 * first)
                b[tie] = a[draw] if draw < first else b[draw - first]
                fresh = True
                for other in range(first, tie):
                    fresh = fresh and b[other] != b[tie]
