"""Networks trained by gradient descent."""

from __future__ import annotations

import numpy as np
import pytest

import groundswell as gs
from groundswell.data import Column, Points, Schema
from groundswell.platform.learners.base import DivergedError, TrainingSet
from groundswell.platform.learners.sgd import SGD

SCHEMA = Schema("images", (Column("a"), Column("b")), ("no", "yes"))


def training_set(points: int = 200, weight: np.ndarray | None = None) -> TrainingSet:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(points, 2))
    y = (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(np.int64)
    return TrainingSet(Points(X, y, weight), np.zeros(points, dtype=bool), SCHEMA)


def accuracy(learner: SGD, data: TrainingSet, seed: int = 1) -> float:
    model = learner.fit(data, np.random.default_rng(seed))
    return float(np.mean(model.predict(data.points.X) == data.points.y))


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_hidden_layer_learns_what_a_linear_model_cannot(optimizer: str) -> None:
    settings = {"epochs": 100, "rate": 0.02, "batch": 16, "optimizer": optimizer}
    data = training_set()
    assert accuracy(SGD(hidden=(16,), **settings), data) > 0.97
    assert accuracy(SGD(**settings), data) < 0.9


def test_same_generator_same_network() -> None:
    data = training_set()
    grid = np.random.default_rng(5).normal(size=(500, 2))
    learner = SGD(hidden=(8,), epochs=3)
    models = [learner.fit(data, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    answers = [scores(model, grid) for model in models]
    assert (answers[0] == answers[1]).all()
    assert (answers[0] != answers[2]).any()


def scores(model, points: np.ndarray) -> np.ndarray:
    import torch

    from groundswell.platform.learners.stack import outputs

    return outputs(model.networks[-1], torch.from_numpy(points.astype(np.float32))).numpy()


def test_weights_count() -> None:
    """Points of weight 0 might as well not be there."""
    data = training_set()
    flipped = Points(data.points.X, 1 - data.points.y, np.zeros(len(data.points)))
    both = Points(
        np.concatenate([data.points.X, flipped.X]),
        np.concatenate([data.points.y, flipped.y]),
        np.concatenate([np.ones(len(data.points)), flipped.weights]),
    )
    mixed = TrainingSet(both, np.zeros(len(both), dtype=bool), SCHEMA)
    model = SGD(hidden=(16,), epochs=60).fit(mixed, np.random.default_rng(0))
    assert np.mean(model.predict(data.points.X) == data.points.y) > 0.95


def test_linear_model_agrees_with_plain_torch() -> None:
    """The same steps written out by hand, on the same drawn start and order."""
    import torch

    data = training_set(50)
    learner = SGD(epochs=4, batch=8, rate=0.1, momentum=0.5)
    model = learner.fit(data, np.random.default_rng(3))

    seed = int(np.random.default_rng(3).integers(2**31 - 1))
    generator = torch.Generator().manual_seed(seed)
    limit = 1 / np.sqrt(2)
    weight = (torch.rand((2, 2), generator=generator) * 2 - 1) * limit
    bias = (torch.rand((2,), generator=generator) * 2 - 1) * limit
    X, y = torch.from_numpy(data.points.X.astype(np.float32)), torch.from_numpy(data.points.y)
    velocity = [torch.zeros_like(weight), torch.zeros_like(bias)]
    for _ in range(4):
        order = torch.randperm(50, generator=generator)
        for start in range(0, 50, 8):
            chosen = order[start : start + 8]
            p = torch.softmax(X[chosen] @ weight.T + bias, dim=1)
            p[torch.arange(len(chosen)), y[chosen]] -= 1
            gradients = [p.T @ X[chosen] / len(chosen), p.mean(dim=0)]
            for v, g, parameter in zip(velocity, gradients, (weight, bias), strict=True):
                v.mul_(0.5).add_(g)
                parameter.sub_(0.1 * v)
    (found,) = model.networks[-1]
    np.testing.assert_allclose(found[:-1].T, weight, atol=1e-5)
    np.testing.assert_allclose(found[-1], bias, atol=1e-5)


def test_divergence_is_a_status_not_a_number() -> None:
    with pytest.raises(DivergedError):
        SGD(rate=1e6, hidden=(16, 16), epochs=5).fit(training_set(), np.random.default_rng(0))
    settings = {
        "name": "diverges",
        "rounds": 1,
        "population": "digits",
        "decision": "fixed",
        "collective": {"strategy": {"kind": "feature-label", "target": 3}},
        "platform": {
            "kind": "learning",
            "learner": {"kind": "sgd", "hidden": [32, 32], "rate": 1e6},
        },
    }
    with pytest.warns(RuntimeWarning, match="1 of 1 runs diverged"):
        result = gs.run(settings)
    assert result.runs["status"].tolist() == ["diverged"]
