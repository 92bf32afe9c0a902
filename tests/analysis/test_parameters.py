"""ξ, Δ, p and τ: by hand on known P0, and estimated from rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.analysis import parameters

P0 = [[0.06, 0.04], [0.3, 0.0], [0.2, 0.4], [0.0, 0.0]]
TO = [0, 0, 2, 3]


def test_exact_parameters_by_hand():
    assert parameters.uniqueness(P0, TO) == pytest.approx(0.7)
    assert parameters.gap(P0, TO, target=1) == pytest.approx(0.2)
    assert parameters.gap(P0, TO, target=0) == pytest.approx(1 / 3)
    assert parameters.positivity(P0, target=1) == 0
    assert parameters.positivity(P0, target=0) == pytest.approx(1 / 3)
    assert parameters.distance(P0, TO) == pytest.approx(0.3 * 0.4)


def test_cells_without_mass_have_no_say():
    assert parameters.gap([[0, 0], [0.5, 0.5]], [0, 0], 1) == 0
    assert parameters.uniqueness([[0, 0], [0.5, 0.5]], [0, 0]) == 0
    assert parameters.positivity([[0, 0], [0.5, 0.5]], 1) == 0.5
    assert np.isnan(parameters.distance([[0, 0], [0.5, 0.5]], [0, 0]))
    assert parameters.distance([[0, 0], [0.5, 0.5]], [1, 1]) == 0


@given(st.lists(st.floats(0.01, 1), min_size=6, max_size=6), st.integers(0, 2))
def test_parameters_are_probabilities_and_the_identity_is_everywhere(weights, target):
    p0 = np.reshape(weights, (2, 3)) / np.sum(weights)
    assert parameters.uniqueness(p0, [0, 1]) == pytest.approx(1)
    assert parameters.uniqueness(p0, [0, 1]) <= 1
    assert parameters.distance(p0, [0, 1]) == 0
    assert 0 <= parameters.distance(p0, [0, 0]) <= 1
    p = parameters.positivity(p0, target)
    assert 0 <= parameters.gap(p0, [0, 1], target) <= max(0, 1 - 2 * p) + 1e-12


def rows(rng, p0, count):
    flat = rng.choice(np.size(p0), size=count, p=np.ravel(p0))
    return np.divmod(flat, np.shape(p0)[1])


KNOWN = np.array([[0.05, 0.05], [0.1, 0.2], [0.4, 0.2]])
KNOWN_TO = [0, 0, 0]


def test_plug_in_values_are_those_of_the_counted_table():
    found = parameters.estimate(
        [0, 0, 1, 2, 2, 2], [0, 1, 1, 0, 0, 1], KNOWN_TO, 1, n_labels=2, rng=1, resamples=10
    )
    table = np.array([[1, 1], [0, 1], [2, 1]]) / 6
    assert found.uniqueness.value == parameters.uniqueness(table, KNOWN_TO)
    assert found.gap.value == parameters.gap(table, KNOWN_TO, 1)
    assert found.positivity.value == parameters.positivity(table, 1)
    assert found.distance.value == parameters.distance(table, KNOWN_TO)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    rng, worlds = np.random.default_rng(11), 150
    truth = [
        parameters.uniqueness(KNOWN, KNOWN_TO),
        parameters.gap(KNOWN, KNOWN_TO, 0),
        parameters.positivity(KNOWN, 0),
        parameters.distance(KNOWN, KNOWN_TO),
    ]
    covered = np.zeros(4)
    for _ in range(worlds):
        found = parameters.estimate(
            *rows(rng, KNOWN, 1_000), KNOWN_TO, 0, n_labels=2, rng=rng, resamples=100, level=0.9
        )
        covered += [
            low <= value <= high for (_, low, high), value in zip(found, truth, strict=True)
        ]
    share = covered / worlds
    assert 0.82 <= share[0] <= 0.97, "uniqueness, a plain rate"
    assert 0.82 <= share[2] <= 0.97, "positivity, whose extreme cell is clear"
    # At a kink (Δ where labels tie, τ = 0 at the cell itself) the bootstrap is only approximate.
    assert (share > 0.6).all()


def test_intervals_shrink_around_the_truth():
    rng = np.random.default_rng(4)
    found = parameters.estimate(
        *rows(rng, KNOWN, 200_000), KNOWN_TO, 1, n_labels=2, rng=5, resamples=50
    )
    truth = [0.1, 0.0, 1 / 3, parameters.distance(KNOWN, KNOWN_TO)]
    for estimate, value in zip(found, truth, strict=True):
        assert estimate.value == pytest.approx(value, abs=0.02)
        assert 0 <= estimate.high - estimate.low < 0.04


def test_the_same_seed_gives_the_same_intervals():
    cells, labels = rows(np.random.default_rng(0), KNOWN, 50)

    def again(rng):
        return parameters.estimate(cells, labels, KNOWN_TO, 1, n_labels=2, rng=rng, resamples=20)

    assert again(3) == again(np.random.default_rng(3)) != again(4)


def test_rare_cells_can_be_kept_out_of_the_extremes():
    cells, labels = [0] * 1 + [1] * 10, [0] * 1 + [0, 1] * 5
    every = parameters.estimate(cells, labels, [0, 1], 1, n_labels=2, rng=1, resamples=5)
    common = parameters.estimate(
        cells, labels, [0, 1], 1, n_labels=2, rng=1, resamples=5, min_rows=5
    )
    none = parameters.estimate(
        cells, labels, [0, 1], 1, n_labels=2, rng=1, resamples=5, min_rows=99
    )
    assert (every.gap.value, every.positivity.value) == (1, 0)
    assert (common.gap.value, common.positivity.value) == (0, 0.5)
    assert common.uniqueness == every.uniqueness
    assert np.isnan(none.gap).all()


def test_distance_is_undefined_when_nobody_carries_the_signal():
    found = parameters.estimate([1, 1], [0, 1], [0, 0], 1, n_labels=2, rng=1, resamples=5)
    assert np.isnan(found.distance).all()
    assert found.uniqueness == (0, 0, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cells": [0]}, "one entry per row, found 1 and 2"),
        ({"cells": [], "labels": []}, "one entry per row, found 0 and 0"),
        ({"cells": [0, 3]}, "cells must be from 0 to 2, found 3"),
        ({"cells": [0, -1]}, "cells must be from 0 to 2, found -1"),
        ({"labels": [0, 2]}, "labels must be from 0 to 1, found 2"),
        ({"labels": [0.5, 1]}, "labels must be integers"),
        ({"target": 2}, "target must be a label"),
        ({"to": [1, 0, 0]}, "to must be idempotent"),
        ({"level": 1.0}, "level must lie in"),
    ],
)
def test_bad_rows_are_named(change, message):
    good = {"cells": [0, 1], "labels": [0, 1], "to": KNOWN_TO, "target": 1}
    with pytest.raises(ValueError, match=message):
        parameters.estimate(**{**good, **change}, n_labels=2, rng=1, resamples=2)
