"""Users whose data are documents of a CSV or Parquet file."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from groundswell.agents.population import Population, Source
from groundswell.agents.table import TableSource, kept_share
from groundswell.agents.tabular import Frame, encode_label, read_frame
from groundswell.data import Column, Features, Points, Schema
from groundswell.problems import InputError

POINTER_AND_HEADER = 64
"""Bytes that Python needs for a string beside its characters, and for pointing at it."""


class Text(Population):
    """Documents of a CSV or Parquet file, each with one label and a user of its own.

    Hardt et al. (2023) use the résumés of Jiechieu & Tsopze (2021), which are not part of
    Groundswell; a copy with one label per résumé reads like any other file. See `resumes` for
    documents that need no download.
    """

    kind: Literal["text"] = "text"
    form = "text"
    path: str = Field(json_schema_extra={"file": True})
    """The file: CSV with a header line, or Parquet (by its suffix)."""
    text: str
    """Column of the documents."""
    label: str
    """Column that is to be predicted."""
    test_share: float = Field(0.3, gt=0, lt=1)
    """Share of the documents that no user gets, kept for measuring."""

    @model_validator(mode="after")
    def _two_columns(self) -> Text:
        if self.text == self.label:
            raise ValueError(f"'text' and 'label' are the same column, '{self.text}'")
        return self

    def size(self) -> int:
        """Return the number of documents that are not kept for measuring."""
        rows = self._frame().rows
        return rows - kept_share(self.test_share, rows)

    def width(self) -> int:
        """Return how many numbers take the memory of a document of mean length."""
        return numbers_for(sum(map(len, self._documents(self._frame()))) / self._frame().rows)

    def open(self, rng: np.random.Generator) -> Source:
        """Read the file and split off what is kept for measuring."""
        frame = self._frame()
        X = self._documents(frame).reshape(-1, 1)
        labels, (y,) = encode_label([frame], self.label)
        order = rng.permutation(len(y))
        kept, users = np.split(order, [kept_share(self.test_share, len(y))])
        points = Points(X, y)
        schema = Schema("text", (Column(self.text),), tuple(labels))
        return TableSource(schema, points.where(users), np.arange(len(users)), points.where(kept))

    def _frame(self) -> Frame:
        # No marker of missing values: any text may be a document.
        frame = read_frame(self.path, "", "path")
        for key in ("text", "label"):
            frame.check_column(getattr(self, key), key)
        return frame

    def _documents(self, frame: Frame) -> Features:
        if frame.is_numeric(self.text):
            raise InputError(f"column '{self.text}' holds numbers, not documents", key=("text",))
        documents = frame.text(self.text)
        blank = np.array([not document.strip() for document in documents])
        if blank.any():
            others = f" (so are {blank.sum() - 1} others)" if blank.sum() > 1 else ""
            raise InputError(
                f"the document is empty{others}; leave such rows out",
                key=("text",),
                place=frame.place(int(blank.argmax())),
            )
        return np.array(documents, dtype=object)


def numbers_for(characters: float) -> int:
    """Return how many 8-byte numbers take the memory of a document.

    >>> numbers_for(800)
    108
    """
    return -(-(POINTER_AND_HEADER + round(characters)) // 8)
