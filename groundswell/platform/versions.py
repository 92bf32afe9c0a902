"""Rows that are each submitted in one of a few versions, all of which are made once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from groundswell.data import Ints, Points
from groundswell.platform.memory import Submissions

Which = NDArray[np.int8]
"""The version of each row: 0 as its user holds it, from 1 on as a strategy changes it."""
Change = Callable[[Points], Points]


class Versions:
    """What each row may be submitted as, round by round.

    Parameters
    ----------
    held
        The rows as users hold them.
    owner
        Which user each belongs to, shape (rows,).
    changes
        What makes the other versions, row by row: they are made of all rows when one is asked for.
    groups
        Groups of the rows, as `Submissions` has them.
    """

    def __init__(
        self, held: Points, owner: Ints, changes: Sequence[Change], groups: Ints | None = None
    ) -> None:
        self.owner, self.groups = owner, groups
        self._one_each = bool(np.array_equal(owner, np.arange(len(owner))))
        self._changes = changes
        self._made: dict[int, Points] = {0: held}

    def of_users(self, which: Which) -> Which:
        """Return the version of each row, given that of each user's rows."""
        same = self._one_each and len(which) == len(self.owner)
        return which if same else which[self.owner]

    def chosen(self, which: Which) -> Points:
        """Return all rows, each in a version of its own."""
        return self._put_together(which, None)

    def some(self, rows: Ints, which: Which) -> Points:
        """Return some rows in the versions they have among all."""
        return self._put_together(which[rows], rows)

    def _put_together(self, which: Which, rows: Ints | None) -> Points:
        """Return rows, all of them or some; ``which`` is of those returned."""
        held = self._made[0]
        X = np.empty((len(which), *held.X.shape[1:]), dtype=held.X.dtype)
        y = np.empty(len(which), dtype=held.y.dtype)
        for number in range(len(self._changes) + 1):
            at = np.flatnonzero(which == number)
            if len(at):
                of, version = at if rows is None else rows[at], self._version(number)
                X[at], y[at] = version.X[of], version.y[of]
        return Points(X, y)

    def _version(self, number: int) -> Points:
        if number not in self._made:
            self._made[number] = self._changes[number - 1](self._made[0])
        return self._made[number]


class Chosen(Submissions):
    """Submissions that are a choice among versions of the same rows.

    Parameters
    ----------
    versions
        The versions.
    which
        The version of each row; what is not as its user holds it was planted.
    """

    def __init__(self, versions: Versions, which: Which) -> None:
        super().__init__(lambda: versions.chosen(which), which > 0, versions.owner, versions.groups)
        self.versions, self.which = versions, which

    @property
    def share(self) -> float:
        """The share of planted rows: all weigh the same."""
        rows = len(self.which)
        return int(np.count_nonzero(self.which)) / rows if rows else float("nan")

    def some(self, rows: Ints) -> Points:
        """Return some of the rows as they are submitted."""
        return self.versions.some(rows, self.which)
