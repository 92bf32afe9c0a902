"""Settings that change over the rounds of a run."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from groundswell.component import Settings

Point = Annotated[tuple[int, int | float], Field(strict=False)]
Points = Annotated[tuple[Point, ...], Field(strict=False, min_length=1)]

PAIRS = "should be pairs of a round and a value, such as [[0, 0.2], [50, 1.0]]"

SECTIONS = ("payoff", "decision", "platform")
"""Sections whose numbers may change during a run."""
SETTINGS = (
    ("collective", "compliance"),
    ("collective", "mistakes"),
    ("measure", "target_success"),
)
"""Single settings that may, too."""


class Course(Settings):
    """The course of a setting over the rounds: ``[[round, value], ...]``, linear between.

    Before the first and after the last of its points the setting stays at theirs.

    >>> course = Course.model_validate([[0, 0.2], [50, 1.0]])
    >>> [round(course.at(number), 2) for number in (0, 25, 50, 99)]
    [0.2, 0.6, 1.0, 1.0]
    """

    points: Points
    """Pairs of a round and the value then, rounds ascending."""
    between: Literal["linear", "step"] = "linear"
    """Between points: on the straight line, or the value of the last point so far."""

    @model_validator(mode="before")
    @classmethod
    def _bare_points(cls, value: Any) -> Any:
        if isinstance(value, dict) and "points" not in value and "between" not in value:
            inner = next(iter(value), "benefit")
            raise ValueError(f'{PAIRS}; a dotted key goes in quotes: "....{inner}" = ...')
        if not isinstance(value, dict | list | tuple | Course):
            raise ValueError(f"{PAIRS}, found {value!r}")
        return {"points": value} if isinstance(value, list | tuple) else value

    @field_validator("points", mode="before")
    @classmethod
    def _pairs(cls, points: Any) -> Any:
        if not isinstance(points, list | tuple) or not points:
            raise ValueError(f"{PAIRS}, found {points!r}")
        for point in points:
            if not isinstance(point, list | tuple) or len(point) != 2:  # noqa: PLR2004
                raise ValueError(f"{PAIRS}, found {point!r}")
            number, value = point
            if not _is(int, number) or number < 0:
                raise ValueError(f"rounds are whole numbers from 0, found {number!r}")
            if not _is((int, float), value) or not math.isfinite(value):
                raise ValueError(f"values are finite numbers, found {value!r}")
        rounds = [number for number, _ in points]
        if sorted(set(rounds)) != rounds:
            raise ValueError(f"rounds must ascend, found {rounds}")
        return points

    def at(self, number: int) -> int | float:
        """Return the value in a round; whole numbers stay whole where nothing is between."""
        rounds = [first for first, _ in self.points]
        last = int(np.searchsorted(rounds, number, side="right")) - 1
        if self.between == "step" or not 0 <= last < len(rounds) - 1 or rounds[last] == number:
            return self.points[max(last, 0)][1]
        return float(np.interp(number, rounds, [value for _, value in self.points]))

    @property
    def start(self) -> int:
        """The round up to which it is as it was."""
        return self.points[0][0]

    @property
    def end(self) -> int:
        """The round from which it stays as it is."""
        return self.points[-1][0]


def _is(kind: type | tuple[type, ...], value: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def may_change(key: tuple[str | int, ...]) -> bool:
    """Return whether a setting may change during a run: numbers that shape no users or ties.

    >>> may_change(("payoff", "benefit")), may_change(("network", "degree"))
    (True, False)
    """
    return key[0] in SECTIONS or key in SETTINGS
