"""Trainings: one, many at once, and those that something asks for while it goes on."""

from __future__ import annotations

import copy
from collections.abc import Generator, Sequence
from typing import TypeVar

import numpy as np

from groundswell.platform.learners.base import (
    Classifier,
    ConstantClassifier,
    Fit,
    Learner,
    TrainingSet,
)
from groundswell.platform.learners.network import Network, fit_networks

ResultT = TypeVar("ResultT")
Asking = Generator[Fit, Classifier, ResultT]
"""A piece of a run: yields each training that is due, and is sent the model, or thrown what the
training ended in. So whoever drives many of them can do the trainings of all at once."""


def alone(asking: Asking[ResultT]) -> ResultT:
    """Do each training that is asked for as it comes, and return the result."""
    try:
        due = next(asking)
        while True:
            try:
                model = fit(*due)
            except Exception as error:  # the run's own, which knows what to make of it
                due = asking.throw(error)
            else:
                due = asking.send(model)
    except StopIteration as end:
        result: ResultT = end.value
        return result


def fit(learner: Learner, data: TrainingSet, rng: np.random.Generator) -> Classifier:
    """Fit a learner; where only one label is left, that label is the answer to everything."""
    constant = _only_label(learner, data)
    return learner.fit(data, rng) if constant is None else constant


def fit_many(fits: Sequence[Fit]) -> list[Classifier]:
    """Fit many learners, with the same results as one by one; networks share their steps.

    Raises
    ------
    DivergedError
        If one of the trainings diverges.
    """
    models: list[Classifier] = []
    for model in fit_each(fits):
        if isinstance(model, Exception):
            raise model
        models.append(model)
    return models


def fit_each(fits: Sequence[Fit]) -> list[Classifier | Exception]:
    """Do the same, and return the error of each training that ends in one."""
    together = [i for i, one in enumerate(fits) if _shares_steps(one)]
    models: dict[int, Classifier | Exception] = dict(
        zip(together, _networks([fits[i] for i in together]), strict=True)
    )
    return [models[i] if i in models else _attempt(one) for i, one in enumerate(fits)]


def _shares_steps(one: Fit) -> bool:
    """Whether it is a network to be trained, and has no other `fit` than all of them."""
    if not isinstance(one.learner, Network) or type(one.learner).fit is not Network.fit:
        return False
    try:
        return _only_label(one.learner, one.data) is None
    except Exception:  # labels that are none, which are its own affair when it is fitted
        return False


def _networks(fits: Sequence[Fit]) -> Sequence[Classifier | Exception]:
    if not fits:
        return []
    try:
        # Copies: where one cannot be trained, the others begin anew with the same randomness.
        return fit_networks([one._replace(rng=copy.deepcopy(one.rng)) for one in fits])
    except Exception:  # one of them may have data that cannot be encoded
        return [_attempt(one) for one in fits]


def _attempt(one: Fit) -> Classifier | Exception:
    try:
        return fit(*one)
    except Exception as error:  # of this training, not of those beside it
        return error


def _only_label(learner: Learner, data: TrainingSet) -> ConstantClassifier | None:
    counted = data.points.y if data.points.weight is None else data.points.y[data.points.weight > 0]
    labels = np.flatnonzero(np.bincount(counted))
    if len(labels) > 1 or learner.one_label:
        return None
    return ConstantClassifier(int(labels[0]))
