"""Linear models whose training has one exact answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from groundswell.data import Floats, Ints, Schema
from groundswell.gradients import Objective
from groundswell.platform.learners.base import Classifier, DivergedError, Learner, TrainingSet
from groundswell.platform.learners.objective import ConvexObjective, Loss


class Convex(Learner):
    """A linear model with a strongly convex loss, solved to machine precision.

    Minimises the mean loss of its points plus λ/2·‖θ‖² over all parameters: logistic (softmax) by
    Newton's method, squared (on one-hot labels) in closed form. Cells are one-hot, pixels as they
    are, and a constant is added. Its parameters are what `gradient-neutralizing` aims at.
    """

    kind: Literal["convex"] = "convex"
    deterministic = True
    unique = True
    forms = ("cells", "images")
    theory = "convex"
    one_label = True
    sampled = "set law = false"
    loss: Loss = "logistic"
    """What is minimised."""
    penalty: float = Field(0.01, gt=0)
    """Strength λ of the pull of all parameters towards 0, per unit of mean loss."""
    law: bool = False
    """Fit αP* + (1-α)P0 itself instead of submitted points; needs a population with known P0."""

    @property
    def exact(self) -> bool:
        """If the law is asked for."""
        return self.law

    def objective(self, schema: Schema, rng: np.random.Generator) -> ConvexObjective:
        """Return what it minimises."""
        return ConvexObjective(schema, self.loss, self.penalty)

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
        """Return the minimum, sought from that of the model served before.

        Raises
        ------
        DivergedError
            If the penalty is lost in rounding, so that there is no one minimum.
        """
        objective, before = self.objective(data.schema, rng), data.start
        start = before.parameters if isinstance(before, ParametricModel) else None
        try:
            parameters = objective.solve(data.points, start)
        except np.linalg.LinAlgError:
            raise DivergedError("the minimum is not unique in rounding; raise 'penalty'") from None
        return ParametricModel(objective, parameters)


@dataclass(frozen=True)
class ParametricModel:
    """A model and its fitted parameters.

    Parameters
    ----------
    objective
        What it minimised, and how it answers.
    parameters
        θ̂, flattened.
    distances
        ‖θ_t - θ*‖ before each step of the training and after the last, where a collective steered
        it; else None.
    """

    objective: Objective
    parameters: Floats
    distances: Floats | None = None

    def predict(self, X: Floats) -> Ints:
        """Return the label with the largest score for each row."""
        return self.objective.predict(self.parameters, X)
