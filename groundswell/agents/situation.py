"""What users see when they decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundswell.agents.columns import Columns, compact, read_only
from groundswell.agents.gains import By, Gain
from groundswell.agents.payoff import Payoff, pressure
from groundswell.agents.tally import Tally
from groundswell.agents.ties import Counts, Ties
from groundswell.data import Bools, Floats, Ints


class Parameter(NamedTuple):
    """One value per user, as compiled loops take it: user i's is ``values[i * step]``.

    A number that is everybody's is stored once, with step 0.
    """

    values: NDArray[Any]
    step: int

    @classmethod
    def of(cls, values: NDArray[Any]) -> Parameter:
        """Return values, read only whatever they were: other types would be compiled anew."""
        values = read_only(np.ascontiguousarray(compact(values)))
        return cls(values, int(len(values) > 1))


class Graph(NamedTuple):
    """The ties, as compiled loops take them; ``anybody`` says that users may meet all others.

    ``units`` are the weights of ties, empty where they have none, and ``total`` what those of all
    neighbours add up to, at least 1. User i influences
    ``influenced[influences[i]:influences[i + 1]]``.
    """

    indptr: Ints
    indices: NDArray[np.uint32]
    influences: Ints
    influenced: NDArray[np.uint32]
    degree: Ints
    units: Floats
    total: Floats
    complete: bool
    anybody: bool


class Game(NamedTuple):
    """The participation game, as compiled loops take it; it ``presses`` where anybody feels any."""

    gain: Floats
    start: Parameter
    by: int
    exposure: Parameter
    benefit: Parameter
    incentive: Parameter
    pressure: Parameter
    presses: bool
    cost: Parameter
    success: float
    outside: Parameter


@dataclass(frozen=True)
class Situation:
    """What users see when they decide.

    Parameters
    ----------
    columns
        The users' attributes; ``joined`` is the state at the start of the round.
    tally
        Counts neighbours that have joined.
    gain
        What users believe S((j+1)/N) - γ S(j/N) to be.
    payoff
        What membership brings and costs.
    success, placebo
        S as users heard of it last, and the placebo.
    mixed
        There is no network: who imitates may meet anybody.
    """

    columns: Columns
    tally: Tally
    gain: Gain
    payoff: Payoff
    success: float
    placebo: float = float("nan")
    mixed: bool = False

    def advantage(self, users: Ints | slice = slice(None)) -> Floats:
        """Return Δu_i of some users, or of everybody, on the state as it is."""
        columns, joined = self.columns, self.joined

        def of(values: Floats) -> Floats:
            values = compact(values)
            return values if len(values) == 1 else values[users]

        members = int(np.count_nonzero(joined))
        others = np.array([max(members - 1, 0), min(members, columns.users - 1)])
        inside, outside = self.payoff.exposure(others, columns.users)
        advantage = (
            of(columns["benefit"]) * of(self.gain.of(joined, self.tally))
            + of(columns["selective_incentive"])
            + of(pressure(columns, self.tally))
            - of(columns["cost"]) * np.where(joined[users], inside, outside)
        )
        return np.broadcast_to(advantage, joined[users].shape)

    def payoffs(self) -> Floats:
        """Return π_i of every user at the success last heard of, on the state as it is."""
        return self.payoff.realised(self.columns, self.tally, self.success, self.placebo)

    @property
    def ties(self) -> Ties:
        """Who is tied to whom."""
        return self.tally.ties

    @property
    def joined(self) -> Bools:
        """Who is a member at the start of the round."""
        joined: Bools = self.columns["joined"]
        return joined

    @property
    def game_counts(self) -> bool:
        """Whether the participation game depends on the number of joined neighbours."""
        presses = self.columns.matters("peer_pressure") and self.ties.weights is None
        return presses or self.gain.by is By.NEIGHBOURS

    def counts(self, joined: Bools, asked: bool = True) -> Counts:
        """Return joined neighbours for compiled loops; none where nobody asks, or all are tied."""
        if self.ties.complete or not asked:
            return np.zeros(0, self.ties.count_type)
        return self.tally.joined_neighbours(joined).copy()

    @property
    def graph(self) -> Graph:
        """The ties, for compiled loops."""
        ties, turned = self.ties, self.ties.turned
        return Graph(
            ties.indptr, ties.indices, turned.indptr, turned.indices, ties.degree, ties.units,
            ties.total, ties.complete, self.mixed or ties.complete,
        )  # fmt: skip

    @property
    def game(self) -> Game:
        """The participation game, for compiled loops."""
        columns, gain, payoff = self.columns, self.gain, self.payoff
        benefit, incentive, pressing, cost = (
            Parameter.of(columns[name])
            for name in ("benefit", "selective_incentive", "peer_pressure", "cost")
        )
        outside = payoff.outside(compact(columns["benefit"]), self.success, self.placebo)
        others = np.arange(columns.users if payoff.safety else 1)
        return Game(
            Parameter.of(gain.table).values, Parameter.of(gain.start), int(gain.by),
            Parameter.of(payoff.exposure(others, columns.users)), benefit, incentive, pressing,
            columns.matters("peer_pressure"), cost, self.success, Parameter.of(outside),
        )  # fmt: skip
