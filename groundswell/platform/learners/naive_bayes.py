"""Naive Bayes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import Field

from groundswell.data import Floats, Ints, Schema
from groundswell.platform.learners.base import Classifier, Learner, TrainingSet


class NaiveBayes(Learner):
    """Features independent given the label: numeric ones Gaussian, categorical ones by counts.

    Joint log-likelihoods of scikit-learn's GaussianNB and CategoricalNB are added, the prior
    counted once.
    """

    kind: Literal["naive-bayes"] = "naive-bayes"
    smoothing: float = Field(1.0, ge=0)
    """Pseudo-count of each category (Laplace)."""
    variance_floor: float = Field(1e-9, gt=0)
    """Share of the largest variance added to all variances."""

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
        """Fit the Gaussian and the categorical part on their columns."""
        from sklearn.naive_bayes import CategoricalNB, GaussianNB

        X, y, weight = data.points.X, data.points.y, data.points.weight
        numeric, categorical = data.schema.numeric, data.schema.categorical
        parts: list[tuple[list[int], Any]] = []
        if numeric:
            parts.append((numeric, GaussianNB(var_smoothing=self.variance_floor)))
        if categorical:
            counts = CategoricalNB(alpha=self.smoothing, min_categories=_sizes(data.schema))
            parts.append((categorical, counts))
        for columns, model in parts:
            model.fit(X[:, columns], y, sample_weight=weight)
        labels, label = np.unique(y, return_inverse=True)
        prior = np.bincount(label, weight)
        return NaiveBayesClassifier(parts, labels, np.log(prior / prior.sum()))


@dataclass(frozen=True)
class NaiveBayesClassifier:
    """Adds the evidence of each group of columns.

    Parameters
    ----------
    parts
        Columns, and the scikit-learn model fitted on them.
    labels
        Labels seen in training.
    log_prior
        Log of their shares.
    """

    parts: list[tuple[list[int], Any]]
    labels: Ints
    log_prior: Floats

    def predict(self, X: Floats) -> Ints:
        """Return the most probable label of each row."""
        log_joint = (1 - len(self.parts)) * self.log_prior + sum(
            model.predict_joint_log_proba(X[:, columns]) for columns, model in self.parts
        )
        answer: Ints = self.labels[np.argmax(log_joint, axis=1)]
        return answer


def _sizes(schema: Schema) -> list[int]:
    return [len(schema.columns[i].categories or ()) for i in schema.categorical]
