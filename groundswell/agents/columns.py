"""Users' state as columns: one NumPy array per attribute."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

LARGE = 100_000
"""Users, or ties, from which compiled loops save more than importing them takes."""
STATES = {"joined", "committed", "removed"}
"""Columns that change from round to round, and from which nothing is derived."""


class Columns:
    """The users' attributes by name, one array of N values each.

    A number that is everybody's is in memory once, as an array of N values with stride 0.

    Arrays are read-only from outside; a new array or `write` changes values, so that what is
    derived from settings (such as the number of neighbours a threshold needs) is worked out again.
    """

    def __init__(self, users: int) -> None:
        self.users = users
        self._arrays: dict[str, Array] = {}
        self._derived: dict[str, tuple[tuple[Any, ...], Array]] = {}

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __setitem__(self, name: str, values: Array) -> None:
        if values.shape != (self.users,):
            raise ValueError(f"column '{name}' needs {self.users} values, got {values.shape}")
        self._arrays[name] = read_only(values)
        if name not in STATES:
            self._derived.clear()

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def write(self, name: str, rows: Any, values: Any) -> None:
        """Change some values of a column."""
        changed = self._arrays[name].copy()
        changed[rows] = values
        self[name] = changed

    def derive(self, name: str, make: Callable[[], Array], *of: Any) -> Array:
        """Return an array worked out from settings, made once until a setting or ``of`` changes."""
        kept = self._derived.get(name)
        if kept is None or kept[0] != of:
            kept = self._derived[name] = (of, make())
        return kept[1]

    @property
    def everybody(self) -> NDArray[np.int64]:
        """All users in order, the same array as long as no setting changes."""
        return self.derive("everybody", lambda: np.arange(self.users))

    def matters(self, name: str) -> bool:
        """Return whether a column is anything but 0 for anybody."""
        return bool(self.derive(f"{name} matters", lambda: np.array(compact(self[name]).any())))

    def numeric(self) -> dict[str, NDArray[np.float64]]:
        """Return the columns with floating-point values."""
        return {name: a for name, a in self._arrays.items() if a.dtype == np.float64}


def read_only(values: Array) -> Array:
    """Return an array that shows the same values and cannot be written to."""
    shown = values.view()
    shown.flags.writeable = False
    return shown


def everybodys(value: float, users: int) -> NDArray[np.float64]:
    """Return a number as that of each user.

    >>> everybodys(0.5, 3).tolist(), everybodys(0.5, 3).strides
    ([0.5, 0.5, 0.5], (0,))
    """
    return np.broadcast_to(np.float64(value), users)


def compact(values: Array) -> Array:
    """Return one value per user, or the only one there is if it is everybody's.

    >>> compact(everybodys(0.5, 3)).tolist(), compact(np.array([1, 2])).tolist()
    ([0.5], [1, 2])
    """
    return values[:1] if values.strides == (0,) else values
