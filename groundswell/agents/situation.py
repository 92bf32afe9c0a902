"""What users see when they decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundswell.agents.columns import Columns
from groundswell.agents.gains import Gain
from groundswell.agents.payoff import realised
from groundswell.agents.ties import Ties
from groundswell.data import Bools, Floats, Ints


class Graph(NamedTuple):
    """The ties, as compiled loops take them; ``anybody`` says that users may meet all others.

    ``units`` are the weights of ties, empty where they have none, and ``total`` what those of all
    neighbours add up to, at least 1.
    """

    indptr: Ints
    indices: NDArray[np.uint32]
    degree: Ints
    units: Floats
    total: Floats
    complete: bool
    anybody: bool


class Game(NamedTuple):
    """The participation game, as compiled loops take it."""

    gain: Floats
    start: Ints
    by: int
    exposure: Floats
    benefit: Floats
    incentive: Floats
    pressure: Floats
    cost: Floats
    success: float
    outside: Floats


@dataclass(frozen=True)
class Situation:
    """What users see when they decide.

    Parameters
    ----------
    columns
        The users' attributes; ``joined`` is the state at the start of the round.
    ties
        Who is tied to whom.
    gain
        What users believe S((j+1)/N) - γ S(j/N) to be.
    exposure
        Share of its cost that a member bears among j = 0..N-1 other members.
    success
        S as users heard of it last.
    outside
        What each user got as an outsider at that success, or would have got.
    mixed
        There is no network: who imitates may meet anybody.
    """

    columns: Columns
    ties: Ties
    gain: Gain
    exposure: Floats
    success: float
    outside: Floats
    mixed: bool = False

    def advantage(self) -> Floats:
        """Return Δu_i of every user, on the state as it is."""
        columns, joined = self.columns, self.joined
        members = int(np.count_nonzero(joined))
        inside, outside = max(members - 1, 0), min(members, columns.users - 1)
        return np.asarray(
            columns["benefit"] * self.gain.of(joined, self.ties)
            + columns["selective_incentive"]
            + columns["peer_pressure"] * self.ties.joined_share(joined)
            - columns["cost"] * np.where(joined, self.exposure[inside], self.exposure[outside])
        )

    def payoffs(self) -> Floats:
        """Return π_i of every user at the success last heard of, on the state as it is."""
        return realised(self.columns, self.ties, self.success, self.exposure, self.outside)

    @property
    def joined(self) -> Bools:
        """Who is a member at the start of the round."""
        joined: Bools = self.columns["joined"]
        return joined

    @property
    def graph(self) -> Graph:
        """The ties, for compiled loops."""
        ties = self.ties
        anybody = self.mixed or ties.complete
        return Graph(
            ties.indptr, ties.indices, ties.degree, ties.units, ties.total, ties.complete, anybody
        )

    @property
    def game(self) -> Game:
        """The participation game, for compiled loops."""
        columns, gain = self.columns, self.gain
        return Game(
            gain.table, gain.start, int(gain.by), self.exposure,
            columns["benefit"], columns["selective_incentive"], columns["peer_pressure"],
            columns["cost"], self.success, self.outside,
        )  # fmt: skip
