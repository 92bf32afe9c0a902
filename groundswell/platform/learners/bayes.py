"""The Bayes classifier of a finite X: exact on the known law, or plugged-in counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from groundswell.data import Floats, Ints, Points, Schema
from groundswell.platform.learners.base import Classifier, Learner, TrainingSet

Table = NDArray[Any]
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
    counts = True
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
        return self._classifier(_table(data.points, data.schema), data.target)

    def exchange(self, model: Classifier, gone: Points, came: TrainingSet) -> Classifier | None:
        """Count some points out and others in; None where one label is left."""
        if not isinstance(model, TableClassifier):
            return None
        table = model.table - _table(gone, came.schema) + _table(came.points, came.schema)
        if np.count_nonzero(table.sum(axis=0)) == 1:
            return None
        return self._classifier(table, came.target)

    def _classifier(self, table: Table, target: int | None) -> TableClassifier:
        behind = table.max(axis=1, keepdims=True) - table
        answer = (behind <= SAME * table.sum(axis=1, keepdims=True)).argmax(axis=1)
        answer[table.sum(axis=1) == 0] = table.sum(axis=0).argmax()
        if self.epsilon and target is not None:
            answer = self._against(target, table, answer)
        return TableClassifier(answer, table)

    def _against(self, target: int, table: Table, answer: Ints) -> Ints:
        """Answer another label wherever the target's lead is within the adversary's reach."""
        others = np.delete(table, target, axis=1)
        best_other = others.argmax(axis=1)
        best_other += best_other >= target
        lead = table[:, target] - others.max(axis=1)
        reach = (self.epsilon / (1 - self.epsilon) + SAME) * table.sum(axis=1)
        return np.where(lead <= reach, best_other, answer)


@dataclass(frozen=True)
class TableClassifier:
    """Looks the label of a cell up.

    Parameters
    ----------
    answer
        The label of each cell.
    table
        Weight of the training points with each label in each cell, shape (cells, labels).
    """

    answer: Ints
    table: Table

    def predict(self, X: Floats) -> Ints:
        """Return the label of each row's cell."""
        return self.answer[X[:, 0].astype(np.int64)]


def _table(points: Points, schema: Schema) -> Table:
    """Return the weight of points by cell and label; without weights the counts stay integers."""
    cells, labels = len(schema.columns[0].categories or ()), len(schema.labels)
    code = points.X[:, 0].astype(np.int64) * labels + points.y
    table: Table = np.bincount(code, points.weight, cells * labels)
    return table.reshape(cells, labels)
