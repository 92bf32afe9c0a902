"""The Bayes classifier of a finite X: exact on the known law, or plugged-in counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from groundswell.data import Floats, Ints
from groundswell.platform.learners.base import Classifier, Learner, TrainingSet

SAME = 1e-12
"""Weights of labels closer than this share of their cell tie: they differ by rounding only."""


class Bayes(Learner):
    """Answers the most probable label of each cell of a finite X [H].

    Ties go to the lowest label; cells never seen get the most frequent training label. By default
    it is fitted on αP* + (1-α)P0 itself, with α the share of planted training data, and measured
    by sums over P0; `plug_in` uses the counts of the submitted points.
    """

    kind: Literal["bayes"] = "bayes"
    deterministic = True
    forms = ("cells",)
    theory = "bayes"
    plug_in: bool = False
    """Fit counts of submitted points instead of the law they come from."""
    epsilon: float = Field(0.0, ge=0, lt=0.5)
    """Suboptimality ε: an adversary that may act as if (1-ε)P(·|x) + εQ(·|x) for any Q answers
    against the collective wherever y* leads by at most ε/(1-ε), and where it has seen nothing."""

    @property
    def exact(self) -> bool:
        """Unless counts are plugged in."""
        return not self.plug_in

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
        """Return the most probable label of each cell."""
        cells = len(data.schema.columns[0].categories or ())
        labels = len(data.schema.labels)
        code = data.points.X[:, 0].astype(np.int64) * labels + data.points.y
        weight = data.points.weight  # without weights the counts stay integers
        table: NDArray[Any] = np.bincount(code, weight, cells * labels).reshape(cells, labels)
        behind = table.max(axis=1, keepdims=True) - table
        answer = (behind <= SAME * table.sum(axis=1, keepdims=True)).argmax(axis=1)
        answer[table.sum(axis=1) == 0] = table.sum(axis=0).argmax()
        if self.epsilon and data.target is not None:
            answer = self._against(data.target, table, answer)
        return TableClassifier(answer)

    def _against(self, target: int, table: NDArray[Any], answer: Ints) -> Ints:
        """Answer another label wherever the target's lead is within the adversary's reach."""
        others = np.delete(table, target, axis=1)
        best_other = others.argmax(axis=1)
        best_other += best_other >= target
        lead = table[:, target] - others.max(axis=1)
        reach = (self.epsilon / (1 - self.epsilon) + SAME) * table.sum(axis=1)
        return np.where(lead <= reach, best_other, answer)


@dataclass(frozen=True)
class TableClassifier:
    """Looks the label of a cell up."""

    answer: Ints

    def predict(self, X: Floats) -> Ints:
        """Return the label of each row's cell."""
        return self.answer[X[:, 0].astype(np.int64)]
