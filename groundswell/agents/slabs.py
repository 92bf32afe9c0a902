"""Two blocks of columns, one simple and one not: what a learner that likes simple rules uses."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from groundswell.agents.population import Population, Rows, Source
from groundswell.data import Column, Floats, Ints, Points, Schema

LINEAR = ("linear0", "linear1")
SLABS = ("slab0", "slab1")
BLOCKS = (*LINEAR, *SLABS)


class Slabs(Population):
    """A block that a threshold reads and one that takes intervals, after LMS-k (Shah et al. 2020).

    Two labels, equally frequent, and columns between -1 and 1. ``linear0`` is below 0 for label 0
    and above it for label 1. ``slab0`` lies in one of k slabs of equal width, which hold the labels
    0 and 1 in turn, 0 in the middle; of the slabs of a label each is equally likely. The gaps
    between the two sides, and between slabs, are twice the margin wide. A column that does not
    carry the label is drawn as if for a label of its own.

    Each block has a column for a signal, in which honest points leave room for it, whatever their
    label: ``linear1`` is uniform in [-1, 0], and any value above 0 is a signal that a threshold
    finds; ``slab1`` lies in the outer k - 1 slabs, and a value of 0 is one that takes an interval.
    The other columns are noise, uniform in [-1, 1]. The signal columns are ours; Shah et al. put
    more of the points of label 0 into the middle slab.
    """

    kind: Literal["slabs"] = "slabs"
    form = "columns"
    slabs: int = Field(5, ge=3, le=10_001)
    """Number of slabs k, odd."""
    features: int = Field(12, ge=len(BLOCKS), le=10_000)
    """Number of columns: two for each block, and noise."""
    carried_by: Literal["linear", "slabs", "both"] = "both"
    """Which block says what the label is."""
    margin: float = Field(0.1, ge=0)
    """Half the width of the gap between the sides, and between slabs."""
    label_noise: float = Field(0.0, ge=0, le=1)
    """Share of points whose label is replaced by one drawn uniformly."""

    @model_validator(mode="after")
    def _slabs_fit(self) -> Slabs:
        if self.slabs % 2 == 0:
            raise ValueError(
                f"'slabs' must be odd, so that one is in the middle; {self.slabs} is not"
            )
        if self.margin * (self.slabs - 1) >= 1:
            raise ValueError(
                f"{self.slabs} slabs leave room for a 'margin' below {1 / (self.slabs - 1):g}, "
                f"found {self.margin:g}"
            )
        return self

    def width(self) -> int:
        """Return the number of columns."""
        return self.features

    def open(self, rng: np.random.Generator) -> Source:
        """Return what draws the points; their law has nothing random about itself."""
        return SlabSource(self)


class Draws(NamedTuple):
    """What is random about points, apart from noise columns: values in [0, 1), one a point."""

    label: Floats
    linear_label: Floats
    slab_label: Floats
    linear0: Floats
    linear1: Floats
    slab0: Floats
    slab1: Floats
    relabelled: Floats
    new_label: Floats


class SlabSource(Source):
    """Independent draws of points.

    With one seed, points differ between settings only in what a setting is about: neither what
    carries the label nor label noise nor more columns change anything else.

    Parameters
    ----------
    population
        The settings.
    """

    def __init__(self, population: Slabs) -> None:
        noise = [f"noise{i}" for i in range(population.features - len(BLOCKS))]
        columns = tuple(Column(name) for name in (*BLOCKS, *noise))
        super().__init__(Schema("columns", columns, ("0", "1")))
        self.population = population

    def rows(self, users: int, rng: np.random.Generator) -> Rows:
        """Draw one point per user."""
        return Rows(self.fresh(users, rng), np.arange(users))

    def fresh(self, count: int, rng: np.random.Generator) -> Points:
        """Draw points."""
        population = self.population
        # A row of draws per point, so that the first of many users are the same as of few.
        draws = Draws(*rng.random((count, len(Draws._fields))).T)
        label = _coin(draws.label)
        X = np.empty((count, population.features))
        X[:, 0] = self._sides(self._said(label, "linear", draws.linear_label), draws.linear0)
        X[:, 1] = draws.linear1 - 1
        X[:, 2] = self._slabs_of(self._said(label, "slabs", draws.slab_label), draws.slab0)
        X[:, 3] = self._outer_slabs(draws.slab1)
        X[:, 4:] = rng.uniform(-1, 1, (count, population.features - len(BLOCKS)))
        relabelled = draws.relabelled < population.label_noise
        return Points(X, np.where(relabelled, _coin(draws.new_label), label))

    def _said(self, label: Ints, block: str, own: Floats) -> Ints:
        """Return the label that a block goes by: the point's, or one that says nothing."""
        return label if self.population.carried_by in {block, "both"} else _coin(own)

    def _sides(self, label: Ints, draw: Floats) -> Floats:
        margin = self.population.margin
        return (2 * label - 1) * (margin + (1 - margin) * draw)

    def _slabs_of(self, label: Ints, draw: Floats) -> Floats:
        """Place points in the slabs of their label."""
        middle = self.population.slabs // 2
        number = np.arange(self.population.slabs)
        of_label = [number[(number - middle) % 2 == answer] for answer in (0, 1)]
        return np.where(
            label == 0, self._within(of_label[0], draw), self._within(of_label[1], draw)
        )

    def _outer_slabs(self, draw: Floats) -> Floats:
        number = np.arange(self.population.slabs)
        return self._within(np.delete(number, self.population.slabs // 2), draw)

    def _within(self, slabs: Ints, draw: Floats) -> Floats:
        """Return points of some slabs, each equally likely, uniform inside."""
        k, gap = self.population.slabs, 2 * self.population.margin
        width = (2 - (k - 1) * gap) / k
        which, inside = np.divmod(draw * len(slabs), 1)
        return -1 + slabs[which.astype(np.int64)] * (width + gap) + inside * width


def _coin(draw: Floats) -> Ints:
    """Return one of two labels, equally likely."""
    return (draw < 0.5).astype(np.int64)  # noqa: PLR2004
