"""What members plant and submit, and how its success is measured."""

import numpy as np
import pytest

from groundswell.agents.signal import Signal
from groundswell.agents.strategy import Context, Strategy
from groundswell.data import Column, Points, Schema
from groundswell.problems import InputError

COLUMNS = Schema(
    "columns",
    (Column("age"), Column("city", ("Bern", "Lima", "Oslo")), Column("size")),
    ("high", "low"),
)
IMAGES = Schema("images", tuple(Column(f"pixel{i}") for i in range(6)), ("0", "1", "2"))
CELLS = Schema("cells", (Column("cell", ("0", "1", "2")),), ("0", "1", "2"))
X = np.array([[30.0, 0, 5], [40, 2, 6], [50, 1, 7]])


def signal(**settings):
    return Signal.from_settings(settings)


@pytest.mark.parametrize(
    ("settings", "schema", "before", "after"),
    [
        ({"kind": "none"}, COLUMNS, X, X),
        (
            {"kind": "set-features", "features": {"city": "Lima", "age": 9}},
            COLUMNS, X, [[9, 1, 5], [9, 1, 6], [9, 1, 7]],
        ),
        (
            {"kind": "set-features", "features": {"pixel5": 0.5}},
            IMAGES, np.zeros((2, 6)), [[0, 0, 0, 0, 0, 0.5]] * 2,
        ),
        (
            {"kind": "shift", "features": {"age": 1.5, "size": -2}},
            COLUMNS, X, [[31.5, 0, 3], [41.5, 2, 4], [51.5, 1, 5]],
        ),
        (
            {"kind": "pixels", "pixels": [0, 4], "value": 0.7},
            IMAGES, np.full((1, 6), 0.1), [[0.7, 0.1, 0.1, 0.1, 0.7, 0.1]],
        ),
        ({"kind": "cells", "to": [0, 0, 2]}, CELLS, [[2.0], [1], [0]], [[2.0], [0], [0]]),
    ],
    ids=["none", "set-features", "set-pixel", "shift", "pixels", "cells"],
)  # fmt: skip
def test_what_a_signal_makes_of_features(settings, schema, before, after):
    given = np.array(before, dtype=float)
    kept = given.copy()
    g = signal(**settings)
    assert g.apply(given, schema).tolist() == np.array(after).tolist()
    assert np.array_equal(given, kept), "the original is not changed"
    twice = g.apply(g.apply(given, schema), schema)
    assert np.array_equal(twice, g.apply(given, schema)) == g.idempotent


@pytest.mark.parametrize(
    ("to", "idempotent"),
    [([0, 1, 2], True), ([1, 1, 1], True), ([1, 2, 0], False), ([1, 2, 2], False)],
)
def test_cells_know_whether_they_are_idempotent(to, idempotent):
    assert signal(kind="cells", to=to).idempotent == idempotent


@pytest.mark.parametrize(
    ("settings", "schema", "message", "key"),
    [
        (
            {"kind": "shift", "features": {"city": 1.0}},
            COLUMNS,
            "'city' is not numeric",
            ("features", "city"),
        ),
        (
            {"kind": "shift", "features": {"town": 1.0}},
            COLUMNS,
            "no column 'town'",
            ("features", "town"),
        ),
        (
            {"kind": "set-features", "features": {"age": "x"}},
            COLUMNS,
            "is numeric, found 'x'",
            ("features", "age"),
        ),
        (
            {"kind": "set-features", "features": {"city": 1}},
            COLUMNS,
            "no category '1'",
            ("features", "city"),
        ),
        (
            {"kind": "pixels", "pixels": [0, 6]},
            IMAGES,
            "pixels go from 0 to 5, found 6",
            ("pixels",),
        ),
        (
            {"kind": "pixels", "pixels": [-1]},
            IMAGES,
            "pixels go from 0 to 5, found -1",
            ("pixels",),
        ),
        ({"kind": "cells", "to": [0, 0]}, CELLS, "one entry for each of 3 cells, found 2", ("to",)),
    ],
)
def test_signals_that_do_not_fit_the_data(settings, schema, message, key):
    with pytest.raises(InputError, match=message) as error:
        signal(**settings).check(schema)
    assert error.value.key == key


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "cells", "to": [0, 3, 1]}, "cells go from 0 to 2, found 3"),
        ({"kind": "pixels", "pixels": []}, "at least 1 item"),
        ({"kind": "set-features", "features": {}}, "at least 1 item"),
        ({"kind": "set-features", "features": {"age": float("nan")}}, "finite number"),
    ],
)
def test_signals_that_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        signal(**settings)


PLANT = Strategy.from_settings({"kind": "feature-label", "target": "low"})
PLAN = Context(signal(kind="set-features", features={"city": "Lima"}), COLUMNS)


def test_feature_label_submits_signal_and_target():
    points = Points(X, np.array([0, 1, 0]), np.array([1.0, 2.0, 3.0]))
    submitted = PLANT.submit(points, PLAN)
    assert submitted.X.tolist() == [[30, 1, 5], [40, 1, 6], [50, 1, 7]]
    assert submitted.y.tolist() == [1, 1, 1]
    assert submitted.weight.tolist() == [1, 2, 3]
    assert points.y.tolist() == [0, 1, 0]


def test_no_strategy_submits_what_there_is():
    points = Points(X, np.array([0, 1, 0]))
    nothing = Strategy.from_settings("none")
    assert nothing.submit(points, PLAN) is points
    outcome = nothing.measure(None, points, PLAN)
    assert np.isnan([outcome.success, outcome.success_others, outcome.placebo, outcome.lift]).all()


class LimaIsLow:
    """A model that answers "low" in Lima, unless one is 50, and to everybody of 40."""

    def predict(self, features):
        return ((features[:, 1] == 1) & (features[:, 0] < 50) | (features[:, 0] == 40)).astype(int)


@pytest.mark.parametrize(
    ("weights", "success", "others", "placebo"),
    [(None, 2 / 3, 1 / 2, 1 / 3), ([0.2, 0.5, 0.3], 0.7, 0.4, 0.5)],
)
def test_success_success_of_others_and_placebo(weights, success, others, placebo):
    fresh = Points(X, np.array([0, 1, 0]), None if weights is None else np.array(weights))
    outcome = PLANT.measure(LimaIsLow(), fresh, PLAN)
    assert outcome.success == pytest.approx(success)
    assert outcome.success_others == pytest.approx(others)
    assert outcome.placebo == pytest.approx(placebo)
    assert outcome.lift == pytest.approx(success - placebo)


def test_without_others_their_success_is_missing():
    fresh = Points(X, np.array([1, 1, 1]))
    outcome = PLANT.measure(LimaIsLow(), fresh, PLAN)
    assert np.isnan(outcome.success_others)
    assert outcome.success == pytest.approx(2 / 3)


@pytest.mark.parametrize(("target", "label"), [("low", 1), ("high", 0)])
def test_targets_are_named(target, label):
    strategy = Strategy.from_settings({"kind": "feature-label", "target": target})
    assert set(strategy.submit(Points(X, np.zeros(3, int)), PLAN).y) == {label}


def test_numeric_targets_are_names_not_positions():
    schema = Schema("columns", (Column("age"),), ("3", "7"))
    strategy = Strategy.from_settings({"kind": "feature-label", "target": 7})
    points = Points(np.zeros((2, 1)), np.zeros(2, dtype=int))
    assert strategy.submit(points, Context(signal(kind="none"), schema)).y.tolist() == [1, 1]
