"""Arguments of analyses: whole numbers, and names of columns."""

from __future__ import annotations

from collections.abc import Sequence

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


def names(columns: str | Sequence[str]) -> list[str]:
    """Return names of columns; a bare string is one of them.

    Examples
    --------
    >>> names("seed"), names(["seed", "replicate"])
    (['seed'], ['seed', 'replicate'])
    """
    return [columns] if isinstance(columns, str) else list(columns)
