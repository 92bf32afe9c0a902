"""Data points: what users hold, what they submit, what the platform is measured on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.problems import InputError, did_you_mean

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Features = NDArray[Any]
"""X: numbers, or documents (str objects) where the form is "text"."""


@dataclass(frozen=True)
class Column:
    """One feature of a data point.

    Parameters
    ----------
    name
        Its name, in the user's own terms.
    categories
        Names of the categories of a categorical column, whose values are their indices;
        None for a numeric column.
    why
        Why its values are read as categories where nearly all are numbers.
    """

    name: str
    categories: tuple[str, ...] | None = None
    why: str = field(default="", compare=False)

    def encode(self, value: object) -> float:
        """Return the number that stands for a value in this column.

        Raises
        ------
        InputError
            If the value is text in a numeric column, or an unknown category.
        """
        if self.categories is None:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InputError(f"column '{self.name}' is numeric, found {value!r}")
            return float(value)
        if str(value) not in self.categories:
            hint = f"; {self.why}" if self.why else did_you_mean(value, self.categories)
            raise InputError(f"column '{self.name}' has no category {str(value)!r}{hint}")
        return float(self.categories.index(str(value)))


@dataclass(frozen=True)
class Schema:
    """What data points look like.

    Parameters
    ----------
    form
        ``"cells"`` (one categorical column of a finite X), ``"images"`` (numeric, one unit for
        all), ``"columns"`` (numeric and categorical), ``"text"`` (one column of documents), or
        ``"none"``.
    columns
        The features, in the order of the columns of X.
    labels
        Names of the labels; y holds their indices.
    """

    form: str
    columns: tuple[Column, ...] = ()
    labels: tuple[str, ...] = ()

    @cached_property
    def numeric(self) -> list[int]:
        """Positions of the numeric columns."""
        if self.form == "text":
            return []
        return [i for i, column in enumerate(self.columns) if column.categories is None]

    @cached_property
    def categorical(self) -> list[int]:
        """Positions of the categorical columns."""
        return [i for i, column in enumerate(self.columns) if column.categories is not None]

    def example(self) -> Features:
        """Return features that fit: one row of zeros, or one empty document."""
        shape = 1, len(self.columns)
        return np.full(shape, "", dtype=object) if self.form == "text" else np.zeros(shape)

    def column(self, name: str) -> int:
        """Return the position of a column.

        Raises
        ------
        InputError
            If there is no such column.
        """
        names = [column.name for column in self.columns]
        if name not in names:
            raise InputError(f"there is no column '{name}'{did_you_mean(name, names)}")
        return names.index(name)

    def label(self, value: str | int) -> int:
        """Return the index of a label, given by its name.

        Raises
        ------
        InputError
            If there is no such label.
        """
        if str(value) not in self.labels:
            hint = did_you_mean(value, self.labels)
            raise InputError(f"there is no label {str(value)!r}{hint}")
        return self.labels.index(str(value))


@dataclass(frozen=True)
class Points:
    """Data points z = (x, y) with weights.

    Parameters
    ----------
    X
        Features, shape (points, columns); categories as indices, documents as str objects.
    y
        Label indices, shape (points,).
    weight
        Weights, shape (points,); None means that all points weigh the same.
    label_values
        Real-valued label vectors that stand in for y, shape (points, labels); None where labels
        are plain. Only a learner with a squared loss can read them.
    """

    X: Features
    y: Ints
    weight: Floats | None = None
    label_values: Floats | None = None

    def __len__(self) -> int:
        return len(self.y)

    @property
    def weights(self) -> Floats:
        """The weights as an array."""
        return np.ones(len(self)) if self.weight is None else self.weight

    def share(self, which: Bools) -> float:
        """Return the share of the points, by weight, for which something holds."""
        if self.weight is None:
            return float(np.mean(which)) if len(which) else float("nan")
        total = self.weight.sum()
        return float(self.weight[which].sum() / total) if total else float("nan")

    def where(self, keep: Bools | Ints) -> Points:
        """Return some of the points."""
        weight = None if self.weight is None else self.weight[keep]
        values = None if self.label_values is None else self.label_values[keep]
        return Points(self.X[keep], self.y[keep], weight, values)

    def label_vectors(self, labels: int) -> Floats:
        """Return the labels as vectors, one-hot where they are plain; shape (points, labels)."""
        return np.eye(labels)[self.y] if self.label_values is None else self.label_values

    def scaled(self, factor: float | Floats) -> Points:
        """Return the points with their weights multiplied, by one factor or one for each."""
        return replace(self, weight=self.weights * factor)


def concatenate(parts: list[Points]) -> Points:
    """Put points together; weights and label vectors appear if any part has them."""
    if len(parts) == 1:
        return parts[0]
    weighted = any(part.weight is not None for part in parts)
    widths = [part.label_values.shape[1] for part in parts if part.label_values is not None]
    return Points(
        np.concatenate([part.X for part in parts]),
        np.concatenate([part.y for part in parts]),
        np.concatenate([part.weights for part in parts]) if weighted else None,
        np.concatenate([part.label_vectors(widths[0]) for part in parts]) if widths else None,
    )
