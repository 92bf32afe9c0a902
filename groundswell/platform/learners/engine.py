"""Trains networks by mini-batch gradient descent, many at once, under any weight rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from groundswell.data import Bools, Floats
from groundswell.platform.learners.stack import (
    Layers,
    Stack,
    cross_entropy,
    drawn,
    make_optimizer,
    outputs,
    with_constant,
)
from groundswell.platform.learners.weighting import Weighting
from groundswell.platform.validation import Examination

if TYPE_CHECKING:
    from groundswell.platform.learners.network import Network

MOST_TOGETHER = 32
"""Models trained side by side: more do not fit the cache and are no faster."""
MOST_NUMBERS = 2**27
"""Largest number of inputs held at once."""


@dataclass(frozen=True)
class Problem:
    """A model to train.

    Parameters
    ----------
    learner
        Its settings and weight rule.
    inputs, labels
        Training points: encoded features (points, features), label indices (points,).
    classes
        Number of labels.
    weight
        Weights of the points, None where all are equal.
    groups
        The group of each point and the number of groups, for rules that know groups.
    generator
        Where the start and the order of the points are drawn from.
    start
        Networks to go on from, None for fresh ones.
    examination
        What a checkpoint is chosen on, with the encoded features of its points; None serves the
        last epoch.
    """

    learner: Network
    inputs: Tensor
    labels: Tensor
    classes: int
    weight: Tensor | None
    groups: tuple[Tensor, int]
    generator: torch.Generator
    start: tuple[Layers, ...] | None = None
    examination: tuple[Examination, Tensor] | None = None

    @property
    def shape(self) -> tuple[object, ...]:
        """What models that are trained side by side have in common."""
        examined = self.examination is not None
        return self.learner.training_settings(), self.inputs.shape, self.classes, examined

    def networks(self) -> tuple[Layers, ...]:
        """Return the networks to start from."""
        if self.start is not None:
            return self.start
        widths = (self.inputs.shape[1], *self.learner.hidden, self.classes)
        return tuple(drawn(widths, self.generator) for _ in range(self.learner.networks))


@dataclass(frozen=True)
class Trained:
    """What became of a model.

    Parameters
    ----------
    networks
        Its networks, of which the last is served.
    loss
        Mean training loss of each epoch, without the rule's weights.
    validation
        The criterion after each epoch, NaN where nothing was held out.
    weights
        The rule's weight of each point in each epoch, (epochs, points); a single row where they
        never change.
    served
        The epoch, from 1, whose networks these are.
    diverged
        Whether a loss was not finite.
    """

    networks: tuple[Layers, ...]
    loss: Floats
    validation: Floats
    weights: Floats
    served: int
    diverged: bool


def train(problems: Sequence[Problem]) -> list[Trained]:
    """Train models; what becomes of one does not depend, to the bit, on the others."""
    torch.set_num_threads(1)  # small batches: more threads are many times slower
    trained: dict[int, Trained] = {}
    with torch.no_grad():
        for places in _packs(problems):
            training = _Training([problems[place] for place in places])
            training.run()
            trained |= {place: training.result(i) for i, place in enumerate(places)}
    return [trained[place] for place in range(len(problems))]


def _packs(problems: Sequence[Problem]) -> Iterator[list[int]]:
    """Put models of one shape together, as many as is good for the machine."""
    alike: dict[object, list[int]] = {}
    for place, problem in enumerate(problems):
        alike.setdefault(problem.shape, []).append(place)
    for same in alike.values():
        numbers = max(problems[same[0]].inputs.numel(), 1)
        size = max(1, min(MOST_TOGETHER, MOST_NUMBERS // numbers))
        for first in range(0, len(same), size):
            yield same[first : first + size]


class _Training:
    """The training of models of one shape, side by side."""

    def __init__(self, models: Sequence[Problem]) -> None:
        self.models, self.settings = models, models[0].learner
        self.inputs = with_constant(torch.cat([model.inputs for model in models]))
        self.first_row = torch.arange(len(models))[:, None] * len(models[0].inputs)
        self.labels = torch.stack([model.labels for model in models])
        networks = [model.networks() for model in models]
        counts = torch.tensor([len(several) for several in networks])
        self.owner = torch.repeat_interleave(torch.arange(len(models)), counts)
        self.slots = torch.split(torch.arange(len(self.owner)), counts.tolist())
        self.served = torch.stack([slots[-1] for slots in self.slots])
        self.stack = Stack([network for several in networks for network in several])
        self.optimizer = make_optimizer(
            self.stack, self.settings.optimizer, self.settings.rate, self.settings.momentum
        )
        self.weighting = Weighting(models, self.slots)
        self.checkpoints = networks
        self.losses: list[Floats] = []
        self.criteria: list[Floats] = []
        self.ended = np.zeros(len(models), dtype=int)  # epochs each has run
        self.chosen = np.zeros(len(models), dtype=int)  # the epoch it serves
        self.diverged: Bools = self.weighting.diverged

    def run(self) -> None:
        """Train until the last epoch, or until all have stopped before."""
        examined = self.models[0].examination is not None
        patience, epochs = self.settings.patience, self.settings.epochs
        running = ~self.diverged
        best, waited = np.full(len(running), np.inf), np.zeros(len(running), dtype=int)
        for epoch in range(1, epochs + 1):
            self.losses.append(self._epoch())
            self.criteria.append(self._examine() if examined else np.full(len(running), np.nan))
            watched = self.criteria[-1] if examined else self.losses[-1]
            finite = self.stack.finite()[self.served].numpy()
            self.diverged |= running & ~(finite & np.isfinite(watched + self.losses[-1]))
            running &= ~self.diverged
            better = running & (watched < best)
            best, waited = np.where(better, watched, best), np.where(better, 0, waited + 1)
            self.ended[running] = epoch
            stopping = running & (epoch == epochs or (patience is not None and waited >= patience))
            self._keep(better if examined else stopping, epoch)
            running &= ~stopping
            if not running.any():
                break

    def result(self, place: int) -> Trained:
        """Return what became of a model."""
        ended = int(self.ended[place])
        return Trained(
            networks=self.checkpoints[place],
            loss=np.array([loss[place] for loss in self.losses[:ended]]),
            validation=np.array([criterion[place] for criterion in self.criteria[:ended]]),
            weights=self.weighting.kept(place, ended),
            served=int(self.chosen[place]),
            diverged=bool(self.diverged[place]),
        )

    def _epoch(self) -> Floats:
        """Go through all points once, in a fresh order; return each served network's mean loss."""
        points = self.labels.shape[1]
        order = torch.stack(
            [torch.randperm(points, generator=model.generator) for model in self.models]
        )
        self.weighting.begin_epoch()
        total = torch.zeros(len(self.owner), dtype=torch.float64)
        for rows in torch.split(order, self.settings.batch, dim=1):
            total += self._step(rows).double().sum(dim=1)
        return total[self.served].numpy() / points

    def _step(self, rows: Tensor) -> Tensor:
        """Take a step on a batch, rows (models, batch); return its losses (networks, batch)."""
        inputs = self.inputs.index_select(0, (rows + self.first_row).flatten())
        inputs = inputs.reshape(*rows.shape, -1)
        labels = self.labels.gather(1, rows)
        if len(self.owner) > len(rows):
            inputs, labels, rows = inputs[self.owner], labels[self.owner], rows[self.owner]
        values = self.stack.forward(inputs)
        losses, delta = cross_entropy(values[-1], labels, self.settings.label_smoothing)
        weights = self.weighting(losses, rows)
        if weights is not None:
            delta *= weights[..., None]
        # The mean over the batch, not over its weights: a light batch is a small step.
        gradients = self.stack.backward(values, delta.div_(rows.shape[1]))
        if self.settings.weight_decay:
            self.stack.decay(gradients, self.settings.weight_decay)
        self.optimizer.step(self.stack, gradients)
        return losses

    def _examine(self) -> Floats:
        """Return the criterion of each model on the points that were held out."""
        return np.array([self._criterion(place) for place in range(len(self.models))])

    def _criterion(self, place: int) -> float:
        examination = self.models[place].examination
        assert examination is not None  # noqa: S101  (all models of a pack are examined, or none)
        exam, inputs = examination
        network = self.stack.network(int(self.served[place]))
        labels = torch.from_numpy(exam.points.y)[None]
        losses, _ = cross_entropy(outputs(network, inputs)[None], labels, 0.0)
        return exam.criterion(losses[0].double().numpy())

    def _keep(self, which: Bools, epoch: int) -> None:
        """Serve the present networks of some models."""
        for place in np.flatnonzero(which).tolist():
            slots = self.slots[place].tolist()
            self.checkpoints[place] = tuple(self.stack.network(slot) for slot in slots)
            self.chosen[place] = epoch


def mistakes(learner: Network, models: Sequence[Problem]) -> tuple[Tensor, Tensor]:
    """Train a learner on the points of models, and find those that it gets wrong.

    Returns
    -------
    tuple of Tensor
        Which training points it got wrong, shape (models, points), and which of the trainings
        diverged, shape (models,).
    """
    plain = [replace(model, learner=learner, start=None, examination=None) for model in models]
    trained = train(plain)
    answers = [
        outputs(one.networks[-1], model.inputs).argmax(dim=1)
        for one, model in zip(trained, models, strict=True)
    ]
    wrong = [answer != model.labels for answer, model in zip(answers, models, strict=True)]
    return torch.stack(wrong), torch.tensor([one.diverged for one in trained])
