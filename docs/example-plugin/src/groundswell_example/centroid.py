"""A classifier with one point per label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from groundswell.data import Floats, Ints
from groundswell.platform.learners.base import Learner, TrainingSet


class NearestCentroid(Learner):
    """Answers the label whose mean training point is nearest (Tibshirani et al. 2002)."""

    kind: Literal["example-centroid"] = "example-centroid"
    forms = ("images",)
    deterministic = True
    shrink: float = Field(0.0, ge=0, lt=1)
    """How far the means are drawn to that of all points."""

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Centroids:
        """Take the weighted means of the labels."""
        points, labels = data.points, np.unique(data.points.y)
        overall = np.average(points.X, axis=0, weights=points.weights)
        means = [
            np.average(points.X[points.y == y], axis=0, weights=points.weights[points.y == y])
            for y in labels
        ]
        return Centroids(labels, (1 - self.shrink) * np.array(means) + self.shrink * overall)


@dataclass(frozen=True)
class Centroids:
    """The mean point of each label."""

    labels: Ints
    means: Floats

    def predict(self, X: Floats) -> Ints:
        """Return the nearest label for each row."""
        distance = ((X[:, None, :] - self.means[None]) ** 2).sum(axis=2)
        return self.labels[distance.argmin(axis=1)]
