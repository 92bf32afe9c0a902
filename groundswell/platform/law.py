"""The law of what is submitted, for learners that are fitted on it and not on rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from groundswell.data import Bools, Points, concatenate


@dataclass(frozen=True)
class Law:
    """What points are distributed as, for learners that are fitted on the law itself.

    Parameters
    ----------
    base
        P0 as weighted points.
    planted
        The collective's P* as weighted points, as a function of its share α.
    """

    base: Points
    planted: Callable[[float], Points]

    def mixture(self, alpha: float) -> tuple[Points, Bools]:
        """Return αP* + (1-α)P0 [H], and which of its points were planted."""
        planted = self.planted(alpha)
        points = concatenate([planted.scaled(alpha), self.base.scaled(1 - alpha)])
        return points, np.arange(len(points)) < len(planted)
