"""What a subclass writes anew is what happens, whatever short cuts its parent allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest

import groundswell as gs
from groundswell.agents.planting import FeatureLabel
from groundswell.agents.strategy import Context
from groundswell.component import PARTS
from groundswell.data import Features, Ints, Points
from groundswell.platform.learners.base import Classifier, ConstantClassifier, Learner, TrainingSet
from groundswell.platform.learners.bayes import Bayes
from groundswell.platform.learners.linear import Logistic
from groundswell.platform.learners.sgd import SGD
from groundswell.scenarios.keeping import forget

DIGITS: dict[str, Any] = {
    "name": "subclasses",
    "rounds": 3,
    "population": {"kind": "digits", "users": 60},
    "decision": "fixed",
    "collective": {
        "seeds": 0.3,
        "strategy": {"kind": "feature-label", "target": "3"},
        "signal": {"kind": "pixels", "pixels": [7, 56]},
    },
    "platform": {"kind": "learning", "learner": "logistic"},
    "measure": {"test_users": 50},
}
CELLS: dict[str, Any] = {
    **DIGITS,
    "population": {"kind": "categorical", "users": 200},
    "network": {"kind": "ring", "degree": 4},
    "decision": {"kind": "voter", "activation": "synchronous"},
    "collective": {
        "seeds": 0.5,
        "committed": False,
        "strategy": {"kind": "feature-label", "target": "1"},
        "signal": {"kind": "cells", "to": [0, 0, 2, 2, 4, 4, 6, 6]},
    },
}


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the kinds that a test makes."""
    for part in PARTS.values():
        monkeypatch.setattr(part, "kinds", dict(part.kinds))


@pytest.fixture
def played() -> Iterator[Any]:
    """Return a model after its rounds."""
    made = []

    def play(settings: dict[str, Any], model: type[Any] = gs.CollectiveActionModel) -> Any:
        made.append(model(settings))
        while made[-1].running:
            made[-1].step()
        return made[-1]

    yield play
    for model in made:
        forget(model)


def with_learner(settings: dict[str, Any], learner: str, **more: Any) -> dict[str, Any]:
    return {**settings, "platform": {"kind": "learning", "learner": learner, **more}}


def test_a_network_with_a_fit_of_its_own_is_fitted_by_it_in_runs_too(played: Any) -> None:
    class Stubborn(SGD):
        """Answers one label, whatever it is taught."""

        kind: Literal["stubborn"] = "stubborn"  # type: ignore[assignment]

        def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
            return ConstantClassifier(3)

    settings = with_learner(DIGITS, "stubborn")
    assert (played(settings).series["success"] == 1).all()
    assert (gs.run(settings).series["success"] == 1).all()
    assert gs.success_curve(settings)(0.0) == 1


def test_a_count_table_with_a_fit_of_its_own_is_fitted_anew(played: Any) -> None:
    class EverySecond(Bayes):
        """Counts every second point."""

        kind: Literal["every-second"] = "every-second"  # type: ignore[assignment]
        plug_in: bool = True

        def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
            return super().fit(replace(data, points=data.points.where(np.arange(0, 200, 2))), rng)

    assert not EverySecond.counts
    model = played(with_learner(CELLS, "every-second"))
    assert model.series["joined"].sum() > 0
    submitted = model.platform.trained.points.where(np.arange(0, 200, 2))
    counts = np.zeros((8, 2), dtype=int)
    np.add.at(counts, (submitted.X[:, 0].astype(int), submitted.y), 1)
    assert np.array_equal(model.served.table, counts)


def test_a_classifier_of_ones_own_may_be_random(played: Any) -> None:
    class Scattered(Logistic):
        """Trained on the labels of a round, in random order."""

        kind: Literal["scattered"] = "scattered"  # type: ignore[assignment]

        def classifier(self, rng: np.random.Generator) -> Any:
            fitted.append(1)
            return super().classifier(rng)

    fitted: list[int] = []
    assert not Scattered.deterministic
    played(with_learner(DIGITS, "scattered"))
    assert len(fitted) == 1 + DIGITS["rounds"]


