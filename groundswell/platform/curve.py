"""Known responses α -> S of a platform that is not simulated in detail."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from groundswell.analysis import bounds
from groundswell.component import Component
from groundswell.data import Floats

Numbers = Annotated[tuple[float, ...], Field(strict=False)]


class Curve(Component):
    """Success S as a function of the collective's share α."""

    part: ClassVar[str] = "curve"

    def __call__(self, alpha: Floats) -> Floats:
        """Return S(α) for an array of shares in [0, 1]."""
        raise NotImplementedError


class LogisticCurve(Curve):
    """S(α) = 1 / (1 + exp(-steepness (α - midpoint)))."""

    kind: Literal["logistic"] = "logistic"
    midpoint: float = 0.3
    """Where S = 1/2, any number: beyond [0, 1] no share of the users gets there."""
    steepness: float = Field(20.0, gt=0)
    """Four times the slope there."""

    def __call__(self, alpha: Floats) -> Floats:
        """Return the logistic function."""
        from scipy.special import expit

        return np.asarray(expit(self.steepness * (alpha - self.midpoint)))


class StepCurve(Curve):
    """S(α) = 1 when α >= at, else 0."""

    kind: Literal["step"] = "step"
    at: float = Field(0.1, ge=0, le=1)
    """Where it jumps."""

    def __call__(self, alpha: Floats) -> Floats:
        """Return the step."""
        return np.where(np.asarray(alpha) >= self.at, 1.0, 0.0)


class TableCurve(Curve):
    """Linear between given points, constant outside them."""

    kind: Literal["table"] = "table"
    alpha: Numbers = Field(min_length=1)
    """Shares, ascending."""
    success: Numbers = Field(min_length=1)
    """Success at those shares, from 0 to 1."""

    @model_validator(mode="after")
    def _is_a_function(self) -> TableCurve:
        if len(self.alpha) != len(self.success):
            raise ValueError(
                f"'alpha' has {len(self.alpha)} values and 'success' {len(self.success)}"
            )
        if (
            list(self.alpha) != sorted(set(self.alpha))
            or not 0 <= self.alpha[0] <= self.alpha[-1] <= 1
        ):
            raise ValueError("'alpha' must rise strictly and lie in [0, 1]")
        beyond = [value for value in self.success if not 0 <= value <= 1]
        if beyond:
            raise ValueError(f"'success' must lie in [0, 1], found {beyond[0]:g}")
        return self

    def __call__(self, alpha: Floats) -> Floats:
        """Interpolate."""
        return np.interp(alpha, self.alpha, self.success)


class PlantingCurve(Curve):
    """The feature-label lower bound of Hardt et al. (2023), reconstructed; 0 where negative."""

    kind: Literal["planting"] = "planting"
    uniqueness: float = Field(0.02, ge=0, le=1)
    """How often honest points carry the signal already, ξ."""
    gap: float = Field(1.0, ge=0, le=1)
    """How wrong the target looks on signal points, Δ."""
    epsilon: float = Field(0.0, ge=0, lt=0.5)
    """How far the learner is from Bayes-optimal, ε."""

    def __call__(self, alpha: Floats) -> Floats:
        """Return the bound, 0 where it is negative and at α = 0."""
        alpha = np.asarray(alpha, dtype=float)
        positive = alpha > 0
        bound = bounds.feature_label(
            np.where(positive, alpha, 1.0),
            uniqueness=self.uniqueness,
            gap=self.gap,
            epsilon=self.epsilon,
        )
        return np.where(positive, np.maximum(bound, 0.0), 0.0)
