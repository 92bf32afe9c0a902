"""The Bayes and naive Bayes classifiers against sums written out by hand."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from groundswell.agents.signal import Signal
from groundswell.agents.strategy import Context, Strategy
from groundswell.data import Column, Points, Schema
from groundswell.platform.fitting import fit
from groundswell.platform.law import Law
from groundswell.platform.learners.base import Learner, TrainingSet

EXACT = Learner.from_settings("bayes")
PLUG_IN = Learner.from_settings({"kind": "bayes", "plug_in": True})
RNG = np.random.default_rng(0)


def cells_schema(cells, labels):
    names = tuple(str(cell) for cell in range(cells))
    return Schema("cells", (Column("cell", names),), tuple(str(y) for y in range(labels)))


def law_of(p0):
    cell, label = np.indices(p0.shape)
    return Points(cell.reshape(-1, 1).astype(float), label.ravel(), p0.ravel())


tables = st.tuples(st.integers(1, 5), st.integers(2, 4)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(0, 9), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)


@settings(max_examples=200)
@given(
    counts=tables.filter(lambda rows: any(map(any, rows))),
    members=st.integers(0, 37),
    data=st.data(),
)
def test_exact_bayes_is_the_most_probable_label_of_the_mixture(counts, members, data):
    cells, labels = len(counts), len(counts[0])
    to = data.draw(st.lists(st.integers(0, cells - 1), min_size=cells, max_size=cells))
    target = data.draw(st.integers(0, labels - 1))
    alpha, total = Fraction(members, 37), sum(map(sum, counts))

    mixture = [[(1 - alpha) * Fraction(n, total) for n in row] for row in counts]
    for cell, row in enumerate(counts):
        mixture[to[cell]][target] += alpha * Fraction(sum(row), total)
    marginal = [sum(row[y] for row in mixture) for y in range(labels)]
    assume(all(clear_winner(row) for row in [*mixture, marginal]))
    expected = [best(row if any(row) else marginal) for row in mixture]

    schema, base = cells_schema(cells, labels), law_of(np.array(counts) / total)
    strategy = Strategy.from_settings({"kind": "feature-label", "target": str(target)})
    signal = Signal.from_settings({"kind": "cells", "to": to})
    planted = strategy.submit(base, Context(signal, schema))
    law = Law(base, lambda alpha: planted)
    model = fit(EXACT, TrainingSet(*law.mixture(float(alpha)), schema), RNG)
    assert model.predict(np.arange(cells, dtype=float)[:, None]).tolist() == expected


def best(row):
    return row.index(max(row))


def clear_winner(row):
    first, *rest = sorted(row, reverse=True)
    return first == 0 or first - rest[0] > Fraction(1, 10**9)


@settings(max_examples=200)
@given(counts=tables.filter(lambda rows: any(map(any, rows))))
def test_plugged_in_counts_break_ties_to_the_lowest_label(counts):
    rows = [(x, y) for x, row in enumerate(counts) for y, n in enumerate(row) for _ in range(n)]
    np.random.default_rng(1).shuffle(rows)
    X, y = np.array(rows, dtype=float)[:, :1], np.array([label for _, label in rows])
    schema = cells_schema(len(counts), len(counts[0]))
    training = TrainingSet(Points(X, y), np.zeros(len(y), dtype=bool), schema)
    marginal = [sum(row[label] for row in counts) for label in range(len(counts[0]))]
    expected = [best(row if any(row) else marginal) for row in counts]
    found = fit(PLUG_IN, training, RNG).predict(np.arange(len(counts), dtype=float)[:, None])
    assert found.tolist() == expected


@pytest.mark.parametrize("learner", [EXACT, PLUG_IN])
def test_unseen_cells_get_the_most_frequent_label(learner):
    points = Points(np.array([[0.0], [0], [2], [2], [2]]), np.array([0, 0, 2, 2, 2]))
    training = TrainingSet(points, np.zeros(5, dtype=bool), cells_schema(4, 3))
    answers = learner.fit(training, RNG).predict(np.arange(4.0)[:, None])
    assert answers.tolist() == [0, 2, 2, 2]


def test_weighted_counts_are_sums_of_weights():
    points = Points(np.zeros((3, 1)), np.array([0, 0, 1]), np.array([0.3, 0.3, 0.7]))
    training = TrainingSet(points, np.zeros(3, dtype=bool), cells_schema(1, 2))
    assert PLUG_IN.fit(training, RNG).predict(np.zeros((1, 1))).tolist() == [1]


MIXED = Schema(
    "columns",
    (Column("a"), Column("b", ("p", "q", "r")), Column("c"), Column("d", ("s", "t"))),
    ("x", "y", "z"),
)


def independent_naive_bayes(X, y, weight, fresh, schema, smoothing=1.0, floor=1e-9):
    """Add log densities and log frequencies per label, with nothing but loops and sums."""
    spread = max(np.var(X[:, i]) for i in schema.numeric) * floor if schema.numeric else 0.0
    answers = []
    for point in fresh:
        score = {}
        for label in sorted(set(y.tolist())):
            mine = y == label
            w = weight[mine]
            score[label] = np.log(w.sum() / weight.sum())
            for i in schema.numeric:
                mean = (w * X[mine, i]).sum() / w.sum()
                variance = (w * (X[mine, i] - mean) ** 2).sum() / w.sum() + spread
                score[label] += norm.logpdf(point[i], mean, np.sqrt(variance))
            for i in schema.categorical:
                seen = w[X[mine, i] == point[i]].sum()
                sizes = len(schema.columns[i].categories)
                score[label] += np.log((seen + smoothing) / (w.sum() + smoothing * sizes))
        answers.append(max(score, key=score.get))
    return answers


@pytest.mark.parametrize(
    "columns", [[0, 1, 2, 3], [0, 2], [1, 3]], ids=["mixed", "numbers", "names"]
)
@pytest.mark.parametrize("labels", [(0, 1, 2), (0, 2)])
@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("smoothing", [1.0, 0.1])
def test_naive_bayes_against_an_independent_computation(columns, labels, is_weighted, smoothing):
    rng = np.random.default_rng(3)
    y = rng.choice(labels, p=[0.6, 0.3, 0.1] if len(labels) == 3 else [0.8, 0.2], size=120)
    X = np.column_stack(
        [
            rng.normal(y, 1 + y),
            (y + rng.integers(2, size=120)) % 2,  # category "r" never occurs
            100 * rng.exponential(1 + y),
            rng.random(120) < 0.3 + 0.2 * y,
        ]
    )[:, columns].astype(float)
    fresh = np.column_stack(
        [
            rng.normal(1, 2, 200),
            rng.integers(3, size=200),
            rng.exponential(150, 200),
            rng.integers(2, size=200),
        ]
    )[:, columns].astype(float)
    schema = Schema("columns", tuple(MIXED.columns[i] for i in columns), MIXED.labels)
    weight = rng.integers(1, 4, 120).astype(float) if is_weighted else None
    learner = Learner.from_settings({"kind": "naive-bayes", "smoothing": smoothing})
    model = learner.fit(TrainingSet(Points(X, y, weight), np.zeros(120, dtype=bool), schema), rng)
    all_weights = np.ones(120) if weight is None else weight
    expected = independent_naive_bayes(X, y, all_weights, fresh, schema, smoothing)
    assert model.predict(fresh).tolist() == expected
    assert len(set(expected)) > 1
