"""Naive Bayes."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from groundswell.data import Floats, Ints, Points, Schema
from groundswell.platform.learners.base import Classifier, Learner, TrainingSet
from groundswell.problems import InputError

Numeric = Literal["gaussian", "bernoulli", "multinomial", "complement"]
AMOUNTS = ("multinomial", "complement")
"""Laws of numeric columns that hold amounts of things, such as ink or words."""


class NaiveBayes(Learner):
    """Features independent given the label: numeric ones by a law, categorical ones by counts.

    Joint log-likelihoods of scikit-learn's GaussianNB (or BernoulliNB, MultinomialNB) and
    CategoricalNB are added, the prior counted once. Numeric columns are taken as they are, not
    standardised.
    """

    kind: Literal["naive-bayes"] = "naive-bayes"
    deterministic = True
    counts = True
    numeric: Numeric = "gaussian"
    """Law of the numeric columns: Gaussian; Bernoulli, above or below the threshold; multinomial,
    amounts as counts of draws; or what multinomials of all other labels say against a label
    (complement, Rennie et al. 2003), which has no prior and takes numeric columns only."""
    threshold: float = 0.0
    """Bernoulli: values above it, any number, are 1, others 0."""
    smoothing: float = Field(1.0, ge=0)
    """Pseudo-count of each category (Laplace), and of each column unless Gaussian."""
    variance_floor: float = Field(1e-9, gt=0)
    """Gaussian: share of the largest variance added to all variances."""

    @model_validator(mode="after")
    def _nothing_is_impossible(self) -> NaiveBayes:
        if self.numeric != "gaussian" and not self.smoothing:
            raise ValueError(
                f"numeric = '{self.numeric}' needs 'smoothing' above 0: without it, what no "
                "training point of a label has makes that label impossible"
            )
        return self

    def check(self, schema: Schema) -> None:
        """Refuse to join scores that cannot be added.

        Raises
        ------
        InputError
            If complement naive Bayes meets categorical columns beside numeric ones.
        """
        # Its scores are no log-likelihoods: a sum with those of CategoricalNB means nothing.
        if self.numeric == "complement" and schema.numeric and schema.categorical:
            name = schema.columns[schema.categorical[0]].name
            raise InputError(
                f"'complement' cannot be joined with categorical columns such as '{name}'; use "
                "'multinomial', or leave the categorical columns out",
                key=("numeric",),
            )

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
        """Fit the numeric and the categorical part on their columns.

        Raises
        ------
        InputError
            If amounts are negative, as planted ones may be, or if what is fitted cannot be joined
            (see `check`).
        """
        from sklearn.naive_bayes import CategoricalNB

        X, y, weight = data.points.X, data.points.y, data.points.weight
        numeric, categorical = data.schema.numeric, data.schema.categorical
        parts: list[tuple[list[int], Any]] = []
        if numeric:
            self.check(data.schema)
            self.check_points(data.points, data.schema)
            parts.append((numeric, self._numeric_model()))
        if categorical:
            counts = CategoricalNB(alpha=self.smoothing, min_categories=_sizes(data.schema))
            parts.append((categorical, counts))
        for columns, model in parts:
            model.fit(X[:, columns], y, sample_weight=weight)
        return NaiveBayesClassifier(
            parts, np.unique(y), np.bincount(y, weight, len(data.schema.labels))
        )

    def exchange(self, model: Classifier, gone: Points, came: TrainingSet) -> Classifier | None:
        """Count some points out and others in, where all parts are counts.

        None for laws that are not (sums of amounts round), or if a label comes or goes.
        """
        if not isinstance(model, NaiveBayesClassifier) or (
            came.schema.numeric and self.numeric != "bernoulli"
        ):
            return None
        labels = len(model.seen)
        seen = model.seen + np.bincount(came.points.y, minlength=labels)
        seen -= np.bincount(gone.y, minlength=labels)
        if ((seen > 0) != (model.seen > 0)).any():
            return None
        parts = [(columns, copy.deepcopy(part)) for columns, part in model.parts]
        for columns, part in parts:
            part.partial_fit(came.points.X[:, columns], came.points.y)
            part.partial_fit(gone.X[:, columns], gone.y, sample_weight=-np.ones(len(gone)))
        return NaiveBayesClassifier(parts, model.labels, seen)

    def _numeric_model(self) -> Any:
        from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB

        if self.numeric == "gaussian":
            return GaussianNB(var_smoothing=self.variance_floor)
        if self.numeric == "bernoulli":
            return BernoulliNB(alpha=self.smoothing, binarize=self.threshold)
        amounts = {"multinomial": MultinomialNB, "complement": ComplementNB}
        return amounts[self.numeric](alpha=self.smoothing)

    def check_points(self, points: Points, schema: Schema) -> None:
        """Refuse negative amounts, which only the data themselves can show.

        Raises
        ------
        InputError
            If an amount is negative.
        """
        if self.numeric not in AMOUNTS or not schema.numeric or not len(points):
            return
        least = points.X[:, schema.numeric].min(axis=0)
        worst = int(least.argmin())
        if least[worst] < 0:
            name = schema.columns[schema.numeric[worst]].name
            raise InputError(
                f"numeric = '{self.numeric}' needs amounts of at least 0, and column '{name}' goes "
                f"down to {least[worst]:g}; use numeric = 'gaussian' or 'bernoulli'",
                key=("numeric",),
            )


@dataclass(frozen=True)
class NaiveBayesClassifier:
    """Adds the evidence of each group of columns.

    Parameters
    ----------
    parts
        Columns, and the scikit-learn model fitted on them.
    labels
        Labels seen in training.
    seen
        Weight of the training points of every label.
    """

    parts: list[tuple[list[int], Any]]
    labels: Ints
    seen: NDArray[Any]

    def predict(self, X: Floats) -> Ints:
        """Return the most probable label of each row."""
        if not len(X):
            return np.zeros(0, dtype=np.int64)
        prior = self.seen[self.labels]
        log_joint = (1 - len(self.parts)) * np.log(prior / prior.sum()) + sum(
            model.predict_joint_log_proba(X[:, columns]) for columns, model in self.parts
        )
        answer: Ints = self.labels[np.argmax(log_joint, axis=1)]
        return answer


def _sizes(schema: Schema) -> list[int]:
    return [len(schema.columns[i].categories or ()) for i in schema.categorical]
