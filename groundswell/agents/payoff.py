"""What members and outsiders get, and what users believe it will be (dynamics.md section 3).

User i, with j other members, compares joining with staying out::

    Δu_i(j) = b_i [S((j+1)/N) - γ S(j/N)] + s_i + J_i m_i/k_i - c_i (1 - (j+1)/N)^a
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from groundswell.agents.columns import Columns
from groundswell.agents.distribution import Distribution, constant
from groundswell.agents.ties import Ties
from groundswell.component import Component, Settings
from groundswell.data import Bools, Floats

Curve = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Observed:
    """What users know when they decide.

    Parameters
    ----------
    success
        S measured at the end of each round so far, the last one last.
    curve
        The platform's response α -> S where it is known, else None.
    """

    success: Sequence[float]
    curve: Curve | None = None


class Belief(Component):
    """What users believe about S if they join and if they stay out."""

    part: ClassVar[str] = "belief"
    default_kind = "last"
    needs_curve: ClassVar[bool] = False
    """Works only where the platform's response is a known curve."""

    def gain(self, observed: Observed, users: int, spillover: float) -> Floats:
        """Return S((j+1)/N) - γ S(j/N) as believed, for j = 0..N-1 other members."""
        raise NotImplementedError


class Last(Belief):
    """Last round's success, whatever one does: nobody thinks it moves S."""

    kind: Literal["last"] = "last"

    def gain(self, observed: Observed, users: int, spillover: float) -> Floats:
        """Return (1-γ) S of the last round."""
        return np.full(users, (1 - spillover) * observed.success[-1])


class KnownCurve(Belief):
    """The platform's known response at the current number of other members."""

    kind: Literal["curve"] = "curve"
    needs_curve = True

    def gain(self, observed: Observed, users: int, spillover: float) -> Floats:
        """Return the known S((j+1)/N) - γ S(j/N)."""
        if observed.curve is None:
            raise ValueError("'curve' beliefs need a response platform")
        success = observed.curve(np.arange(users + 1) / users)
        return success[1:] - spillover * success[:-1]


class Payoff(Settings):
    """The participation game: what membership brings and costs."""

    benefit: Distribution = constant(1.0)
    """Worth of success, b_i."""
    cost: Distribution = constant(0.0)
    """Cost of being a member, c_i."""
    spillover: float = Field(0.0, ge=0)
    """Share γ of the benefit that outsiders get: 0 only members profit, 1 a public good."""
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

    def realised(self, columns: Columns, ties: Ties, success: float) -> Floats:
        """Return what each user gets in a round: members π = bS + s + Jm/k - c, outsiders γbS."""
        joined: Bools = columns["joined"]
        members = int(np.count_nonzero(joined))
        exposed = self.exposure(columns.users)[members - 1] if members else 1.0
        inside = (
            columns["benefit"] * success
            + columns["selective_incentive"]
            + columns["peer_pressure"] * ties.joined_share(joined)
            - columns["cost"] * exposed
        )
        outside = self.spillover * columns["benefit"] * success
        return np.where(joined, inside, outside)
