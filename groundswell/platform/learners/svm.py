"""Support vector machines."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from groundswell.data import Floats
from groundswell.platform.learners.base import (
    Classifier,
    ScikitLearner,
    TrainingSet,
    seed_of,
)
from groundswell.platform.learners.encoding import encoder

Gamma = Literal["scale"] | Annotated[float, Field(gt=0)]


class SVM(ScikitLearner):
    """A support vector machine: hinge loss, and one against one where there are many labels.

    Solved by libsvm, whose time grows with the square of the training points or faster: half a
    second for 5,000 images of digits, half a minute for the 32,561 rows of Adult.
    """

    kind: Literal["svm"] = "svm"
    deterministic = True
    kernel: Literal["linear", "rbf", "poly", "sigmoid"] = "rbf"
    """What stands in for the inner product of two points."""
    # Far beyond 1e9 libsvm need not come to an end: at 1e15 it did not.
    strength: float = Field(1.0, gt=0, le=1e9)
    """Penalty C of points on the wrong side of the margin: large is less regularised."""
    gamma: Gamma = "scale"
    """Factor γ of the inner product or the squared distance inside a kernel that is not linear;
    "scale" is 1 / (number of features · their variance)."""

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
        """Fit the machine, with the γ that its data ask for."""
        if data.points.weight is None or self.gamma != "scale":
            return super().fit(data, rng)
        # A weight of 2 is the point twice, which scikit-learn's own "scale" does not know.
        features = encoder(data.points, data.schema).transform(data.points.X)
        return self.replace(gamma=scale(features, data.points.weight)).fit(data, rng)

    def classifier(self, rng: np.random.Generator) -> Any:
        """Return scikit-learn's SVC."""
        from sklearn.svm import SVC

        # For the linear kernel too. LinearSVC is quicker on many points, but it has another loss
        # and penalises the constant, so that the kernel would not be all that changes; and it
        # stops after a fixed number of steps of random order, with a warning, where SVC converges.
        return SVC(C=self.strength, kernel=self.kernel, gamma=self.gamma, random_state=seed_of(rng))


def scale(features: Floats, weight: Floats) -> float:
    """Return scikit-learn's default γ for points that count by weight.

    Parameters
    ----------
    features
        What the kernel sees, shape (points, features).
    weight
        Weights, shape (points,).

    Returns
    -------
    float
        1 / (features · variance of all their values); 1 where they do not vary.

    >>> scale(np.array([[0.0, 1.0], [2.0, 3.0]]), np.ones(2))
    0.4
    """
    values = features.mean(axis=1)
    mean = np.average(values, weights=weight)
    variance = np.average(((features - mean) ** 2).mean(axis=1), weights=weight)
    return float(1 / (features.shape[1] * variance)) if variance else 1.0
