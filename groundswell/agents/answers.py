"""What is asked of test points again and again, made once: g(x), and the served model's answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from groundswell.agents.columns import read_only
from groundswell.data import Features, Ints, Points


class Model(Protocol):
    """The fitted model that success is measured on."""

    def predict(self, X: Features) -> Ints:
        """Return a label index for each row of X."""
        ...


class Answers:
    """Remembers test points with the signal as long as they are tested on, and answers to them.

    Points are known by the array that holds them, which nobody may change; what is remembered can
    only be read.
    """

    def __init__(self) -> None:
        self._model: Model | None = None
        self._points: Points | None = None
        self._signalled: dict[int, tuple[Features, Features]] = {}
        self._answers: dict[int, tuple[Features, Ints]] = {}

    def begin(self, model: Model, points: Points) -> None:
        """Forget what another model answered, and other points than those tested on now."""
        if points is not self._points:
            self._signalled.clear()
        if points is not self._points or model is not self._model:
            self._answers.clear()
        self._model, self._points = model, points

    def signalled(self, X: Features, apply: Callable[[Features], Features]) -> Features:
        """Return g(x) for each row of test points, where ``apply`` is g."""
        if id(X) not in self._signalled:
            self._signalled[id(X)] = X, read_only(apply(X))
        return self._signalled[id(X)][1]

    def of(self, model: Model, X: Features) -> Ints:
        """Return what a model answers; remembered of the one that is being tested."""
        if model is not self._model:
            return model.predict(X)
        if id(X) not in self._answers:
            self._answers[id(X)] = X, read_only(np.asarray(model.predict(X)))
        return self._answers[id(X)][1]
