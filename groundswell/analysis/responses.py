"""How many want to join: the shares of users for whom membership pays, in the mean field.

At the share α of members user i gains b_i(1-γ)·S(α) + s_i + J_i·α from membership and pays
c_i·(1-α)^a. `Response` is the share of users who pay at most what they gain,
F_c((b(1-γ)·S(α) + s + J·α)/(1-α)^a): on a complete graph of many users the share that wants to be
in where a share α is **[D]**. At α = 1 with a > 0 membership costs nothing, and all want it who do
not lose by it.

Users who pay exactly what they gain count as wanting to join, for that is what a distribution
function says; the simulated ``best-response`` lets them stay as they are. This matters only where
costs tie with gains.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from groundswell.analysis.arguments import number, spillover_share
from groundswell.analysis.bounds import FloatArray, checked
from groundswell.analysis.tables import Curve, Measurements, as_curve


class Known:
    """A curve that is asked once for each share.

    Parameters
    ----------
    source
        A callable, or a table of shares and success.

    Attributes
    ----------
    knots
        Shares at which a table was measured; none of a callable.

    Raises
    ------
    ValueError
        If a table holds nothing measured, or, when called, if success is not finite.
    """

    def __init__(self, source: Curve | Measurements) -> None:
        self._curve, shares = as_curve(source)
        self._asked: dict[float, float] = {}
        self.knots: FloatArray = np.empty(0) if shares is None else shares

    def __call__(self, share: float) -> float:
        """Return S at a share."""
        if share not in self._asked:
            success = checked(f"S({share:g})", self._curve(share), -np.inf, np.inf, "()")
            self._asked[share] = float(success)
        return self._asked[share]


class Response:
    """The map from the share of members to the share of users who want to be members.

    Parameters
    ----------
    curve
        Success: a callable, or a table of shares and success.
    cost, benefit, spillover, selective_incentive, peer_pressure, safety
        As in `groundswell.analysis.equilibrium.fixed_points`; for a spill-over that is measured
        too.

    Attributes
    ----------
    steps
        N where the response is a step function with values k/N, that is, where costs are numbers;
        None where they are a continuous distribution.

    Raises
    ------
    ValueError
        If a number is outside its domain, or arrays do not fit together.

    Examples
    --------
    >>> response = Response(lambda alpha: alpha, cost=[0.2, 0.5, 0.6, 0.9])
    >>> response([0.0, 0.2, 0.7]), response.steps
    (array([0.  , 0.25, 0.75]), 4)
    """

    def __init__(
        self,
        curve: Curve | Measurements,
        cost: Any,
        benefit: ArrayLike = 1.0,
        spillover: float = 0.0,
        selective_incentive: ArrayLike = 0.0,
        peer_pressure: ArrayLike = 0.0,
        *,
        safety: float = 0.0,
    ) -> None:
        self._known = curve if isinstance(curve, Known) else Known(curve)
        excluded = 1 - spillover_share(spillover)
        self._worth = excluded * _numbers("benefit", benefit)
        self._incentive = _numbers("selective_incentive", selective_incentive)
        self._pressure = _numbers("peer_pressure", peer_pressure)
        self._safety = number("safety", safety, 0, np.inf, "[)")
        self._want, costs = distribution_function(cost)
        sizes = {len(self._worth), len(self._incentive), len(self._pressure), costs or 1} - {1}
        if len(sizes) > 1:
            raise ValueError(f"arrays must have one value per user, found {sorted(sizes)} values")
        self.steps = None if costs is None else max(sizes, default=1)

    @property
    def knots(self) -> FloatArray:
        """Shares at which a table was measured: the response may bend there."""
        return self._known.knots

    def gain(self, shares: ArrayLike) -> FloatArray:
        """Return b(1-γ)·S(α) + s + J·α, shape (shares, users); one user if all are alike."""
        alpha = np.atleast_1d(np.asarray(shares, dtype=float))
        success = np.array([self._known(share) for share in alpha.tolist()])
        return np.asarray(
            self._worth * success[:, None] + self._incentive + self._pressure * alpha[:, None]
        )

    def affordable(self, shares: ArrayLike) -> FloatArray:
        """Return the highest cost that the gain makes up for, gain/(1-α)^a; shape as `gain`."""
        alpha = np.atleast_1d(np.asarray(shares, dtype=float))
        gain, borne = self.gain(alpha), ((1 - alpha) ** self._safety)[:, None]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            # Of what costs nothing any cost is affordable to those who do not lose by it.
            return np.where(borne > 0, gain / borne, np.where(gain >= 0, np.inf, -np.inf))

    def __call__(self, shares: ArrayLike) -> FloatArray:
        """Return the shares of users who want to be members."""
        alpha = np.atleast_1d(np.asarray(shares, dtype=float))
        alike = max(map(len, (self._worth, self._incentive, self._pressure))) == 1
        if alike:
            return self._want(self.affordable(alpha))
        # One share after the other: all at once, users times shares, would not fit in memory.
        return np.array([self._want(self.affordable(share))[0] for share in alpha], dtype=float)


def distribution_function(cost: Any) -> tuple[Callable[[FloatArray], FloatArray], int | None]:
    """Return F, averaged over the last axis of what it is given, and how many values it counts.

    Parameters
    ----------
    cost : float, array_like or distribution
        A number; the users' costs; anything with ``cdf``, such as a frozen distribution of
        scipy.stats or of a scenario; or with ``values`` or ``value``, as those in scenarios.

    Returns
    -------
    callable and int or None
        None for a continuous distribution.

    Raises
    ------
    ValueError
        If there are no costs, or they are not finite.

    Examples
    --------
    >>> below, counted = distribution_function([0.1, 0.4])
    >>> below(np.array([[0.1], [0.5]])), counted
    (array([0.5, 1. ]), 2)
    """
    if hasattr(cost, "cdf"):
        return lambda gain: np.asarray(cost.cdf(gain), dtype=float).mean(axis=-1), None
    costs = _numbers("cost", _given("cost", cost))
    ordered = np.sort(costs)

    def counted(gain: FloatArray) -> FloatArray:
        if gain.shape[-1] > 1:  # users differ in their gains: each has its own cost
            return np.asarray((costs <= gain).mean(axis=-1))
        return np.asarray(np.searchsorted(ordered, gain[..., 0], side="right") / len(costs))

    return counted, len(costs)


def per_user(name: str, value: Any, users: int) -> FloatArray:
    """Return one number per user: those given, or the quantiles F⁻¹((i+½)/N) of a distribution.

    Parameters
    ----------
    name : str
        What the numbers are, for errors.
    value : float, array_like or distribution
        A number for all; one per user; or a distribution with ``ppf`` or ``inverse``.
    users : int
        N.

    Raises
    ------
    ValueError
        If there is not one finite number per user.

    Examples
    --------
    >>> from scipy import stats
    >>> per_user("cost", stats.uniform(0, 1), 4)
    array([0.125, 0.375, 0.625, 0.875])
    """
    middle = (np.arange(users) + 0.5) / users
    inverse = getattr(value, "ppf", None) or getattr(value, "inverse", None)
    values = _numbers(name, inverse(middle) if inverse else _given(name, value))
    if len(values) not in {1, users}:
        raise ValueError(f"{name} must have one value for each of {users} users, not {len(values)}")
    return np.broadcast_to(values, users).copy()


def _given(name: str, value: Any) -> ArrayLike:
    """Return numbers as they are, and those of a setting: of a constant, or of values."""
    if not hasattr(value, "kind"):
        return np.asarray(value)
    for field in ("value", "values"):
        if hasattr(value, field):
            return np.asarray(getattr(value, field))
    raise ValueError(f"{name} '{value.kind}' has no distribution of its own; give the numbers")


def _numbers(name: str, value: ArrayLike) -> FloatArray:
    numbers = np.atleast_1d(checked(name, value, -np.inf, np.inf, "()"))
    if numbers.ndim > 1 or not numbers.size:
        raise ValueError(f"{name} must be a number or one per user, found shape {numbers.shape}")
    return numbers
