"""Retraining only what changed: the same models, to the bit, as fitting everything anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from groundswell.data import Column, Points, Schema
from groundswell.platform.fitting import fit
from groundswell.platform.learners.base import Learner, TrainingSet
from groundswell.platform.versions import Chosen, Versions

CELLS = Schema("cells", (Column("cell", ("0", "1", "2")),), ("a", "b", "c"))
COLUMNS = Schema(
    "columns",
    (Column("x", ("0", "1", "2")), Column("z"), Column("sex", ("f", "m")), Column("w")),
    ("a", "b", "c"),
)
CATEGORIES = Schema("columns", (COLUMNS.columns[0], COLUMNS.columns[2]), COLUMNS.labels)
RNG = np.random.default_rng(0)
LEARNERS: list[tuple[dict[str, Any], Schema]] = [
    ({"kind": "bayes", "plug_in": True}, CELLS),
    ({"kind": "bayes", "plug_in": True, "epsilon": 0.2}, CELLS),
    ({"kind": "naive-bayes"}, CELLS),
    ({"kind": "naive-bayes", "smoothing": 0.3}, CATEGORIES),
    ({"kind": "naive-bayes", "numeric": "bernoulli", "threshold": 0.5}, COLUMNS),
]


def points(schema: Schema, count: int, rng: np.random.Generator) -> Points:
    sizes = [len(column.categories or "01") for column in schema.columns]
    X = np.column_stack([rng.integers(size, size=count) for size in sizes]).astype(float)
    return Points(X, rng.integers(len(schema.labels), size=count))


def everything(schema: Schema) -> np.ndarray[Any, Any]:
    sizes = [len(column.categories or "01") for column in schema.columns]
    return np.indices(sizes).reshape(len(sizes), -1).T.astype(float)


def tables(model: Any) -> list[Any]:
    """What a model has counted, and makes of it."""
    if hasattr(model, "table"):
        return [model.table, model.answer]
    arrays: list[Any] = [model.seen, model.labels]
    for _, part in model.parts:
        for name in ("category_count_", "feature_log_prob_", "class_log_prior_", "class_count_"):
            value = getattr(part, name, [])
            arrays += value if isinstance(value, list) else [value]
    return arrays


@pytest.mark.parametrize(("learner", "schema"), LEARNERS, ids=str)
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(2, 40), share=st.floats(0, 1))
def test_exchanging_rows_is_fitting_anew(
    learner: dict[str, Any], schema: Schema, seed: int, count: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    before, after = points(schema, count, rng), points(schema, count, rng)
    moved = rng.random(count) < share
    assume(moved.any())
    after = Points(np.where(moved[:, None], after.X, before.X), np.where(moved, after.y, before.y))
    nobody, made = np.zeros(count, dtype=bool), Learner.from_settings(learner)
    model = fit(made, TrainingSet(before, nobody, schema, 1), RNG)
    came = TrainingSet(after.where(moved), nobody[moved], schema, 1)
    exchanged = made.exchange(model, before.where(moved), came)
    if exchanged is None:
        labels = set(before.y), set(after.y)
        assert labels[0] != labels[1] or min(map(len, labels)) == 1
        return
    anew = fit(made, TrainingSet(after, nobody, schema, 1), RNG)
    for one, other in zip(tables(exchanged), tables(anew), strict=True):
        assert np.array_equal(one, other)
    X = everything(schema)
    assert np.array_equal(exchanged.predict(X), anew.predict(X))


@pytest.mark.parametrize("numeric", ["gaussian", "multinomial", "complement"])
def test_laws_that_round_are_fitted_anew(numeric: str) -> None:
    schema = Schema("images", (Column("a"), Column("b")), ("0", "1"))
    some = Points(RNG.random((20, 2)), np.arange(20) % 2)
    data = TrainingSet(some, np.zeros(20, dtype=bool), schema)
    made = Learner.from_settings({"kind": "naive-bayes", "numeric": numeric})
    assert made.exchange(fit(made, data, RNG), some, data) is None


@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 30))
def test_rows_are_chosen_among_versions_that_are_made_once(seed: int, rows: int) -> None:
    rng, made = np.random.default_rng(seed), []
    held = points(CELLS, rows, rng)

    def version(number: int) -> Any:
        def change(given: Points) -> Points:
            made.append(number)
            return Points(given.X + 10 * number, given.y + 10 * number)

        return change

    versions = Versions(held, np.arange(rows), [version(1), version(2)])
    for _ in range(4):
        which = rng.integers(3, size=rows).astype(np.int8)
        chosen = Chosen(versions, which)
        assert np.array_equal(chosen.points.X, held.X + 10 * which[:, None])
        assert np.array_equal(chosen.points.y, held.y + 10 * which)
        assert chosen.share == chosen.points.share(which > 0)
        some = np.flatnonzero(rng.random(rows) < 0.5)
        assert np.array_equal(chosen.some(some).y, chosen.points.y[some])
        assert np.array_equal(chosen.some(some).X, chosen.points.X[some])
    assert len(made) == len(set(made))


@pytest.mark.parametrize("owner", [[0, 1, 2], [0, 1], [0, 0, 2, 1]])
def test_rows_follow_their_users(owner: list[int]) -> None:
    versions = Versions(points(CELLS, len(owner), RNG), np.array(owner), [])
    of_users = np.array([0, 1, 2], dtype=np.int8)
    assert versions.of_users(of_users).tolist() == owner
