"""What members and outsiders get, and what users believe it will be (dynamics.md section 3)."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from groundswell.agents.beliefs import Belief, Last, Spillover
from groundswell.agents.columns import Columns
from groundswell.agents.distribution import Distribution, constant
from groundswell.agents.ties import Ties
from groundswell.component import Settings
from groundswell.data import Bools, Floats


class Payoff(Settings):
    """The participation game: what membership brings and costs.

    User i, with j other members, compares joining with staying out::

        Δu_i(j) = b_i [S((j+1)/N) - γ S(j/N)] + s_i + J_i m_i/k_i - c_i (1 - (j+1)/N)^a
    """

    benefit: Distribution = constant(1.0)
    """Worth of success, b_i."""
    cost: Distribution = constant(0.0)
    """Cost of being a member, c_i."""
    spillover: Spillover = 0.0
    """Share γ of the benefit that outsiders get: 0 only members profit, 1 a public good, above 1
    outsiders gain more. "measured": they get what the placebo brings, b times the placebo."""
    selective_incentive: Distribution = constant(0.0)
    """What a member gets whatever the success, s_i."""
    peer_pressure: Distribution = constant(0.0)
    """Worth J_i of having all one's neighbours in the collective; m_i/k_i of it is felt."""
    safety: float = Field(0.0, ge=0)
    """Exponent a of safety in numbers: the cost falls with the member share as (1 - n/N)^a."""
    belief: Belief = Last()
    """What users believe about S."""

    def exposure(self, users: int) -> Floats:
        """Return the share of its cost that a member bears among j = 0..N-1 other members."""
        return np.asarray((1 - np.arange(1, users + 1) / users) ** self.safety)

    def outside(self, columns: Columns, success: float, placebo: float) -> Floats:
        """Return what each user gets as an outsider: γbS, or b times the placebo."""
        benefit: Floats = columns["benefit"]
        if self.spillover == "measured":
            return benefit * placebo
        return self.spillover * benefit * success

    def realised(
        self, columns: Columns, ties: Ties, success: float, placebo: float = float("nan")
    ) -> Floats:
        """Return what each user gets in a round: members π = bS + s + Jm/k - c, outsiders γbS."""
        outside = self.outside(columns, success, placebo)
        return realised(columns, ties, success, self.exposure(columns.users), outside)


def realised(
    columns: Columns, ties: Ties, success: float, exposure: Floats, outside: Floats
) -> Floats:
    """Return what each user gets on the state as it is.

    Parameters
    ----------
    columns, ties
        Who the users are.
    success
        S.
    exposure
        Share of its cost that a member bears among j = 0..N-1 other members.
    outside
        What each user gets as an outsider.
    """
    joined: Bools = columns["joined"]
    members = int(np.count_nonzero(joined))
    exposed = exposure[members - 1] if members else 1.0
    inside = (
        columns["benefit"] * success
        + columns["selective_incentive"]
        + columns["peer_pressure"] * ties.joined_share(joined)
        - columns["cost"] * exposed
    )
    return np.where(joined, inside, outside)
