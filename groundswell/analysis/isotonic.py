"""Success that never falls with α, fitted to a sweep, and the share at which it reaches S*."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from groundswell.analysis.bounds import FloatArray
from groundswell.analysis.tables import units

if TYPE_CHECKING:
    import pandas as pd

ROUNDING = 1e-12
"""Averaging equal numbers may lose so much."""
NAN = float("nan")


class Sweep(NamedTuple):
    """Success by replicate and share."""

    shares: FloatArray
    """The shares α that were measured, ascending."""
    sums: FloatArray
    """Sum of success over rows, shape (replicates, shares)."""
    counts: FloatArray
    """Number of rows, shape (replicates, shares)."""

    @classmethod
    def of(cls, table: pd.DataFrame, value: str) -> Sweep:
        """Sort the rows of a table by replicate and share."""
        shares, column = np.unique(table["alpha"].to_numpy(dtype=float), return_inverse=True)
        replicate = np.unique(units(table), return_inverse=True)[1]
        sums = np.zeros((replicate.max() + 1, len(shares)))
        counts = np.zeros_like(sums)
        np.add.at(sums, (replicate, column), table[value].to_numpy(dtype=float))
        np.add.at(counts, (replicate, column), 1)
        return cls(shares, sums, counts)

    def mean(self, times: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the shares that are there, and their means, each replicate counted so often."""
        weight = times @ self.counts
        there = weight > 0
        return self.shares[there], (times @ self.sums)[there] / weight[there]

    def resampled(self, resamples: int, rng: np.random.Generator) -> FloatArray:
        """Return how often each replicate is drawn in bootstrap resamples; none if it is alone."""
        replicates = len(self.sums)
        even = np.full(replicates, 1 / replicates)
        count = resamples if replicates > 1 else 0
        return rng.multinomial(replicates, even, size=count).astype(np.float64)

    def critical_mass(
        self, success: float, resamples: int, level: float, rng: np.random.Generator
    ) -> dict[str, float]:
        """Return the mass, its bootstrap interval, and what they rest on; NaN if not reached."""
        replicates = len(self.sums)
        found = self._mass(np.ones(replicates), success)
        low = high = reached = NAN
        if replicates > 1:
            drawn = self.resampled(resamples, rng)
            masses = np.array([self._mass(times, success) for times in drawn])
            low, high = _interval(masses, level)
            reached = float(np.isfinite(masses).mean())
        return {
            "critical_mass": found if found < math.inf else NAN,
            "low": low,
            "high": high,
            "reached": reached,
            "replicates": replicates,
            "shares": len(self.shares),
        }

    def _mass(self, times: FloatArray, success: float) -> float:
        """Return the mass with each replicate counted so many times; infinite if not reached."""
        from sklearn.isotonic import isotonic_regression

        shares, mean = self.mean(times)
        weight = times @ self.counts
        fit = isotonic_regression(mean, sample_weight=weight[weight > 0])
        return _first(shares, fit, success)


def _first(shares: FloatArray, fit: FloatArray, success: float) -> float:
    """Return where a rising function, linear between its points, first reaches a value."""
    reached = fit >= success - ROUNDING
    if not reached.any():
        return math.inf
    i = int(reached.argmax())
    if i == 0:
        return float(shares[0])
    part = min(1.0, (success - fit[i - 1]) / (fit[i] - fit[i - 1]))
    return float(shares[i - 1] + part * (shares[i] - shares[i - 1]))


def _interval(masses: FloatArray, level: float) -> tuple[float, float]:
    """Return the percentiles; NaN for one that lies among resamples that do not reach S*."""
    tail = (1 - level) / 2
    low = np.quantile(masses, tail, method="lower")
    high = np.quantile(masses, 1 - tail, method="higher")
    return tuple(float(end) if end < math.inf else NAN for end in (low, high))  # type: ignore[return-value]
