"""Settings that may differ between users: a number, a distribution, a column or values."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from groundswell.agents.columns import everybodys
from groundswell.agents.correlation import Correlation
from groundswell.component import Component
from groundswell.data import Floats
from groundswell.problems import InputError, did_you_mean

Columns = dict[str, Floats]
Numbers = Annotated[tuple[float, ...], Field(strict=False)]

HALVINGS = 53
"""As often can 1 be halved towards 1 without rounding to it, where F⁻¹ may be infinite."""


class Distribution(Component):
    """How a setting is spread over the users. A bare number is the same for everybody."""

    part: ClassVar[str] = "distribution"

    @classmethod
    def from_settings(cls, value: Any) -> Component:
        """Read a bare number as a constant."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = {"kind": "constant", "value": value}
        elif not isinstance(value, dict | cls):
            raise PydanticCustomError(
                "component",
                "should be a number or a distribution, found {found}",
                {"found": repr(value)},
            )
        return super().from_settings(value)

    @classmethod
    def shorthand_json_schema(cls) -> list[dict[str, Any]]:
        """A bare number."""
        return [{"type": "number"}]

    def draw(self, users: int, rng: np.random.Generator, columns: Columns) -> Floats:
        """Return one value per user.

        Parameters
        ----------
        users
            Number of users N.
        rng
            The setting's own random stream.
        columns
            Numeric columns of the population, one value per user each.

        Raises
        ------
        InputError
            If the values or the column do not fit the population.
        """
        raise NotImplementedError

    def correlation(self) -> Correlation | None:
        """Return with what the values go, and how closely; None if they are dealt at random."""
        return None


class Given(Distribution):
    """Values that belong to the users they are given for: nothing is left to be dealt out."""

    @model_validator(mode="before")
    @classmethod
    def _nothing_to_deal(cls, settings: Any) -> Any:
        for key in ("correlate", "quantiles"):
            if isinstance(settings, dict) and key in settings:
                kind = cls.model_fields["kind"].default
                laws = [one for one, law in cls.kinds.items() if issubclass(law, Continuous)]
                raise PydanticCustomError(
                    "given",
                    "'{key}' deals the values of a law out to users, and '{kind}' is none; "
                    "works: {laws}",
                    {"key": key, "kind": kind, "laws": ", ".join(laws)},
                )
        return settings


class Constant(Given):
    """The same number for everybody."""

    kind: Literal["constant"] = "constant"
    value: float
    """Any number."""

    def draw(self, users: int, rng: np.random.Generator, columns: Columns) -> Floats:
        """Return the number N times."""
        return everybodys(self.value, users)


class Continuous(Distribution):
    """A law with an inverse distribution function F⁻¹, drawn at random or as its quantiles."""

    quantiles: bool = False
    """Use the N values F⁻¹((i+½)/N) instead of random draws."""
    order: Literal["random", "index"] = "random"
    """Quantiles are dealt to users at random, or in index order (which correlates with
    position and degree on many networks)."""
    correlate: Correlation | None = None
    """Deal the values out so that they go with the degree or a column: ``with`` says which,
    ``rank`` how closely."""

    @model_validator(mode="after")
    def _one_order(self) -> Self:
        if self.correlate is not None and self.order == "index":
            raise ValueError("values that are correlated cannot be in index order too")
        return self

    def inverse(self, p: Floats) -> Floats:
        """Return F⁻¹(p)."""
        raise NotImplementedError

    def cdf(self, x: Floats) -> Floats:
        """Return F(x) = sup{p: F⁻¹(p) <= x}: by bisection where a law does not say it exactly."""
        low, high = np.zeros(np.shape(x)), np.ones(np.shape(x))
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            below = self.inverse(middle) <= x
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.where(high == 1, 1.0, low)

    def draw(self, users: int, rng: np.random.Generator, columns: Columns) -> Floats:
        """Draw N independent values, or deal out the N quantiles."""
        if not self.quantiles:
            return self.inverse(rng.random(users))
        values = self.inverse((np.arange(users) + 0.5) / users)
        return values if self.order == "index" else rng.permutation(values)

    def correlation(self) -> Correlation | None:
        """Return with what the values go, and how closely."""
        return self.correlate


