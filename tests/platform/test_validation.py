"""Rows held out of a training, and the checkpoint they choose."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import groundswell as gs
from groundswell.data import Points
from groundswell.platform.validation import Validation, upper_mean, worst_class
from groundswell.problems import ScenarioError

DIGITS: dict[str, Any] = {
    "name": "held out",
    "rounds": 2,
    "population": {"kind": "digits", "users": 400},
    "decision": "fixed",
    "collective": {
        "seeds": 0.1,
        "strategy": {"kind": "feature-label", "target": 3},
        "signal": {"kind": "pixels", "pixels": [7, 56]},
    },
    "platform": {
        "kind": "learning",
        "learner": {"kind": "sgd", "hidden": [8], "epochs": 6},
        "validation": {"share": 0.25},
    },
    "measure": {"test_users": 100},
}


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.01, 0.99), st.integers(0, 99))
def test_planted_and_other_rows_are_held_out_alike(
    planted: int, others: int, share: float, seed: int
) -> None:
    rows = np.arange(planted + others) < planted
    chosen = Validation(share=share).held_out(rows, np.random.default_rng(seed))
    assert chosen[rows].sum() == int(share * planted)
    assert chosen[~rows].sum() == int(share * others)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_the_collective_weighs_as_much_as_is_asked(share: float) -> None:
    points = Points(np.zeros((50, 1)), np.zeros(50, dtype=np.int64))
    planted = np.arange(50) < 5
    exam = Validation(collective_share=share).examination(points, planted)
    assert exam is not None
    losses = np.where(planted, 1.0, 0.0)[: len(exam.points)]
    if share == 0:
        losses = np.zeros(45)
        assert len(exam.points) == 45
    if share == 1:
        losses = np.ones(5)
    assert exam.criterion(losses) == pytest.approx(share)


def test_without_planted_rows_there_is_nothing_to_weigh() -> None:
    points = Points(np.zeros((3, 1)), np.zeros(3, dtype=np.int64))
    exam = Validation(collective_share=0.5).examination(points, np.zeros(3, dtype=bool))
    assert exam is not None
    assert exam.criterion(np.array([1.0, 2.0, 3.0])) == 2.0
    everybody = np.ones(3, dtype=bool)
    assert Validation(collective_share=0.0).examination(points, everybody) is None
    assert Validation().examination(points.where(~everybody), ~everybody[:0]) is None


def test_criteria() -> None:
    losses, y = np.array([1.0, 2.0, 6.0, 4.0]), np.array([0, 0, 1, 1])
    weight = np.array([1.0, 3.0, 1.0, 1.0])
    assert worst_class(losses, y, weight) == 5.0
    assert upper_mean(losses, weight, 1.0) == pytest.approx(np.average(losses, weights=weight))
    assert upper_mean(losses, weight, 1 / 3) == 5.0
    assert upper_mean(losses, weight, 0.5) == pytest.approx((6 + 4 + 2) / 3)
    points = Points(np.zeros((4, 1)), y, weight)
    for criterion, expected in [("mean", 17 / 6), ("worst-class", 5.0), ("cvar", 5.0)]:
        settings = Validation(criterion=criterion, level=1 / 3)  # type: ignore[arg-type]
        exam = settings.examination(points, y == 0)
        assert exam is not None
        assert exam.criterion(losses) == pytest.approx(expected)


def test_the_best_checkpoint_is_served() -> None:
    """Rows held out are in no training; the epoch with the lowest criterion is served."""
    scenario = gs.load(DIGITS).replace({"platform.learner.rate": 0.3, "measure.epochs": True})
    model = gs.CollectiveActionModel(scenario, rng=3)
    platform = model.platform
    assert len(platform.trained.points) == 400 - 10 - 90
    assert platform.alpha == pytest.approx(30 / 300)
    epochs = platform.epochs
    criteria = [row["validation"] for row in epochs]
    assert np.isfinite(criteria).all()
    assert [row["served"] for row in epochs].index(1) == int(np.argmin(criteria))
    assert sum(row["served"] for row in epochs) == 1
    result = gs.run(scenario, seed=3)
    first = result.epochs[result.epochs["round"] == 0]
    assert first["validation"].tolist() == pytest.approx(criteria)
    assert set(result.epochs["round"]) == {0, 1, 2}


def test_validation_changes_no_other_randomness() -> None:
    """The same users, seeds and fresh points, and without it the same network as ever."""
    scenario = gs.load(DIGITS)
    with_it = gs.CollectiveActionModel(scenario, rng=1)
    without = gs.CollectiveActionModel(scenario.replace({"platform.validation": None}), rng=1)
    assert (with_it.columns["joined"] == without.columns["joined"]).all()
    assert (with_it.world.fresh.X == without.world.fresh.X).all()
    assert np.isnan([row["validation"] for row in without.platform.epochs]).all()
    assert [row["served"] for row in without.platform.epochs] == [0, 0, 0, 0, 0, 1]


def test_patience_watches_the_rows_held_out() -> None:
    settings = {"platform.learner.epochs": 200, "platform.learner.patience": 2}
    model = gs.CollectiveActionModel(gs.load(DIGITS).replace(settings), rng=1)
    epochs = model.platform.epochs
    served = [row["served"] for row in epochs].index(1)
    assert len(epochs) == served + 1 + 2 < 200


def test_warm_start_goes_on_from_the_model_served() -> None:
    """Training loss goes on falling from round to round; from scratch it begins anew."""
    for warm in (False, True):
        scenario = gs.load(DIGITS).replace(
            {"platform.warm_start": warm, "platform.validation": None, "measure.epochs": True}
        )
        epochs = gs.run(scenario).epochs
        first = epochs[epochs["epoch"] == 1].set_index("round")["loss"]
        assert (first[1] < 0.7 * first[0]) == warm
        if not warm:
            assert first[1] > 0.8 * first[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"platform.learner": "tree"},
            r"platform\.validation: chooses between the epochs of a training, and 'tree' has none; "
            "works: .*sgd",
        ),
        (
            {"platform.learner": "logistic", "platform.warm_start": True},
            r"platform\.warm_start: 'logistic' trains from scratch; works: .*sgd",
        ),
        (
            {"platform.learner.kind": "jtt", "platform.warm_start": True},
            "'jtt' trains from scratch",
        ),
        ({"platform.validation.share": 1.0}, r"platform\.validation\.share"),
        ({"platform.validation.criterion": "median"}, r"platform\.validation\.criterion"),
        (
            {"platform.learner": {"kind": "cvar", "level": 0.1}},
            r"platform\.learner: .*rest on 6\.4 points",
        ),
        (
            {"platform.learner.kind": "cvar", "platform.memory": "discounted"},
            r"platform\.memory: 'discounted' weighs submissions, which 'cvar' cannot use",
        ),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        gs.load(DIGITS).replace(changes)


def test_too_few_users_for_a_weight_rule_are_refused() -> None:
    small = {"population.users": 20, "platform.learner": {"kind": "cvar", "level": 0.2}}
    with pytest.raises(
        ScenarioError, match=r"platform\.learner: .*rest on 4 of 20 training points"
    ):
        gs.run(gs.load(DIGITS).replace(small))


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (
            "sexe",
            r"platform\.learner\.groups: there is no column 'sexe'; did you mean 'sex'\?; gro",
        ),
        ("age", r"platform\.learner\.groups: column 'age' is numeric; groups are"),
    ],
)
def test_groups_that_do_not_exist_are_refused(groups: str, message: str, tmp_path: Any) -> None:
    path = tmp_path / "people.csv"
    path.write_text("age,sex,y\n" + "".join(f"{i},{'fm'[i % 2]},{i % 3}\n" for i in range(30)))
    scenario = gs.load(
        {
            "name": "groups",
            "population": {"kind": "table", "path": str(path), "label": "y", "test_share": 0.3},
            "decision": "fixed",
            "collective": {"strategy": {"kind": "feature-label", "target": "1"}},
            "platform": {"kind": "learning", "learner": {"kind": "group-dro", "groups": groups}},
        }
    )
    with pytest.raises(ScenarioError, match=message):
        gs.run(scenario)
    ok = scenario.replace({"platform.learner.groups": "sex", "rounds": 1})
    assert gs.run(ok).runs["status"].tolist() == ["ok"]
