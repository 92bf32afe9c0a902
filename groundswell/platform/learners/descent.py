"""Full-batch gradient descent, whose every step a collective may answer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from groundswell.data import Floats, Ints, Points, Schema
from groundswell.gradients import Gradient, Steering
from groundswell.platform.learners.base import (
    Classifier,
    DivergedError,
    Learner,
    TrainingSet,
)
from groundswell.platform.learners.convex import ParametricModel
from groundswell.platform.learners.objective import features, number_of_features
from groundswell.platform.learners.widths import Widths, refuse_too_wide

if TYPE_CHECKING:
    import torch


class Descent(Learner):
    """A linear model or network trained by so many steps of full-batch gradient descent.

    Cross-entropy loss, tanh units, float64, no momentum; cells are one-hot, pixels as they are.
    A collective with `gradient-control` answers its parameters at every step: then a step takes
    α times its answer plus 1-α times the mean gradient of the honest points.
    """

    kind: Literal["descent"] = "descent"
    forms = ("cells", "images")
    theory = "descent"
    one_label = True
    sampled = "set law = false"
    hidden: Widths = ()
    """Widths of the hidden layers; none is a linear model."""
    steps: int = Field(200, ge=1)
    """Steps of a training."""
    rate: float = Field(0.5, gt=0)
    """Learning rate η."""
    penalty: float = Field(0.0, ge=0)
    """Strength of the pull of all parameters towards 0, per unit of mean loss."""
    law: bool = False
    """Fit αP* + (1-α)P0 itself instead of submitted points; needs a population with known P0."""

    def check(self, schema: Schema) -> None:
        """Refuse, with an `InputError`, more parameters than memory holds."""
        refuse_too_wide(self.hidden, schema)

    @property
    def exact(self) -> bool:
        """If the law is asked for."""
        return self.law

    def objective(self, schema: Schema, rng: np.random.Generator) -> DescentObjective:
        """Return what it minimises, with a start drawn."""
        widths = (number_of_features(schema), *self.hidden, len(schema.labels))
        # Weights within ±1/√fan-in, as torch draws them; a constant beside the units is the bias.
        start = [
            rng.uniform(-1, 1, size=inside * out) / np.sqrt(inside)
            for inside, out in _shapes(widths)
        ]
        return DescentObjective(self, schema, widths, np.concatenate(start))

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
        """Train from a start of its own, or from the one a collective that takes part knows.

        Raises
        ------
        DivergedError
            If the parameters are not finite.
        """
        objective = self.objective(data.schema, rng)
        if data.steering is None:
            return ParametricModel(objective, objective.solve(data.points))
        return self._steered(objective, data, data.steering)

    def _steered(
        self, objective: DescentObjective, data: TrainingSet, steering: Steering
    ) -> Classifier:
        honest, alpha = data.points.where(~data.planted), data.points.share(data.planted)
        zero = np.zeros(objective.size)
        base: Gradient = objective.gradient_of(honest) if alpha < 1 else lambda parameters: zero
        total = base
        if alpha > 0:
            answer = steering.steer(steering.start, base, alpha, self.rate)

            def total(parameters: Floats) -> Floats:
                pull = base(parameters)
                return alpha * answer(parameters, pull) + (1 - alpha) * pull

        path = objective.descend(steering.start, total)
        distances = np.linalg.norm(path - steering.target, axis=1)
        return ParametricModel(objective, path[-1], distances)


@dataclass(frozen=True)
class DescentObjective:
    """The loss of a network as a function of its flattened parameters.

    Parameters
    ----------
    settings
        The learner.
    schema
        What points look like.
    widths
        Numbers into, between and out of the layers; biases come from a constant beside the units.
    start
        Where training starts.
    """

    settings: Descent
    schema: Schema
    widths: tuple[int, ...]
    start: Floats

    @property
    def size(self) -> int:
        """Number of parameters."""
        return len(self.start)

    @property
    def convexity(self) -> float:
        """A linear model's is its penalty; a network has none."""
        return 0.0 if self.settings.hidden else self.settings.penalty

    def features(self, X: Floats) -> Floats:
        """Return φ(x) for each row."""
        return features(X, self.schema)

    def gradients(self, points: Points, parameters: Floats) -> Floats:
        """Return the gradient of each point's loss, shape (points, parameters)."""
        import torch

        inputs, labels, _ = self._tensors(points)

        def loss(theta: torch.Tensor, one: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
            return self._losses(theta, one[None], label[None])[0]

        each = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))
        found: Floats = each(torch.from_numpy(parameters), inputs, labels).numpy()
        return found

    def mean_gradient(self, points: Points, parameters: Floats) -> Floats:
        """Return the mean of the gradients by weight."""
        return self.gradient_of(points)(parameters)

    def gradient_of(self, points: Points) -> Gradient:
        """Return the mean gradient as a function of the parameters."""
        import torch

        inputs, labels, share = self._tensors(points)

        def gradient(parameters: Floats) -> Floats:
            theta = torch.from_numpy(parameters.copy()).requires_grad_()
            loss = self._losses(theta, inputs, labels) @ share
            found: Floats = torch.autograd.grad(loss, theta)[0].numpy()
            return found

        return gradient

    def solve(self, points: Points) -> Floats:
        """Return where plain gradient descent ends."""
        return np.asarray(self.descend(self.start, self.gradient_of(points))[-1])

    def descend(self, start: Floats, gradient: Gradient) -> Floats:
        """Return the parameters before each step and after the last, shape (steps + 1, size).

        Raises
        ------
        DivergedError
            If they are not finite.
        """
        path = [start]
        for _ in range(self.settings.steps):
            with np.errstate(over="ignore", invalid="ignore"):
                path.append(path[-1] - self.settings.rate * gradient(path[-1]))
            if not np.isfinite(path[-1]).all():
                raise DivergedError("the parameters are not finite; lower 'rate'")
        return np.array(path)

    def predict(self, parameters: Floats, X: Floats) -> Ints:
        """Return the label with the largest output for each row."""
        import torch

        outputs = self._outputs(torch.from_numpy(parameters), torch.from_numpy(self.features(X)))
        answer: Ints = outputs.numpy().argmax(axis=1)
        return answer

    def _tensors(self, points: Points) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        import torch

        torch.set_num_threads(1)  # small products: more threads are many times slower
        share = points.weights / points.weights.sum()
        arrays: Any = (self.features(points.X), points.y, share)
        first, second, third = (torch.from_numpy(array) for array in arrays)
        return first, second, third

    def _outputs(self, theta: torch.Tensor, inputs: torch.Tensor) -> torch.Tensor:
        import torch

        layers = torch.split(theta, [inside * out for inside, out in _shapes(self.widths)])
        units = inputs
        for depth, (layer, shape) in enumerate(zip(layers, _shapes(self.widths), strict=True)):
            if depth:
                units = torch.nn.functional.pad(torch.tanh(units), (0, 1), value=1.0)
            units = units @ layer.reshape(shape)
        return units

    def _losses(
        self, theta: torch.Tensor, inputs: torch.Tensor, labels: torch.Tensor
    ) -> torch.Tensor:
        from torch.nn.functional import cross_entropy

        losses = cross_entropy(self._outputs(theta, inputs), labels, reduction="none")
        return losses + self.settings.penalty / 2 * theta @ theta


def _shapes(widths: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the shape of each layer's weights; all but the first see a constant beside units."""
    return [(inside + (depth > 0), out) for depth, (inside, out) in enumerate(pairwise(widths))]
