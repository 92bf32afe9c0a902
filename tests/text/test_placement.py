"""Signature 8 of theory.md: where a unique token goes does not matter, how many there are does."""

from __future__ import annotations

import pytest

import groundswell as gs

FRESH = range(2001, 2006)  # seeds that were not used to choose the scenario's settings
PLACES = ["every", "start", "end", "random"]


def success(scenario: gs.Scenario, seeds: range = FRESH, **signal: object) -> float:
    """Return the mean of S over seeds."""
    changes = {f"collective.signal.{name}": value for name, value in signal.items()}
    runs = [gs.run(scenario.replace({**changes, "seed": seed})) for seed in seeds]
    return sum(float(run.series["success"].iloc[-1]) for run in runs) / len(runs)


@pytest.fixture
def scenario() -> gs.Scenario:
    return gs.load("hardt-tokens").replace({"sweep": {}, "replicates": 1})


@pytest.mark.slow
def test_placement_hardly_matters(scenario: gs.Scenario) -> None:
    S = {place: success(scenario, place=place) for place in PLACES}
    assert max(S.values()) - min(S.values()) <= 0.1, S
    assert min(S.values()) > 0.8, S
    assert max(S.values()) < 0.99, S  # not merely because nothing can be gained any more


@pytest.mark.slow
def test_the_number_of_tokens_matters(scenario: gs.Scenario) -> None:
    S = [success(scenario, every=every) for every in (1000, 20, 5)]
    assert S[0] + 0.2 < S[1] < S[2], S


@pytest.mark.parametrize("learner", ["tfidf", "embeddings"])
def test_a_bag_of_words_cannot_see_places(resumes: gs.Scenario, learner: str) -> None:
    scenario = resumes.replace({"platform.learner.kind": "embeddings"}).replace(
        {"platform.learner.kind": learner, "collective.seeds": 0.1}
    )
    S = [success(scenario, range(1, 2), place=place) for place in PLACES]
    assert max(S) - min(S) <= 0.01, S
