"""What gradient strategies aim at, and what members know of the learner on the way there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from groundswell.data import Floats, Points
from groundswell.gradients import Objective


@dataclass(frozen=True)
class Aim:
    """Parameters θ* a collective wants, and what it knows of the learner.

    Parameters
    ----------
    objective
        What the learner minimises.
    base
        P0 as the collective knows it: the law where the learner is fitted on it, else the users'
        points.
    target
        θ*.
    labels
        Number of labels.
    most
        Most different x that members choose from.
    """

    objective: Objective
    base: Points
    target: Floats
    labels: int
    most: int

    @cached_property
    def untouched(self) -> Floats:
        """θ̂(0), which the learner ends up with where nobody does anything."""
        return self.objective.solve(self.base)

    @cached_property
    def candidates(self) -> Points:
        """The points members choose from: different x of the base, each with all labels."""
        _, first = np.unique(self.base.X, axis=0, return_index=True)
        X = self.base.X[np.sort(first)[: self.most]]
        return Points(np.repeat(X, self.labels, axis=0), np.tile(np.arange(self.labels), len(X)))

    @cached_property
    def gradients(self) -> Floats:
        """Gradients of the candidates at θ*."""
        return self.objective.gradients(self.candidates, self.target)

    def pull(self, points: Points) -> Floats:
        """Return the mean gradient of points at θ*, 0 if there are none."""
        if not len(points):
            return np.zeros_like(self.target)
        return self.objective.mean_gradient(points, self.target)

    @property
    def distance(self) -> float:
        """‖θ̂(0) - θ*‖, how far the collective has to go."""
        return float(np.linalg.norm(self.untouched - self.target))

    def success(self, parameters: Floats) -> float:
        """Return 1 - ‖θ̂ - θ*‖/‖θ̂(0) - θ*‖: 1 at θ*, 0 without the collective.

        The success of H is S = -‖θ̂ - θ*‖ [H~] = (this - 1)·‖θ̂(0) - θ*‖; normalised, it can stand
        in a payoff beside shares. It may be negative, and is missing where θ̂(0) = θ*.
        """
        left = float(np.linalg.norm(parameters - self.target))
        return 1 - left / self.distance if self.distance else float("nan")
