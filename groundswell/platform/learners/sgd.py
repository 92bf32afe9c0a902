"""Networks trained by stochastic gradient descent, in torch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from groundswell.data import Floats, Ints
from groundswell.platform.learners.base import (
    Classifier,
    DivergedError,
    Learner,
    TrainingSet,
    encoder,
    seed_of,
)

if TYPE_CHECKING:
    import torch

Widths = Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(strict=False)]


class SGD(Learner):
    """A linear model or multilayer perceptron, trained by mini-batch gradient descent.

    Cross-entropy loss, ReLU units, weights and biases drawn uniformly within ±1/√fan-in (torch's
    own), a fresh order of the training points every epoch. A point's weight multiplies its loss.
    """

    kind: Literal["sgd"] = "sgd"
    hidden: Widths = ()
    """Widths of the hidden layers; none is a linear model."""
    epochs: int = Field(30, ge=1)
    """Passes over the training data."""
    batch: int = Field(64, ge=1)
    """Points per step."""
    rate: float = Field(0.05, gt=0)
    """Learning rate."""
    momentum: float = Field(0.9, ge=0, lt=1)
    """Momentum of plain gradient descent; Adam has its own."""
    optimizer: Literal["sgd", "adam"] = "sgd"
    """How steps follow from gradients."""
    weight_decay: float = Field(0.0, ge=0)
    """Strength of the pull of all parameters towards 0."""

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
        """Train a fresh network.

        Raises
        ------
        DivergedError
            If the loss is not finite after an epoch.
        """
        import torch

        torch.set_num_threads(1)  # small batches: more threads are many times slower
        features = encoder(data).fit(data.points.X)
        inputs = torch.from_numpy(np.asarray(features.transform(data.points.X), dtype=np.float32))
        answers, index = np.unique(data.points.y, return_inverse=True)
        labels = torch.from_numpy(index)
        weights = torch.from_numpy(data.points.weights.astype(np.float32))
        generator = torch.Generator().manual_seed(seed_of(rng))
        network = self._network(inputs.shape[1], len(answers), generator)
        self._train(network, (inputs, labels, weights), generator)
        return Network(features, network, answers)

    def _network(
        self, inputs: int, outputs: int, generator: torch.Generator
    ) -> torch.nn.Sequential:
        from torch import nn

        widths = [inputs, *self.hidden, outputs]
        layers: list[nn.Module] = []
        for fan_in, fan_out in pairwise(widths):
            layer = nn.Linear(fan_in, fan_out)
            for parameter in layer.parameters():
                limit = 1 / math.sqrt(fan_in)
                nn.init.uniform_(parameter, -limit, limit, generator=generator)
            layers += [layer, nn.ReLU()]
        return nn.Sequential(*layers[:-1])

    def _train(
        self,
        network: torch.nn.Sequential,
        data: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
        generator: torch.Generator,
    ) -> None:
        import torch
        from torch.nn.functional import cross_entropy

        inputs, labels, weights = data
        optimizer = self._optimizer(network)
        for _ in range(self.epochs):
            total = torch.zeros(())
            order = torch.randperm(len(labels), generator=generator)
            for chosen in torch.split(order, self.batch):
                losses = cross_entropy(network(inputs[chosen]), labels[chosen], reduction="none")
                # The mean over the batch, not over its weights: a light batch is a small step.
                loss = (losses * weights[chosen]).mean()
                optimizer.zero_grad()
                torch.autograd.backward(loss)
                optimizer.step()
                total += loss.detach()
            if not torch.isfinite(total):
                raise DivergedError("the loss is not finite; lower 'rate'")

    def _optimizer(self, network: torch.nn.Sequential) -> torch.optim.Optimizer:
        from torch import optim

        parameters: Any = network.parameters()
        if self.optimizer == "adam":
            return optim.Adam(parameters, lr=self.rate, weight_decay=self.weight_decay)
        return optim.SGD(
            parameters, lr=self.rate, momentum=self.momentum, weight_decay=self.weight_decay
        )


@dataclass(frozen=True)
class Network:
    """A trained network behind its encoder.

    Parameters
    ----------
    features
        What turns a data point into inputs.
    network
        Inputs to one output per label.
    labels
        The labels that occurred in training.
    """

    features: Any
    network: torch.nn.Sequential
    labels: Ints

    def predict(self, X: Floats) -> Ints:
        """Return the label with the largest output for each row."""
        import torch

        with torch.no_grad():
            encoded = np.asarray(self.features.transform(X), dtype=np.float32)
            best: Ints = self.network(torch.from_numpy(encoded)).argmax(dim=1).numpy()
        answer: Ints = self.labels[best]
        return answer
