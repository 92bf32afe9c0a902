"""Designs: points spread over ranges of settings, for sweeps that no grid could afford.

Every design is drawn in the unit cube first (`unit`), a column per setting, and then stretched over
the ranges (`spread`). What analyses a design reads it in the unit cube, so that scales do not
matter.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from groundswell.component import Settings
from groundswell.data import Floats
from groundswell.randomness import Streams


class Range(Settings):
    """Where a setting varies: ``[low, high]``, or evenly in its logarithm: ``[low, high, "log"]``.

    Between two integers it takes integers, each of them as often as any other.

    >>> Range.model_validate([1, 4]).at(np.array([0.0, 0.3, 0.5, 1.0]))
    [1, 2, 3, 4]
    >>> shares = np.array([0.0, 0.5, 1.0])
    >>> [round(value, 3) for value in Range.model_validate([0.01, 1.0, "log"]).at(shares)]
    [0.01, 0.1, 1.0]
    """

    low: int | float
    """The smallest value."""
    high: int | float
    """The largest value."""
    log: bool = False
    """Whether it is spread evenly over the logarithm."""

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return value
        if len(value) not in (2, 3) or tuple(value[2:]) not in ((), ("log",)):
            raise ValueError('should be [low, high] or [low, high, "log"]')
        return {"low": value[0], "high": value[1], "log": len(value) == 3}  # noqa: PLR2004

    @model_validator(mode="after")
    def _ascending(self) -> Range:
        if self.low >= self.high:
            raise ValueError(f"should have low < high, found {self.low} and {self.high}")
        if self.log and self.low <= 0:
            raise ValueError(f"should have low > 0 where it is on a log scale, found {self.low}")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        number = {"type": "number"}
        pair = {"type": "array", "prefixItems": [number, number, {"const": "log"}]}
        return {"anyOf": [{**pair, "minItems": 2, "maxItems": 3}, handler(schema)]}

    @property
    def whole(self) -> bool:
        """Whether it takes integers only."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def at(self, share: Floats) -> list[int] | list[float]:
        """Return the values at shares in [0, 1] of the way from low to high."""
        low, high = float(self.low), float(self.high + self.whole)
        if self.log:
            values = np.exp(math.log(low) + share * (math.log(high) - math.log(low)))
        else:
            values = low + share * (high - low)
        if self.whole:
            values = np.floor(values + WHOLE)  # what is short of an integer by rounding only
            return [int(value) for value in np.clip(values, self.low, self.high)]
        return [float(value) for value in np.clip(values, self.low, self.high)]


WHOLE = 1e-9


def _power_of_2(number: int) -> int:
    """Refuse other numbers: a Sobol sequence is balanced at powers of 2 only."""
    below = 1 << (number.bit_length() - 1)
    if number != below:
        raise ValueError(f"should be a power of 2, found {number}; take {below} or {2 * below}")
    return number


class Design(Settings):
    """Points spread over ranges of settings."""

    for_sensitivity: ClassVar[bool] = False
    """Whether an analysis needs exactly these points, so that nothing may be varied beside them."""

    ranges: dict[str, Range] = Field(min_length=1)
    """Where each setting varies, by dotted key: ``[low, high]`` or ``[low, high, "log"]``."""
    seed: int | None = Field(None, ge=0, lt=2**63)
    """Seed of the points; by default the scenario's."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of points, known without making them."""

    @abstractmethod
    def unit(self, seed: int) -> Floats:
        """Return the points in the unit cube, [points, settings].

        Parameters
        ----------
        seed
            The scenario's seed, for designs without one of their own.
        """

    def spread(self, seed: int) -> list[tuple[int | float, ...]]:
        """Return the values of all settings at each point, in order; some points may be equal."""
        columns = self.unit(seed).T
        values = [one.at(share) for one, share in zip(self.ranges.values(), columns, strict=True)]
        return list(zip(*values, strict=True))

    def generator(self, seed: int) -> np.random.Generator:
        """Return what the points are drawn with."""
        return Streams(seed if self.seed is None else self.seed)("design")

    def problem(self) -> dict[str, Any]:
        """Return what SALib calls the problem: the settings, each between 0 and 1."""
        names = list(self.ranges)
        return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0] for _ in names]}


