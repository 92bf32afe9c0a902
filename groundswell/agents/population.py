"""Who the users are and what data they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from groundswell.component import Component
from groundswell.data import Column, Floats, Ints, Points, Schema

Table = Annotated[
    tuple[Annotated[tuple[float, ...], Field(strict=False)], ...], Field(strict=False)
]
MOST_CELLS = 10_000_000
"""Pairs of a cell and a label."""


@dataclass(frozen=True)
class Rows:
    """The users' data: points, and the user each one belongs to."""

    points: Points
    owner: Ints


class Source:
    """Where data points come from, for one run.

    Parameters
    ----------
    schema
        What the points look like.
    notes
        What a user should know about how the data were read.
    """

    def __init__(self, schema: Schema, notes: tuple[str, ...] = ()) -> None:
        self.schema = schema
        self.notes = notes

    @property
    def p0(self) -> Floats | None:
        """P0(cell, label), shape (cells, labels), where X is finite and P0 known exactly."""
        return None

    @property
    def law(self) -> Points | None:
        """P0 as weighted points, one per cell and label, where it is known exactly."""
        return None

    def rows(self, users: int, rng: np.random.Generator) -> Rows:
        """Return the data of N users."""
        raise NotImplementedError

    def rows_of(self, chosen: Ints, rng: np.random.Generator) -> Rows:
        """Return the data of some users of a table, numbered from 0, in that order."""
        raise NotImplementedError

    def fresh(self, count: int, rng: np.random.Generator) -> Points:
        """Return about ``count`` points of P0 that no user holds; fewer if there are fewer."""
        raise NotImplementedError


class Population(Component):
    """The users and their data."""

    part: ClassVar[str] = "population"
    form: ClassVar[str]
    """Form of its data points: "none", "cells", "images", "columns" or "text" (see `Schema`)."""
    users: int | None = Field(None, ge=1)
    """Number of users; by default the network's size, else the number of rows."""
    redraw: bool = False
    """Users draw fresh rows every round instead of keeping theirs."""
    coincidence: float = Field(0.0, ge=0, le=1)
    """Share ξ of honest points, fresh ones too, that carry the collective's signal by chance."""

    @property
    def exact(self) -> bool:
        """Whether P0 is known exactly."""
        return False

    def size(self) -> int | None:
        """Return the number of users the data has by itself, None if any number fits."""
        return None

    def width(self) -> int:
        """Return the number of values in a data point."""
        return 1

    def open(self, rng: np.random.Generator) -> Source:
        """Read or make the data.

        Raises
        ------
        InputError
            If a file cannot be read or holds no usable data.
        """
        raise NotImplementedError


class Blank(Population):
    """Users without data, for response platforms."""

    kind: Literal["blank"] = "blank"
    form = "none"

    def open(self, rng: np.random.Generator) -> Source:
        """Return no data."""
        return NoData(Schema("none"))


class NoData(Source):
    """No data points at all."""

    def rows(self, users: int, rng: np.random.Generator) -> Rows:
        """Return no rows."""
        return Rows(self.fresh(0, rng), np.zeros(0, dtype=np.int64))

    def fresh(self, count: int, rng: np.random.Generator) -> Points:
        """Return no points."""
        return Points(np.zeros((0, 0)), np.zeros(0, dtype=np.int64))


class Categorical(Population):
    """Points of a finite X with known P0: one cell and one label each, drawn from P0."""

    kind: Literal["categorical"] = "categorical"
    form = "cells"
    p0: Table | None = None
    """P0(cell, label), rows are cells, columns are labels; sums to 1."""
    cells: int = Field(8, ge=1, le=100_000)
    """Number of cells of a random P0."""
    labels: int = Field(2, ge=2, le=1000)
    """Number of labels of a random P0."""
    concentration: float = Field(1.0, gt=0)
    """Concentration of the Dirichlet law of a random P0: small is uneven."""

    @model_validator(mode="after")
    def _p0_is_a_distribution(self) -> Categorical:
        if self.p0 is None:
            return self._not_too_large()
        if {"cells", "labels", "concentration"} & self.model_fields_set - self._defaulted():
            raise ValueError("give either 'p0' or 'cells', 'labels', 'concentration', not both")
        widths = {len(row) for row in self.p0}
        if len(widths) != 1 or widths.pop() < 2:  # noqa: PLR2004
            raise ValueError("'p0' needs rows of equal length, one value for each of >= 2 labels")
        if min(min(row) for row in self.p0) < 0:
            raise ValueError("'p0' has negative values")
        total = sum(sum(row) for row in self.p0)
        if abs(total - 1) > 1e-9:  # noqa: PLR2004
            raise ValueError(f"'p0' must sum to 1, found {total:.12g}")
        return self

    def _not_too_large(self) -> Categorical:
        if self.cells * self.labels > MOST_CELLS:
            raise ValueError(
                f"'cells' times 'labels' is {self.cells * self.labels:,}; at most {MOST_CELLS:,}"
            )
        return self

    def _defaulted(self) -> set[str]:
        fields = type(self).model_fields
        return {name for name in fields if getattr(self, name) == fields[name].default}

    @property
    def exact(self) -> bool:
        """P0 is known."""
        return True

    def open(self, rng: np.random.Generator) -> Source:
        """Return the given P0, or a random one."""
        if self.p0 is not None:
            return FiniteSource(np.array(self.p0))
        alpha = np.full(self.cells * self.labels, self.concentration)
        return FiniteSource(rng.dirichlet(alpha).reshape(self.cells, self.labels))


class FiniteSource(Source):
    """Independent draws from a finite P0.

    Parameters
    ----------
    p0
        P0(cell, label), shape (cells, labels), summing to 1.
    """

    def __init__(self, p0: Floats) -> None:
        cells = tuple(str(cell) for cell in range(p0.shape[0]))
        labels = tuple(str(label) for label in range(p0.shape[1]))
        super().__init__(Schema("cells", (Column("cell", cells),), labels))
        self._p0: Floats = p0 / p0.sum()

    @property
    def p0(self) -> Floats:
        """P0(cell, label)."""
        return self._p0

    @property
    def law(self) -> Points:
        """All pairs of a cell and a label, weighted with P0."""
        cell, label = np.indices(self.p0.shape)
        return Points(cell.reshape(-1, 1).astype(float), label.ravel(), self.p0.ravel())

    def rows(self, users: int, rng: np.random.Generator) -> Rows:
        """Draw one row per user."""
        return Rows(self.fresh(users, rng), np.arange(users))

    def fresh(self, count: int, rng: np.random.Generator) -> Points:
        """Draw points."""
        steps = np.cumsum(self.p0.ravel())
        draw = np.searchsorted(steps / steps[-1], rng.random(count), side="right")
        cell, label = np.divmod(draw, self.p0.shape[1])
        return Points(cell.reshape(-1, 1).astype(float), label)


def take(available: int, count: int, rng: np.random.Generator) -> Ints:
    """Return ``count`` positions, without replacement while they last.

    >>> sorted(take(3, 3, np.random.default_rng(0)).tolist())
    [0, 1, 2]
    """
    rounds = -(-count // available)
    return np.concatenate([rng.permutation(available) for _ in range(max(rounds, 1))])[:count]
