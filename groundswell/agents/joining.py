"""Who became a member, after how many exposures, and whom it may be put down to."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from groundswell.agents.ties import Ties
from groundswell.data import Bools, Ints

NOBODY = float("nan")


class Witness(Protocol):
    """What is told of users who become members."""

    def sees(self, users: Ints, members: Bools) -> None:
        """Some users become members at one moment; ``members`` says who was one just before."""


class Joins:
    """Keeps who joined in a round, in the order in which it happened.

    A joiner's exposures are its neighbours that were members at that moment; its recruiter is one
    of them, drawn with equal probability, since nobody can see which of them did it. Users brought
    in by an organiser, and seeds, have exposures but no recruiter.

    Parameters
    ----------
    ties
        Who is tied to whom: a neighbour is one who influences.
    """

    def __init__(self, ties: Ties) -> None:
        self._ties = ties
        self._rng = np.random.default_rng(0)
        self._rows: list[dict[str, Any]] = []
        self._count = 0

    def begin(self, rng: np.random.Generator) -> None:
        """Go on to a round, whose recruiters are drawn with ``rng``."""
        self._rng = rng
        self._rows = []

    def go_on(self, count: int) -> None:
        """Go on where so many joins have been seen before."""
        self._count = count

    def sees(self, users: Ints, members: Bools) -> None:
        """Draw a recruiter for each of some users that join by their own decision."""
        everybody = np.flatnonzero(members) if self._ties.complete else None
        for user in users.tolist():
            exposed = self._exposed(user, members) if everybody is None else everybody
            recruiter = float(self._rng.choice(exposed)) if len(exposed) else NOBODY
            self._add(user, len(exposed), recruiter)

    def brought(self, these: Bools, members: Bools) -> None:
        """Note users that did not decide for themselves: seeds, and an organiser's recruits."""
        for user in np.flatnonzero(these).tolist():
            self._add(user, len(self._exposed(user, members)), NOBODY)

    def rows(self) -> list[dict[str, Any]]:
        """Return a table row for each join of the round."""
        return self._rows

    def _exposed(self, user: int, members: Bools) -> Ints:
        neighbours = self._ties.neighbours(user)
        return neighbours[members[neighbours]]

    def _add(self, user: int, exposures: int, recruiter: float) -> None:
        row = {"join": self._count, "user": user, "exposures": exposures, "recruiter": recruiter}
        self._rows.append(row)
        self._count += 1
