"""Confidence intervals: of a probability, and of a mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from groundswell.analysis.bounds import FloatArray, checked

NAN = float("nan")


def wilson(
    successes: ArrayLike, trials: ArrayLike, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the score interval of a probability (Wilson 1927).

    Parameters
    ----------
    successes, trials : array_like
        How often it happened, and how often it could have; without trials the ends are 0 and 1.
    level : float
        What the interval is to cover, in (0, 1).

    Returns
    -------
    tuple of ndarray
        Lower and upper ends.

    Raises
    ------
    ValueError
        If there are more successes than trials, or `level` is no level.

    Examples
    --------
    >>> low, high = wilson([0, 5, 10], 10)
    >>> low.round(3), high.round(3)
    (array([0.   , 0.237, 0.722]), array([0.278, 0.763, 1.   ]))
    """
    from scipy.special import ndtri

    z2 = float(ndtri((1 + float(checked("level", level, 0, 1, "()"))) / 2)) ** 2
    happened, possible = np.broadcast_arrays(
        checked("successes", successes, 0, np.inf, "[)"),
        checked("trials", trials, 0, np.inf, "[)"),
    )
    if (happened > possible).any():
        raise ValueError("there are more successes than trials")
    centre = (happened + z2 / 2) / (possible + z2)
    failed = possible - happened
    # No division by the number of trials, for it may be 0.
    spread = np.sqrt(np.divide(happened * failed, np.maximum(possible, 1)) * z2 + z2**2 / 4)
    radius = spread / (possible + z2)
    low = np.where(happened == 0, 0.0, centre - radius)
    return low, np.where(failed == 0, 1.0, centre + radius)


def student(values: FloatArray, level: float = 0.95) -> tuple[float, float]:
    """Return the t interval of the mean of independent values; NaN for fewer than two.

    Examples
    --------
    >>> low, high = student(np.array([1.0, 2.0, 3.0]))
    >>> round(low, 3), round(high, 3)
    (-0.484, 4.484)
    """
    from scipy.special import stdtrit

    tail = (1 + float(checked("level", level, 0, 1, "()"))) / 2
    if len(values) <= 1:
        return NAN, NAN
    radius = stdtrit(len(values) - 1, tail) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() - radius), float(values.mean() + radius)


def bootstrap(
    values: FloatArray, rng: np.random.Generator, level: float = 0.95, resamples: int = 2000
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of the mean; NaN for fewer than two values.

    Examples
    --------
    >>> bootstrap(np.array([1.0, 1.0, 1.0]), np.random.default_rng(0))
    (1.0, 1.0)
    """
    tail = (1 - float(checked("level", level, 0, 1, "()"))) / 2
    if len(values) <= 1:
        return NAN, NAN
    drawn = rng.integers(0, len(values), size=(resamples, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [tail, 1 - tail])
    return float(low), float(high)
