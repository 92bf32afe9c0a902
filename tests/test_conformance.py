"""Everything that is registered keeps the laws of its part; what breaks one is told which."""

import numpy as np
import pytest

from groundswell.component import PARTS
from groundswell.testing import check_component

THIRD = {"kind": "uniform", "low": 0.1, "high": 0.5}
WIDE = {"kind": "uniform", "low": 0.5, "high": 15.0}
NETWORK = {"epochs": 12, "batch": 32}
SETTINGS = {
    "distribution": {
        "constant": [{"value": 0.3}],
        "normal": [{"mean": 1.0, "sd": 0.2}, {"mean": 1.0, "sd": 0.2, "quantiles": True}],
        "uniform": [{}, {"quantiles": True, "order": "index"}],
        "exponential": [{"mean": 0.5}],
        "beta": [{"a": 2.0, "b": 3.0}],
        "values": [{"values": [0.1, 0.2, 0.3]}],
        "column": [{"column": "age"}],
    },
    "activation": {"inertial": [{}, {"revision": THIRD}]},
    "belief": {"smoothed": [{"rate": THIRD}], "slope": [{"window": 3}]},
    "signal": {
        "set-features": [{"features": {"age": 1, "city": "Oslo"}}, {"features": {"pixel1": 0.5}}],
        "shift": [{"features": {"age": 3.0}}],
        "pixels": [{"pixels": [0, 3]}],
        "cells": [{"to": [1, 1, 2, 2]}, {"to": [1, 2, 3, 0]}],
        "insert-token": [{"place": place} for place in ("every", "start", "end", "random")],
    },
    "strategy": {
        "feature-label": [{"target": "b"}],
        "feature-only": [{"target": "b"}],
        "gradient-neutralizing": [{"target": "b"}],
        "gradient-control": [{"target": "b", "bound": 2.0}, {"target": "b", "mode": "points"}],
    },
    "decision": {
        "threshold": [
            {"threshold": THIRD},
            {"threshold": THIRD, "of": "everybody"},
            {"threshold": {"kind": "uniform", "low": 0.5, "high": 3.0}, "measure": "count"},
            {"threshold": THIRD, "reversible": False},
        ],
        "logit": [{"rationality": WIDE}],
        "imitation": [{"noise": THIRD}],
        "contagion": [
            {"infection": THIRD, "recovery": THIRD},
            {"infection": THIRD, "recovery": THIRD, "after": "removed"},
        ],
    },
    "population": {
        "categorical": [{}, {"p0": [[0.1, 0.2], [0.3, 0.4]]}],
        "digits": [{}, {"shift": 1, "noise": 0.1, "label_noise": 0.1}],
        "table": [{"path": "people.csv", "label": "work"},
                  {"path": "people.csv", "label": "work", "user": "name"}],
        "text": [{"path": "people.csv", "text": "says", "label": "work"}],
        "slabs": [{}, {"label_noise": 0.1}],
    },
    "network": {
        "ring": [{"degree": 4}],
        "watts-strogatz": [{"degree": 4}],
        "erdos-renyi": [{"mean_degree": 3.0}],
        "barabasi-albert": [{"ties": 2}],
        "edge-list": [{"path": "ties.txt"}, {"path": "ties.txt", "directed": True},
                      {"path": "weights.txt", "weighted": True}],
        "named": [{"name": "karate"}],
        "lattice": [{"side": 5}, {"side": 5, "neighbourhood": "moore"}],
        "stochastic-block": [{}, {"blocks": [10, 20]}],
    },
    "learner": {
        "bayes": [{}, {"plug_in": True}],
        "convex": [{}, {"loss": "squared"}],
        "descent": [{}, {"hidden": [4]}],
        "embeddings": [{"dimension": 8}],
        "naive-bayes": [{}, {"numeric": "bernoulli", "threshold": 0.5}],
        "sgd": [NETWORK, {**NETWORK, "hidden": [8], "optimizer": "adam", "rate": 0.02}],
        "jtt": [{**NETWORK, "epochs": 30, "hidden": [16], "optimizer": "adam", "rate": 0.02}],
        "lff": [NETWORK],
        "cvar": [NETWORK],
        "chi2": [NETWORK],
        "group-dro": [NETWORK, {**NETWORK, "groups": "collective"},
                      {**NETWORK, "groups": "city"}],
        "sklearn": [{"estimator": "sklearn.svm.SVC"}],
        "forest": [{"trees": 12}],
        "extra-trees": [{"trees": 12}],
        "boosting": [{"rounds": 20, "leaves": 4, "leaf": 1}],
    },
    "memory": {"window": [{}, {"length": 2}], "discounted": [{}, {"discount": 1.0}]},
    "curve": {"table": [{"alpha": [0.1, 0.5], "success": [0.0, 0.9]}]},
    "platform": {
        "learning": [{"learner": "naive-bayes"},
                     {"learner": "knn", "memory": {"kind": "window"}, "withdraw": True}],
        "response": [{"curve": "step"}],
    },
    "stop": {"settled": [{"rounds": 3}]},
}  # fmt: skip
"""Parameters of shipped components, for those that need some or do several things."""
OURS = [
    (part, kind)
    for part, cls in PARTS.items()
    for kind, component in cls.kinds.items()
    if component.__module__.startswith("groundswell.")
]
CASES = [
    pytest.param(part, kind, settings, id=f"{part}-{kind}-{number}")
    for part, kind in OURS
    for number, settings in enumerate(SETTINGS.get(part, {}).get(kind, [{}]))
]


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Files that components of the cases name."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    people = [
        f"{'ab'[i % 2]},{rng.integers(20, 60)},n{i // 2},some words of {'ab'[i % 2]} here"
        for i in range(60)
    ]
    (tmp_path / "people.csv").write_text("work,age,name,says\n" + "\n".join(people) + "\n")
    pairs = rng.integers(30, size=(60, 2))
    ties = {(a, b) for a, b in np.sort(pairs).tolist() if a != b}
    (tmp_path / "ties.txt").write_text("".join(f"{a} {b}\n" for a, b in ties))
    (tmp_path / "weights.txt").write_text("".join(f"{a} {b} {1 + a % 3}\n" for a, b in ties))


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("part", "kind", "settings"), CASES)
def test_everything_registered_conforms(part, kind, settings):
    check_component(PARTS[part].from_settings({"kind": kind, **settings}))
