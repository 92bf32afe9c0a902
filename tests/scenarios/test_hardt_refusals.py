"""Mistaken signals and gradient strategies that cannot work are refused at load time."""

from __future__ import annotations

import pytest

import groundswell as gs
from groundswell.problems import ScenarioError
from groundswell.randomness import Streams
from groundswell.world import build_world

PLANTING = gs.load("signal-planting")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"collective.mistakes": 0.5, "collective.mistaken_signal": {"kind": "insert-token"}},
            "collective.mistaken_signal: 'insert-token' cannot change the data of a 'digits'",
        ),
        (
            {"collective.mistaken_signal": {"kind": "pixels", "pixels": [1]}},
            "collective.mistaken_signal: nobody plants it while collective.mistakes is 0",
        ),
        (
            {
                "population": {"kind": "resumes", "users": 50},
                "collective.signal": "none",
                "collective.strategy": {"kind": "gradient-neutralizing", "target": "nurse"},
                "platform.learner": "tfidf",
            },
            "needs can learn from the data of 'resumes'; works: categorical, digits",
        ),
    ],
)
def test_refused_from_the_settings_alone(changes: dict, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        PLANTING.replace(changes)
    assert message in str(caught.value)


def test_a_mistaken_signal_must_fit_the_data() -> None:
    wrong = {"kind": "pixels", "pixels": [999]}
    scenario = PLANTING.replace({"collective.mistakes": 0.5, "collective.mistaken_signal": wrong})
    with pytest.raises(ScenarioError, match=r"mistaken_signal\.pixels: pixels go from 0 to 63"):
        build_world(scenario, Streams(0))
