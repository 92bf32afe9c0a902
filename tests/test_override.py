"""Changing settings by dotted key: order does not matter, and what is given stays as it was."""

from itertools import permutations

import pytest

from groundswell.problems import ScenarioError
from groundswell.settings_errors import override, split_key

BASE = {"platform": {"kind": "learning", "learner": {"kind": "knn", "neighbours": 3}}}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"platform.learner": {"kind": "tree", "depth": 3}, "platform.learner.leaf": 2},
            {"kind": "learning", "learner": {"kind": "tree", "depth": 3, "leaf": 2}},
        ),
        (
            {"platform": {"kind": "learning", "learner": "knn"}, "platform.learner.kind": "tree"},
            {"kind": "learning", "learner": {"kind": "tree"}},
        ),
        (
            {"platform.learner.depth": 3, "platform.learner.kind": "tree"},
            {"kind": "learning", "learner": {"kind": "tree", "depth": 3}},
        ),
        (
            {"platform.learner.kind": "knn"},
            {"kind": "learning", "learner": {"kind": "knn", "neighbours": 3}},
        ),
        (
            {"platform.kind": "response", "platform.curve": "step", "platform.curve.at": 0.2},
            {"kind": "response", "curve": {"kind": "step", "at": 0.2}},
        ),
    ],
)
def test_outer_settings_come_first_whatever_their_order(changes, expected):
    for items in permutations(changes.items()):
        assert override(BASE, dict(items)) == {"platform": expected}


def test_what_is_given_is_not_changed():
    table = {"kind": "tree", "depth": 3}
    settings = {"platform": {"kind": "learning", "learner": "knn"}}
    override(settings, {"platform.learner": table, "platform.learner.leaf": 2})
    assert table == {"kind": "tree", "depth": 3}
    assert settings == {"platform": {"kind": "learning", "learner": "knn"}}


def test_a_value_is_no_table():
    with pytest.raises(ScenarioError, match=r"rounds\.of: rounds is no table"):
        override({"rounds": 3}, {"rounds.of": 4})


@pytest.mark.parametrize("key", ["", "a b", "a..b", "[a]", "#", "a = 1 #", "a = 0\nb"])
def test_what_is_no_key(key):
    with pytest.raises(ScenarioError, match="not a key"):
        split_key(key)
