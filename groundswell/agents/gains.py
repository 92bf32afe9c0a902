"""What users believe to gain, as tables that all engines read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from groundswell.agents.ties import Ties
from groundswell.data import Bools, Floats, Ints


class By(IntEnum):
    """What a believed gain depends on, besides whose it is."""

    NOTHING = 0
    OTHERS = 1
    """The number of other members, j."""
    NEIGHBOURS = 2
    """The number of joined neighbours, m_i."""
    OWN = 3
    """Whether one is a member oneself, x_i."""


@dataclass(frozen=True)
class Gain:
    """What users believe S((j+1)/N) - γ S(j/N) to be, as a table that they look up.

    A table, because rules that run one user at a time must find the same numbers as those that
    run all at once: both read them here.

    Parameters
    ----------
    table
        The believed gains.
    start
        Where each user's part of the table starts, shape (users,).
    by
        What is counted on from there.
    """

    table: Floats
    start: Ints
    by: By

    def of(self, joined: Bools, ties: Ties) -> Floats:
        """Return what each user believes to gain, on the state as it is."""
        place = self.start
        if self.by is By.OTHERS:
            place = place + (np.count_nonzero(joined) - joined)
        elif self.by is By.NEIGHBOURS:
            place = place + ties.joined_neighbours(joined)
        elif self.by is By.OWN:
            place = place + joined
        return np.asarray(self.table[place])
