"""The participation game of N users, as far as it is known: what each would gain by joining.

User i, with j other members, gains from joining (``dynamics.md``, section 3)

    Δu_i(j) = b_i[S((j+1)/N) - γS(j/N)] + s_i + J_i·m_i/k_i - c_i·(1-(j+1)/N)^a

where m_i of its k_i neighbours are members; on the complete graph m_i = j and k_i = N-1. What
follows from it is in `groundswell.analysis.nash` (who has no reason to move) and
`groundswell.analysis.stationary` (what users do who sometimes err).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundswell.analysis.arguments import number, spillover_share, whole
from groundswell.analysis.bounds import FloatArray, checked
from groundswell.analysis.responses import Known, per_user
from groundswell.analysis.tables import Curve, Measurements

BoolArray = NDArray[np.bool_]

MOST_USERS = 18
"""All profiles of more users are too many to keep in memory."""


@dataclass(frozen=True)
class Game:
    """A participation game, made by `game`; arrays hold one number per user."""

    success: FloatArray
    """S(n/N) for n = 0, ..., N members."""
    spillover: float
    cost: FloatArray
    benefit: FloatArray
    selective_incentive: FloatArray
    peer_pressure: FloatArray
    ties: FloatArray | None = None
    """The weight of each tie, [users, users]; None for the complete graph."""
    safety: float = 0.0

    @property
    def users(self) -> int:
        """N."""
        return len(self.cost)

    @property
    def push(self) -> FloatArray:
        """What success one wins by joining, S((j+1)/N) - γS(j/N) for j = 0, ..., N-1 others."""
        return np.asarray(self.success[1:] - self.spillover * self.success[:-1])

    @property
    def exposure(self) -> FloatArray:
        """Share of its cost that a member bears, (1-(j+1)/N)^a for j = 0, ..., N-1 others."""
        return np.asarray((1 - np.arange(1, self.users + 1) / self.users) ** self.safety)

    def advantage(self, others: int) -> FloatArray:
        """Return Δu_i(j) of each user on the complete graph, beside j other members."""
        share = others / max(self.users - 1, 1)
        return np.asarray(
            self.benefit * self.push[others]
            + self.selective_incentive
            + self.peer_pressure * share
            - self.cost * self.exposure[others]
        )


def game(
    curve: Curve | Measurements,
    cost: Any,
    benefit: ArrayLike = 1.0,
    spillover: float = 0.0,
    selective_incentive: ArrayLike = 0.0,
    peer_pressure: ArrayLike = 0.0,
    *,
    users: int | None = None,
    ties: ArrayLike | None = None,
    safety: float = 0.0,
) -> Game:
    """Describe a participation game.

    Parameters
    ----------
    curve : callable, DataFrame or Result
        α -> S, as in `groundswell.analysis.equilibrium.fixed_points`; asked for N+1 shares.
    cost : float, array_like or distribution
        Private costs c_i, one per user; or a number or distribution for `users` users, of which
        these take the quantiles F⁻¹((i+½)/N).
    benefit, selective_incentive, peer_pressure : float or array_like
        b, s and J, or one number per user.
    spillover : float
        Share γ >= 0 of the benefit that outsiders get. For ``"measured"`` there is the mean field
        only (`groundswell.analysis.equilibrium.fixed_points`): it needs the belief ``last``.
    users : int, optional
        N, where `cost` does not say it.
    ties : array_like, optional
        Matrix [users, users] of weights >= 0, i's neighbours in row i: m_i/k_i is the weight of
        those who are members, divided by that of all. 0 and 1 say who is tied to whom. By default
        everybody's neighbours are all others. Without neighbours there is no peer pressure.
    safety : float
        Exponent a >= 0 of safety in numbers.

    Raises
    ------
    ValueError
        If numbers are outside their domains or do not fit together.

    Examples
    --------
    >>> game(lambda alpha: alpha, cost=[0.1, 0.6]).advantage(1)
    array([0.9, 0.4])
    """
    users = whole("users", len(np.atleast_1d(cost)) if users is None else users, 1)
    known = Known(curve)
    everybody = {
        name: per_user(name, value, users)
        for name, value in {
            "cost": cost,
            "benefit": benefit,
            "selective_incentive": selective_incentive,
            "peer_pressure": peer_pressure,
        }.items()
    }
    return Game(
        success=np.array([known(n / users) for n in range(users + 1)]),
        spillover=spillover_share(spillover),
        ties=None if ties is None else _weights(ties, users),
        safety=number("safety", safety, 0, math.inf, "[)"),
        **everybody,
    )


def profiles(users: int) -> BoolArray:
    """Return all 2^N profiles, [profiles, users]: user i is a member in x if bit i of x is set.

    Raises
    ------
    ValueError
        If there are more than 18 users.
    """
    if users > MOST_USERS:
        raise ValueError(f"2^{users} profiles are too many; at most {MOST_USERS} users")
    return (np.arange(1 << users)[:, None] >> np.arange(users) & 1).astype(np.bool_)


def advantages(of: Game) -> FloatArray:
    """Return Δu_i in each of the 2^N profiles, [profiles, users]; a user's own bit is ignored."""
    states = profiles(of.users)
    others = states.sum(axis=1, keepdims=True) - states
    if of.ties is None:
        joined = others / max(of.users - 1, 1)
    else:
        total = of.ties.sum(axis=1)
        joined = states @ of.ties.T / np.where(total > 0, total, 1)
    return np.asarray(
        of.benefit * of.push[others]
        + of.selective_incentive
        + of.peer_pressure * joined
        - of.cost * of.exposure[others]
    )


def _weights(ties: ArrayLike, users: int) -> FloatArray:
    matrix = checked("ties", ties, 0, math.inf, "[)")
    if matrix.shape != (users, users) or matrix.diagonal().any():
        raise ValueError(f"ties must be a matrix of {users} × {users} users, none tied to itself")
    return matrix
