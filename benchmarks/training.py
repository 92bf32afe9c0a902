"""256 networks trained side by side against a plain loop over them, on one thread.

The loop is what anybody would write: nn.Sequential, CrossEntropyLoss and optim.SGD. Both start from
the same weights and see the points in the same order, so their networks must agree.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter

import numpy as np
import torch
from torch import nn

from groundswell.data import Column, Points, Schema
from groundswell.platform.learners.base import Fit, TrainingSet, seed_of
from groundswell.platform.learners.network import NetworkClassifier, fit_networks
from groundswell.platform.learners.sgd import SGD
from groundswell.platform.learners.stack import Layers, drawn

MODELS, POINTS, INPUTS, HIDDEN, LABELS = 256, 1_000, 64, 32, 10
REPEATS = 3
SAME = 1e-4
LEARNER = SGD(hidden=(HIDDEN,), epochs=10, batch=32)
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


def main() -> None:
    torch.set_num_threads(1)
    data = [training_set(seed) for seed in range(MODELS)]
    batched, looped, apart = [], [], []
    for _ in range(REPEATS):
        start = perf_counter()
        models = fit_networks(
            [Fit(LEARNER, one, np.random.default_rng(seed)) for seed, one in enumerate(data)]
        )
        middle = perf_counter()
        networks = [plain(one, seed) for seed, one in enumerate(data)]
        looped.append(perf_counter() - middle)
        batched.append(middle - start)
        apart += [
            difference(network, model.networks[-1])
            for network, model in zip(networks, models, strict=True)
            if isinstance(model, NetworkClassifier)
        ]
    ratio, rate = median(looped) / median(batched), MODELS / median(batched)
    print(f"{MODELS} networks {INPUTS}-{HIDDEN}-{LABELS}, {POINTS:,} points, batch 32, one thread:")
    print(f"  {ratio:.1f} x the trainings per second of a plain torch loop")
    same = sum(one < SAME for one in apart) / len(apart)
    print(f"  ({rate:.0f} a second at {LEARNER.epochs} epochs)")
    print(
        f"  weights of {same:.1%} of the networks within {SAME:g}, of all within {max(apart):.1e}"
    )
    print("  (products are summed in another order, which once in a while flips a unit)")
