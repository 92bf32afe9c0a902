"""Ties between users: none, everybody with everybody, or stored as CSR."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.data import Bools, Floats, Ints

Counts = NDArray[np.integer[Any]]
"""Numbers of joined neighbours, in the narrowest type that holds them."""
MOST_DIGITS = 9
"""Decimals up to which weights are counted in whole units."""
EXACT = 2.0**53
"""Sums of whole numbers are exact in floating point up to here."""


@dataclass(frozen=True)
class Ties:
    """Ties in compressed sparse rows: of each user, those who influence it.

    Parameters
    ----------
    indptr
        User i's neighbours are ``indices[indptr[i]:indptr[i + 1]]``; shape (users + 1,).
    indices
        Neighbours, ascending for each user.
    complete
        Everybody is tied to everybody else, and nothing is stored.
    directed
        Influence flows one way: a neighbour influences the user whose neighbour it is. Ties
        without direction are stored both ways.
    weights
        Positive weight of each tie, beside ``indices``; None where all weigh the same.
    ids
        What the users are called where the ties come from; None for their numbers.
    communities
        Community of each user, numbered from 0; None until somebody asks for them.
    notes
        What was dropped while reading or building, in sentences for the user.
    """

    indptr: Ints
    indices: NDArray[np.uint32]
    complete: bool = False
    directed: bool = False
    weights: Floats | None = None
    ids: tuple[str, ...] | None = field(default=None, compare=False)
    communities: Ints | None = None
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def users(self) -> int:
        """Number of users N."""
        return len(self.indptr) - 1

    @property
    def count(self) -> int:
        """Number of ties."""
        if self.complete:
            return self.users * (self.users - 1) // 2
        return len(self.indices) if self.directed else len(self.indices) // 2

    @property
    def names(self) -> tuple[str, ...]:
        """What the users are called: their ids, or their numbers."""
        return self.ids if self.ids is not None else tuple(map(str, range(self.users)))

    @cached_property
    def degree(self) -> Ints:
        """Number of neighbours k_i of each user: those who influence it."""
        if self.complete:
            return np.full(self.users, self.users - 1, dtype=np.int64)
        return np.asarray(np.diff(self.indptr), dtype=np.int64)

    @cached_property
    def reach(self) -> Ints:
        """Number of users that each user influences; its degree where ties have no direction."""
        if not self.directed:
            return self.degree
        return np.bincount(self.indices, minlength=self.users).astype(np.int64)

    @cached_property
    def turned(self) -> Ties:
        """The ties the other way round: of each user, those whom it influences.

        >>> from_pairs(3, np.array([0, 1]), np.array([2, 2]), directed=True).turned.neighbours(0)
        array([2])
        """
        if not self.directed:
            return self
        from scipy.sparse import csr_array

        tied = np.ones(len(self.indices), dtype=np.int8)
        matrix = csr_array((tied, self.indices.astype(np.int64), self.indptr), (self.users,) * 2)
        other = matrix.tocsc()
        return Ties(other.indptr.astype(np.int64), other.indices.astype(np.uint32), directed=True)

    @cached_property
    def count_type(self) -> np.dtype[np.unsignedinteger[Any]]:
        """The narrowest type for numbers of neighbours, and one more: what nobody can reach."""
        return np.min_scalar_type(int(self.degree.max(initial=0)) + 1)

    @cached_property
    def core(self) -> Ints:
        """Largest k for which each user is in the k-core, whatever the direction of ties."""
        if self.complete:
            return self.degree
        from groundswell.agents.graph_kernels import core_numbers

        either = self.either_way()
        return core_numbers(either.indptr, either.indices)

    @cached_property
    def parts(self) -> Ints:
        """Connected part of the network that each user is in, whatever the direction of ties.

        >>> from_pairs(4, np.array([0]), np.array([2])).parts.tolist()
        [0, 1, 0, 2]
        """
        if self.complete:
            return np.zeros(self.users, dtype=np.int64)
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        tied = np.ones(len(self.indices), dtype=np.int8)
        matrix = csr_array((tied, self.indices.astype(np.int64), self.indptr), (self.users,) * 2)
        return np.asarray(connected_components(matrix, directed=False)[1], dtype=np.int64)

    @cached_property
    def rows(self) -> Ints:
        """The user whose neighbour each entry of ``indices`` is."""
        return np.repeat(np.arange(self.users), self.degree)

    @cached_property
    def units(self) -> Floats:
        """The weights in the largest unit 1, .1, .01, ... that makes all of them whole.

        Sums of whole numbers are exact, so that .3 is half of .1 + .2 + .3, which it is not in
        floating point. Weights that no such unit fits are as they are, summed in user order.
        Empty where all ties weigh the same.
        """
        if self.weights is None:
            return np.zeros(0)
        for digits in range(MOST_DIGITS + 1):
            whole = np.round(self.weights * 10.0**digits)
            if whole.sum() < EXACT and np.array_equal(whole / 10.0**digits, self.weights):
                return whole
        return self.weights

    @cached_property
    def total(self) -> Floats:
        """Weight of all neighbours of each user, in ``units``; at least 1 to divide by."""
        if self.weights is None:
            return np.maximum(self.degree, 1).astype(np.float64)
        total = np.bincount(self.rows, self.units, self.users)
        return np.where(self.degree > 0, total, 1.0)

    def neighbours(self, user: int) -> Ints:
        """Return the neighbours of a user, ascending."""
        if self.complete:
            return np.delete(np.arange(self.users), user)
        return self.indices[self.indptr[user] : self.indptr[user + 1]].astype(np.int64)

    def joined_neighbours(self, joined: Bools) -> Ints:
        """Return m_i, the number of joined neighbours of each user (the user not included)."""
        if self.complete:
            return np.count_nonzero(joined) - joined.astype(np.int64)
        running = np.zeros(len(self.indices) + 1, dtype=np.int64)
        np.cumsum(joined[self.indices], out=running[1:])
        counts: Ints = running[self.indptr[1:]] - running[self.indptr[:-1]]
        return counts

    def joined_share(self, joined: Bools) -> Floats:
        """Return m_i / k_i, by weight where ties have weights; 0 for users without neighbours."""
        if self.weights is None:
            return self.joined_neighbours(joined) / self.total
        # One weight after the other in user order, as users who take turns add them up.
        seen = np.bincount(self.rows, self.units * joined[self.indices], self.users)
        return seen / self.total

    def joined_share_of(self, user: int, joined: Bools) -> float:
        """Return the share of one user's neighbours, by weight, that have joined."""
        has_joined = joined[self.neighbours(user)]
        seen = float(np.count_nonzero(has_joined))
        if self.weights is not None and seen:
            units = self.units[self.indptr[user] : self.indptr[user + 1]]
            seen = float(np.cumsum(units * has_joined)[-1])
        return seen / float(self.total[user])

    def either_way(self) -> Ties:
        """Return who is tied to whom whatever the direction and weight."""
        if not self.directed:
            return replace(self, weights=None)
        return from_pairs(self.users, self.indices.astype(np.int64), self.rows)


