"""Where who joins may hang on data, no bound is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import groundswell as gs

NORMAL = {"kind": "normal", "mean": 0.5, "sd": 0.2}
LOOKS = {"kind": "threshold", "threshold": 0.2}
ALIKE = {"kind": "ring", "degree": 4, "homophily": {"column": "cell", "target": 0.3}}
RING = {"kind": "ring", "degree": 4}


def goes_with(name: str) -> dict[str, Any]:
    return {**NORMAL, "correlate": {"with": name, "rank": 0.4}}


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"decision": LOOKS}, True),
        ({"decision": LOOKS, "collective.seeding": "degree", "collective.seeds": 5}, True),
        ({"network": {"kind": "barabasi-albert"}, "payoff.cost": goes_with("degree")}, True),
        ({"network": ALIKE}, True),
        ({"network": ALIKE, "collective.organiser": {"budget": 5}}, True),
        ({"network": ALIKE, "collective.organiser": {"budget": 5, "by": "neighbours"}}, False),
        ({"network": ALIKE, "collective.seeding": "neighbourhood"}, False),
        (
            {
                "network": ALIKE,
                "collective.seeding": "users",
                "collective.seeds": 1,
                "collective.users": [1],
            },
            False,
        ),
        ({"network": ALIKE, "decision": LOOKS}, False),
        ({"network": ALIKE, "decision": "best-response"}, False),
    ],
    ids=str,
)
def test_bounds_are_shown_where_members_are_like_everybody(
    changes: dict[str, Any], shown: bool
) -> None:
    settings = {
        "name": "x",
        "population": {"kind": "categorical", "users": 120},
        "network": RING,
        "decision": "fixed",
        "collective": {
            "seeds": 0.1,
            "strategy": {"kind": "feature-label", "target": "1"},
            "signal": {"kind": "cells", "to": [0] * 8},
        },
        "platform": {"kind": "learning", "learner": "bayes"},
    }
    model = gs.CollectiveActionModel(gs.load(settings).replace(changes))
    assert bool(np.isfinite(model.series["bound"].iloc[0])) == shown


@pytest.mark.parametrize(
    ("changes", "exchangeable"),
    [
        ({}, True),
        ({"payoff.cost": goes_with("age")}, False),
        ({"payoff.cost": {"kind": "column", "column": "age"}}, False),
        (
            {
                "decision.activation": {
                    "kind": "inertial",
                    "revision": {
                        "kind": "beta",
                        "a": 2.0,
                        "b": 2.0,
                        "correlate": {"with": "age", "rank": 0.4},
                    },
                }
            },
            False,
        ),
        ({"network": RING, "payoff.peer_pressure": 0.5}, True),
    ],
    ids=str,
)
def test_settings_that_go_with_data(
    tmp_path: Path, changes: dict[str, Any], exchangeable: bool
) -> None:
    (tmp_path / "people.csv").write_text(
        "age,y\n" + "".join(f"{i * 7 % 60},{'ab'[i % 2]}\n" for i in range(100))
    )
    settings = {
        "name": "x",
        "population": {"kind": "table", "path": str(tmp_path / "people.csv"), "label": "y"},
        "payoff": {"benefit": 0.0},
        "platform": {"kind": "learning", "learner": "tree"},
    }
    model = gs.CollectiveActionModel(gs.load(settings).replace(changes))
    assert model.campaign.exchangeable == exchangeable
