"""How many neighbours have joined, kept from one state to the next instead of counted anew."""

from __future__ import annotations

import numpy as np

from groundswell.agents.columns import LARGE, read_only
from groundswell.agents.ties import Counts, Ties
from groundswell.data import Bools, Floats, Ints

UPDATE = 8
"""Times that a count brought up to date takes longer than one in a pass over all ties."""


class Tally:
    """Counts joined neighbours like `Ties.joined_neighbours`, only faster.

    The counts of the last state that was asked for are kept. Those of the next one are the same
    but for neighbours of users who moved: if these are few they alone are brought up to date. Who
    moved is seen by comparing the states, so that nobody has to say that a state has changed.

    Parameters
    ----------
    ties
        Who is tied to whom.
    """

    def __init__(self, ties: Ties) -> None:
        self.ties = ties
        self._begin()

    def _begin(self) -> None:
        """Begin with the state in which nobody has joined."""
        self._joined: Bools = np.zeros(self.ties.users, dtype=bool)
        self._counts: Counts = np.zeros(self.ties.users, self.ties.count_type)
        self._share: Floats | None = None

    def joined_neighbours(self, joined: Bools) -> Counts:
        """Return m_i of each user: an array to read only, which the next call may change.

        Its type is the narrowest that holds all counts: they are to be compared, not added to.
        """
        moved = np.flatnonzero(joined != self._joined)
        if len(moved):
            self._joined, self._share = joined.copy(), None
            try:
                self._count(moved)
            except BaseException:  # Ctrl-C: counts that are of no state, and a caller may go on
                self._begin()
                raise
        return read_only(self._counts)

    def joined_share(self, joined: Bools) -> Floats:
        """Return m_i / k_i, by weight where ties have weights, likewise."""
        if self.ties.weights is not None:
            return self.ties.joined_share(joined)
        counts = self.joined_neighbours(joined)
        if self._share is None:
            self._share = counts / self.ties.total
        return read_only(self._share)

    def _count(self, moved: Ints) -> None:
        ties = self.ties
        if ties.complete or len(ties.indices) < LARGE:
            self._counts = ties.joined_neighbours(self._joined).astype(ties.count_type)
            return
        from groundswell.agents.kernels import count, recount

        if self._are_few(moved):
            to = ties.turned
            recount(to.indptr, to.indices, moved, self._joined, self._counts)
        else:
            count(ties.indptr, ties.indices, self._joined, self._counts)

    def _are_few(self, moved: Ints) -> bool:
        """Return whether it is faster to go through the neighbours of those who moved alone."""
        if UPDATE * len(moved) > self.ties.users:
            return False
        touched = self.ties.reach[moved].sum()
        return bool(UPDATE * touched < len(self.ties.indices))


def smallest_count(share: Floats, of: Ints) -> Ints:
    """Return the smallest m with m / k >= θ in floating point; k + 1 where there is none.

    Comparing m >= θ k instead is wrong where θ k rounds up.

    >>> smallest_count(np.array([0.07, 0.5, 2.0, 0.5]), np.array([100, 1, 3, 0])).tolist()
    [7, 1, 4, 1]
    """
    k = np.maximum(of, 1)
    need = np.clip(np.ceil(share * k), 0, of + 1).astype(np.int64)
    need -= (need > 0) & ((need - 1) / k >= share)
    need += (need <= of) & (need / k < share)
    return need
