"""Signals for documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from zlib import crc32

import numpy as np
from pydantic import Field, field_validator

from groundswell.agents.signal import Signal
from groundswell.data import Features, Schema


class InsertToken(Signal):
    """Insert a token into documents, such as a rare character for every 20 words.

    Hardt et al. (2023) insert one special character every 20 words; the other places are ours,
    with the same number of tokens, so that only the place differs. The token is taken out wherever
    it stands as a word before it is put in, so planting twice is planting once. White space
    becomes single spaces; the other words stay as they are, in their order.
    """

    kind: Literal["insert-token"] = "insert-token"
    forms = ("text",)
    token: str = Field("⟡", min_length=1)
    """What is inserted: characters without white space."""
    every: int = Field(20, ge=1)
    """One token for each so many words, the last of them begun or complete; at least one."""
    place: Literal["every", "start", "end", "random"] = "every"
    """Where tokens go: before the first of every so many words, all at the start, all at the end,
    or scattered by a hash of the words, which looks random and is the same each time."""

    @field_validator("token")
    @classmethod
    def _is_one_word(cls, token: str) -> str:
        if token.split() != [token]:
            raise ValueError(f"the token must not have white space, found {token!r}")
        return token

    def apply(self, X: Features, schema: Schema) -> Features:
        """Return the documents with the tokens inserted."""
        planted = np.empty_like(X)
        for i, document in enumerate(X[:, 0]):
            planted[i, 0] = self.insert(document)
        return planted

    def insert(self, document: str) -> str:
        """Return one document with the tokens inserted.

        >>> InsertToken(token="#", every=2).insert("one two three")
        '# one two # three'
        >>> InsertToken(token="#", every=3, place="end").insert("# one two")
        'one two #'
        """
        words = [word for word in document.split() if word != self.token]
        planted: list[str] = []
        last = 0
        for position in self._positions(words):
            planted += [*words[last:position], self.token]
            last = position
        return " ".join(planted + words[last:])

    def _positions(self, words: list[str]) -> Iterable[int]:
        """Return before which words tokens go, ascending; the number of words is the end."""
        tokens = max(-(-len(words) // self.every), 1)
        if self.place == "every":
            return range(0, tokens * self.every, self.every)
        if self.place == "random":
            hashed = crc32(" ".join(words).encode("utf-8", "surrogatepass"))
            scattered = np.random.default_rng(hashed).integers(len(words) + 1, size=tokens)
            return sorted(scattered.tolist())
        return [0 if self.place == "start" else len(words)] * tokens
