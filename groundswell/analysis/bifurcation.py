"""How a collective's resting points move, merge and vanish as one parameter varies **[D]**.

Where two fixed points of the mean field (`groundswell.analysis.equilibrium`) merge is a fold: the
parameter is critical there. A collective that rested at one of them has to leave, and does not come
back when the parameter does: `follow` shows the way there and the way back, which is hysteresis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from groundswell.analysis.arguments import number, whole
from groundswell.analysis.bounds import FloatArray, checked
from groundswell.analysis.equilibrium import basins, fixed_points
from groundswell.analysis.responses import Known
from groundswell.analysis.tables import Curve, Measurements

if TYPE_CHECKING:
    import pandas as pd

VARIED = ("cost", "benefit", "spillover", "selective_incentive", "peer_pressure", "safety")
Family = Callable[[float], "pd.DataFrame"]


def branches(
    curve: Curve | Measurements, cost: Any, vary: str, values: Sequence[float], **others: Any
) -> pd.DataFrame:
    """List the fixed points as one parameter varies: the table of a bifurcation diagram.

    Parameters
    ----------
    curve : callable, DataFrame or Result
        As in `groundswell.analysis.equilibrium.fixed_points`.
    cost : float, array_like or distribution
        As there; a function that makes it of each value where `vary` is ``"cost"``.
    vary : str
        ``"cost"``, ``"benefit"``, ``"spillover"``, ``"selective_incentive"``,
        ``"peer_pressure"`` or ``"safety"``.
    values : sequence of float
        Its values.
    others
        The other arguments of `fixed_points`.

    Returns
    -------
    DataFrame
        ``value``, ``alpha``, ``slope`` and ``stable``, one row per value and fixed point.

    Raises
    ------
    ValueError
        As `fixed_points`, or if there is no such parameter.

    Examples
    --------
    >>> branches(lambda alpha: alpha, lambda cost: cost, "cost", [0.4, 1.2])
       value  alpha  slope  stable
    0    0.4    0.0    0.0    True
    1    0.4    0.4    inf   False
    2    0.4    1.0    0.0    True
    3    1.2    0.0    0.0    True
    """
    import pandas as pd

    at = _family(curve, cost, vary, others)
    if not len(values):
        raise ValueError("give at least one value")
    tables = [at(value).assign(value=value) for value in values]
    return pd.concat(tables, ignore_index=True)[["value", "alpha", "slope", "stable"]]


class Fold(NamedTuple):
    """Where two fixed points merge."""

    value: float
    """The critical value of the parameter."""
    alpha: float
    """The share at which they merge."""
    before: int
    """How many fixed points there are before it, at the last of the values searched."""
    after: int
    """How many there are after it, at the next of them."""


def folds(
    curve: Curve | Measurements,
    cost: Any,
    vary: str,
    start: float,
    stop: float,
    *,
    steps: int = 40,
    tolerance: float = 1e-10,
    **others: Any,
) -> list[Fold]:
    """Find the critical values of a parameter, where fixed points merge.

    The number of fixed points is compared between neighbouring values of the parameter, and where
    it changes the critical value is found by bisection. Of several folds between two neighbouring
    values one is found, and none where they cancel each other. Take a distribution of costs: of
    costs per user fixed points come and go with every user.

    Parameters
    ----------
    curve, cost, vary, others
        As in `branches`.
    start, stop : float
        Where to search; `stop` may be the smaller one.
    steps : int
        Number of intervals to search.
    tolerance : float
        How exactly the critical value is found; the share is found to about its square root.

    Returns
    -------
    list of Fold
        In order from `start` to `stop`.

    Raises
    ------
    ValueError
        As `branches`.

    Examples
    --------
    >>> from scipy import stats
    >>> def logistic(alpha):
    ...     return 1 / (1 + np.exp(-20 * (alpha - 0.3)))
    >>> [fold] = folds(logistic, lambda sd: stats.norm(0.5, sd), "cost", 0.3, 0.6, steps=3)
    >>> round(fold.value, 4), round(fold.alpha, 3), fold.before, fold.after
    (0.4561, 0.187, 3, 1)
    """
    values = np.linspace(start, stop, whole("steps", steps, 1) + 1)
    checked("tolerance", tolerance, 0, np.inf, "()")
    at = _family(curve, cost, vary, others)
    tables = [_Points(float(value), at(value)) for value in values]
    found = []
    for before, after in pairwise(tables):
        if before.number != after.number:
            one, other = _halved(at, before, after, tolerance)
            # Not the numbers at these two: so near to the fold points are hard to tell apart.
            found.append(
                Fold(
                    (one.value + other.value) / 2, _merging(one, other), before.number, after.number
                )
            )
    return found


def follow(
    curve: Curve | Measurements,
    cost: Any,
    vary: str,
    values: Sequence[float],
    start: float,
    **others: Any,
) -> pd.DataFrame:
    """Let a collective come to rest at one value of a parameter after the other.

    Each time it starts where it came to rest before and moves in small steps. A sequence of values
    that rises and falls again shows hysteresis
    (`groundswell.analysis.hysteresis.loop` measures it).

    Parameters
    ----------
    curve, cost, vary, values, others
        As in `branches`.
    start : float
        The share at the beginning.

    Returns
    -------
    DataFrame
        ``round`` (from 0), ``value`` and ``alpha``, where it came to rest.

    Raises
    ------
    ValueError
        As `branches`.

    Examples
    --------
    >>> follow(lambda alpha: alpha, lambda cost: cost, "cost", [0.5, 0, 0.5, 1.1], start=0.2)
       round  value  alpha
    0      0    0.5    0.0
    1      1    0.0    1.0
    2      2    0.5    1.0
    3      3    1.1    0.0
    """
    import pandas as pd

    alpha = number("start", start, 0, 1)
    at = _family(curve, cost, vary, others)
    rows = []
    for round_, value in enumerate(values):
        found = basins(at(value))
        inside = (found["low"] <= alpha) & (alpha <= found["high"])
        alpha = float(found.loc[inside, "ends"].iloc[0]) if inside.any() else alpha
        rows.append({"round": round_, "value": value, "alpha": alpha})
    return pd.DataFrame(rows)


def _family(curve: Curve | Measurements, cost: Any, vary: str, others: dict[str, Any]) -> Family:
    """Return the fixed points as a function of one parameter."""
    if vary not in VARIED:
        raise ValueError(f"vary must be one of {', '.join(VARIED)}, found {vary}")
    if vary in others:
        raise ValueError(f"'{vary}' is varied; leave its own value out")
    if vary == "cost" and not callable(cost):
        raise ValueError("to vary the cost, give a function of the value, such as lambda c: c")
    known = Known(curve)

    def at(value: float) -> pd.DataFrame:
        varied = {"cost": cost(value)} if vary == "cost" else {"cost": cost, vary: value}
        return fixed_points(known, **{**others, **varied})

    return at


class _Points:
    """The fixed points at one value of the parameter; where two touch they have merged already."""

    def __init__(self, value: float, points: pd.DataFrame) -> None:
        self.value = value
        self.alpha: FloatArray = points.loc[points["slope"] != 1, "alpha"].to_numpy(dtype=float)
        self.number = len(self.alpha)


def _halved(at: Family, one: _Points, other: _Points, tolerance: float) -> tuple[_Points, _Points]:
    """Come close to where the number of fixed points changes."""
    while abs(other.value - one.value) > tolerance:
        value = (one.value + other.value) / 2
        if value in {one.value, other.value}:
            break
        middle = _Points(value, at(value))
        one, other = (middle, other) if middle.number == one.number else (one, middle)
    return one, other


def _merging(one: _Points, other: _Points) -> float:
    """Return the middle of the closest two of the points that only one side has."""
    fewer, more = sorted((one, other), key=lambda points: points.number)
    left = more.alpha
    for alpha in fewer.alpha:
        left = np.delete(left, np.abs(left - alpha).argmin())
    first = int(np.diff(left).argmin()) if len(left) > 1 else 0
    return float(left[first : first + 2].mean())
