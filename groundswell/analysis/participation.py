"""When a collective sustains itself: the participation condition of Hardt et al. (section 6).

A member gets b·S(α) - c, an outsider γ·b·S(α), so membership pays, and the collective sustains
itself, iff

    b·S(α) - c > γ·b·S(α),   that is   S(α) > c / (b(1-γ))

**[H~]**: reconstructed from sources about the paper, which has b = 1; not its wording. All users
are alike here: one cost c, one benefit b, one spill-over γ. Users who best-respond to last round's
success then all lean the same way, so a collective grows wherever the condition holds and shrinks
wherever the inequality is reversed; with a success that never falls with α, a share above
S⁻¹(c/(b(1-γ))) fills up and one below collapses **[D]**.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundswell.analysis.arguments import spillover_share
from groundswell.analysis.bounds import FloatArray, checked
from groundswell.analysis.critical_mass import bisect
from groundswell.analysis.tables import Curve, Measurements, as_curve

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")
DIRECTIONS = {-1: "shrinks", 0: "stays", 1: "grows"}


def needed_success(cost: float, *, spillover: float = 0.0, benefit: float = 1.0) -> float:
    """Return c / (b(1-γ)), which success must exceed for the collective to sustain itself.

    Parameters
    ----------
    cost : float
        What membership costs, c.
    spillover : float
        Share γ >= 0 of the benefit that outsiders get.
    benefit : float
        Worth b > 0 of success.

    Returns
    -------
    float
        Infinite where no success suffices: outsiders get all of the benefit or more, γ >= 1, at
        a cost of at least 0.

    Raises
    ------
    ValueError
        If a parameter is outside its domain, or a cost below 0 meets γ >= 1: where joining is
        paid for and success drives members away, there is no success to be needed.

    Examples
    --------
    >>> needed_success(0.4, spillover=0.2)
    0.5
    """
    checked("cost", cost, -math.inf, math.inf, "()")
    excluded = 1 - spillover_share(spillover)
    checked("benefit", benefit, 0, math.inf, "()")
    if excluded > 0:
        return cost / (benefit * excluded)
    if cost < 0:
        raise ValueError(f"cost must be at least 0 where spillover >= 1, found {cost:g}")
    return math.inf


def sustains_itself(
    success: ArrayLike, cost: float, *, spillover: float = 0.0, benefit: float = 1.0
) -> bool | NDArray[np.bool_]:
    """Return whether a collective with success S sustains itself: b·S - c > γ·b·S.

    Parameters
    ----------
    success : array_like
        S(α).
    cost, spillover, benefit : float
        As in `needed_success`.

    Examples
    --------
    >>> sustains_itself([0.4, 0.5, 0.6], cost=0.4, spillover=0.2)
    array([False, False,  True])
    """
    pays = _advantage(success, cost, spillover, benefit) > 0
    return pays if pays.ndim else bool(pays)


def smallest_share(
    source: Curve | Measurements,
    cost: float,
    *,
    spillover: float = 0.0,
    benefit: float = 1.0,
    tolerance: float = 1e-4,
) -> float:
    """Return the smallest self-sustaining share, S⁻¹(c/(b(1-γ))).

    It is found by bisection (see `groundswell.analysis.critical_mass.bisect` for what that means
    where success does not rise steadily).

    Parameters
    ----------
    source : callable, DataFrame or Result
        α -> S; or a table of shares and success, taken as linear between the means.
    cost, spillover, benefit : float
        As in `needed_success`.
    tolerance : float
        How far above the infimum the returned share may lie.

    Returns
    -------
    float
        A share that sustains itself, the smallest within the tolerance; NaN if everybody together
        does not.

    Raises
    ------
    ValueError
        If a parameter is outside its domain.

    Examples
    --------
    >>> round(smallest_share(lambda alpha: alpha, cost=0.4, spillover=0.2), 3)
    0.5
    """
    curve, _ = as_curve(source)
    needed_success(cost, spillover=spillover, benefit=benefit)  # refuses what has no meaning

    def pays(alpha: float) -> float:
        return float(_advantage(curve(alpha), cost, spillover, benefit) > 0)

    if not pays(1.0):
        return NAN
    return bisect(pays, 0.5, tolerance=tolerance).high


def basins(
    source: Curve | Measurements,
    cost: float,
    *,
    spillover: float = 0.0,
    benefit: float = 1.0,
    shares: Sequence[float] | FloatArray | None = None,
    tolerance: float = 1e-4,
) -> pd.DataFrame:
    """Return where collectives of every size end up: the basins of attraction.

    The shares are those of users who best-respond to last round's success, few at a time (a small
    ``revision``): large steps may overshoot a resting point inside (0, 1).

    Parameters
    ----------
    source : callable, DataFrame or Result
        As in `smallest_share`.
    cost, spillover, benefit : float
        As in `needed_success`.
    shares : sequence of float, optional
        Shares to look at, in ascending order; by default those of the table, or 0, .01, ..., 1.
        An interval that lies between two of them is missed.
    tolerance : float
        How well the ends between them are found, by bisection.

    Returns
    -------
    DataFrame
        One row per interval, in ascending order: ``low`` and ``high`` (its ends), ``direction``
        (``"grows"``, ``"shrinks"`` or, where members and outsiders get the same, ``"stays"``) and
        ``ends`` (the share that a collective which starts inside ends at; NaN where it stays).

    Examples
    --------
    >>> basins(lambda alpha: alpha, cost=0.4, spillover=0.2, tolerance=1e-9).round(6)
       low  high direction  ends
    0  0.0   0.5   shrinks   0.0
    1  0.5   1.0     grows   1.0
    """
    import pandas as pd

    curve, known = as_curve(source)
    default = np.linspace(0, 1, 101) if known is None else known
    points = checked("shares", default if shares is None else shares, 0, 1)

    def sign(alpha: float) -> int:
        return int(np.sign(_advantage(curve(alpha), cost, spillover, benefit)))

    rows: list[dict[str, Any]] = []
    for start, stop, direction in _stretches(points, np.array([sign(share) for share in points])):
        if rows:
            start = _boundary(sign, rows[-1]["high"], start, tolerance)  # noqa: PLW2901
            rows[-1]["high"] = start
        rows.append({"low": start, "high": stop, "direction": DIRECTIONS[direction]})
    for row in rows:
        row["ends"] = {"grows": row["high"], "shrinks": row["low"], "stays": NAN}[row["direction"]]
    return pd.DataFrame(rows)


def _advantage(success: ArrayLike, cost: float, spillover: float, benefit: float) -> FloatArray:
    """Return b(1-γ)S - c, what a member gets beyond an outsider; as the model computes it."""
    return np.asarray(benefit * ((1 - spillover) * np.asarray(success, dtype=float)) - cost)


def _stretches(shares: FloatArray, signs: NDArray[np.int64]) -> list[tuple[float, float, int]]:
    """Return the runs of equal sign: first share, last share, sign.

    A single share without a sign inside is where its neighbours meet, not a stretch.
    """
    lonely = (signs == 0) & (np.diff(signs, prepend=0) != 0) & (np.diff(signs, append=0) != 0)
    shares, signs = shares[~lonely], signs[~lonely]
    starts = np.flatnonzero(np.diff(signs, prepend=math.inf))
    stops = np.append(starts[1:], len(signs)) - 1
    return [
        (float(shares[i]), float(shares[j]), int(signs[i]))
        for i, j in zip(starts, stops, strict=True)
    ]


def _boundary(sign: Any, low: float, high: float, tolerance: float) -> float:
    """Return where the sign that holds at the upper end begins."""
    wanted = sign(high)
    return bisect(
        lambda alpha: float(sign(alpha) == wanted), 0.5, low=low, high=high, tolerance=tolerance
    ).high
