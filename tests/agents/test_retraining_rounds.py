"""Whole runs in which only what changed is trained and tested again."""

from __future__ import annotations

from typing import Any

import pytest

from groundswell.agents.answers import Answers
from groundswell.data import Points
from groundswell.platform.learners.base import Learner, TrainingSet


def test_the_platform_counts_those_who_moved(make_model: Any, monkeypatch: Any) -> None:
    """Whole runs, with compliance and mistakes, are those in which everything is fitted anew."""
    settings: dict[str, Any] = {
        "population": {"kind": "categorical", "users": 400},
        "network": {"kind": "watts-strogatz", "degree": 6},
        "decision": {"kind": "best-response", "activation": "inertial"},
        "payoff__cost": {"kind": "normal", "mean": 0.5, "sd": 0.3},
        "collective": {
            "seeds": 0.3,
            "compliance": 0.83,
            "mistakes": 0.1,
            "committed": False,
            "strategy": {"kind": "feature-label", "target": "1"},
            "signal": {"kind": "cells", "to": [0, 0, 2, 2, 4, 4, 6, 6]},
            "mistaken_signal": {"kind": "cells", "to": [1] * 8},
        },
        "platform": {"kind": "learning", "learner": {"kind": "bayes", "plug_in": True}},
    }
    exchanged: list[int] = []
    bayes = type(Learner.from_settings("bayes"))
    exchange = bayes.exchange

    def counted(self: Any, model: Any, gone: Points, came: TrainingSet) -> Any:
        exchanged.append(len(gone))
        return exchange(self, model, gone, came)

    monkeypatch.setattr(bayes, "exchange", counted)
    fast = after(make_model(**settings))
    assert len(exchanged) > 5
    assert max(exchanged) < 400
    monkeypatch.setattr(bayes, "exchange", lambda *_: None)
    assert fast.equals(after(make_model(**settings)))
    monkeypatch.setattr("groundswell.agents.planting.FeatureLabel.rowwise", False)
    assert fast.equals(after(make_model(**settings)))


def after(model: Any, rounds: int = 8) -> Any:
    for _ in range(rounds):
        model.step()
    return model.series


def test_where_nobody_moves_nothing_is_fitted(make_model: Any, monkeypatch: Any) -> None:
    settings: dict[str, Any] = {
        "decision": "fixed",
        "population": {"kind": "digits", "users": 60},
        "platform": {"kind": "learning", "learner": "knn"},
    }
    neighbours, fits = type(Learner.from_settings("knn")), []
    fit = neighbours.fit
    monkeypatch.setattr(neighbours, "fit", lambda *a: (fits.append(1), fit(*a))[1])
    fast = after(make_model(**settings), 3)
    assert fits == [1]
    monkeypatch.setattr(neighbours, "deterministic", False)
    assert fast.equals(after(make_model(**settings), 3))
    assert fits == [1] * 5


@pytest.mark.parametrize("redraw", [False, True])
def test_points_are_tested_on_once_for_each_model(
    make_model: Any, monkeypatch: Any, redraw: bool
) -> None:
    """Success, placebo, accuracy and those of groups are what a model asked anew answers."""
    settings: dict[str, Any] = {
        "population": {"kind": "digits", "users": 300},
        "decision": {"kind": "best-response", "activation": "inertial"},
        "payoff__cost": {"kind": "normal", "mean": 0.5, "sd": 0.3},
        "collective": {
            "seeds": 0.2,
            "strategy": {"kind": "feature-label", "target": "3"},
            "signal": {"kind": "pixels", "pixels": [7, 56]},
        },
        "platform": {"kind": "learning", "learner": "naive-bayes", "retrain_every": 3},
        "measure": {"redraw": redraw, "test_users": 100, "groups": ["class"]},
    }
    fast = make_model(**settings)
    asked: list[int] = []
    classifier = type(fast.served)
    predict = classifier.predict
    monkeypatch.setattr(classifier, "predict", lambda *a: (asked.append(1), predict(*a))[1])
    for _ in range(6):
        fast.step()
    trainings, tests = 2, 6 if redraw else 2
    assert fast.series["retrained"].sum() == trainings + 1
    # The points as they are and with the signal, all of them and each of ten classes.
    assert len(asked) == 2 * 11 * tests
    monkeypatch.setattr(Answers, "of", lambda self, model, X: model.predict(X))
    monkeypatch.setattr(Answers, "signalled", lambda self, X, apply: apply(X))
    plain = make_model(**settings)
    for _ in range(6):
        plain.step()
    for name in fast.recorder.tables:
        assert fast.recorder.table(name).equals(plain.recorder.table(name)), name
