"""Widths of hidden layers, and the memory that they take."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from groundswell.data import Schema
from groundswell.machine import refuse_beyond_memory

Widths = Annotated[tuple[Annotated[int, Field(ge=1, le=65_536)], ...], Field(strict=False)]

BYTES = 16
"""Per parameter: the number, its gradient, and the two means of Adam, in single precision."""


def refuse_too_wide(hidden: Sequence[int], schema: Schema) -> None:
    """Refuse a network that this machine's memory cannot hold, before any of it is made.

    Raises
    ------
    InputError
        With the memory it would need.
    """
    inputs = sum(len(column.categories or ("numeric",)) for column in schema.columns)
    widths = (inputs, *hidden, len(schema.labels))
    needed = BYTES * sum(before * behind for before, behind in pairwise(widths))
    refuse_beyond_memory("a network this wide", needed, ("hidden",))
