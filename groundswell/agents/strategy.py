"""What members submit, z -> h(z), and what counts as its success (theory.md sections 1 and 2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from groundswell.agents.signal import Signal
from groundswell.component import Component
from groundswell.data import Features, Ints, Points, Schema
from groundswell.problems import InputError

Predict = Callable[[Features], Ints]
NAN = float("nan")


@dataclass(frozen=True)
class Outcome:
    """How well a strategy did on fresh points of P0; missing values are NaN.

    Parameters
    ----------
    success
        S, as the strategy defines it.
    success_others
        S among the points whose label is not the target anyway.
    placebo
        Pr[f(x) = y*]: what S would be without the signal.
    """

    success: float = NAN
    success_others: float = NAN
    placebo: float = NAN

    @property
    def lift(self) -> float:
        """Success beyond the placebo."""
        return self.success - self.placebo


class Strategy(Component):
    """What the collective has its members submit."""

    part: ClassVar[str] = "strategy"
    default_kind = "none"
    has_success: ClassVar[bool] = True
    """Whether it defines a success S."""

    def check(self, schema: Schema) -> None:
        """Refuse a strategy that does not fit the data.

        Raises
        ------
        InputError
            Names the parameter at fault.
        """

    def submit(self, points: Points, signal: Signal, schema: Schema) -> Points:
        """Return what members with these points submit."""
        raise NotImplementedError

    def measure(self, predict: Predict, fresh: Points, signal: Signal, schema: Schema) -> Outcome:
        """Return the success of the strategy on fresh points of P0."""
        raise NotImplementedError


class NoStrategy(Strategy):
    """Members submit what they have."""

    kind: Literal["none"] = "none"
    has_success = False

    def submit(self, points: Points, signal: Signal, schema: Schema) -> Points:
        """Return the points as they are."""
        return points

    def measure(self, predict: Predict, fresh: Points, signal: Signal, schema: Schema) -> Outcome:
        """Return that there is no success to speak of."""
        return Outcome()


class FeatureLabel(Strategy):
    """Plant the signal together with the target label: z -> (g(x), y*) [H].

    Success is S = Pr[f(g(x)) = y*] on fresh points of P0 [H].
    """

    kind: Literal["feature-label"] = "feature-label"
    target: str | int
    """Name of the target label y*."""

    def check(self, schema: Schema) -> None:
        """Refuse a target that is not a label."""
        try:
            schema.label(self.target)
        except InputError as error:
            raise InputError(str(error), key=("target",)) from None

    def submit(self, points: Points, signal: Signal, schema: Schema) -> Points:
        """Return (g(x), y*) for every point."""
        target = np.full(len(points), schema.label(self.target), dtype=np.int64)
        return Points(signal.apply(points.X, schema), target, points.weight)

    def measure(self, predict: Predict, fresh: Points, signal: Signal, schema: Schema) -> Outcome:
        """Return S, S among other labels, and the placebo."""
        target = schema.label(self.target)
        hit = predict(signal.apply(fresh.X, schema)) == target
        others = fresh.y != target
        return Outcome(
            success=fresh.share(hit),
            success_others=fresh.where(others).share(hit[others]),
            placebo=fresh.share(predict(fresh.X) == target),
        )
