"""Convex combinations of points that members can submit."""

from __future__ import annotations

import numpy as np

from groundswell.data import Floats, Ints


def nearest(points: Floats, target: Floats) -> Floats:
    """Return the weights of the convex combination of points that is nearest to a target.

    Parameters
    ----------
    points
        Shape (points, dimensions).
    target
        Shape (dimensions,).

    Returns
    -------
    ndarray
        Weights, not negative and summing to 1, shape (points,).

    Notes
    -----
    With c_i = point_i - target, non-negative least squares on ‖Σ u_i c_i‖² + (Σ u_i - 1)² gives
    u = s·w with weights w of sum 1. For each w the best s leaves m/(1+m), m = ‖Σ w_i c_i‖², which
    rises with m: so w is nearest exactly, and the row for the sum needs no large factor.

    >>> nearest(np.array([[0.0, 1.0], [2.0, 1.0]]), np.array([0.5, 0.0])).round(12).tolist()
    [0.75, 0.25]
    """
    from scipy.optimize import nnls

    away = points - target
    rows = np.vstack([away.T / (np.abs(away).max() or 1.0), np.ones(len(points))])
    right = np.zeros(len(rows))
    right[-1] = 1
    weights: Floats = nnls(rows, right, maxiter=10 * len(points) + 100)[0]
    weights = _polished(rows, right, weights)
    return np.asarray(weights / weights.sum())


def _polished(rows: Floats, right: Floats, weights: Floats) -> Floats:
    """Solve again for the points that were chosen, with one step of refinement."""
    chosen = weights > 0
    exact = weights[chosen]
    for _ in range(2):
        left = right - rows[:, chosen] @ exact
        exact = exact + np.linalg.lstsq(rows[:, chosen], left, rcond=None)[0]
    if exact.min() < 0:
        return weights
    better = np.zeros_like(weights)
    better[chosen] = exact
    return better


def apportioned(weights: Floats, count: int) -> Ints:
    """Return whole numbers in proportion to weights, by largest remainder; ties to the first.

    >>> apportioned(np.array([0.5, 0.3, 0.2]), 4).tolist()
    [2, 1, 1]
    """
    shares = weights * count
    whole = np.floor(shares).astype(np.int64)
    order = np.argsort(whole - shares, kind="stable")
    whole[order[: count - whole.sum()]] += 1
    return whole
