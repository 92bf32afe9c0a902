"""Training data of each form."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import groundswell.scenario  # noqa: F401  (kinds of all parts are there)
from groundswell.data import Column, Points, Schema
from groundswell.platform.learners.base import TrainingSet

SCHEMAS = {
    "columns": Schema(
        "columns",
        (Column("age"), Column("city", ("Bern", "Lima", "Oslo", "Rome")), Column("wage")),
        ("a", "b", "c"),
    ),
    "images": Schema("images", tuple(Column(f"pixel{i}") for i in range(5)), ("a", "b", "c")),
    "cells": Schema("cells", (Column("cell", ("0", "1", "2", "3")),), ("a", "b", "c")),
}


def features(form, count, rng):
    if form == "images":
        return rng.random((count, 5))
    if form == "cells":
        return rng.integers(4, size=(count, 1)).astype(float)
    age, wage = rng.normal(40, 12, count), rng.lognormal(8, 1, count)
    return np.column_stack([age, rng.integers(3, size=count), wage])  # nobody lives in Rome


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Fit as runs do: two threads on two shared cores are many times slower than one."""
    with threadpool_limits(limits=1):
        yield


@pytest.fixture
def make_data():
    """Return training data in which labels depend on features, with some noise."""

    def make(form="columns", count=150, seed=0, labels=(0, 1, 2), weight=None):
        rng = np.random.default_rng(seed)
        X = features(form, count, rng)
        score = (
            (X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1e-9) @ np.arange(1, X.shape[1] + 1)
        )
        score += rng.normal(0, 0.7, count)
        rank = np.searchsorted(np.quantile(score, [0.4, 0.7]), score)
        y = np.array(labels)[rank % len(labels)].astype(np.int64)
        return TrainingSet(Points(X, y, weight), np.zeros(count, dtype=bool), SCHEMAS[form])

    return make
