"""What members submit, z -> h(z), and what counts as its success (theory.md sections 1 and 2).

*H* is Hardt, Mazumdar, Mendler-Dünner and Zrnic, "Algorithmic Collective Action in Machine
Learning", ICML 2023. **[H]** marks what sources about the paper say, **[H~]** what is reconstructed
from them, **[D]** what is derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Literal

import numpy as np

from groundswell.agents.aim import Aim
from groundswell.agents.answers import Answers, Model
from groundswell.agents.signal import Signal
from groundswell.component import Component
from groundswell.data import Features, Floats, Ints, Points, Schema
from groundswell.gradients import Objective, Steer

Predict = Callable[[Features], Ints]
Theorem = Callable[[float, float], float]
"""Lower bound on S as a function of α and ε."""
NAN = float("nan")


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
    answers
        What remembers test points and a model's answers to them; None where nothing is tested.
    """

    signal: Signal
    schema: Schema
    best_label: Predict | None = None
    aim: Aim | None = None
    alpha: float = NAN
    others: Points | None = None
    answers: Answers | None = None

    def signalled(self, points: Points) -> Points:
        """Return the points with g(x) for x."""
        return replace(points, X=self._signalled(points.X))

    def predict(self, model: Model, points: Points) -> Ints:
        """Return what a model answers to points."""
        return model.predict(points.X) if self.answers is None else self.answers.of(model, points.X)

    def _signalled(self, X: Features) -> Features:
        apply = partial(self.signal.apply, schema=self.schema)
        return apply(X) if self.answers is None else self.answers.signalled(X, apply)


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
    claims: ClassVar[dict[str, tuple[str, ...]]] = {"submit": ("rowwise",)}
    default_kind = "none"
    has_success: ClassVar[bool] = True
    """Whether it defines a success S."""
    has_placebo: ClassVar[bool] = False
    """Whether it measures what its success would be without the signal."""
    needs_best_label: ClassVar[bool] = False
    """Whether members must know which label P0 prefers."""
    needs_idempotent: ClassVar[bool] = False
    """Whether it makes sense only for signals with g(g(x)) = g(x)."""
    rowwise: ClassVar[bool] = False
    """Whether what becomes of a row depends on nothing but the row."""
    needs_start: ClassVar[bool] = False
    """Whether lift is success beyond S(0), measured once, for want of a placebo."""
    theory: ClassVar[str] = "bayes"
    """The theory its bound belongs to: it speaks of learners of that theory. Strategies of a
    theory other than "bayes" work with the learner's gradients, and with no other learners."""

    @property
    def pointwise(self) -> bool:
        """Whether success is a share of the fresh points, so that any part of them has its own."""
        return True

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
    rowwise = True

    def submit(self, points: Points, context: Context) -> Points:
        """Return the points as they are."""
        return points

    def measure(self, model: Model, fresh: Points, context: Context) -> Outcome:
        """Return that there is no success to speak of."""
        return Outcome()
