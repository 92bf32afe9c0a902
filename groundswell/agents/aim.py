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
    choices
        The points members choose from: x's they can submit, each with all labels.
    """

    objective: Objective
    base: Points
    target: Floats
    choices: Points

    @cached_property
    def untouched(self) -> Floats:
        """θ̂(0), which the learner ends up with where nobody does anything."""
        return self.objective.solve(self.base)

    @cached_property
    def gradients(self) -> Floats:
        """Gradients of the choices at θ*."""
        return self.objective.gradients(self.choices, self.target)

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


def distinct(X: Floats) -> Floats:
    """Return the different rows, in order of first appearance."""
    _, first = np.unique(X, axis=0, return_index=True)
    return X[np.sort(first)]


def with_all_labels(X: Floats, labels: int) -> Points:
    """Return each row with each label."""
    return Points(np.repeat(X, labels, axis=0), np.tile(np.arange(labels), len(X)))
