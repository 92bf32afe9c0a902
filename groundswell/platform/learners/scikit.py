"""Any scikit-learn classifier on a list of safe ones."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from groundswell.platform.learners.base import ScikitLearner, seed_of
from groundswell.problems import did_you_mean

ALLOWED = (
    "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
    "sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis",
    "sklearn.dummy.DummyClassifier",
    "sklearn.ensemble.AdaBoostClassifier",
    "sklearn.ensemble.BaggingClassifier",
    "sklearn.ensemble.ExtraTreesClassifier",
    "sklearn.ensemble.GradientBoostingClassifier",
    "sklearn.ensemble.HistGradientBoostingClassifier",
    "sklearn.ensemble.RandomForestClassifier",
    "sklearn.linear_model.LogisticRegression",
    "sklearn.linear_model.LogisticRegressionCV",
    "sklearn.linear_model.Perceptron",
    "sklearn.linear_model.RidgeClassifier",
    "sklearn.linear_model.SGDClassifier",
    "sklearn.naive_bayes.BernoulliNB",
    "sklearn.naive_bayes.ComplementNB",
    "sklearn.naive_bayes.GaussianNB",
    "sklearn.naive_bayes.MultinomialNB",
    "sklearn.neighbors.KNeighborsClassifier",
    "sklearn.neighbors.NearestCentroid",
    "sklearn.neighbors.RadiusNeighborsClassifier",
    "sklearn.neural_network.MLPClassifier",
    "sklearn.svm.LinearSVC",
    "sklearn.svm.NuSVC",
    "sklearn.svm.SVC",
    "sklearn.tree.DecisionTreeClassifier",
    "sklearn.tree.ExtraTreeClassifier",
)
"""Estimators a scenario may name. A scenario is data: nothing else is ever imported."""

FILLED_IN: dict[str, dict[str, Any]] = {
    # By default it refuses to answer where nobody is near, which would end a run.
    "sklearn.neighbors.RadiusNeighborsClassifier": {"outlier_label": "most_frequent"},
}
"""Parameters that differ from scikit-learn's defaults unless a scenario gives them."""

Numbers = Annotated[tuple[int | float, ...], Field(strict=False)]


class Scikit(ScikitLearner):
    """Any scikit-learn classifier that is on the list of safe ones, by import path."""

    kind: Literal["sklearn"] = "sklearn"
    estimator: str = Field(json_schema_extra={"enum": list(ALLOWED)})
    """Import path, e.g. "sklearn.svm.SVC"."""
    parameters: dict[str, bool | int | float | str | Numbers | None] = Field(default_factory=dict)
    """Its parameters, by scikit-learn's names."""

    @field_validator("estimator")
    @classmethod
    def _is_allowed(cls, estimator: str) -> str:
        if estimator not in ALLOWED:
            hint = did_you_mean(estimator, ALLOWED)
            raise ValueError(f"'{estimator}' is not an allowed classifier{hint}")
        return estimator

    @model_validator(mode="after")
    def _can_be_made(self) -> Scikit:
        known = inspect.signature(self._class()).parameters
        for name in self.parameters:
            if name not in known:
                raise ValueError(
                    f"{self.estimator} has no parameter '{name}'{did_you_mean(name, known)}"
                )
        self._class()(**self.parameters)._validate_params()
        return self

    @property
    def weighted(self) -> bool:
        """Whether its ``fit`` takes sample weights."""
        return "sample_weight" in inspect.signature(self._class().fit).parameters

    def classifier(self, rng: np.random.Generator) -> Any:
        """Return the classifier, seeded unless the parameters say how."""
        seeded = "random_state" in inspect.signature(self._class()).parameters
        seed = {"random_state": seed_of(rng)} if seeded else {}
        return self._class()(**{**seed, **FILLED_IN.get(self.estimator, {}), **self.parameters})

    def _class(self) -> Any:
        module, _, name = self.estimator.rpartition(".")
        return getattr(import_module(module), name)
