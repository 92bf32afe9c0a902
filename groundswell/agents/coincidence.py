"""Honest points that carry the collective's signal by chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from groundswell.agents.population import Rows, Source
from groundswell.agents.signal import Signal
from groundswell.data import Features, Floats, Ints, Points, concatenate


class Coincidence(Source):
    """Points of another source, a share of which carry the signal: P0 becomes (1-ξ)P0 + ξ g(P0).

    Labels are as they were, so a point that carries the signal says nothing about its label.
    Which points carry it is drawn after the points themselves: with one seed they are the same
    points whatever ξ, and those that carry the signal at a small ξ do at a larger one.

    Parameters
    ----------
    source
        Where points come from.
    signal
        The signal x -> g(x).
    share
        Share ξ of the points that carry it by chance, each independently.
    """

    def __init__(self, source: Source, signal: Signal, share: float) -> None:
        super().__init__(source.schema, source.notes)
        self.source, self.signal, self.share = source, signal, share

    @property
    def p0(self) -> Floats | None:
        """The mixture as a table, where P0 is known."""
        base = self.source.p0
        if base is None:
            return None
        to = self._planted(np.arange(len(base), dtype=float)[:, None])[:, 0].astype(np.int64)
        carrying = np.zeros_like(base)
        np.add.at(carrying, to, base)
        return (1 - self.share) * base + self.share * carrying

    @property
    def law(self) -> Points | None:
        """The mixture, where P0 is known."""
        base = self.source.law
        if base is None:
            return None
        carrying = replace(base, X=self._planted(base.X))
        return concatenate([base.scaled(1 - self.share), carrying.scaled(self.share)])

    def rows(self, users: int, rng: np.random.Generator) -> Rows:
        """Return the data of N users."""
        rows = self.source.rows(users, rng)
        return replace(rows, points=self._some_carrying(rows.points, rng))

    def rows_of(self, chosen: Ints, rng: np.random.Generator) -> Rows:
        """Return the data of some users of a table."""
        rows = self.source.rows_of(chosen, rng)
        return replace(rows, points=self._some_carrying(rows.points, rng))

    def fresh(self, count: int, rng: np.random.Generator) -> Points:
        """Return points of P0 that no user holds."""
        return self._some_carrying(self.source.fresh(count, rng), rng)

    def _some_carrying(self, points: Points, rng: np.random.Generator) -> Points:
        carries = rng.random(len(points)) < self.share
        return replace(points, X=np.where(carries[:, None], self._planted(points.X), points.X))

    def _planted(self, X: Features) -> Features:
        return self.signal.apply(X, self.schema)
