"""Nearest neighbours."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field

from groundswell.platform.learners.base import Classifier, ScikitLearner, TrainingSet


class NearestNeighbours(ScikitLearner):
    """The majority label among the k nearest training points (Euclidean distance).

    Of points equally near, as all points of a cell are, those submitted first are taken.
    """

    kind: Literal["knn"] = "knn"
    deterministic = True
    neighbours: int = Field(5, ge=1)
    """Number of neighbours k; all training points where there are fewer."""

    @property
    def weighted(self) -> bool:
        """Neighbours all have one vote."""
        return False

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
        """Fit with k neighbours, or as many as there are points."""
        if self.neighbours > len(data.points):
            return self.replace(neighbours=len(data.points)).fit(data, rng)
        return super().fit(data, rng)

    def classifier(self, rng: np.random.Generator) -> Any:
        """Return scikit-learn's KNeighborsClassifier."""
        from sklearn.neighbors import KNeighborsClassifier

        return KNeighborsClassifier(n_neighbors=self.neighbours)
