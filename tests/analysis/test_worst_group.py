"""Who is worst off, by round and grouping."""

from __future__ import annotations

import pandas as pd
import pytest

import groundswell as gs
from groundswell.analysis import groups

TABLE = pd.DataFrame(
    [
        ("r", 0, "class", "a", 0.9, 0.1),
        ("r", 0, "class", "b", 0.7, None),
        ("r", 0, "sex", "f", 0.8, None),
        ("r", 0, "sex", "m", 0.8, None),
        ("r", 1, "class", "a", 0.2, 0.3),
        ("r", 1, "class", "b", None, 0.2),
        ("s", 0, "class", "a", 0.6, 0.4),
        ("s", 0, "class", "b", 0.5, 0.4),
    ],
    columns=["run", "round", "by", "group", "accuracy", "success"],
)


def test_the_lowest_of_each_run_round_and_grouping() -> None:
    worst = groups.worst(TABLE)
    assert worst[["run", "round", "by", "group"]].apply(tuple, axis=1).tolist() == [
        ("r", 0, "class", "b"),
        ("r", 0, "sex", "f"),
        ("r", 1, "class", "a"),
        ("s", 0, "class", "b"),
    ]
    assert groups.worst(TABLE, "success")["group"].tolist() == ["a", "b", "a"]


def test_nothing_to_compare() -> None:
    assert groups.worst(TABLE.assign(accuracy=float("nan"))).empty
    with pytest.raises(ValueError, match="no column 'sucess'"):
        groups.worst(TABLE, "sucess")
    with pytest.raises(ValueError, match="ask for some"):
        groups.worst(gs.run("granovetter"))
