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

from groundswell.data import Bools, Floats, Ints

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


@compiled
def joined_neighbours(
    user: int, members: int, joined: Bools, indptr: Ints, indices: Indices, complete: bool
) -> int:
    """Count a user's joined neighbours."""
    count = members - int(joined[user]) if complete else 0
    if complete:
        return count
    for k in range(indptr[user], indptr[user + 1]):
        count += joined[indices[k]]
    return count


@compiled
def joined_share(
    user: int,
    members: int,
    joined: Bools,
    indptr: Ints,
    indices: Indices,
    units: Floats,
    total: Floats,
    complete: bool,
) -> float:
    """Return the share of a user's neighbours that have joined, by weight if ties have any."""
    seen = 0.0
    if len(units) == 0:
        seen += joined_neighbours(user, members, joined, indptr, indices, complete)
    else:
        for k in range(indptr[user], indptr[user + 1]):
            seen += units[k] * joined[indices[k]]
    share: float = seen / total[user]
    return share


@compiled
def threshold_turns(
    order: Ints,
    joined: Bools,
    locked: Bools,
    need: Ints,
    of_everybody: bool,
    reversible: bool,
    indptr: Ints,
    indices: Indices,
    complete: bool,
) -> None:
    """Let users revise one by one: in if enough others are, each seeing the moves before."""
    members = joined.sum()
    for user in order:
        if locked[user] or (joined[user] and not reversible):
            continue
        if of_everybody:
            count = members
        else:
            count = joined_neighbours(user, members, joined, indptr, indices, complete)
        wants = count >= need[user]
        members += int(wants) - int(joined[user])
        joined[user] = wants


@compiled
def best_response_turns(
    order: Ints,
    joined: Bools,
    locked: Bools,
    gain: Floats,
    exposure: Floats,
    benefit: Floats,
    incentive: Floats,
    pressure: Floats,
    cost: Floats,
    indptr: Ints,
    indices: Indices,
    units: Floats,
    total: Floats,
    complete: bool,
) -> None:
    """Let users revise one by one: in if it pays, out if it costs, as before if neither."""
    members = joined.sum()
    for user in order:
        if locked[user]:
            continue
        others = members - joined[user]
        share = joined_share(user, members, joined, indptr, indices, units, total, complete)
        advantage = (
            benefit[user] * gain[others]
            + incentive[user]
            + pressure[user] * share
            - cost[user] * exposure[others]
        )
        wants = advantage > 0 or (advantage == 0 and joined[user])
        members += int(wants) - int(joined[user])
        joined[user] = wants


@compiled
def share_turns(
    order: Ints,
    joined: Bools,
    locked: Bools,
    threshold: Floats,
    reversible: bool,
    indptr: Ints,
    indices: Indices,
    units: Floats,
    total: Floats,
    complete: bool,
) -> None:
    """Let users revise one by one: in if a large enough share of their neighbours is, by weight."""
    members = joined.sum()
    for user in order:
        if locked[user] or (joined[user] and not reversible):
            continue
        share = joined_share(user, members, joined, indptr, indices, units, total, complete)
        wants = share >= threshold[user]
        members += int(wants) - int(joined[user])
        joined[user] = wants
