"""Users' state as columns: one NumPy array per attribute."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Columns:
    """The users' attributes by name, one array of N values each.

    Arrays are read-only from outside; a new array or `write` changes values, so that what is
    derived from settings (such as the number of neighbours a threshold needs) is worked out again.
    """

    def __init__(self, users: int) -> None:
        self.users = users
        self._arrays: dict[str, Array] = {}
        self._derived: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __setitem__(self, name: str, values: Array) -> None:
        if values.shape != (self.users,):
            raise ValueError(f"column '{name}' needs {self.users} values, got {values.shape}")
        view = values.view()
        view.flags.writeable = False
        self._arrays[name] = view
        if name != "joined":
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

    def derive(self, name: str, make: Callable[[], Array]) -> Array:
        """Return an array worked out from settings, made once until a setting changes."""
        if name not in self._derived:
            self._derived[name] = make()
        return self._derived[name]

    def numeric(self) -> dict[str, NDArray[np.float64]]:
        """Return the columns with floating-point values."""
        return {name: a for name, a in self._arrays.items() if a.dtype == np.float64}