class Latin(Design):
    """A Latin hypercube: in each setting alone, points are spread evenly (McKay et al. 1979).

    >>> design = Latin(points=4, ranges={"rounds": [1, 4]})
    >>> sorted(design.spread(seed=1))
    [(1,), (2,), (3,), (4,)]
    """

    points: int = Field(ge=1)
    """Number of points."""

    @property
    def size(self) -> int:
        """Number of points."""
        return self.points

    def unit(self, seed: int) -> Floats:
        """Return a Latin hypercube."""
        from scipy.stats import qmc

        cube = qmc.LatinHypercube(len(self.ranges), seed=self.generator(seed))
        return np.asarray(cube.random(self.points))


PowerOf2 = Annotated[int, Field(ge=2, le=2**24), AfterValidator(_power_of_2)]


class Sobol(Design):
    """A scrambled Sobol sequence, which leaves smaller gaps than random points (Owen 1998).

    >>> design = Sobol(points=8, ranges={"payoff.benefit": [0.0, 2.0]})
    >>> sorted(int(4 * benefit) for (benefit,) in design.spread(seed=1))
    [0, 1, 2, 3, 4, 5, 6, 7]
    """

    points: PowerOf2
    """Number of points, a power of 2."""

    @property
    def size(self) -> int:
        """Number of points."""
        return self.points

    def unit(self, seed: int) -> Floats:
        """Return the start of a Sobol sequence."""
        from scipy.stats import qmc

        sequence = qmc.Sobol(len(self.ranges), seed=self.generator(seed))
        return np.asarray(sequence.random(self.points))


class Morris(Design):
    """Trajectories that change one setting at a time, for elementary effects (Morris 1991).

    `groundswell.analysis.sensitivity.morris` reads them.
    """

    for_sensitivity: ClassVar[bool] = True

    trajectories: int = Field(10, ge=2, le=1_000_000)
    """Number of trajectories, each of one point more than there are settings."""
    levels: int = Field(4, ge=2, le=1000, multiple_of=2)
    """Number of values each setting takes, evenly from low to high."""

    @model_validator(mode="after")
    def _steps_of_integers(self) -> Morris:
        """Refuse integers that would be rounded, and effects with them."""
        steps = self.levels - 1
        for key, one in self.ranges.items():
            if one.whole and not one.log and (one.high - one.low) % steps:
                more = steps - (one.high - one.low) % steps
                raise ValueError(
                    f"'{key}' should go up in {steps} equal steps of integers, found {one.low} to "
                    f"{one.high}; take {one.low} to {one.high + more}, or {float(one.low)} to "
                    f"{float(one.high)} where a number need not be whole"
                )
        return self

    @property
    def size(self) -> int:
        """Number of points."""
        return self.trajectories * (len(self.ranges) + 1)

    def unit(self, seed: int) -> Floats:
        """Return the trajectories, one after the other."""
        from SALib.sample import morris

        generator, steps = self.generator(seed), self.levels - 1
        drawn = morris.sample(self.problem(), self.trajectories, self.levels, seed=generator)
        return np.asarray(np.round(drawn * steps) / steps)  # equal points are equal to the bit


class Saltelli(Design):
    """Pairs of samples with columns exchanged, for Sobol indices (Saltelli et al. 2010).

    `groundswell.analysis.sensitivity.sobol` reads them.
    """

    for_sensitivity: ClassVar[bool] = True

    points: PowerOf2
    """Number N of base samples, a power of 2; N (k + 2) points are run of k settings."""
    second_order: bool = False
    """Whether to be able to tell interactions of pairs, from N (2 k + 2) points."""

    @property
    def size(self) -> int:
        """Number of points."""
        settings = len(self.ranges)
        return self.points * (2 * settings + 2 if self.second_order else settings + 2)

    def unit(self, seed: int) -> Floats:
        """Return the points in the order that the estimators expect."""
        from SALib.sample import sobol

        return np.asarray(
            sobol.sample(
                self.problem(),
                self.points,
                calc_second_order=self.second_order,
                seed=self.generator(seed),
            )
        )
