"""Arguments of analyses: whole numbers, and names of columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from groundswell.analysis.bounds import checked


def whole(name: str, value: float, least: int) -> int:
    """Return a whole number that is at least `least`.

    Raises
    ------
    ValueError
        If it is something else.

    Examples
    --------
    >>> whole("window", 2.5, 1)
    Traceback (most recent call last):
        ...
    ValueError: window must be a whole number, found 2.5
    """
    number = float(checked(name, value, least, np.inf, "[)"))
    if not number.is_integer():
        raise ValueError(f"{name} must be a whole number, found {value}")
    return int(number)


def number(name: str, value: Any, low: float, high: float, brackets: str = "[]") -> float:
    """Return a single number in an interval, as `groundswell.analysis.bounds.checked`.

    Raises
    ------
    ValueError
        If it is outside, or something else.

    Examples
    --------
    >>> number("safety", [1, 2], 0, 9)
    Traceback (most recent call last):
        ...
    ValueError: safety must be one number, found [1, 2]
    """
    if isinstance(value, str) or np.ndim(value):
        raise ValueError(f"{name} must be one number, found {value!r}")
    return float(checked(name, value, low, high, brackets))


def spillover_share(value: Any) -> float:
    """Return the share γ of the benefit that outsiders get.

    Raises
    ------
    ValueError
        If it is no number from 0.
    """
    if value == "measured":
        raise ValueError("measured spill-over: give S less the placebo as the curve, without one")
    return number("spillover", value, 0, np.inf, "[)")


def names(columns: str | Sequence[str]) -> list[str]:
    """Return names of columns; a bare string is one of them.

    Examples
    --------
    >>> names("seed"), names(["seed", "replicate"])
    (['seed'], ['seed', 'replicate'])
    """
    return [columns] if isinstance(columns, str) else list(columns)
