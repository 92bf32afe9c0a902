"""Weight rules at work: what each point of a batch counts, for models trained side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from groundswell.data import Bools, Floats

if TYPE_CHECKING:
    from groundswell.platform.learners.engine import Problem
    from groundswell.platform.learners.network import Network


class Weighting:
    """The weight rules and the point weights of models trained side by side.

    Parameters
    ----------
    models
        The models.
    slots
        For each model the positions of its networks among all, the served one last.
    """

    def __init__(self, models: Sequence[Problem], slots: Sequence[Tensor]) -> None:
        alike: dict[Network, list[int]] = {}
        for place, problem in enumerate(models):
            alike.setdefault(problem.learner, []).append(place)
        rules = [Rule(learner, models, places, slots) for learner, places in alike.items()]
        self.rules = {place: rule for rule in rules for place in rule.places.tolist()}
        self.changing = [rule for rule in rules if rule.learner.adaptive]
        self.diverged: Bools = np.zeros(len(models), dtype=bool)
        self.constant = self._constant(models, rules, slots)

    def _constant(
        self, models: Sequence[Problem], rules: list[Rule], slots: Sequence[Tensor]
    ) -> Tensor | None:
        """Return the weights that never change (networks, points), None where all are one."""
        weights = torch.ones(len(models), len(models[0].labels), dtype=torch.float64)
        for place, problem in enumerate(models):
            if problem.weight is not None:
                weights[place] *= problem.weight
        for rule in rules:
            self.diverged[rule.places] = rule.diverged
            weights[rule.places] *= rule.kept[-1]
        if bool((weights == 1).all()):
            return None
        return weights.float()[_owner(slots)]

    def begin_epoch(self) -> None:
        """Begin to keep weights anew."""
        for rule in self.changing:
            rule.begin_epoch()

    def __call__(self, losses: Tensor, rows: Tensor) -> Tensor | None:
        """Return the weights of a batch, shape (networks, batch), None where all are one.

        Parameters
        ----------
        losses
            Losses of all networks, shape (networks, batch).
        rows
            Which points the batch of each network consists of, shape (networks, batch).
        """
        weights = None if self.constant is None else self.constant.gather(1, rows)
        if not self.changing:
            return weights
        weights = torch.ones_like(losses) if weights is None else weights
        for rule in self.changing:
            weights[rule.slots] *= rule(losses[rule.slots], rows[rule.slots[-1]])
        return weights

    def kept(self, place: int, epochs: int) -> Floats:
        """Return a rule's weights of a model's points in each epoch; one row if they never change.

        Parameters
        ----------
        place
            Which model.
        epochs
            How many epochs it ran.
        """
        rule = self.rules[place]
        mine = int((rule.places == place).nonzero())
        kept = rule.kept[1 : epochs + 1] if rule.learner.adaptive else rule.kept
        return np.array([weights[mine].numpy() for weights in kept])


class Rule:
    """One weight rule, on those models that have it."""

    def __init__(
        self,
        learner: Network,
        models: Sequence[Problem],
        places: list[int],
        slots: Sequence[Tensor],
    ) -> None:
        mine = [models[place] for place in places]
        self.learner = learner
        self.places = torch.tensor(places)
        self.slots = torch.stack([slots[place] for place in places], dim=1)
        self.labels = torch.stack([problem.labels for problem in mine])
        self.groups = torch.stack([problem.groups[0] for problem in mine])
        self.state = learner.start(mine)
        self.diverged = self.state.get("diverged", torch.zeros(len(mine), dtype=torch.bool)).numpy()
        rows = torch.arange(self.labels.shape[1]).expand(self.labels.shape)
        still = torch.zeros(self.labels.shape, dtype=torch.float64)
        self.kept = [torch.ones_like(still) if learner.adaptive else self._weights(still, rows)]

    def begin_epoch(self) -> None:
        """Keep this epoch's weights of all points; four bytes each are precise enough."""
        self.kept.append(torch.zeros(self.labels.shape))

    def __call__(self, losses: Tensor, rows: Tensor) -> Tensor:
        """Return, and keep, the weights of a batch; losses (networks, models, batch)."""
        weights = self._weights(losses if len(losses) > 1 else losses[0], rows).float()
        weights = weights.reshape(losses.shape)
        self.kept[-1].scatter_(1, rows, weights[-1])
        return weights

    def _weights(self, losses: Tensor, rows: Tensor) -> Tensor:
        labels, groups = self.labels.gather(1, rows), self.groups.gather(1, rows)
        return self.learner.weights(losses, rows, labels, groups, self.state)


def _owner(slots: Sequence[Tensor]) -> Tensor:
    """Return whose each network is."""
    counts = torch.tensor([len(one) for one in slots])
    return torch.repeat_interleave(torch.arange(len(slots)), counts)
