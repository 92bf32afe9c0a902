"""Strategies that work with the gradients of the learner's loss (theory.md sections 1 and 2).

Source tags as in `groundswell.agents.strategy`. Members know the learner's loss and what everybody
else submits, as the theorems of H assume of the gradient of P0.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
from pydantic import Field, model_validator

from groundswell.agents.aim import Aim, distinct, with_all_labels
from groundswell.agents.answers import Model
from groundswell.agents.hull import apportioned, nearest
from groundswell.agents.strategy import Context, Outcome, Strategy, Theorem
from groundswell.analysis import gradient_bounds
from groundswell.data import Floats, Ints, Points, Schema, concatenate
from groundswell.gradients import Answer, Gradient, Objective, Steer
from groundswell.problems import InputError

Parameters = Annotated[tuple[float, ...], Field(strict=False, min_length=1)]


@runtime_checkable
class Fitted(Model, Protocol):
    """A model whose parameters are known."""

    @property
    def parameters(self) -> Floats:
        """θ̂, flattened."""
        ...


class GradientStrategy(Strategy):
    """Strategies that lead the learner to parameters θ*.

    Success is 1 - ‖θ̂ - θ*‖/‖θ̂(0) - θ*‖, θ̂(0) the parameters without the collective: at most 1,
    0 without the collective, negative where it makes things worse. The success of H is
    S = -‖θ̂ - θ*‖ [H~], which is (this - 1)·‖θ̂(0) - θ*‖. There is no placebo; lift is S(α) - S(0).
    """

    needs_start = True
    target: str | int | Parameters
    """θ* as a list, feature by feature with one number per label, the constant's last; or the name
    of a label y*: θ* is what the learner would fit if half of P0 were (g(x), y*)."""
    candidates: int = Field(100, ge=1)
    """Most different x of the data that members choose from, the first ones; beside each, g(x)."""

    @property
    def pointwise(self) -> bool:
        """Success is one of parameters."""
        return False

    def readable_by(self, loss: str) -> bool:
        """Whether a learner with this loss can read what members submit."""
        return True

    def check(self, schema: Schema) -> None:
        """Refuse a target that is not a label."""
        if isinstance(self.target, tuple):
            return
        try:
            schema.label(self.target)
        except InputError as error:
            raise InputError(str(error), key=("target",)) from None

    def check_parameters(self, count: int) -> None:
        """Refuse a list that is too short or too long."""
        if isinstance(self.target, tuple) and len(self.target) != count:
            raise InputError(
                f"the learner has {count} parameters, found {len(self.target)}", key=("target",)
            )

    def aim(self, objective: Objective, base: Points, context: Context) -> Aim:
        """Return θ* and what is known on the way there."""
        if isinstance(self.target, tuple):
            target = np.array(self.target)
        else:
            wanted = np.full(len(base), context.schema.label(self.target))
            planted = replace(context.signalled(base), y=wanted)
            target = objective.solve(concatenate([base, planted]))
        return Aim(objective, base, target, self._choices(base, context))

    def _choices(self, base: Points, context: Context) -> Points:
        X = distinct(base.X)[: self.candidates]
        signalled = context.signal.apply(X, context.schema)
        X = distinct(np.concatenate([X, signalled]))
        return with_all_labels(X, len(context.schema.labels))

    def measure(self, model: Model, fresh: Points, context: Context) -> Outcome:
        """Return how much of the way to θ* the parameters have gone."""
        if not isinstance(model, Fitted):
            raise TypeError(f"'{self}' needs a model with parameters")
        return Outcome(success=known(context).success(model.parameters))


class GradientNeutralizing(GradientStrategy):
    """Submit points whose gradients at θ* cancel those of honest points.

    E_{P*}∇ℓ(θ*) = -((1-α)/α)·E_{P0}∇ℓ(θ*) makes θ* the minimum of a convex loss, penalty counted
    inside ℓ [D, after Theorem 7 of H]. Where no points give that mean, members come as near as
    they can, by least squares. The law of what they submit depends on α.
    """

    kind: Literal["gradient-neutralizing"] = "gradient-neutralizing"
    theory: ClassVar[str] = "convex"
    labels: Literal["real", "free"] = "real"
    """What members submit: real points (x or g(x) of the data with any label), each in the share
    that non-negative least squares finds, rounded by largest remainder to whole members; or their
    own x with a real-valued label vector, which only a squared loss can read. Free labels reach θ*
    exactly, whatever α, if members' x's span the features that θ* and the gradient live on."""

    def readable_by(self, loss: str) -> bool:
        """Only a squared loss reads real-valued labels."""
        return self.labels == "real" or loss == "squared"

    def submit(self, points: Points, context: Context) -> Points:
        """Return as many points as there are; for a law (points with weights), a law."""
        if context.alpha == 0:
            return points
        aim, others = known(context), context.others
        pull = aim.pull(points if others is None else others)
        wanted = (context.alpha - 1) / context.alpha * pull
        if self.labels == "free":
            return _relabelled(points, aim, wanted)
        weights = nearest(aim.gradients, wanted)
        if points.weight is not None:
            return replace(aim.choices, weight=weights)
        counts = apportioned(weights, len(points))
        return aim.choices.where(np.repeat(np.arange(len(counts)), counts))

    def theorem(self, p0: Floats, to: Ints, context: Context) -> Theorem | None:
        """Return the bound [D, after Theorem 7 of H] in terms of the normalised success.

        1 from α = B/(B+Gmax) on, below it 1 - ((1-α)B - α·Gmax)/(μ·‖θ̂(0) - θ*‖). None for free
        labels, where Gmax has no limit, and where θ* is out of reach of all users together.
        """
        aim = known(context)
        pull, away = aim.pull(aim.base), aim.distance
        if self.labels == "free" or not pull.any() or not away:
            return None
        longest = gradient_bounds.reach(aim.gradients, pull)
        if longest < 0:
            return None

        def theorem(alpha: float, epsilon: float) -> float:
            left = gradient_bounds.gradient_neutralizing_distance(
                alpha,
                base_gradient=float(np.linalg.norm(pull)),
                reach=longest,
                convexity=aim.objective.convexity,
            )
            return float(1 - left / away)

        return theorem


class GradientControl(GradientStrategy):
    """Answer the learner's parameters at every step, so that it walks straight to θ*.

    Members' rows are as they are; what counts is their answer, α of each step. With ``bound``
    Gmax and B the largest honest mean gradient between start and target, the answer makes the
    whole gradient C·(θ_t - θ*), C = (α·Gmax - (1-α)B)/‖θ_0 - θ*‖, so that the distance falls by the
    factor 1 - ηC per step [D, after Theorem 10 of H]. Below the critical mass, where C <= 0 and
    nothing is promised, and with real points, it is greedy: each answer is the one after which
    θ_{t+1} is nearest to θ*. Since the promise is a worst case, a greedy collective below the mass
    may well be faster than a steady one just above it.

    Success is that of the parameters; with real points it is Pr[f_θ̂(x) = f_θ*(x)] on fresh points
    of P0, since many parameters of a network are one function [D].
    """

    kind: Literal["gradient-control"] = "gradient-control"
    theory: ClassVar[str] = "descent"
    mode: Literal["oracle", "points"] = "oracle"
    """What members may answer: any gradient not longer than ``bound``, or convex combinations of
    current gradients of real points (x or g(x) of the data with any label)."""
    bound: float | None = Field(None, gt=0)
    """Gmax of the oracle."""
    pace: Literal["steady", "greedy"] = "steady"
    """The oracle's: at the constant rate C that theory promises, or each answer the one after which
    θ_{t+1} is nearest to θ*, which is faster."""

    @model_validator(mode="after")
    def _bound_belongs_to_the_oracle(self) -> GradientControl:
        if self.mode == "oracle" and self.bound is None:
            raise ValueError("mode = 'oracle' needs 'bound', the longest gradient members answer")
        if self.mode == "points" and self.bound is not None:
            raise ValueError("'bound' has no meaning with mode = 'points'")
        return self

    @property
    def pointwise(self) -> bool:
        """With real points success is one of answers."""
        return self.mode == "points"

    def submit(self, points: Points, context: Context) -> Points:
        """Return the points as they are: the answer takes their place."""
        return points

    def measure(self, model: Model, fresh: Points, context: Context) -> Outcome:
        """Return how far the parameters have gone, or how often the answers are those of θ*."""
        if self.mode == "oracle":
            return super().measure(model, fresh, context)
        aim = known(context)
        return Outcome(
            success=fresh.share(
                context.predict(model, fresh) == aim.objective.predict(aim.target, fresh.X)
            )
        )

    def steer(self, context: Context) -> Steer:
        """Return what answers each step of a training."""
        aim = known(context)

        def begin(start: Floats, base: Gradient, alpha: float, rate: float) -> Answer:
            speed = self._speed(aim, start, base, alpha, rate)

            def answer(parameters: Floats, pull: Floats) -> Floats:
                wanted = (speed * (parameters - aim.target) - (1 - alpha) * pull) / alpha
                return self._possible(wanted, parameters, aim)

            return answer

        return begin

    def _speed(self, aim: Aim, start: Floats, base: Gradient, alpha: float, rate: float) -> float:
        """Return C, or 1/η, which leads to θ* in one step: where greedy, or where C is more."""
        away = float(np.linalg.norm(start - aim.target))
        if self.bound is None or self.pace == "greedy" or not away:
            return 1 / rate
        promised = gradient_bounds.gradient_control_rate(
            alpha, base_gradient=_largest(base, start, aim.target), reach=self.bound, distance=away
        )
        return min(float(promised), 1 / rate) if promised > 0 else 1 / rate

    def _possible(self, wanted: Floats, parameters: Floats, aim: Aim) -> Floats:
        """Return the possible answer nearest to the wanted one."""
        if self.bound is not None:
            length = float(np.linalg.norm(wanted))
            return wanted if length <= self.bound else wanted * (self.bound / length)
        gradients = aim.objective.gradients(aim.choices, parameters)
        return nearest(gradients, wanted) @ gradients


def known(context: Context) -> Aim:
    """Return the aim, which every gradient strategy has."""
    if context.aim is None:
        raise ValueError("a gradient strategy needs to know what the learner minimises")
    return context.aim


def _relabelled(points: Points, aim: Aim, wanted: Floats) -> Points:
    r"""Return the points with label vectors whose mean gradient at θ* is the wanted one.

    With Σ = E φφᵀ over the points, labels φ(θ* + M) have the mean gradient λθ* - ΣM, so M solves
    ΣM = λθ* - wanted: exactly where φ spans the right-hand side, else by least squares.
    """
    phi, share = aim.objective.features(points.X), points.weights / points.weights.sum()
    target = aim.target.reshape(phi.shape[1], -1)
    # Least squares on √share·φ twice is far more exact than on Σ, whose condition is the square.
    root = np.sqrt(share)[:, None] * phi
    right = (aim.objective.convexity * aim.target - wanted).reshape(target.shape)
    half = np.linalg.lstsq(root.T, right, rcond=None)[0]
    change = np.linalg.lstsq(root, half, rcond=None)[0]
    return replace(points, label_values=phi @ (target + change))


def _largest(base: Gradient, start: Floats, target: Floats, steps: int = 100) -> float:
    """Return the largest norm of the mean gradient on a grid from the start to the target."""
    grid = np.linspace(0, 1, steps + 1)
    return float(max(np.linalg.norm(base(start + part * (target - start))) for part in grid))
