"""How users decide to join, stay or leave (dynamics.md section 2).

Each rule is a pure function of the users' columns in two forms that agree exactly: `wants` for
users that revise all at once, and `take_turns` for users that see the moves before them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from groundswell.agents.activation import Activation, Inertial
from groundswell.agents.columns import Columns
from groundswell.agents.distribution import Distribution
from groundswell.agents.ties import Ties
from groundswell.component import Component
from groundswell.data import Bools, Floats, Ints


@dataclass(frozen=True)
class Situation:
    """What a rule sees.

    Parameters
    ----------
    columns
        The users' attributes; ``joined`` is the state at the start of the round.
    ties
        Who is tied to whom.
    gain, exposure
        Believed S((j+1)/N) - γ S(j/N) and borne share of the cost, for j = 0..N-1 other members.
    """

    columns: Columns
    ties: Ties
    gain: Floats
    exposure: Floats


class Decision(Component):
    """How users decide to join, stay or leave."""

    part: ClassVar[str] = "decision"
    default_kind = "best-response"
    weighs_success: ClassVar[bool] = False
    """Needs a success to gain from."""
    weighs_ties: ClassVar[bool] = False
    """Can tell ties of different weight apart; rules that cannot are refused where ties have it."""
    activation: Activation = Inertial()
    """Who revises in a round, and in which order."""

    @property
    def needs_ties(self) -> bool:
        """Whether users without neighbours could never be moved."""
        return False

    def wants(self, situation: Situation) -> Bools:
        """Return whether each user wants to be a member, on the state as it is."""
        raise NotImplementedError

    def take_turns(self, situation: Situation, order: Ints, joined: Bools, locked: Bools) -> None:
        """Let users revise in an order, changing ``joined``; locked users never move."""
        raise NotImplementedError

    def revise(self, situation: Situation, order: Ints, locked: Bools) -> Bools:
        """Return membership after the users in ``order`` have revised."""
        joined: Bools = situation.columns["joined"].copy()
        if self.activation.one_by_one:
            self.take_turns(situation, order, joined, locked)
        else:
            movers = order[~locked[order]]
            joined[movers] = self.wants(situation)[movers]
        return joined


class Fixed(Decision):
    """The seeds are the collective: nobody joins or leaves (the papers' setting, α given)."""

    kind: Literal["fixed"] = "fixed"
    weighs_ties = True

    def wants(self, situation: Situation) -> Bools:
        """Return membership as it is."""
        joined: Bools = situation.columns["joined"]
        return joined

    def take_turns(self, situation: Situation, order: Ints, joined: Bools, locked: Bools) -> None:
        """Change nothing."""


class Threshold(Decision):
    """Join when enough others have: m_i/k_i or m_i (neighbours), n/N or n (everybody) >= θ_i.

    The comparison is ``>=``. Of neighbours, a user does not count itself; of everybody, it does.
    Users without neighbours see a share of 0. Where ties have weights, shares are of the weight of
    all neighbours, and counts stay counts. Sources: Granovetter (1978) for everybody, Watts
    (2002) for shares of neighbours, Centola & Macy (2007) for counts.
    """

    kind: Literal["threshold"] = "threshold"
    weighs_ties = True
    of: Literal["neighbours", "everybody"] = "neighbours"
    """Whose membership counts."""
    measure: Literal["share", "count"] = "share"
    """Whether the threshold is a share or a number of users."""
    threshold: Distribution
    """The threshold θ_i."""
    reversible: bool = True
    """Members leave when the condition no longer holds."""

    @property
    def needs_ties(self) -> bool:
        """Neighbours' thresholds do."""
        return self.of == "neighbours"

    def adds_weights(self, ties: Ties) -> bool:
        """Whether what a user sees is a sum of weights: no number of neighbours would do."""
        seen = self.of == "neighbours" and self.measure == "share"
        return seen and ties.weights is not None

    def need(self, columns: Columns, ties: Ties) -> Ints:
        """Return how many members each user needs to see: comparisons are between integers."""
        if self.measure == "count":
            whole = np.ceil(columns["threshold"])
            return np.clip(whole, 0, columns.users + 1).astype(np.int64)
        of = ties.degree if self.of == "neighbours" else np.full(columns.users, columns.users)
        return smallest_count(columns["threshold"], of)

    def wants(self, situation: Situation) -> Bools:
        """Compare the number of members seen with the number needed."""
        columns, ties = situation.columns, situation.ties
        joined: Bools = columns["joined"]
        need = columns.derive("need", lambda: self.need(columns, ties))
        if self.of == "everybody":
            enough: Bools = np.count_nonzero(joined) >= need
        elif self.adds_weights(ties):
            enough = ties.joined_share(joined) >= columns["threshold"]
        else:
            enough = ties.joined_neighbours(joined) >= need
        return enough if self.reversible else enough | joined

    def take_turns(self, situation: Situation, order: Ints, joined: Bools, locked: Bools) -> None:
        """Compare the number of members seen with the number needed, one user at a time."""
        from groundswell.agents.kernels import share_turns, threshold_turns

        columns, ties = situation.columns, situation.ties
        if self.adds_weights(ties):
            share_turns(
                order, joined, locked, columns["threshold"], self.reversible,
                ties.indptr, ties.indices, ties.units, ties.total, ties.complete,
            )  # fmt: skip
            return
        need = columns.derive("need", lambda: self.need(columns, ties))
        threshold_turns(
            order, joined, locked, need, self.of == "everybody", self.reversible,
            ties.indptr, ties.indices, ties.complete,
        )  # fmt: skip


class BestResponse(Decision):
    """Join when it pays, Δu_i > 0; leave when it costs, Δu_i < 0; stay as one is at 0.

    Δu_i is written out in `groundswell.agents.payoff`; a user counts itself among the members
    whose success it expects. Source: best-response dynamics (Blume 1993; Young 1998), with the
    payoff of Hardt et al. (2023), section 6, reconstructed.
    """

    kind: Literal["best-response"] = "best-response"
    weighs_success = True
    weighs_ties = True

    def wants(self, situation: Situation) -> Bools:
        """Compare joining with staying out."""
        columns, ties = situation.columns, situation.ties
        joined: Bools = columns["joined"]
        members = int(np.count_nonzero(joined))
        inside, outside = max(members - 1, 0), min(members, columns.users - 1)
        advantage = (
            columns["benefit"] * np.where(joined, situation.gain[inside], situation.gain[outside])
            + columns["selective_incentive"]
            + columns["peer_pressure"] * ties.joined_share(joined)
            - columns["cost"]
            * np.where(joined, situation.exposure[inside], situation.exposure[outside])
        )
        wants: Bools = (advantage > 0) | ((advantage == 0) & joined)
        return wants

    def take_turns(self, situation: Situation, order: Ints, joined: Bools, locked: Bools) -> None:
        """Compare joining with staying out, one user at a time."""
        from groundswell.agents.kernels import best_response_turns

        columns, ties = situation.columns, situation.ties
        best_response_turns(
            order, joined, locked, situation.gain, situation.exposure,
            columns["benefit"], columns["selective_incentive"], columns["peer_pressure"],
            columns["cost"], ties.indptr, ties.indices, ties.units, ties.total, ties.complete,
        )  # fmt: skip


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