def no_ties(users: int) -> Ties:
    """Return users without ties."""
    return Ties(np.zeros(users + 1, dtype=np.int64), np.zeros(0, dtype=np.uint32))


def complete_ties(users: int) -> Ties:
    """Return everybody tied to everybody else, without storing it."""
    nothing = no_ties(users)
    return Ties(nothing.indptr, nothing.indices, complete=True)


def from_pairs(
    users: int, a: Ints, b: Ints, weights: Floats | None = None, *, directed: bool = False
) -> Ties:
    """Build ties from pairs of users; self-loops and repeated pairs are dropped and counted.

    Parameters
    ----------
    users
        Number of users N.
    a, b
        The pairs; where they are directed, a influences b.
    weights
        Weight of each pair; of a repeated pair the first one counts.
    directed
        Whether influence flows from a to b only.

    >>> from_pairs(3, np.array([0, 1, 2]), np.array([1, 0, 2])).notes
    ('1 self-loop dropped', '1 duplicate tie dropped')
    >>> from_pairs(3, np.array([0, 1]), np.array([2, 2]), directed=True).neighbours(2).tolist()
    [0, 1]
    """
    apart = a != b
    a, b = a[apart], b[apart]
    weights = None if weights is None else weights[apart]
    row, neighbour = (b, a) if directed else (np.minimum(a, b), np.maximum(a, b))
    once, weights = _sorted_distinct(row * users + neighbour, weights)
    entries = once
    if not directed:
        entries = np.concatenate([once, once % users * users + once // users])
        weights = None if weights is None else np.concatenate([weights, weights])
        entries, weights = _sorted(entries, weights)
    indptr = np.zeros(users + 1, dtype=np.int64)
    np.cumsum(np.bincount(entries // users, minlength=users), out=indptr[1:])
    notes = (
        *_dropped(len(apart) - len(a), "self-loop"),
        *_dropped(len(a) - len(once), "duplicate tie"),
    )
    neighbours = (entries % users).astype(np.uint32)
    return Ties(indptr, neighbours, directed=directed, weights=weights, notes=notes)


def sorted_distinct(values: Ints) -> Ints:
    """Return the distinct values in ascending order; on large arrays far faster than np.unique.

    >>> sorted_distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ordered = np.sort(values)
    return ordered[_first_of_each(ordered)]


def _first_of_each(ordered: Ints) -> Bools:
    first = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first


def _sorted(values: Ints, weights: Floats | None) -> tuple[Ints, Floats | None]:
    """Sort values, and the weights beside them; of equal values the first stays first."""
    if weights is None:
        return np.sort(values), None
    order = np.argsort(values, kind="stable")
    return values[order], weights[order]


def _sorted_distinct(values: Ints, weights: Floats | None) -> tuple[Ints, Floats | None]:
    ordered, weights = _sorted(values, weights)
    first = _first_of_each(ordered)
    return ordered[first], None if weights is None else weights[first]


def _dropped(count: int, what: str) -> tuple[str, ...]:
    return (f"{count:,} {what}{'s' if count > 1 else ''} dropped",) if count else ()
