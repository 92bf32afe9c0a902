"""Gmax: how long a gradient a convex combination of realisable ones can be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy.spatial import ConvexHull

from groundswell.analysis.gradient_bounds import reach


@given(st.integers(0, 10_000), st.integers(4, 30), st.integers(2, 3))
@settings(max_examples=60)
def test_reach_is_where_the_ray_leaves_the_hull(seed: int, points: int, dimension: int) -> None:
    """Against the facets that qhull finds; the hull contains the origin."""
    rng = np.random.default_rng(seed)
    cloud = rng.normal(size=(points + dimension, dimension))
    cloud -= rng.dirichlet(np.ones(len(cloud))) @ cloud
    direction = rng.normal(size=dimension)
    ray = -direction / np.linalg.norm(direction)
    facets = ConvexHull(cloud).equations
    along = facets[:, :-1] @ ray
    leaves = (-facets[along > 1e-12, -1] / along[along > 1e-12]).min()
    assert reach(cloud, direction) == pytest.approx(leaves, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_reach_has_the_unit_of_the_gradients_only(scale: float) -> None:
    square = np.array([[1.0, 1.0], [1.0, -1.0], [-2.0, 1.0], [-2.0, -1.0]])
    assert reach(scale * square, [5.0, 0.0]) == pytest.approx(2 * scale, rel=1e-12)
    assert reach(scale * square, [0.0, 1e-3]) == pytest.approx(scale, rel=1e-12)


def test_the_largest_single_gradient_is_too_optimistic() -> None:
    """Logistic loss, 10 dimensions: the norm of one gradient says many times too much."""
    rng = np.random.default_rng(0)
    x, theta = rng.normal(size=(100, 10)), rng.normal(size=10)
    p = 1 / (1 + np.exp(-x @ theta))
    gradients = np.concatenate([p[:, None] * x, (p - 1)[:, None] * x])
    found = reach(gradients, rng.normal(size=10))
    assert np.linalg.norm(gradients, axis=1).max() / found > 3


def test_a_pull_that_can_only_be_weakened_has_a_negative_reach() -> None:
    assert reach([[1.0, 1.0], [1.0, -1.0], [3.0, 0.0]], [2.0, 0.0]) == pytest.approx(-1)
    assert reach([[1.0, 1.0], [1.0, 2.0]], [2.0, 0.0]) == -np.inf


def test_points_without_gradients_reach_nowhere() -> None:
    assert reach([[0.0, 0.0], [0.0, 0.0]], [2.0, 1.0]) == 0


@pytest.mark.parametrize(
    ("gradients", "direction"),
    [
        ([[1.0, 2.0]], [1.0]),
        ([], []),
        (np.empty((0, 2)), [1.0, 0.0]),
        ([1.0, 2.0], 1.0),
        (np.ones((1, 2, 2)), np.ones((2, 2))),
        ([[1.0, np.nan]], [1.0, 0.0]),
        ([[1.0, 0.0]], [1.0, np.inf]),
        ([[1.0, 1.0]], [0.0, 0.0]),
    ],
)
def test_what_has_no_reach_is_refused(gradients: ArrayLike, direction: ArrayLike) -> None:
    with pytest.raises(ValueError, match=r"^gradients .*direction .*(do not fit|must be finite)"):
        reach(gradients, direction)
