"""Who comes first: orders of users for seeds and for an organiser's recruits, as pure functions.

Directed ties: the degree that counts is the number of users that a user influences; cores,
communities and neighbourhoods go by ties in either direction. Weights play no part.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from groundswell.agents.ties import Ties
from groundswell.data import Bools, Floats, Ints

Ranking = Literal["random", "degree", "core", "community"]
BY_TIES = ("degree", "core", "community", "neighbourhood", "neighbours")
"""Ways to choose users that need ties."""
MOST_SWEEPS = 100
"""Restless labels settle in about five, or never."""


def ranked(ties: Ties, by: Ranking, order: Ints) -> Ints:
    """Return all users, those who come first first.

    Parameters
    ----------
    ties
        Who is tied to whom, with their communities if these decide.
    by
        "random"; "degree": who influences most; "core": who is in the innermost core; "community":
        whole communities, the largest first, of equally large ones that with the smaller number.
    order
        A random order of users, which decides between equals.
    """
    if by == "random":
        return order
    if by == "community":
        communities = known_communities(ties)
        size = np.bincount(communities)
        place = np.argsort(np.argsort(-size, kind="stable"))
        score = -place[communities]
    else:
        score = ties.reach if by == "degree" else ties.core
    return order[np.argsort(-score[order], kind="stable")]


def known_communities(ties: Ties) -> Ints:
    """Return the communities of users, which must have been found."""
    if ties.communities is None:
        raise ValueError("find the communities first")
    return ties.communities


def communities(ties: Ties, rng: np.random.Generator) -> Ints:
    """Return the community of each user by label propagation, numbered by size, largest first.

    Each user takes the most frequent label among its neighbours, in random order, until nobody
    would change (Raghavan, Albert & Kumara 2007). Users take a random one of labels that are
    equally frequent, or labels would stick to small groups, and in the end keep their own, or they
    might never settle. Near linear in the number of ties; on networks without communities nearly
    everybody ends up in one. Users without ties are each on their own.
    """
    if ties.complete:
        return np.zeros(ties.users, dtype=np.int64)
    from groundswell.agents.graph_kernels import spread_labels

    label, either = np.arange(ties.users), ties.either_way()

    def unhappy(*, restless: bool) -> int:
        order, draws = rng.permutation(ties.users), rng.random(ties.users)
        return spread_labels(label, order, draws, restless, either.indptr, either.indices)

    sweeps = 0
    while sweeps < MOST_SWEEPS and unhappy(restless=True):
        sweeps += 1
    while unhappy(restless=False):  # each change makes more ties inside communities: it ends
        pass
    _, first, label, size = np.unique(
        label, return_index=True, return_inverse=True, return_counts=True
    )
    number = np.empty_like(size)
    number[np.lexsort((first, -size))] = np.arange(len(size))
    return number[label]


def breadth_first(ties: Ties, start: int, count: int) -> Ints:
    """Return up to ``count`` users nearest to a user, itself first, neighbours in order."""
    if ties.complete:
        return np.concatenate([[start], ties.neighbours(start)])[:count]
    ties = ties.either_way()
    found = {start: None}
    frontier = [start]
    while frontier and len(found) < count:
        frontier = [
            neighbour
            for user in frontier
            for neighbour in ties.neighbours(user).tolist()
            if neighbour not in found and found.setdefault(neighbour) is None
        ]
    return np.array(list(found), dtype=np.int64)[:count]


def most_joined_neighbours(ties: Ties, joined: Bools, order: Ints) -> Ints:
    """Return all users, those with most members among their neighbours, in either way, first."""
    seen: Floats | Ints = ties.either_way().joined_neighbours(joined)
    return order[np.argsort(-seen[order], kind="stable")]
