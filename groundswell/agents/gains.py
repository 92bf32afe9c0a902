"""What users believe to gain, as tables that all engines read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from groundswell.agents.columns import compact
from groundswell.agents.tally import Tally
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

    def of(self, joined: Bools, ties: Ties | Tally) -> Floats:
        """Return what each user believes to gain, on the state as it is."""
        place, members = compact(self.start), np.count_nonzero(joined)
        if self.by is By.OTHERS:
            inside, outside = max(members - 1, 0), min(members, len(joined) - 1)
            gains = np.where(joined, self.table[place + inside], self.table[place + outside])
        elif self.by is By.NEIGHBOURS:
            gains = self.table[place + ties.joined_neighbours(joined)]
        elif self.by is By.OWN:
            gains = np.where(joined, self.table[place + 1], self.table[place])
        else:
            gains = self.table[place]
        return np.broadcast_to(gains, joined.shape)
