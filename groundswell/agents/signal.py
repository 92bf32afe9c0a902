"""The signal x -> g(x) that members plant, in the terms of the data."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from groundswell.component import Component
from groundswell.data import Features, Floats, Schema
from groundswell.problems import InputError

Ints = Annotated[tuple[int, ...], Field(strict=False)]


class Signal(Component):
    """How members change the features of what they submit."""

    part: ClassVar[str] = "signal"
    default_kind = "none"
    forms: ClassVar[tuple[str, ...]]
    """Forms of data points it can change (see `Schema`)."""

    @property
    def idempotent(self) -> bool:
        """Whether g(g(x)) = g(x), as the theorems assume."""
        return True

    def check(self, schema: Schema) -> None:
        """Refuse a signal that does not fit the data.

        Raises
        ------
        InputError
            Names the parameter at fault.
        """
        self.apply(schema.example(), schema)

    def apply(self, X: Features, schema: Schema) -> Features:
        """Return g(x) for each row of X, shape (rows, columns); X is not changed."""
        raise NotImplementedError


class NoSignal(Signal):
    """Features stay as they are."""

    kind: Literal["none"] = "none"
    forms = ("none", "cells", "images", "columns", "text")

    def apply(self, X: Features, schema: Schema) -> Features:
        """Return X."""
        return X


class FeatureSignal(Signal):
    """Signals that do something to named columns."""

    features: dict[str, Any]

    def check(self, schema: Schema) -> None:
        """Refuse columns and values that do not fit the data, all at once."""
        found: list[InputError] = []
        for name, value in self.features.items():
            try:
                self.replace(features={name: value}).apply(schema.example(), schema)
            except InputError as error:
                found.append(error)
        if found:
            found[0].more = found[1:]
            raise found[0]


class SetFeatures(FeatureSignal):
    """Set columns to given values, e.g. ``{ "native-country" = "Peru" }``."""

    kind: Literal["set-features"] = "set-features"
    forms = ("columns", "images")
    features: dict[str, float | int | str] = Field(min_length=1)
    """Value of each column to set: a number, or the name of a category."""

    def apply(self, X: Floats, schema: Schema) -> Floats:
        """Return X with the columns set."""
        changed = X.copy()
        for name, value in self.features.items():
            position = _position(schema, name)
            changed[:, position] = _encoded(schema, position, name, value)
        return changed


class Shift(FeatureSignal):
    """Add amounts to numeric columns. Not idempotent: planted twice, it shifts twice."""

    kind: Literal["shift"] = "shift"
    forms = ("columns", "images")
    features: dict[str, float] = Field(min_length=1)
    """Amount to add to each column."""

    @property
    def idempotent(self) -> bool:
        """Only a shift by nothing is."""
        return not any(self.features.values())

    def apply(self, X: Floats, schema: Schema) -> Floats:
        """Return X with the amounts added."""
        changed = X.copy()
        for name, amount in self.features.items():
            position = _position(schema, name)
            column = schema.columns[position]
            if column.categories is not None:
                why = f"; {column.why}" if column.why else ""
                raise InputError(f"column '{name}' is not numeric{why}", key=("features", name))
            changed[:, position] += amount
        return changed


class Pixels(Signal):
    """Set pixels of an image to one value."""

    kind: Literal["pixels"] = "pixels"
    forms = ("images",)
    pixels: Ints = Field(min_length=1)
    """Which pixels, counted row by row from 0 at the top left."""
    value: float = 1.0
    """The value, any number; digits lie in [0, 1]."""

    def apply(self, X: Floats, schema: Schema) -> Floats:
        """Return X with the pixels set."""
        last = len(schema.columns) - 1
        for pixel in self.pixels:
            if not 0 <= pixel <= last:
                raise InputError(f"pixels go from 0 to {last}, found {pixel}", key=("pixels",))
        changed = X.copy()
        changed[:, list(self.pixels)] = self.value
        return changed


class Cells(Signal):
    """Send each cell of a finite X to a cell."""

    kind: Literal["cells"] = "cells"
    forms = ("cells",)
    to: Ints = Field(min_length=1)
    """The cell that each cell is sent to."""

    @model_validator(mode="after")
    def _cells_exist(self) -> Cells:
        wrong = [cell for cell in self.to if not 0 <= cell < len(self.to)]
        if wrong:
            raise ValueError(f"cells go from 0 to {len(self.to) - 1}, found {wrong[0]} in 'to'")
        return self

    @property
    def idempotent(self) -> bool:
        """Whether cells that are sent to stay where they are."""
        return all(self.to[cell] == cell for cell in self.to)

    def apply(self, X: Floats, schema: Schema) -> Floats:
        """Return the cells that the cells of X are sent to."""
        cells = len(schema.columns[0].categories or ())
        if len(self.to) != cells:
            raise InputError(f"needs one entry for each of {cells} cells, found {len(self.to)}",
                             key=("to",))  # fmt: skip
        return np.array(self.to, dtype=float)[X.astype(np.int64)]


def _position(schema: Schema, name: str) -> int:
    try:
        return schema.column(name)
    except InputError as error:
        raise InputError(str(error), key=("features", name)) from None


def _encoded(schema: Schema, position: int, name: str, value: float | str) -> float:
    try:
        return schema.columns[position].encode(value)
    except InputError as error:
        raise InputError(str(error), key=("features", name)) from None
