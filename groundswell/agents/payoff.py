"""What members and outsiders get, and what users believe it will be (dynamics.md section 3)."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
from pydantic import Field

from groundswell.agents.beliefs import Belief, Last, Spillover
from groundswell.agents.columns import Columns, compact
from groundswell.agents.distribution import constant
from groundswell.agents.limits import Amount
from groundswell.agents.tally import Tally
from groundswell.agents.ties import Ties
from groundswell.component import Settings
from groundswell.data import Bools, Floats, Ints

WorthT = TypeVar("WorthT", float, Floats)


class Payoff(Settings):
    """The participation game: what membership brings and costs.

    User i, with j other members, compares joining with staying out::

        Δu_i(j) = b_i [S((j+1)/N) - γ S(j/N)] + s_i + J_i m_i/k_i - c_i (1 - (j+1)/N)^a
    """

    benefit: Amount = constant(1.0)
    """Worth of success, b_i."""
    cost: Amount = constant(0.0)
    """Cost of being a member, c_i."""
    spillover: Spillover = 0.0
    """Share γ of the benefit that outsiders get: 0 only members profit, 1 a public good, above 1
    outsiders gain more. "measured": they get what the placebo brings, b times the placebo."""
    selective_incentive: Amount = constant(0.0)
    """What a member gets whatever the success, s_i."""
    peer_pressure: Amount = constant(0.0)
    """Worth J_i of having all one's neighbours in the collective; m_i/k_i of it is felt."""
    safety: float = Field(0.0, ge=0)
    """Exponent a of safety in numbers: the cost falls with the member share as (1 - n/N)^a."""
    belief: Belief = Last()
    """What users believe about S."""

    def exposure(self, others: Ints, users: int) -> Floats:
        """Return the share of its cost that a member bears among some other members, of N users."""
        return np.asarray((1 - (others + 1) / users) ** self.safety)

    def outside(self, benefit: WorthT, success: float, placebo: float) -> WorthT:
        """Return what outsiders get: γbS, or b times the placebo."""
        if self.spillover == "measured":
            return benefit * placebo
        return self.spillover * benefit * success

    def realised(self, columns: Columns, tally: Tally, success: float, placebo: float) -> Floats:
        """Return what each user gets: members π = bS + s + Jm/k - c (1 - n/N)^a, outsiders γbS."""
        joined: Bools = columns["joined"]
        benefit, incentive, cost = (
            compact(columns[name]) for name in ("benefit", "selective_incentive", "cost")
        )
        inside = (
            benefit * success
            + incentive
            + pressure(columns, tally)
            - cost * self._exposed(int(np.count_nonzero(joined)), len(joined))
        )
        return np.where(joined, inside, self.outside(benefit, success, placebo))

    def totals(self, columns: Columns, tally: Tally, success: float, placebo: float) -> Totals:
        """Return what all members and all outsiders get: sums over users, setting by setting."""
        joined: Bools = columns["joined"]
        members = Group(joined, int(np.count_nonzero(joined)))
        benefit, incentive, cost, pressed = (
            members.sum(values)
            for values in (
                columns["benefit"],
                columns["selective_incentive"],
                columns["cost"],
                pressure(columns, tally),
            )
        )
        outsiders = Group(~joined, len(joined) - members.size)
        exposed = self._exposed(members.size, len(joined))
        return Totals(
            members=benefit * success + incentive + pressed - cost * exposed,
            outsiders=self.outside(outsiders.sum(columns["benefit"]), success, placebo),
            incentives=incentive,
        )

    def _exposed(self, members: int, users: int) -> float:
        # As one of an array, which NumPy may raise to a power in another way than a number.
        return float(self.exposure(np.array([max(members - 1, 0)]), users)[0])


class Totals(NamedTuple):
    """What all members get together, incentives included, and what all outsiders get."""

    members: float
    outsiders: float
    incentives: float


class Group(NamedTuple):
    """Some users, and how many they are."""

    users: Bools
    size: int

    def sum(self, values: Floats) -> float:
        """Return the sum of their values, of which users may all have the same one."""
        values = compact(values)
        if len(values) == 1:
            return float(values[0]) * self.size if self.size else 0.0
        with np.errstate(invalid="ignore"):
            total = float((values * self.users).sum())
        # An infinite value of somebody else does not count, not even times 0.
        return total if np.isfinite(total) else float(values[self.users].sum())


def pressure(columns: Columns, tally: Ties | Tally) -> Floats:
    """Return J_i m_i/k_i of each user; one 0 where nobody feels any."""
    if not columns.matters("peer_pressure"):
        return np.zeros(1)
    return np.asarray(compact(columns["peer_pressure"]) * tally.joined_share(columns["joined"]))
