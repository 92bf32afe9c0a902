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


@pytest.mark.parametrize("tilt", [1e-9, 3e-9])
def test_reach_is_exact_where_the_solver_is_not(tilt: float) -> None:
    """Its answers are off by some 1e-10 here: lines that just miss a point of the hull."""
    slope = tilt / (2 + tilt)  # the ray y = slope·x meets y = x - 1
    met = np.hypot(1, slope) / (1 - slope)
    assert reach([[2.0, 1.0], [0.0, -1.0]], [-2 - tilt, -tilt]) == pytest.approx(met, rel=1e-13)
    slope = tilt / (2 - tilt)  # from (-1, 0) to (3, 1), and to (-1, 3): x = -slope·y
    cloud, direction = [[-1.0, 3.0], [3.0, 1.0], [-1.0, 0.0]], [tilt, tilt - 2]
    met = 2.5 / (1 - slope / 2) * np.hypot(1, slope)
    assert reach(cloud, direction) == pytest.approx(met, rel=1e-13)


FLAT = [
    [[0.0, -2.1e-07, 1e-08], [4.0, 1e-08, -3e-09], [-1.0, -6e-08, -3e-08]],
    [[-4.0, -1e-08, 3e-09], [0.0, 3e-08, 4e-08], [2.0, 6e-08, 1e-07], [1.0, 4e-07, -2e-08]],
    [[0.0, 7e-08, -5e-07], [-2.0, -6e-09, 1e-08], [-1.0, 2e-07, -3e-08], [6.0, -6e-08, -2e-09]],
    [[-5.0, -1e-08, -1e-08], [-1.0, 3e-08, -3e-07]],
    [[2.0, 5e-08, -2e-07], [5.0, -2e-08, -1e-08]],
    [[3.0, -4e-09, 1e-08], [-1.0, 6e-08, 1e-07]],
]


@pytest.mark.parametrize("cloud", FLAT)
def test_no_combination_reaches_further_than_its_furthest_point(cloud: list[list[float]]) -> None:
    """Also where, to the precision of the solver, the line along d lies in a flat hull."""
    lengths = [-x for x, *_ in cloud]
    assert min(lengths) - 1e-6 < reach(cloud, [1.0, 0.0, 0.0]) < max(lengths) + 1e-6


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
