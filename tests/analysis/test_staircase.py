"""Signature 1: the exact curves equal the argmax of the mixture, to the last tie."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.analysis import bounds, parameters, staircase

SHARES = [Fraction(n, 16) for n in range(17)]
TOLERANCES = {0.0: Fraction(0), 0.2: Fraction(1, 4), 0.36: Fraction(9, 16)}
CURVES = {"feature-label": staircase.feature_label, "feature-only": staircase.feature_only}


@st.composite
def worlds(draw, most_cells=5, most_labels=3):
    """P0 of dyadic rationals (so that floats are exact and ties are ties), g, y*."""
    cells, labels = draw(st.integers(1, most_cells)), draw(st.integers(1, most_labels))
    weights = draw(st.lists(st.integers(0, 3), min_size=cells * labels, max_size=cells * labels))
    weights[0] += 64 - sum(weights)
    order = draw(st.permutations(range(cells * labels)))
    p0 = [
        [Fraction(weights[order[x * labels + y]], 64) for y in range(labels)] for x in range(cells)
    ]
    signal_cells = sorted(draw(st.sets(st.integers(0, cells - 1), min_size=1)))
    to = [x if x in signal_cells else draw(st.sampled_from(signal_cells)) for x in range(cells)]
    return p0, to, draw(st.integers(0, labels - 1))


def most_frequent(weights):
    return max(range(len(weights)), key=lambda y: (weights[y], -y))


def label_totals(table):
    return [sum(column) for column in zip(*table, strict=True)]


def trained(p0, member, alpha):
    """The joint table of the mixture, when members submit member(x, y) for their (x, y)."""
    table = [[(1 - alpha) * weight for weight in row] for row in p0]
    for x, row in enumerate(p0):
        for y, weight in enumerate(row):
            new_x, new_y = member(x, y)
            table[new_x][new_y] += alpha * weight
    return table


def possible_answers(table, k):
    """For each cell the labels that the learner may answer; k = 0 is Bayes, with its rules."""
    answers = []
    for row in table:
        if k:
            answers.append([y for y in range(len(row)) if max(row) - row[y] <= k * sum(row)])
        else:
            answers.append([most_frequent(row if sum(row) else label_totals(table))])
    return answers


def planting_by_hand(strategy, world, alpha, k):
    p0, to, target = world

    def member(x, y):
        moves = strategy == "feature-label" or y == target
        return (to[x], target) if moves else (x, y)

    answers = possible_answers(trained(p0, member, alpha), k)
    return sum(sum(p0[x]) for x in range(len(p0)) if answers[to[x]] == [target])


def erasing_by_hand(p0, to, alpha, k):
    """Every function the adversary may choose is tried."""

    def member(x, _):
        at_signal = p0[to[x]]
        return x, most_frequent(at_signal if sum(at_signal) else label_totals(p0))

    answers = possible_answers(trained(p0, member, alpha), k)
    return min(
        sum(sum(p0[x]) for x in range(len(p0)) if answer[x] == answer[to[x]])
        for answer in product(*answers)
    )


def as_floats(p0):
    return np.array(p0, dtype=float)


@pytest.mark.parametrize("strategy", CURVES)
@pytest.mark.parametrize("epsilon", TOLERANCES)
@settings(max_examples=60)
@given(world=worlds())
def test_planting_equals_the_argmax_of_the_mixture(strategy, epsilon, world):
    p0, to, target = world
    curve = CURVES[strategy]([float(a) for a in SHARES], as_floats(p0), to, target, epsilon)
    by_hand = [planting_by_hand(strategy, world, alpha, TOLERANCES[epsilon]) for alpha in SHARES]
    np.testing.assert_allclose(curve, as_floats(by_hand), atol=1e-12, rtol=0)


@pytest.mark.parametrize("epsilon", TOLERANCES)
@settings(max_examples=60)
@given(world=worlds(most_cells=4))
def test_erasing_equals_the_argmax_of_the_mixture(epsilon, world):
    p0, to, _ = world
    curve = staircase.erasing([float(a) for a in SHARES], as_floats(p0), to, epsilon)
    by_hand = [erasing_by_hand(p0, to, alpha, TOLERANCES[epsilon]) for alpha in SHARES]
    np.testing.assert_allclose(curve, as_floats(by_hand), atol=1e-12, rtol=0)


def test_signed_gaps_and_alpha_zero():
    """Cell 0 prefers y* by itself; cell 1 resists until α·G = (1-α)·0.2; cell 2 only feeds it."""
    p0 = [[0.1, 0.2], [0.3, 0.1], [0.15, 0.15]]
    curve = staircase.feature_label([0, 0.3, 0.5, 1], p0, [0, 1, 1], target=1)
    np.testing.assert_allclose(curve, [0.3, 1, 1, 1])
    assert staircase.feature_label(0.22, p0, [0, 1, 1], target=1) == pytest.approx(0.3)
    np.testing.assert_allclose(staircase.jumps(p0, [0, 1, 1], target=1), [0.2 / 0.9])


@given(st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_one_point_signal_jumps_once(xi, gap):
    p0 = [[xi * (1 + gap) / 2, xi * (1 - gap) / 2], [(1 - xi) / 2, (1 - xi) / 2]]
    at = gap * xi / (1 + gap * xi)
    assert staircase.jumps(p0, [0, 0], target=1) == pytest.approx([at])
    below, above = staircase.feature_label([at * (1 - 1e-9), at * (1 + 1e-9)], p0, [0, 0], 1)
    assert (below, above) == (0, pytest.approx(1))
    exact = {"uniqueness": parameters.uniqueness(p0, [0, 0]), "gap": parameters.gap(p0, [0, 0], 1)}
    assert bounds.feature_label_mass(0, **exact) == pytest.approx(at), "there the bound is tight"


@given(worlds(most_cells=8), st.sampled_from([0.0, 0.1]))
def test_the_curve_rises_at_its_jumps_and_nowhere_else(world, epsilon):
    p0, to, target = world
    ends = np.append(staircase.jumps(as_floats(p0), to, target, epsilon), 1)
    between = [(low + high) / 2 for low, high in zip([0, *ends[:-1]], ends, strict=True)]
    steps = staircase.feature_label(between, as_floats(p0), to, target, epsilon)
    rises = np.diff(steps) > 0
    assert rises[int(ends[0] == 0) :].all()
    start = staircase.feature_label(0, as_floats(p0), to, target, epsilon)
    assert (start < steps[int(ends[0] == 0)]) == (ends[0] == 0)
    shares = np.linspace(0, 1, 97)
    shares = shares[np.abs(shares[:, None] - ends[:-1]).min(axis=1, initial=1) > 1e-9]
    dense = staircase.feature_label(shares, as_floats(p0), to, target, epsilon)
    assert np.isin(dense.round(12), np.round([start, *steps, 1], 12)).all()
    assert (np.diff(dense) >= -1e-12).all()


def test_a_jump_at_zero_is_a_tie_or_an_unseen_cell():
    tie = [[0.25, 0.25], [0.5, 0.0]]
    assert staircase.jumps(tie, [0, 0], target=1).tolist() == [0]
    assert staircase.jumps(tie, [0, 0], target=0).size == 0, "ties go to the lowest label"
    unseen = [[0.0, 0.0], [0.6, 0.4]]
    assert staircase.feature_label([0, 1e-6], unseen, [0, 0], target=1).tolist() == [0, 1]
    assert staircase.feature_label([0, 1e-6], unseen, [0, 0], target=0).tolist() == [1, 1]
    assert staircase.feature_label(0, unseen, [0, 0], 0, epsilon=0.1) == 0, "the adversary decides"


def test_erasing_needs_no_more_than_half_where_every_signal_cell_is_seen():
    rng = np.random.default_rng(2)
    for _ in range(50):
        p0 = rng.dirichlet(np.ones(12)).reshape(4, 3)
        assert staircase.erasing(0.5001, p0, [0, 0, 2, 2]) == pytest.approx(1)


def test_erasing_may_fail_where_the_signal_cell_is_unseen():
    """P0's most frequent label is 2, so members say 2 of the unseen cell 3.

    Cell 1 keeps its signal, so there members say 0, and from α = 0.8 on this makes 0 the most
    frequent label of the training set: the platform answers 0 at the unseen cell.
    """
    p0 = [[0.02, 0.02, 0.08], [0.35, 0.12, 0.04], [0.02, 0, 0.35], [0, 0, 0]]
    curve = staircase.erasing([0.1, 0.55, 0.9, 1], p0, [3, 1, 3, 3])
    np.testing.assert_allclose(curve, [1, 1, 0.51, 0.51])


def test_curves_take_numbers_and_tables_of_shares():
    p0, to = [[0.5, 0.1], [0.2, 0.2]], [0, 0]
    for curve in (staircase.feature_label, staircase.feature_only):
        assert type(curve(0.5, p0, to, 1)) is float
        assert curve([[0.1], [0.9]], p0, to, 1).shape == (2, 1)
    assert type(staircase.erasing(0.5, p0, to)) is float
    assert staircase.erasing([[0.1], [0.9]], p0, to).shape == (2, 1)


BAD = [
    ({"alpha": 1.1}, "alpha must lie in"),
    ({"alpha": float("nan")}, "alpha must lie in"),
    ({"p0": [[0.5, 0.4]]}, "p0 must sum to 1"),
    ({"p0": [[1.5, -0.5]]}, "p0 must lie in"),
    ({"p0": [0.5, 0.5]}, "p0 must be a table"),
    ({"to": [1]}, "to must be from 0 to 0"),
    ({"to": [0, 0]}, "to must hold one cell"),
    ({"to": [0.0]}, "to must be integers"),
    ({"p0": [[0.5, 0], [0, 0.5]], "to": [1, 0]}, "to must be idempotent"),
    ({"target": 2}, "target must be a label from 0 to 1"),
    ({"target": -1}, "target must be a label"),
    ({"epsilon": 0.5}, "epsilon must lie in"),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_bad_input_is_named(change, message):
    good = {"alpha": 0.5, "p0": [[0.5, 0.5]], "to": [0], "target": 0, "epsilon": 0.0}
    for curve in CURVES.values():
        curve(**good)
        with pytest.raises(ValueError, match=message):
            curve(**{**good, **change})
    if "target" not in change:
        without = {name: value for name, value in {**good, **change}.items() if name != "target"}
        with pytest.raises(ValueError, match=message):
            staircase.erasing(**without)
