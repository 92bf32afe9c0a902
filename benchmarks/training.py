"""2,000 networks trained side by side against plain loops over as many, on one thread.

The loops are what anybody would write: nn.Sequential, CrossEntropyLoss and optim.SGD; and
MLPClassifier of scikit-learn with the same settings. The first starts from the same weights and
sees the points in the same order, so that its networks must agree. All three take turns, a part of
the networks each, and the median of the ratios counts.
"""

from __future__ import annotations

import os
import warnings
from statistics import median
from time import perf_counter

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits
from torch import nn

from groundswell.data import Column, Points, Schema
from groundswell.platform.learners.base import Fit, TrainingSet, seed_of
from groundswell.platform.learners.network import NetworkClassifier, fit_networks
from groundswell.platform.learners.sgd import SGD
from groundswell.platform.learners.stack import Layers, drawn

MODELS, POINTS, INPUTS, HIDDEN, LABELS = 2_000, 1_000, 64, 32, 10
PART, LOOPED = 250, 12
"""Networks side by side in each turn, and as many of them as each loop trains."""
TARGETS = {"a plain torch loop": 8.0, "scikit-learn's MLPClassifier": 6.0}
SAME = 1e-4
LEARNER = SGD(hidden=(HIDDEN,), epochs=20, batch=32)
SCHEMA = Schema(
    "images", tuple(Column(f"pixel{i}") for i in range(INPUTS)), tuple(map(str, range(LABELS)))
)


def training_set(seed: int) -> TrainingSet:
    rng = np.random.default_rng(seed)
    X = rng.random((POINTS, INPUTS))
    y = (X[:, :LABELS] + rng.normal(0, 0.2, (POINTS, LABELS))).argmax(axis=1)
    return TrainingSet(Points(X, y), np.zeros(POINTS, dtype=bool), SCHEMA)


def plain(data: TrainingSet, seed: int) -> nn.Sequential:
    generator = torch.Generator().manual_seed(seed_of(np.random.default_rng(seed)))
    inputs = torch.from_numpy(data.points.X.astype(np.float32))
    labels = torch.from_numpy(data.points.y)
    network = nn.Sequential(nn.Linear(INPUTS, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, LABELS))
    with torch.no_grad():
        start = drawn((INPUTS, HIDDEN, LABELS), generator)
        for layer, matrix in zip(network[::2], start, strict=True):
            layer.weight.copy_(matrix[:-1].T)
            layer.bias.copy_(matrix[-1])
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNER.rate, momentum=LEARNER.momentum)
    loss = nn.CrossEntropyLoss()
    for _ in range(LEARNER.epochs):
        order = torch.randperm(POINTS, generator=generator)
        for rows in order.split(LEARNER.batch):
            optimizer.zero_grad()
            loss(network(inputs[rows]), labels[rows]).backward()
            optimizer.step()
    return network


def difference(network: nn.Sequential, found: Layers) -> float:
    pairs = zip(network[::2], found, strict=True)
    with torch.no_grad():
        return max(float((layer.weight.T - own[:-1]).abs().max()) for layer, own in pairs)


def sklearn(data: TrainingSet, seed: int) -> MLPClassifier:
    model = MLPClassifier(
        (HIDDEN,), solver="sgd", alpha=0, batch_size=LEARNER.batch, max_iter=LEARNER.epochs,
        learning_rate_init=LEARNER.rate, momentum=LEARNER.momentum, nesterovs_momentum=False,
        n_iter_no_change=LEARNER.epochs, tol=0, random_state=seed,
    )  # fmt: skip
    return model.fit(data.points.X.astype(np.float32), data.points.y)


def turn(first: int) -> tuple[float, float, float, list[float]]:
    """Return the seconds that a network takes in each of the three ways, and differences."""
    data = [training_set(seed) for seed in range(first, first + PART)]
    fits = [Fit(LEARNER, one, np.random.default_rng(first + i)) for i, one in enumerate(data)]
    start = perf_counter()
    models = fit_networks(fits)
    batched = perf_counter()
    networks = [plain(one, first + i) for i, one in enumerate(data[:LOOPED])]
    looped = perf_counter()
    for i, one in enumerate(data[:LOOPED]):
        sklearn(one, i)
    ended = perf_counter()
    apart = [
        difference(network, model.networks[-1])
        for network, model in zip(networks, models, strict=False)
        if isinstance(model, NetworkClassifier)
    ]
    return (batched - start) / PART, (looped - batched) / LOOPED, (ended - looped) / LOOPED, apart


def main() -> None:
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", ConvergenceWarning)  # all stop after the same epochs
    with threadpool_limits(limits=1):
        turns = [turn(first) for first in range(0, MODELS, PART)]
    own = [one[0] for one in turns]
    print(
        f"{MODELS:,} networks {INPUTS}-{HIDDEN}-{LABELS}, {POINTS:,} points, batch 32, one thread:"
    )
    for way, (name, target) in enumerate(TARGETS.items(), start=1):
        ratio = median(one[way] / one[0] for one in turns)
        verdict = "met" if ratio >= target else "MISSED"
        print(
            f"  {ratio:.1f} x the trainings per second of {name} (target {target:.0f}: {verdict})"
        )
    rate = f"{1 / median(own):.0f} a second at {LEARNER.epochs} epochs"
    print(f"  ({rate}, {sum(own) * PART:.0f} s; load of the machine: {os.getloadavg()[0]:.1f})")
    apart = [one for turned in turns for one in turned[3]]
    same = sum(one < SAME for one in apart) / len(apart)
    print(
        f"  weights of {same:.1%} of {len(apart)} networks within {SAME:g}, of all within "
        f"{max(apart):.1e}"
    )
    print("  (products are summed in another order, which once in a while flips a unit)")
