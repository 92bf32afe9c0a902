"""What cannot work on documents, or only on them, is refused when the scenario is loaded."""

from __future__ import annotations

from typing import Any

import pytest

import groundswell as gs
from groundswell.platform import learners  # noqa: F401  (registers them)
from groundswell.platform.learners.base import Learner
from groundswell.problems import ScenarioError

TEXT = {"text", "resumes"}
LEARNERS = {"tfidf", "embeddings"}
NEEDS = {
    "sklearn": {"estimator": "sklearn.svm.SVC"},
    "set-features": {"features": {"text": 1.0}},
    "shift": {"features": {"text": 1.0}},
    "pixels": {"pixels": [0]},
    "cells": {"to": [0]},
}


def scenario(population: str, learner: str, signal: str = "none") -> dict[str, Any]:
    return {
        "name": "x",
        "population": {"kind": population, "users": 50},
        "decision": "fixed",
        "collective": {"signal": {"kind": signal, **NEEDS.get(signal, {})}},
        "platform": {
            "kind": "learning",
            "learner": {"kind": learner, **NEEDS.get(learner, {})},
        },
    }


@pytest.mark.parametrize("learner", sorted(Learner.kinds))
def test_learners_of_documents_and_others(learner: str) -> None:
    works, fails = ("resumes", "digits") if learner in LEARNERS else ("digits", "resumes")
    if learner == "bayes":
        works = "categorical"
    gs.load(scenario(works, learner))
    message = f"'{learner}' cannot learn from the data of a '{fails}' population"
    with pytest.raises(ScenarioError, match=message) as error:
        gs.load(scenario(fails, learner))
    would_work = set(str(error.value).rpartition("one of: ")[2].split(", "))
    assert would_work == TEXT if learner in LEARNERS else not would_work & TEXT


@pytest.mark.parametrize("population", ["digits", "categorical"])
def test_tokens_need_documents(population: str) -> None:
    learner = "bayes" if population == "categorical" else "logistic"
    with pytest.raises(
        ScenarioError,
        match=rf"collective\.signal: 'insert-token' cannot change the data of a '{population}' "
        r"population; it needs one of: .*resumes.*text|text.*resumes",
    ):
        gs.load(scenario(population, learner, "insert-token"))


@pytest.mark.parametrize("signal", ["set-features", "shift", "pixels", "cells"])
def test_documents_need_tokens(signal: str) -> None:
    with pytest.raises(ScenarioError, match="cannot change the data of a 'resumes' population"):
        gs.load(scenario("resumes", "tfidf", signal))


def test_a_target_that_is_no_occupation(resumes: gs.Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"no label 'nurses'; did you mean 'nurse'"):
        gs.run(resumes.replace({"collective.strategy.target": "nurses"}))
