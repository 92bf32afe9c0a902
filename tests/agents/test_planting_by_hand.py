"""Strategies that plant or erase, point by point, and where theory gives them a bound."""

import numpy as np
import pytest

from groundswell.agents.strategy import Context, Strategy
from groundswell.analysis import bounds
from groundswell.data import Points, Schema
from groundswell.problems import InputError

SCHEMA = Schema("cells", labels=("no", "yes", "maybe"))
TO = np.array([1, 1])
"""Cell 0 is sent to cell 1."""


class ToOne:
    """The signal g(x) = 1."""

    def apply(self, X, schema):
        return np.ones_like(X)


CONTEXT = Context(signal=ToOne(), schema=SCHEMA, best_label=lambda X: (2 * X[:, 0]).astype(int))
POINTS = Points(np.array([[0.0], [0.0], [1.0], [0.0]]), np.array([0, 1, 2, 1]))


@pytest.mark.parametrize(
    ("kind", "X", "y"),
    [
        ("feature-label", [1, 1, 1, 1], [1, 1, 1, 1]),
        ("feature-only", [0, 1, 1, 1], [0, 1, 2, 1]),
        ("erasing", [0, 0, 1, 0], [2, 2, 2, 2]),
    ],
)
def test_what_members_submit(kind, X, y):
    settings = {} if kind == "erasing" else {"target": "yes"}
    sent = Strategy.kinds[kind](**settings).submit(POINTS, CONTEXT)
    assert sent.X[:, 0].tolist() == X
    assert sent.y.tolist() == y
    assert POINTS.X[:, 0].tolist() == [0, 0, 1, 0]


class Model:
    """Answers "yes" to cell 1 and to nothing else."""

    def predict(self, X):
        return (X[:, 0] == 1).astype(int)


def test_success_by_hand():
    planted = Strategy.kinds["feature-label"](target="yes").measure(Model(), POINTS, CONTEXT)
    assert (planted.success, planted.success_others, planted.placebo) == (1.0, 1.0, 0.25)
    other = Strategy.kinds["feature-label"](target="no").measure(Model(), POINTS, CONTEXT)
    assert (other.success, other.success_others, other.placebo) == (0.0, 0.0, 0.75)
    erased = Strategy.kinds["erasing"]().measure(Model(), POINTS, CONTEXT)
    assert erased.success == 0.25
    assert np.isnan(erased.placebo)


def test_erasing_needs_to_know_what_p0_prefers():
    with pytest.raises(ValueError, match="needs to know which label P0 prefers"):
        Strategy.kinds["erasing"]().submit(POINTS, Context(signal=ToOne(), schema=SCHEMA))


def test_a_target_is_one_of_the_labels():
    kind = Strategy.kinds["feature-label"]
    kind(target="maybe").check(SCHEMA)
    assert kind(target="maybe").target_label(SCHEMA) == 2
    with pytest.raises(InputError, match="there is no label 'other'") as error:
        kind(target="other").check(SCHEMA)
    assert error.value.key == ("target",)


def test_feature_only_has_a_bound_where_the_target_occurs_in_every_cell():
    only = Strategy.kinds["feature-only"](target="yes")
    rare = np.array([[0.3, 0.1, 0.1], [0.2, 0.2, 0.1]])
    bound = only.theorem(rare, TO, CONTEXT)
    assert bound(0.3, 0.1) == bounds.feature_only(0.3, uniqueness=0.5, positivity=0.2, epsilon=0.1)
    always = np.array([[0, 0.6, 0], [0, 0.4, 0]])
    assert only.theorem(always, TO, CONTEXT)(0.3, 0.0) == 1
    never = np.array([[0.5, 0, 0.1], [0.2, 0.2, 0]])
    assert only.theorem(never, TO, CONTEXT) is None


def test_erasing_has_a_bound_where_p0_says_something_of_the_signal():
    erasing = Strategy.kinds["erasing"]()
    same = np.array([[0.2, 0.2, 0.1], [0.2, 0.2, 0.1]])
    assert erasing.theorem(same, TO, CONTEXT)(0.5, 0.9) == 1
    assert erasing.theorem(np.array([[0.5, 0.3, 0.2], [0, 0, 0]]), TO, CONTEXT) is None
