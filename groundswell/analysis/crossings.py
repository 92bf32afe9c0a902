"""Where a function of one variable crosses zero: also in a jump, and where it only touches."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundswell.analysis.bounds import FloatArray

Function = Callable[[FloatArray], FloatArray]

BESIDE = 1e-9
"""How far beside a zero its sign is taken."""
JUMP = 1e-6
"""A function that changes by more between two neighbouring numbers is said to jump."""
ROUNDING = 1e-15
"""What is nearer to zero than this just beside a zero has no sign of its own."""
TOUCH = 1e-13
"""An extremum nearer to zero than this touches it: rounding leaves no more to be known."""


class Crossing(NamedTuple):
    """A zero of a function, or a jump across zero."""

    at: float
    """Where it is; of a jump, where the function has its new sign."""
    before: int
    """Sign just before it; 0 at the left end, or where the function is zero before."""
    after: int
    """Sign just after it; 0 at the right end, or where the function is zero after."""
    jump: bool = False
    """Whether the function jumps across zero instead of being zero."""
    stretch: bool = False
    """Whether it is an end of an interval on which the function is zero."""


def find(function: Function, grid: FloatArray, *, smooth: bool = True) -> list[Crossing]:
    """Find the crossings of a function.

    Every zero on the grid and every change of sign between its points is found; two crossings
    between neighbouring points only if the function is smooth there and has one extremum. Where it
    is zero at neighbouring points and between them, it is taken to be zero throughout, and both
    ends are returned.

    Parameters
    ----------
    function : callable
        Takes and returns arrays.
    grid : ndarray
        Where to look, ascending.
    smooth : bool
        Whether to look between the points for extrema beyond zero. Not for step functions, which
        have one at every step.

    Returns
    -------
    list of Crossing
        Ascending.

    Examples
    --------
    >>> [round(found.at, 9) for found in find(lambda x: x * (x - 0.3), np.linspace(-1, 1, 12))]
    [0.0, 0.3]
    >>> find(lambda x: np.where(x < 0.3, -1.0, 1.0), np.linspace(0, 1, 12))
    [Crossing(at=0.3, before=-1, after=1, jump=True, stretch=False)]
    """
    values = function(grid)
    found, beyond = _extrema(function, grid, values) if smooth else ([], np.empty((0, 2)))
    points, values = _merge(grid, values, *beyond.T)
    beside = _beside(points[values == 0], points[0], points[-1])
    signs_there = function(beside)
    signs_there[np.abs(signs_there) < ROUNDING] = 0
    points, values = _merge(points, values, beside, signs_there)
    signs = np.sign(values).astype(int)
    found += _zeros(points, signs)
    for i in np.flatnonzero(signs[:-1] * signs[1:] < 0):
        found.append(_between(function, float(points[i]), float(points[i + 1]), int(signs[i])))
    return sorted(found)


def _extrema(
    function: Function, grid: FloatArray, values: FloatArray
) -> tuple[list[Crossing], FloatArray]:
    """Return where extrema touch zero, and points (x, value) of those that lie beyond it."""
    size, sign = np.abs(values), np.sign(values).astype(int)
    nearest = (size[1:-1] <= size[:-2]) & (size[1:-1] <= size[2:])
    alike = (sign[1:-1] == sign[:-2]) & (sign[1:-1] == sign[2:]) & (sign[1:-1] != 0)
    touches, beyond = [], [np.empty((0, 2))]
    for i in np.flatnonzero(nearest & alike) + 1:
        x, height = _nearest_zero(function, grid[i - 1], grid[i + 1], sign[i])
        if 0 <= height <= TOUCH:
            touches.append(Crossing(x, int(sign[i]), int(sign[i])))
        elif height < 0:
            beyond.append(np.array([[x, sign[i] * height]]))
    return touches, np.concatenate(beyond)


def _nearest_zero(function: Function, low: float, high: float, sign: int) -> tuple[float, float]:
    """Return where a function of one sign comes closest to the other, and by how much it misses."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda x: float(sign * function(np.array([x]))[0]),
        bounds=(low, high), method="bounded", options={"xatol": 1e-11},
    )  # fmt: skip
    return float(found.x), float(found.fun)


def _merge(
    points: FloatArray, values: FloatArray, more: FloatArray, their: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Add points with their values, in order."""
    order = np.argsort(merged := np.append(points, more), kind="stable")
    return merged[order], np.append(values, their)[order]


def _beside(zeros: FloatArray, low: float, high: float) -> FloatArray:
    """Return points just beside zeros that lie inside an interval."""
    beside = np.concatenate([zeros - BESIDE, zeros + BESIDE])
    return beside[(beside > low) & (beside < high)]


def _zeros(points: FloatArray, signs: NDArray[np.int64]) -> list[Crossing]:
    """Return each zero once, and both ends of each stretch of them."""
    padded = np.concatenate([[1], np.abs(signs), [1]])
    starts = np.flatnonzero(np.diff(padded) == -1)
    stops = np.flatnonzero(np.diff(padded) == 1) - 1
    found = []
    for start, stop in zip(starts, stops, strict=True):
        before = int(signs[start - 1]) if start > 0 else 0
        after = int(signs[stop + 1]) if stop + 1 < len(signs) else 0
        if points[stop] - points[start] <= 3 * BESIDE:
            middle = float(points[(start + stop) // 2])
            found.append(Crossing(middle, before, after))
        else:
            found.append(Crossing(float(points[start]), before, 0, stretch=True))
            found.append(Crossing(float(points[stop]), 0, after, stretch=True))
    return found


def _between(function: Function, low: float, high: float, before: int) -> Crossing:
    """Halve an interval whose ends have different signs until nothing lies between them."""
    while low < (middle := (low + high) / 2) < high:
        value = float(function(np.array([middle]))[0])
        if value == 0:
            return Crossing(middle, before, -before)
        low, high = (middle, high) if np.sign(value) == before else (low, middle)
    gap = np.abs(np.diff(function(np.array([low, high]))))[0]
    return Crossing(float(high), before, -before, jump=bool(gap > JUMP))
