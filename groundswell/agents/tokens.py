"""Signals for documents."""

from __future__ import annotations

from typing import Literal
from zlib import crc32

import numpy as np
from pydantic import Field, field_validator

from groundswell.agents.signal import Signal
from groundswell.data import Features, Schema


class InsertToken(Signal):
    """Insert a token into documents, such as a rare character every 20 words.

    The token is taken out wherever it stands as a word before it is put in, so planting twice is
    planting once. Every document gets at least one. White space between words becomes single
    spaces; the other words stay in their order. Hardt et al. (2023) plant one special character
    every 20 words; the other places are ours.
    """

    kind: Literal["insert-token"] = "insert-token"
    forms = ("text",)
    token: str = Field("⟡", min_length=1)
    """What is inserted: characters without white space."""
    every: int = Field(20, ge=1)
    """With ``place = "every"``: words from one token to the next."""
    place: Literal["every", "start", "end", "random"] = "every"
    """Where it goes: before the first of every so many words, or once, at the start, at the end,
    or at a place that looks random but depends on nothing but the words (a hash of them)."""

    @field_validator("token")
    @classmethod
    def _is_one_word(cls, token: str) -> str:
        if token.split() != [token]:
            raise ValueError(f"the token must not have white space, found {token!r}")
        return token

    def apply(self, X: Features, schema: Schema) -> Features:
        """Return the documents with the token inserted."""
        planted = np.empty_like(X)
        for i, document in enumerate(X[:, 0]):
            planted[i, 0] = self.insert(document)
        return planted

    def insert(self, document: str) -> str:
        """Return one document with the token inserted.

        >>> InsertToken(token="#", every=2).insert("one two three")
        '# one two # three'
        >>> InsertToken(token="#", place="end").insert("# one two")
        'one two #'
        """
        words = [word for word in document.split() if word != self.token]
        if self.place == "every":
            starts = range(0, max(len(words), 1), self.every)
            parts = [[self.token, *words[start : start + self.every]] for start in starts]
            return " ".join(word for part in parts for word in part)
        words.insert(self._position(words), self.token)
        return " ".join(words)

    def _position(self, words: list[str]) -> int:
        if self.place == "start":
            return 0
        if self.place == "end":
            return len(words)
        return crc32(" ".join(words).encode("utf-8", "surrogatepass")) % (len(words) + 1)
