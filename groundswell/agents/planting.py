"""Strategies that teach the model a target label for the signal.

Source tags as in `groundswell.agents.strategy`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from groundswell.agents.answers import Model
from groundswell.agents.strategy import Context, Outcome, Strategy, Theorem
from groundswell.analysis import bounds, parameters
from groundswell.data import Floats, Ints, Points, Schema
from groundswell.problems import InputError


class Planting(Strategy):
    """Strategies that teach the model to answer a target label where it sees the signal.

    Success is S = Pr[f(g(x)) = y*] on fresh points of P0 [H].
    """

    has_placebo = True
    target: str | int
    """Name of the target label y*."""

    def check(self, schema: Schema) -> None:
        """Refuse a target that is not a label."""
        try:
            schema.label(self.target)
        except InputError as error:
            raise InputError(str(error), key=("target",)) from None

    def target_label(self, schema: Schema) -> int:
        """Return the index of y*."""
        return schema.label(self.target)

    def measure(self, model: Model, fresh: Points, context: Context) -> Outcome:
        """Return S, S among other labels, and the placebo."""
        target = self.target_label(context.schema)
        hit = context.predict(model, context.signalled(fresh)) == target
        others = fresh.y != target
        return Outcome(
            success=fresh.share(hit),
            success_others=fresh.where(others).share(hit[others]),
            placebo=fresh.share(context.predict(model, fresh) == target),
        )


class FeatureLabel(Planting):
    """Plant the signal together with the target label: (x, y) -> (g(x), y*) [H].

    Success is S = Pr[f(g(x)) = y*] on fresh points of P0.
    """

    kind: Literal["feature-label"] = "feature-label"
    rowwise = True

    def submit(self, points: Points, context: Context) -> Points:
        """Return (g(x), y*) for every point."""
        target = np.full(len(points), self.target_label(context.schema), dtype=np.int64)
        return replace(context.signalled(points), y=target)

    def theorem(self, p0: Floats, to: Ints, context: Context) -> Theorem:
        """Return the bound of Theorem 1 [H~]."""
        xi, gap = (
            parameters.uniqueness(p0, to),
            parameters.gap(p0, to, self.target_label(context.schema)),
        )
        return lambda alpha, epsilon: float(
            bounds.feature_label(alpha, uniqueness=xi, gap=gap, epsilon=epsilon)
        )


class FeatureOnly(Planting):
    """Plant the signal where the label is the target, change nothing else [H].

    (x, y) -> (g(x), y*) if y = y*, else (x, y). α counts all members, whatever their label.
    Success is S = Pr[f(g(x)) = y*] on fresh points of P0.
    """

    kind: Literal["feature-only"] = "feature-only"
    rowwise = True

    def submit(self, points: Points, context: Context) -> Points:
        """Return (g(x), y) for points of the target's class, the others as they are."""
        X = points.X.copy()
        theirs = points.y == self.target_label(context.schema)
        X[theirs] = context.signalled(points.where(theirs)).X
        return replace(points, X=X)

    def theorem(self, p0: Floats, to: Ints, context: Context) -> Theorem | None:
        """Return the bound that holds for every α [D]; none where P0(y*|x) may be 0."""
        xi, p = (
            parameters.uniqueness(p0, to),
            parameters.positivity(p0, self.target_label(context.schema)),
        )
        if p == 0:
            return None
        return lambda alpha, epsilon: float(
            bounds.feature_only(alpha, uniqueness=xi, positivity=p, epsilon=epsilon)
        )
