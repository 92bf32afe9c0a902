"""What members submit, z -> h(z), and what counts as its success (theory.md sections 1 and 2).

*H* is Hardt, Mazumdar, Mendler-Dünner and Zrnic, "Algorithmic Collective Action in Machine
Learning", ICML 2023. **[H]** marks what sources about the paper say, **[H~]** what is reconstructed
from them, **[D]** what is derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Protocol

import numpy as np

from groundswell.agents.aim import Aim
from groundswell.agents.signal import Signal
from groundswell.analysis import bounds, parameters
from groundswell.component import Component
from groundswell.data import Features, Floats, Ints, Points, Schema
from groundswell.gradients import Objective, Steer
from groundswell.problems import InputError

Predict = Callable[[Features], Ints]
Theorem = Callable[[float, float], float]
"""Lower bound on S as a function of α and ε."""
NAN = float("nan")


class Model(Protocol):
    """The fitted model that success is measured on."""

    def predict(self, X: Floats) -> Ints:
        """Return a label index for each row of X."""
        ...


@dataclass(frozen=True)
class Context:
    """What a strategy works with.

    Parameters
    ----------
    signal
        The signal g.
    schema
        What data points look like.
    best_label
        argmax_y P0(y|x): exact where P0 is known, else as the platform's learner sees it without
        the collective. None for strategies that do not need it.
    aim
        Where a gradient strategy wants the parameters; None for others.
    alpha, others
        The share α that members' points make up of the training data, and the points of everybody
        else; only gradient strategies need them.
    """

    signal: Signal
    schema: Schema
    best_label: Predict | None = None
    aim: Aim | None = None
    alpha: float = NAN
    others: Points | None = None

    def signalled(self, points: Points) -> Points:
        """Return the points with g(x) for x."""
        return replace(points, X=self.signal.apply(points.X, self.schema))


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
    start
        S without the collective, for strategies without a placebo.
    """

    success: float = NAN
    success_others: float = NAN
    placebo: float = NAN
    start: float = NAN

    @property
    def lift(self) -> float:
        """Success beyond the placebo, or beyond what it was without the collective."""
        return self.success - (self.start if np.isnan(self.placebo) else self.placebo)


class Strategy(Component):
    """What the collective has its members submit."""

    part: ClassVar[str] = "strategy"
    default_kind = "none"
    has_success: ClassVar[bool] = True
    """Whether it defines a success S."""
    needs_best_label: ClassVar[bool] = False
    """Whether members must know which label P0 prefers."""
    needs_idempotent: ClassVar[bool] = False
    """Whether it makes sense only for signals with g(g(x)) = g(x)."""
    needs_start: ClassVar[bool] = False
    """Whether lift is success beyond S(0), measured once, for want of a placebo."""
    theory: ClassVar[str] = "bayes"
    """The theory its bound belongs to: it speaks of learners of that theory. Strategies of a
    theory other than "bayes" work with the learner's gradients, and with no other learners."""

    def check(self, schema: Schema) -> None:
        """Refuse a strategy that does not fit the data.

        Raises
        ------
        InputError
            Names the parameter at fault.
        """

    def check_parameters(self, count: int) -> None:
        """Refuse, with an `InputError`, what does not fit the learner's number of parameters."""

    def target_label(self, schema: Schema) -> int | None:
        """Return the index of the target label y*, None if there is none."""
        return None

    def aim(self, objective: Objective, base: Points, context: Context) -> Aim | None:
        """Return where it wants the parameters of a learner, None if it does not care.

        Parameters
        ----------
        objective
            What the learner minimises.
        base
            P0, or points of it.
        context
            What the strategy works with.
        """
        return None

    def steer(self, context: Context) -> Steer | None:
        """Return how it takes part in a training by gradient descent, None if it does not."""
        return None

    def theorem(self, p0: Floats, to: Ints, context: Context) -> Theorem | None:
        """Return the bound that theory gives on a finite X, None where it gives none.

        Parameters
        ----------
        p0
            P0(cell, label), shape (cells, labels).
        to
            The idempotent signal: the cell that each cell is sent to.
        context
            What members work with.
        """
        return None

    def submit(self, points: Points, context: Context) -> Points:
        """Return what members with these points submit."""
        raise NotImplementedError

    def measure(self, model: Model, fresh: Points, context: Context) -> Outcome:
        """Return the success of the strategy on fresh points of P0."""
        raise NotImplementedError


class NoStrategy(Strategy):
    """Members submit what they have."""

    kind: Literal["none"] = "none"
    has_success = False

    def submit(self, points: Points, context: Context) -> Points:
        """Return the points as they are."""
        return points

    def measure(self, model: Model, fresh: Points, context: Context) -> Outcome:
        """Return that there is no success to speak of."""
        return Outcome()


class Planting(Strategy):
    """Strategies that teach the model to answer a target label where it sees the signal.

    Success is S = Pr[f(g(x)) = y*] on fresh points of P0 [H].
    """

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
        hit = model.predict(context.signalled(fresh).X) == target
        others = fresh.y != target
        return Outcome(
            success=fresh.share(hit),
            success_others=fresh.where(others).share(hit[others]),
            placebo=fresh.share(model.predict(fresh.X) == target),
        )


class FeatureLabel(Planting):
    """Plant the signal together with the target label: (x, y) -> (g(x), y*) [H]."""

    kind: Literal["feature-label"] = "feature-label"

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
    """

    kind: Literal["feature-only"] = "feature-only"

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


class Erasing(Strategy):
    """Make the signal stop mattering: (x, y) -> (x, argmax_y P0(y|g(x))) [H].

    Success is S = Pr[f(x) = f(g(x))] on fresh points of P0 [H]. Where P0 is not known, members
    take the answers of the platform's learner trained without the collective for it.
    """

    kind: Literal["erasing"] = "erasing"
    needs_best_label = True
    needs_idempotent = True
    needs_start = True

    def submit(self, points: Points, context: Context) -> Points:
        """Return x with the label that P0 prefers at g(x)."""
        if context.best_label is None:
            raise ValueError("erasing needs to know which label P0 prefers")
        return replace(points, y=context.best_label(context.signalled(points).X))

    def measure(self, model: Model, fresh: Points, context: Context) -> Outcome:
        """Return S; there is no target and so no placebo."""
        same = model.predict(fresh.X) == model.predict(context.signalled(fresh).X)
        return Outcome(success=fresh.share(same))

    def theorem(self, p0: Floats, to: Ints, context: Context) -> Theorem | None:
        """Return the bound [D, after Theorem 5 of H]; none where P0 says nothing of g(x)."""
        tau = parameters.distance(p0, to)
        if np.isnan(tau):
            return None

        def theorem(alpha: float, epsilon: float) -> float:
            if alpha <= epsilon / (1 - epsilon):
                return NAN
            return float(bounds.erasing(alpha, distance=tau, epsilon=epsilon))

        return theorem
