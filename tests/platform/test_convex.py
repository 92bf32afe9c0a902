"""Learners whose gradients are known: exact minima, gradients, weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import approx_fprime, minimize
from sklearn.linear_model import LogisticRegression, Ridge

from groundswell.data import Column, Points, Schema, concatenate
from groundswell.platform.learners.base import DivergedError, TrainingSet
from groundswell.platform.learners.convex import Convex, ParametricModel
from groundswell.platform.learners.descent import Descent, DescentObjective
from groundswell.platform.learners.objective import ConvexObjective, features

LABELS = ("a", "b", "c")
IMAGES = Schema("images", tuple(Column(f"pixel{i}") for i in range(4)), LABELS)
CELLS = Schema("cells", (Column("cell", tuple("01234")),), LABELS)
LOSSES = ["logistic", "squared"]


def sample(seed: int, schema: Schema, count: int = 60) -> Points:
    rng = np.random.default_rng(seed)
    cells = schema.form == "cells"
    X = rng.integers(5, size=(count, 1)) if cells else rng.random((count, len(schema.columns)))
    return Points(X.astype(float), rng.integers(3, size=count), rng.random(count))


def training(points: Points, schema: Schema = IMAGES) -> TrainingSet:
    return TrainingSet(points, np.zeros(len(points), dtype=bool), schema)


def value(objective: ConvexObjective, points: Points, theta: np.ndarray) -> float:
    """The objective, written out once more."""
    phi, share = features(points.X, objective.schema), points.weights / points.weights.sum()
    scores = phi @ theta.reshape(phi.shape[1], -1)
    if objective.loss == "logistic":
        own = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        losses = -np.log(own[np.arange(len(phi)), points.y])
    else:
        losses = ((scores - np.eye(3)[points.y]) ** 2).sum(axis=1) / 2
    return float(share @ losses + objective.penalty / 2 * theta @ theta)


@pytest.mark.parametrize("schema", [IMAGES, CELLS])
@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_are_those_of_the_loss(loss, schema) -> None:
    objective, points = ConvexObjective(schema, loss, 0.3), sample(0, schema)
    theta = np.random.default_rng(1).normal(size=objective.size)
    one = objective.gradients(points, theta)
    for i in (0, 7):
        single = points.where(np.array([i]))
        numeric = approx_fprime(theta, lambda t, p=single: value(objective, p, t), 1e-7)
        np.testing.assert_allclose(one[i], numeric, atol=1e-5)
    mean = points.weights @ one / points.weights.sum()
    np.testing.assert_allclose(objective.mean_gradient(points, theta), mean, atol=1e-14)


@pytest.mark.parametrize("penalty", [1e-3, 0.01, 1.0])
@pytest.mark.parametrize("schema", [IMAGES, CELLS])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_minimum_is_one_to_machine_precision(loss, schema, penalty) -> None:
    for seed in range(5):
        objective, points = ConvexObjective(schema, loss, penalty), sample(seed, schema)
        theta = objective.solve(points)
        assert np.abs(objective.mean_gradient(points, theta)).max() < 1e-15
        other = minimize(
            lambda t, o=objective, p=points: value(o, p, t),
            theta + 0.1,
            jac=lambda t, o=objective, p=points: o.mean_gradient(p, t),
            tol=1e-12,
        )
        np.testing.assert_allclose(theta, other.x, atol=1e-5 / penalty**0.5)


@pytest.mark.parametrize("seed", range(3))
def test_minima_agree_with_scikit_learn(seed: int) -> None:
    points, penalty = sample(seed, IMAGES), 0.05
    phi = features(points.X, IMAGES)
    total = points.weights.sum()
    logistic = LogisticRegression(C=1 / (penalty * total), fit_intercept=False, tol=1e-12,
                                  max_iter=10_000)  # fmt: skip
    logistic.fit(phi, points.y, sample_weight=points.weights)
    theta = ConvexObjective(IMAGES, "logistic", penalty).solve(points)
    np.testing.assert_allclose(theta.reshape(-1, 3), logistic.coef_.T, atol=1e-6)
    ridge = Ridge(alpha=penalty * total, fit_intercept=False)
    ridge.fit(phi, np.eye(3)[points.y], sample_weight=points.weights)
    theta = ConvexObjective(IMAGES, "squared", penalty).solve(points)
    np.testing.assert_allclose(theta.reshape(-1, 3), ridge.coef_.T, atol=1e-12)


def test_strong_convexity_bounds_the_distance() -> None:
    rng = np.random.default_rng(0)
    for loss in LOSSES:
        objective, points = ConvexObjective(CELLS, loss, 0.02), sample(0, CELLS)
        theta = objective.solve(points)
        for size in (0.01, 1, 10):
            other = theta + size * rng.normal(size=objective.size)
            slope = np.linalg.norm(objective.mean_gradient(points, other))
            assert slope >= objective.convexity * np.linalg.norm(other - theta) * (1 - 1e-9)


def test_extreme_scores_stay_finite() -> None:
    points = Points(np.array([[1e3, 0, 0, 0], [-1e3, 0, 0, 0.0]]), np.array([0, 1]))
    objective = ConvexObjective(IMAGES, "logistic", 1e-6)
    theta = objective.solve(points)
    assert np.abs(objective.mean_gradient(points, theta)).max() < 1e-12


@pytest.mark.parametrize("schema", [CELLS, IMAGES])
@pytest.mark.parametrize("seed", range(6))
def test_the_minimum_is_the_same_wherever_it_is_sought_from(seed, schema) -> None:
    """Parameters within 1e-12 and the same answers, also from a minimum of quite other points."""
    learner, rng = Convex(penalty=0.02), np.random.default_rng(0)
    points, other = sample(seed, schema), sample(seed + 100, schema)
    served = learner.fit(training(replace(other, y=(other.y + 1) % 3), schema), rng)
    cold = learner.fit(training(points, schema), rng)
    warm = learner.fit(replace(training(points, schema), start=served), rng)
    assert np.abs(served.parameters - cold.parameters).max() > 0.1
    np.testing.assert_allclose(warm.parameters, cold.parameters, rtol=0, atol=1e-12)
    X = sample(seed + 200, schema, 500).X
    np.testing.assert_array_equal(warm.predict(X), cold.predict(X))


@pytest.mark.parametrize("loss", LOSSES)
def test_one_label_is_learned_like_any_other(loss) -> None:
    points = Points(np.random.default_rng(0).random((20, 4)), np.full(20, 2))
    model = Convex(loss=loss).fit(training(points), np.random.default_rng(0))
    assert (model.predict(points.X) == 2).all()
    assert isinstance(model, ParametricModel)


def test_label_vectors_mix_with_plain_labels() -> None:
    points = sample(3, IMAGES)
    vectors = Points(points.X, points.y, points.weight, np.eye(3)[points.y])
    half = np.arange(60) < 30
    mixed = concatenate([points.where(half), vectors.where(~half)])
    objective = ConvexObjective(IMAGES, "squared", 0.01)
    np.testing.assert_array_equal(objective.solve(mixed), objective.solve(points))


@pytest.mark.parametrize("hidden", [(), (3,), (4, 2)])
def test_gradients_of_networks(hidden) -> None:
    objective = Descent(hidden=hidden, penalty=0.1).objective(IMAGES, np.random.default_rng(0))
    points = sample(1, IMAGES, 12)
    each = objective.gradients(points, objective.start)
    mean = objective.mean_gradient(points, objective.start)
    np.testing.assert_allclose(points.weights @ each / points.weights.sum(), mean, atol=1e-14)
    numeric = approx_fprime(objective.start, lambda t: network_value(objective, points, t), 1e-7)
    np.testing.assert_allclose(mean, numeric, atol=1e-6)


def network_value(objective: DescentObjective, points: Points, theta: np.ndarray) -> float:
    units, used = features(points.X, IMAGES), 0
    for depth, (inside, out) in enumerate(
        zip(objective.widths[:-1], objective.widths[1:], strict=True)
    ):
        rows = inside + (depth > 0)
        if depth:
            units = np.column_stack([np.tanh(units), np.ones(len(units))])
        units = units @ theta[used : used + rows * out].reshape(rows, out)
        used += rows * out
    assert used == len(theta)
    own = np.exp(units) / np.exp(units).sum(axis=1, keepdims=True)
    losses = -np.log(own[np.arange(len(own)), points.y])
    share = points.weights / points.weights.sum()
    return float(share @ losses + objective.settings.penalty / 2 * theta @ theta)


def test_linear_descent_ends_where_newton_ends() -> None:
    points = sample(2, CELLS)
    learner = Descent(steps=2000, rate=2.0, penalty=0.05)
    model = learner.fit(training(points, CELLS), np.random.default_rng(0))
    assert isinstance(model, ParametricModel)
    theta = ConvexObjective(CELLS, "logistic", 0.05).solve(points)
    np.testing.assert_allclose(model.parameters, theta, atol=1e-10)
    grid = np.arange(5.0)[:, None]
    exact = Convex(penalty=0.05).fit(training(points, CELLS), np.random.default_rng(0))
    np.testing.assert_array_equal(model.predict(grid), exact.predict(grid))


def test_descent_says_when_it_diverges() -> None:
    with pytest.raises(DivergedError, match="lower 'rate'"):
        Descent(steps=300, rate=1e6, penalty=1.0).fit(
            training(sample(0, IMAGES)), np.random.default_rng(0)
        )


def test_convex_says_when_its_penalty_is_lost_in_rounding() -> None:
    with pytest.raises(DivergedError, match="raise 'penalty'"):
        Convex(penalty=1e-300).fit(training(sample(0, CELLS), CELLS), np.random.default_rng(0))
