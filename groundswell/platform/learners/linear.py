"""Linear classifiers."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field

from groundswell.platform.learners.base import ScikitLearner


class Logistic(ScikitLearner):
    """Logistic regression with an L2 penalty (multinomial), to convergence by L-BFGS."""

    kind: Literal["logistic"] = "logistic"
    deterministic = True
    strength: float = Field(1.0, gt=0)
    """Inverse C of the penalty: large is less regularised."""
    iterations: int = Field(1000, ge=1)
    """Most iterations of the solver."""

    def classifier(self, rng: np.random.Generator) -> Any:
        """Return scikit-learn's LogisticRegression."""
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(C=self.strength, max_iter=self.iterations)