def test_a_strategy_with_a_submit_of_its_own_is_given_members_points(played: Any) -> None:
    class Half(FeatureLabel):
        """The first half of the members plants."""

        kind: Literal["half"] = "half"  # type: ignore[assignment]

        def submit(self, points: Points, context: Context) -> Points:
            planted, X, y = super().submit(points, context), points.X.copy(), points.y.copy()
            half = len(points) // 2
            X[:half], y[:half] = planted.X[:half], planted.y[:half]
            return Points(X, y)

    assert not Half.rowwise
    strategy = {"strategy": {"kind": "half", "target": "3"}}
    model = played({**DIGITS, "collective": {**DIGITS["collective"], **strategy}})
    trained = model.platform.trained
    assert np.count_nonzero(trained.planted) == 18
    assert (trained.points.X != model.points.X).any(axis=1).sum() == 9


def test_what_a_subclass_says_again_of_its_methods_counts() -> None:
    class Again(Bayes):
        """As its parent."""

        kind: Literal["again"] = "again"  # type: ignore[assignment]
        deterministic = counts = True

        def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
            return super().fit(data, rng)

    class Child(Again):
        """As its parent, too."""

        kind: Literal["child"] = "child"  # type: ignore[assignment]

    assert Again.deterministic
    assert Again.counts
    assert Child.counts


def test_models_are_exchanged_in_that_are_the_learners_own(played: Any) -> None:
    class Counting(Bayes):
        """Relies on the table of the model it is given."""

        kind: Literal["counting"] = "counting"  # type: ignore[assignment]
        plug_in: bool = True

        def exchange(self, model: Any, gone: Points, came: TrainingSet) -> Classifier | None:
            exchanged.append(int(model.table.sum()))
            return super().exchange(model, gone, came)

    exchanged: list[int] = []
    settings = with_learner(CELLS, "counting")
    settings["decision"] = {"kind": "contagion", "infection": 0.0, "recovery": 0.5}
    settings["collective"] = {**CELLS["collective"], "seeds": 1.0}
    model = played(settings)
    assert isinstance(model.served.predict(np.zeros((1, 1))), np.ndarray)
    assert exchanged == [200] * (DIGITS["rounds"] - 1), "round 0 knows one label only"


def test_a_training_that_goes_on_does_so_where_nobody_moves(played: Any) -> None:
    class Steps(Learner):
        """Answers the number of trainings so far, in digits."""

        kind: Literal["steps"] = "steps"
        forms = ("images",)
        deterministic = resumable = True

        def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
            before = data.start
            return ConstantClassifier(
                before.label + 1 if isinstance(before, ConstantClassifier) else 0
            )

    model = played(with_learner(DIGITS, "steps", warm_start=True))
    assert model.served.label == 1 + DIGITS["rounds"]


def test_a_model_with_a_retrain_of_its_own_is_asked(played: Any) -> None:
    class Lazy(gs.CollectiveActionModel):
        """Skips every second training."""

        def retrain(self) -> None:
            if self.round % 2 == 0:
                super().retrain()

    rounds: list[int] = []

    class Watched(Lazy):
        def retrain(self) -> None:
            before = self.served
            super().retrain()
            rounds.extend([self.round] * (self.served is not before))

    played(with_learner(DIGITS, "sgd"), Watched)
    assert rounds == [0, 2]


def test_what_a_strategy_makes_of_tested_points_is_its_own_business(played: Any) -> None:
    class Blank(FeatureLabel):
        """Measures on points whose first pixel is blanked out, in place."""

        kind: Literal["blank-out"] = "blank-out"  # type: ignore[assignment]

        def measure(self, model: Any, fresh: Points, context: Context) -> Any:
            X: Features = context.signalled(fresh).X
            answers: Ints = context.predict(model, fresh)
            for array in (X, answers):
                with pytest.raises(ValueError, match="read-only"):
                    array[:1] = 0
            return super().measure(model, fresh, context)

    strategy = {"strategy": {"kind": "blank-out", "target": "3"}}
    played({**DIGITS, "collective": {**DIGITS["collective"], **strategy}})
