"""Limits of settings that may differ between users: checked as written and as drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import core_schema

from groundswell.agents.distribution import Constant, Distribution
from groundswell.component import LARGEST
from groundswell.data import Floats
from groundswell.problems import InputError, Key


@dataclass(frozen=True)
class Within:
    """Marks a distribution whose values must lie within limits.

    A constant is refused when a scenario is read, what is drawn when users get their values.

    Parameters
    ----------
    demand
        The limits in words.
    ge, gt, le
        Its limits, named as pydantic names them; None where there is none.
    """

    demand: str
    ge: float | None = None
    gt: float | None = None
    le: float | None = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._setting, handler(source))

    def check(self, values: Floats) -> None:
        """Refuse values outside the limits.

        Raises
        ------
        InputError
            With the first of them.

        >>> Within("should be positive", gt=0).check(np.array([0.5, -1.0]))
        Traceback (most recent call last):
        groundswell.problems.InputError: should be positive, found -1 for user 1; 1 of 2 do not fit
        """
        low = -np.inf if self.ge is None else self.ge
        high = np.inf if self.le is None else self.le
        outside = (values < low) | (values > high)
        if self.gt is not None:
            outside |= values <= self.gt
        if outside.any():
            first = int(np.argmax(outside))
            raise InputError(
                f"{self.demand}, found {values[first]:g} for user {first}; "
                f"{np.count_nonzero(outside):,} of {len(values):,} do not fit"
            )

    def _setting(self, setting: Distribution) -> Distribution:
        if isinstance(setting, Constant):
            try:
                self.check(np.array([setting.value]))
            except InputError:
                raise ValueError(f"{self.demand}, found {setting.value:g}") from None
        return setting


Probability = Annotated[Distribution, Within("a probability lies in [0, 1]", ge=0, le=1)]
Positive = Annotated[Distribution, Within("should be positive", gt=0)]
Amount = Annotated[
    Distribution,
    Within(f"should be from -{LARGEST:g} to {LARGEST:g}", ge=-LARGEST, le=LARGEST),
]
NotNegative = Annotated[Distribution, Within("should not be negative", ge=0)]


def limits(settings: BaseModel, key: Key = ()) -> Iterator[tuple[Key, Within]]:
    """Return the limits of all settings of a section that may differ between users."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        yield from (((*key, name), mark) for mark in field.metadata if isinstance(mark, Within))
        if isinstance(value, BaseModel):
            yield from limits(value, (*key, name))
