"""Where a collective comes to rest: fixed points, tipping points and folds of the mean field.

Of many users on a complete graph who best-respond to last round's success, a share α becomes

    α' = (1-λ)α + λ·F_c((b(1-γ)·S(α) + s + J·α)/(1-α)^a)

with costs distributed as F_c, of which members bear (1-α)^a, and a share λ (``revision``) revising
in a round **[D]** (``dynamics.md``, section 3; the threshold model of Granovetter 1978 is S = 0,
J = 1, a = 0). A fixed point α = F_c(...) depends on neither λ nor what users do in between. With
f' the slope of F_c(...) there, it attracts if ``|1-λ+λf'| < 1``: if f' < 1 and λ < 2/(1-f'). Where
f' > 1 is a tipping point: below it the collective shrinks, above it grows. Where two fixed points
merge is a fold: the parameter is critical there, and a collective that rested at one of them has to
leave.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from groundswell.analysis import crossings
from groundswell.analysis.arguments import whole
from groundswell.analysis.bounds import checked
from groundswell.analysis.crossings import Crossing
from groundswell.analysis.responses import Response
from groundswell.analysis.tables import Curve, Measurements

if TYPE_CHECKING:
    import pandas as pd

STEP = 1e-6
"""For numerical derivatives: its square and rounding divided by it are both negligible."""
NEAR_ENDS = 60
"""How many more shares to look at near α = 0 and α = 1, ever closer."""


def fixed_points(
    curve: Curve | Measurements,
    cost: Any,
    benefit: ArrayLike = 1.0,
    spillover: float = 0.0,
    selective_incentive: ArrayLike = 0.0,
    peer_pressure: ArrayLike = 0.0,
    revision: float = 1.0,
    *,
    safety: float = 0.0,
    grid: int = 2000,
) -> pd.DataFrame:
    """Find all shares at which a collective can rest, and say which of them attract.

    Parameters
    ----------
    curve : callable, DataFrame or Result
        α -> S; or a table of shares and success, taken as linear between the means. It is asked
        for some 2,100 shares, so measure a platform that has to be trained first and pass the
        table: ``curve(shares); curve.table()``.
    cost : float, array_like or distribution
        Costs c: a number (the same for all), one number per user (their empirical distribution,
        as it is: a step function), a distribution with ``cdf`` such as one of scipy.stats, or a
        distribution of a scenario.
    benefit, selective_incentive, peer_pressure : float or array_like
        b, s and J, or one number per user; with costs per user too, the n-th belong together, with
        a distribution of costs they are independent of it.
    spillover : float
        Share γ >= 0 of the benefit that outsiders get. Where it is ``"measured"`` in a scenario,
        outsiders get the benefit of the placebo: give S - placebo as the curve, and 0 here.
    revision : float
        Share λ in (0, 1] of users who revise in a round; only ``stable`` depends on it.
    safety : float
        Exponent a >= 0 of safety in numbers: a member bears the cost c·(1-α)^a.
    grid : int
        Number of intervals to search. Fixed points are found if α - F_c changes sign between two
        of the shares that are looked at, or has an extremum there (two at once, also where they
        all but merge); features narrower than that may be missed. Where costs are given per user
        fixed points are multiples of 1/N, and all of these are looked at; many may lie side by
        side where the distribution that the costs come from has one.

    Returns
    -------
    DataFrame
        One row per fixed point, ascending: ``alpha``, ``slope`` (f', the mean of both sides) and
        ``stable``. Where the map jumps across the diagonal it has no fixed point, but a tipping
        point all the same if it jumps upwards: its slope is inf. If it jumps downwards, users in
        small steps hover there: the slope is -inf, not stable for any λ. Where all shares of an
        interval are fixed points its two ends are returned.

    Raises
    ------
    ValueError
        If a number is outside its domain, arrays do not fit together, or success is not finite.

    Examples
    --------
    >>> from scipy import stats
    >>> def logistic(alpha):
    ...     return 1 / (1 + np.exp(-20 * (alpha - 0.3)))
    >>> fixed_points(logistic, stats.norm(0.5, 0.15)).round(4)
        alpha    slope  stable
    0  0.0005   0.0005    True
    1  0.2826  10.9347   False
    2  0.9996   0.0000    True

    Granovetter's crowd with threshold 2 instead of 1, which stops at one member:

    >>> fixed_points(lambda alpha: 0.0, np.array([0, *range(2, 100), 2]) / 100, peer_pressure=1)
       alpha  slope  stable
    0   0.01    0.0    True
    1   0.02    inf   False
    2   1.00    0.0    True
    """
    import pandas as pd

    checked("revision", revision, 0, 1, "(]")
    grid = whole("grid", grid, 2)
    response = Response(
        curve, cost, benefit, spillover, selective_incentive, peer_pressure, safety=safety
    )
    points = [_described(response, point, revision) for point in _resting(response, grid)]
    return pd.DataFrame(points, columns=["alpha", "slope", "stable"])


def basins(points: pd.DataFrame) -> pd.DataFrame:
    """Return from where a collective goes to which fixed point, in small steps.

    Parameters
    ----------
    points : DataFrame
        What `fixed_points` found.

    Returns
    -------
    DataFrame
        One row per fixed point with a slope below 1: ``low`` and ``high``, between which
        collectives end there if few revise at a time, and ``ends``, its share. Between two such
        rows lies a tipping point.

    Examples
    --------
    >>> basins(fixed_points(lambda alpha: alpha, cost=0.5))
       low  high  ends
    0  0.0   0.5   0.0
    1  0.5   1.0   1.0
    """
    import pandas as pd

    alpha, attracts = points["alpha"].to_numpy(dtype=float), points["slope"].to_numpy() < 1
    tipping, ends = alpha[~attracts], alpha[attracts]
    limits = np.concatenate([[0.0], tipping, [1.0]])
    above = np.searchsorted(tipping, ends)
    return pd.DataFrame({"low": limits[above], "high": limits[above + 1], "ends": ends})


def _resting(response: Response, grid: int) -> list[Crossing]:
    """Return where the share of those who want to be members crosses the share of members."""
    near = np.geomspace(crossings.BESIDE, 1 / grid, NEAR_ENDS)
    shares = [np.linspace(0, 1, grid + 1), near, 1 - near, response.knots]
    if response.steps:
        shares.append(np.arange(response.steps + 1) / response.steps)
    points = np.unique(np.concatenate(shares))
    return crossings.find(
        lambda alpha: response(alpha) - alpha, points[(points >= 0) & (points <= 1)],
        smooth=response.steps is None,
    )  # fmt: skip


def _described(response: Response, point: Crossing, revision: float) -> dict[str, Any]:
    """Return a row of the table."""
    slopes = _slopes(response, point)
    # Of a map with a bend both sides have to attract.
    stable = all(abs(1 - revision + revision * slope) < 1 for slope in slopes)
    return {"alpha": point.at, "slope": float(np.mean(slopes)), "stable": stable}


def _slopes(response: Response, point: Crossing) -> list[float]:
    """Return the slope on each side that lies in [0, 1]."""
    if point.jump:
        return [math.inf * point.after]
    if point.stretch or point.before == point.after != 0:
        return [1.0]
    if response.steps:
        return [0.0]
    sides = [side for side in (-STEP, STEP) if 0 <= point.at + 2 * side <= 1]
    slopes = []
    for side in sides:
        here, near, far = response(point.at + side * np.arange(3))
        slopes.append(float((4 * near - 3 * here - far) / (2 * side)))
    return slopes