class Normal(Continuous):
    """Normal distribution."""

    kind: Literal["normal"] = "normal"
    mean: float
    """Mean, any number."""
    sd: float = Field(ge=0)
    """Standard deviation."""

    def inverse(self, p: Floats) -> Floats:
        """Return the normal quantile."""
        from scipy.special import ndtri

        # rng.random() may return 0, whose quantile is -inf: the smallest double stands for it.
        z: Floats = ndtri(np.maximum(p, np.finfo(float).tiny))
        return self.mean + self.sd * z

    def cdf(self, x: Floats) -> Floats:
        """Return the normal distribution function; a step where the standard deviation is 0."""
        from scipy.special import ndtr

        away = np.asarray(x) - self.mean
        return np.asarray(ndtr(away / self.sd) if self.sd else away >= 0, dtype=np.float64)


class Uniform(Continuous):
    """Uniform distribution."""

    kind: Literal["uniform"] = "uniform"
    low: float = 0.0
    """Lower end."""
    high: float = 1.0
    """Upper end."""

    @model_validator(mode="after")
    def _ends_in_order(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low = {self.low:g} is above high = {self.high:g}")
        return self

    def inverse(self, p: Floats) -> Floats:
        """Return the uniform quantile."""
        return self.low + (self.high - self.low) * p

    def cdf(self, x: Floats) -> Floats:
        """Return the uniform distribution function; a step where both ends are one."""
        if self.low == self.high:
            return np.asarray(np.asarray(x) >= self.low, dtype=np.float64)
        return np.clip((np.asarray(x) - self.low) / (self.high - self.low), 0, 1)


class Exponential(Continuous):
    """Exponential distribution."""

    kind: Literal["exponential"] = "exponential"
    mean: float = Field(gt=0)
    """Mean."""

    def inverse(self, p: Floats) -> Floats:
        """Return the exponential quantile."""
        return -self.mean * np.log1p(-p)

    def cdf(self, x: Floats) -> Floats:
        """Return the exponential distribution function."""
        return np.asarray(-np.expm1(-np.maximum(x, 0) / self.mean))


class Beta(Continuous):
    """Beta distribution on [0, 1]."""

    kind: Literal["beta"] = "beta"
    a: float = Field(gt=0)
    """First shape parameter."""
    b: float = Field(gt=0)
    """Second shape parameter."""

    def inverse(self, p: Floats) -> Floats:
        """Return the beta quantile."""
        from scipy.special import betaincinv

        quantile: Floats = betaincinv(self.a, self.b, p)
        return quantile

    def cdf(self, x: Floats) -> Floats:
        """Return the beta distribution function."""
        from scipy.special import betainc

        share: Floats = betainc(self.a, self.b, np.clip(x, 0, 1))
        return share


class Values(Given):
    """Given values, in user order."""

    kind: Literal["values"] = "values"
    values: Numbers
    """One value per user."""

    def draw(self, users: int, rng: np.random.Generator, columns: Columns) -> Floats:
        """Return the given values."""
        if len(self.values) != users:
            raise InputError(f"{len(self.values)} values for {users:,} users; give one per user")
        return np.array(self.values)


class FromColumn(Given):
    """A numeric column of the population."""

    kind: Literal["column"] = "column"
    column: str
    """Name of the column."""

    def draw(self, users: int, rng: np.random.Generator, columns: Columns) -> Floats:
        """Return the column."""
        if self.column not in columns:
            hint = did_you_mean(self.column, columns)
            raise InputError(f"the population has no numeric column '{self.column}'{hint}")
        return columns[self.column]


PerUser = Distribution
"""Annotation of a setting that may differ between users."""


def constant(value: float) -> Constant:
    """Return the distribution that gives everybody the same number, for defaults."""
    return Constant(value=value)
