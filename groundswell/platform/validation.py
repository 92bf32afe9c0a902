"""Validation: rows held out, on which the platform chooses between the checkpoints of a training.

Ben-Dov et al. (ICML 2024) ask what difference it makes whether the collective is in that set, with
a share α_val of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from pydantic import Field

from groundswell.component import Settings
from groundswell.data import Bools, Floats, Ints, Points

Criterion = Literal["mean", "worst-class", "cvar"]


class Validation(Settings):
    """What is held out of a training, and how checkpoints are compared on it."""

    share: float = Field(0.2, gt=0, lt=1)
    """Share of the submitted rows, planted and others alike (each rounded down), that is held out:
    no model is trained on them, and they do not count in α."""
    collective_share: float | None = Field(None, ge=0, le=1)
    """Share α_val of the criterion's weight that is on planted rows; by default what they have
    among the rows held out. 0 leaves them out; where none is held out there is none to weigh."""
    criterion: Criterion = "mean"
    """What is to be small: the mean cross-entropy, the worst class's, or that of the worst part."""
    level: float = Field(0.2, gt=0, le=1)
    """Share of the largest losses that "cvar" takes the mean of."""

    def held_out(self, planted: Bools, rng: np.random.Generator) -> Bools:
        """Return which rows are held out, drawn at random."""
        chosen = np.zeros(len(planted), dtype=bool)
        for rows in (np.flatnonzero(planted), np.flatnonzero(~planted)):
            chosen[rng.permutation(rows)[: int(self.share * len(rows))]] = True
        return chosen

    def examination(self, points: Points, planted: Bools) -> Examination | None:
        """Return the criterion on points that were held out; None where none of them counts."""
        share = self.collective_share
        if share is not None and points.share(planted) > 0:
            factor = np.where(planted, share, 1 - share)
            for rows in (planted, ~planted):
                factor[rows] /= max(points.share(rows), np.finfo(float).tiny)
            points = replace(points, weight=points.weights * factor)
            points = points.where(points.weights > 0)
        return Examination(self, points) if len(points) else None


@dataclass(frozen=True)
class Examination:
    """What a training is examined on after each epoch.

    Parameters
    ----------
    validation
        The criterion.
    points
        The points held out, with the weights they have in it.
    """

    validation: Validation
    points: Points

    def criterion(self, losses: Floats) -> float:
        """Return the criterion of the losses of the points, shape (points,)."""
        y, weight = self.points.y, self.points.weights
        if self.validation.criterion == "worst-class":
            return worst_class(losses, y, weight)
        level = self.validation.level if self.validation.criterion == "cvar" else 1.0
        return upper_mean(losses, weight, level)


def worst_class(losses: Floats, y: Ints, weight: Floats) -> float:
    """Return the largest of the classes' mean losses.

    >>> worst_class(np.array([1.0, 3.0, 4.0]), np.array([0, 0, 1]), np.array([1.0, 1.0, 1.0]))
    4.0
    """
    return max(float(np.average(losses[y == k], weights=weight[y == k])) for k in np.unique(y))


def upper_mean(losses: Floats, weight: Floats, level: float) -> float:
    """Return the mean of the largest losses that make up a share of the weight.

    >>> upper_mean(np.array([1.0, 4.0, 2.0, 3.0]), np.ones(4), 0.375)
    3.6666666666666665
    """
    order = np.argsort(-losses, kind="stable")
    before = np.cumsum(weight[order]) - weight[order]
    taken = np.clip(level * weight.sum() - before, 0, weight[order])
    return float(losses[order] @ taken / taken.sum())
