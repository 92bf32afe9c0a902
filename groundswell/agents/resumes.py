"""Synthetic résumés: documents of a known law, with no download."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from groundswell.agents.population import Population, Rows, Source
from groundswell.agents.text import numbers_for
from groundswell.agents.vocabulary import GENERAL, ROOTS, words
from groundswell.data import Column, Floats, Ints, Points, Schema

BYTES_PER_WORD = 10


class Resumes(Population):
    """Synthetic résumés of equally frequent occupations, the label to be predicted.

    Words are independent given the occupation [ours]: each comes with probability ``overlap`` from
    all words there are, else from the occupation's own. Both laws are Zipf's, in an order drawn
    once per run. Any two occupations then share exactly ``overlap`` of their word laws,
    Σ_w min(p_j(w), p_k(w)). They stand in for the résumés of Jiechieu & Tsopze (2021), which Hardt
    et al. (2023) use and which cannot be shipped; see `text` for reading a copy.
    """

    kind: Literal["resumes"] = "resumes"
    form = "text"
    occupations: int = Field(len(ROOTS), ge=2, le=len(ROOTS))
    """Number of occupations."""
    words: int = Field(100, ge=1)
    """Mean number of words of a résumé."""
    spread: float = Field(0.3, ge=0, le=2)
    """How much lengths differ: standard deviation of their logarithm, which is normal."""
    overlap: float = Field(0.8, ge=0, le=1)
    """Share of their words that occupations have in common: 0 none, 1 all."""
    label_noise: float = Field(0.0, ge=0, le=1)
    """Share of résumés whose label is replaced by one drawn uniformly."""

    def width(self) -> int:
        """Return how many numbers take the memory of a résumé of mean length."""
        return numbers_for(BYTES_PER_WORD * self.words)

    def open(self, rng: np.random.Generator) -> Source:
        """Draw which words are frequent."""
        return ResumeSource(self, rng)


class ResumeSource(Source):
    """Independent draws of résumés.

    Parameters
    ----------
    resumes
        The settings.
    rng
        Orders the words by frequency.

    Attributes
    ----------
    vocabulary
        All words: those of no occupation, then those of each.
    law_of_words
        Probability of each word given the occupation, shape (occupations, words).
    """

    def __init__(self, resumes: Resumes, rng: np.random.Generator) -> None:
        names = list(ROOTS)[: resumes.occupations]
        super().__init__(Schema("text", (Column("text"),), tuple(names)))
        self.resumes = resumes
        blocks = [words(roots) for roots in (GENERAL, *(ROOTS[name] for name in names))]
        self.vocabulary = np.array([word for block in blocks for word in block], dtype=object)
        ends = np.cumsum([len(block) for block in blocks])
        common = resumes.overlap * zipf(len(self.vocabulary), rng)
        self.law_of_words = np.tile(common, (len(names), 1))
        for law, start, end in zip(self.law_of_words, ends[:-1], ends[1:], strict=True):
            law[start:end] += (1 - resumes.overlap) * zipf(end - start, rng)

    def rows(self, users: int, rng: np.random.Generator) -> Rows:
        """Draw one résumé per user."""
        return Rows(self.fresh(users, rng), np.arange(users))

    def fresh(self, count: int, rng: np.random.Generator) -> Points:
        """Draw résumés."""
        occupation = rng.integers(len(self.schema.labels), size=count)
        length = self._lengths(count, rng)
        drawn = self.vocabulary[self._words(np.repeat(occupation, length), rng)]
        documents = np.empty((count, 1), dtype=object)
        ends = np.cumsum(length)
        for i, (start, end) in enumerate(zip(ends - length, ends, strict=True)):
            documents[i, 0] = " ".join(drawn[start:end])
        wrong = rng.random(count) < self.resumes.label_noise
        label = np.where(wrong, rng.integers(len(self.schema.labels), size=count), occupation)
        return Points(documents, label)

    def _lengths(self, count: int, rng: np.random.Generator) -> Ints:
        spread = self.resumes.spread
        factor = np.exp(spread * rng.standard_normal(count) - spread**2 / 2)  # its mean is 1
        return np.asarray(np.maximum(np.rint(self.resumes.words * factor), 1), dtype=np.int64)

    def _words(self, occupation: Ints, rng: np.random.Generator) -> Ints:
        """Draw one word of each occupation, by its position in the vocabulary."""
        steps = np.cumsum(self.law_of_words, axis=1)
        # One search for all occupations: the steps of occupation k rise from k to k + 1.
        steps = steps / steps[:, -1:] + np.arange(len(steps))[:, None]
        found = np.searchsorted(steps.ravel(), occupation + rng.random(len(occupation)), "right")
        return np.asarray(found % steps.shape[1])


def zipf(count: int, rng: np.random.Generator) -> Floats:
    """Return Zipf's law, 1/rank, over words in random order."""
    law = 1 / (1 + rng.permutation(count))
    return np.asarray(law / law.sum())
