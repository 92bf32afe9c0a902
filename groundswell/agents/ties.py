"""Ties between users: none, everybody with everybody, or stored as CSR."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from groundswell.data import Bools, Floats, Ints


@dataclass(frozen=True)
class Ties:
    """Undirected ties in compressed sparse rows.

    Parameters
    ----------
    indptr
        User i's neighbours are ``indices[indptr[i]:indptr[i + 1]]``; shape (users + 1,).
    indices
        Neighbours, ascending for each user.
    complete
        Everybody is tied to everybody else, and nothing is stored.
    notes
        What was dropped while reading or building, in sentences for the user.
    """

    indptr: Ints
    indices: NDArray[np.uint32]
    complete: bool = False
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def users(self) -> int:
        """Number of users N."""
        return len(self.indptr) - 1

    @property
    def count(self) -> int:
        """Number of ties."""
        return self.users * (self.users - 1) // 2 if self.complete else len(self.indices) // 2

    @cached_property
    def degree(self) -> Ints:
        """Number of neighbours k_i of each user."""
        if self.complete:
            return np.full(self.users, self.users - 1, dtype=np.int64)
        return np.asarray(np.diff(self.indptr), dtype=np.int64)

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
        """Return m_i / k_i, and 0 for users without neighbours."""
        return self.joined_neighbours(joined) / np.maximum(self.degree, 1)


def no_ties(users: int) -> Ties:
    """Return users without ties."""
    return Ties(np.zeros(users + 1, dtype=np.int64), np.zeros(0, dtype=np.uint32))


def complete_ties(users: int) -> Ties:
    """Return everybody tied to everybody else, without storing it."""
    nothing = no_ties(users)
    return Ties(nothing.indptr, nothing.indices, complete=True)


def from_pairs(users: int, a: Ints, b: Ints) -> Ties:
    """Build ties from pairs of users; self-loops and repeated pairs are dropped and counted.

    >>> from_pairs(3, np.array([0, 1, 2]), np.array([1, 0, 2])).notes
    ('1 self-loop dropped', '1 duplicate tie dropped')
    """
    loops = a == b
    a, b = a[~loops], b[~loops]
    once = sorted_distinct(np.minimum(a, b) * users + np.maximum(a, b))
    low, high = once // users, once % users
    both = np.concatenate([once, high * users + low])
    both.sort()
    indptr = np.zeros(users + 1, dtype=np.int64)
    np.cumsum(np.bincount(both // users, minlength=users), out=indptr[1:])
    notes = (
        *_dropped(int(loops.sum()), "self-loop"),
        *_dropped(len(a) - len(once), "duplicate tie"),
    )
    return Ties(indptr, (both % users).astype(np.uint32), notes=notes)


def sorted_distinct(values: Ints) -> Ints:
    """Return the distinct values in ascending order; on large arrays far faster than np.unique.

    >>> sorted_distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ordered = np.sort(values)
    first = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def _dropped(count: int, what: str) -> tuple[str, ...]:
    return (f"{count:,} {what}{'s' if count > 1 else ''} dropped",) if count else ()
