"""Runs side by side whose networks are trained together: the same results as one by one."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import groundswell as gs
from groundswell.model import CollectiveActionModel
from groundswell.platform import fitting
from groundswell.platform.learners.base import Fit
from groundswell.scenarios import together
from groundswell.scenarios.engines import outcomes
from groundswell.scenarios.simulate import Task, simulate
from groundswell.scenarios.store import RunRecord

STUDY: dict[str, Any] = {
    "name": "side by side",
    "rounds": 3,
    "replicates": 2,
    "population": {"kind": "digits", "users": 80},
    "network": {"kind": "watts-strogatz", "degree": 6},
    "decision": {"kind": "best-response", "activation": "inertial"},
    "payoff": {"cost": {"kind": "normal", "mean": 0.4, "sd": 0.3}},
    "collective": {
        "seeds": 0.1,
        "strategy": {"kind": "feature-label", "target": "3"},
        "signal": {"kind": "pixels", "pixels": [7, 56]},
    },
    "platform": {"kind": "learning", "learner": {"kind": "sgd", "hidden": [8], "epochs": 3}},
    "measure": {"test_users": 60, "epochs": True},
    "sweep": {"grid": {"payoff.benefit": [0.5, 1.0], "platform.learner.kind": ["sgd", "cvar"]}},
}
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "warm start, every other round": {"platform.warm_start": True, "platform.retrain_every": 2},
    "validation": {"platform.validation": {"share": 0.3}, "platform.memory": "all"},
    "with trees between": {
        "measure.epochs": False,
        "sweep.grid": {"platform.learner": ["sgd", "tree", {"kind": "sgd", "hidden": [5]}]},
    },
    "several shapes": {"sweep.grid": {"population.users": [60, 61]}},
}


def study(**changes: Any) -> gs.Scenario:
    return gs.load(STUDY).replace(changes)


def tasks_of(scenario: gs.Scenario) -> list[Task]:
    return [Task(scenario, replicate) for replicate in range(scenario.replicates)]


def same(one: gs.Result, other: gs.Result) -> None:
    for name in ("runs", "series", *(["epochs"] if one.scenario.measure.epochs else [])):
        mine, theirs = getattr(one, name), getattr(other, name)
        if name == "runs":
            mine, theirs = (table.drop(columns="seconds") for table in (mine, theirs))
        pd.testing.assert_frame_equal(mine, theirs, check_exact=True)


@pytest.fixture
def packs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many networks were trained together, time by time."""
    sizes: list[int] = []
    fit_networks = fitting.fit_networks

    def counted(fits: list[Fit]) -> Any:
        sizes.append(len(fits))
        return fit_networks(fits)

    monkeypatch.setattr(fitting, "fit_networks", counted)
    return sizes


@pytest.mark.parametrize("variant", VARIANTS)
def test_results_are_those_of_one_by_one(
    variant: str, packs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = study(**VARIANTS[variant])
    beside = gs.sweep(scenario)
    assert max(packs) > 2
    monkeypatch.setattr(Task, "trains_networks", False)
    packs.clear()
    same(beside, gs.sweep(scenario))
    assert not packs


class Here:
    """An executor that does what it is given at once."""

    def __init__(self) -> None:
        self.given: list[tuple[Any, ...]] = []

    def submit(self, function: Any, /, *arguments: Any) -> Future[Any]:
        self.given.append(arguments)
        future: Future[Any] = Future()
        if len(self.given) == 2:  # the worker is lost with its runs
            future.set_exception(OSError("out of memory"))
        else:
            future.set_result(function(*arguments))
        return future


def test_workers_are_given_several_runs_and_those_lost_one_by_one() -> None:
    here, tasks = Here(), tasks_of(study(replicates=7))
    records = list(outcomes(tasks, here, beside=3))
    given = [[task.replicate for task in bundle] for (bundle,) in here.given[:2]]
    assert given == [[0, 1, 2], [3, 4, 5]]
    assert [task.replicate for (task,) in here.given[2:]] == [6, 3, 4, 5]
    by_run = {record.run: record for record in records}
    for task in tasks:
        assert repr(by_run[task.run].tables) == repr(simulate(task).tables)


@pytest.mark.slow
def test_results_do_not_depend_on_workers(tmp_path: Path) -> None:
    same(gs.sweep(STUDY, out=tmp_path / "out", workers=2), gs.sweep(STUDY))


@pytest.mark.parametrize(("most", "numbers"), [(3, 2**23), (32, 2 * 80 * 64 + 1)])
def test_few_runs_are_under_way_at_a_time(
    most: int, numbers: int, packs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "MOST_TOGETHER", most)
    monkeypatch.setattr(together, "MOST_NUMBERS", numbers)
    models: weakref.WeakSet[CollectiveActionModel] = weakref.WeakSet()
    alive: list[int] = []

    def on_round(model: CollectiveActionModel) -> None:
        models.add(model)
        alive.append(len(models))

    records = list(together.together(tasks_of(study(replicates=7)), lambda _: on_round))
    assert sorted(record.replicate for record in records) == list(range(7))
    assert max(packs) == 3
    assert max(alive) == 3


def test_a_run_that_diverges_or_fails_leaves_the_others_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tasks = tasks_of(study(replicates=4))
    alone = [simulate(task) for task in tasks]
    fast = study(**{"platform.learner.rate": 1e30})
    observe = CollectiveActionModel.observe

    def breaks(self: CollectiveActionModel) -> None:
        if self.streams.replicate == 2:
            raise RuntimeError("no luck")
        observe(self)

    monkeypatch.setattr(CollectiveActionModel, "observe", breaks)
    records = together.simulate_together([*tasks, Task(fast, 0)])
    found = {(record.run, record.status) for record in records}
    statuses = ["ok", "ok", "failed", "ok"]
    assert found == {
        *((task.run, status) for task, status in zip(tasks, statuses, strict=True)),
        (Task(fast, 0).run, "diverged"),
    }
    by_run = {record.run: record for record in records}
    assert "no luck" in (by_run[tasks[2].run].error or "")
    for before in alone:
        rows = by_run[before.run].tables["series"]
        assert repr(rows) == repr(before.tables["series"][: len(rows)])


def test_a_training_that_cannot_begin_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from groundswell.platform.learners import network

    encoder = network.encoder

    def breaks(points: Any, schema: Any) -> Any:
        if len(points) == 79:
            raise ValueError("cannot be encoded")
        return encoder(points, schema)

    monkeypatch.setattr(network, "encoder", breaks)
    tasks = tasks_of(study())
    records = together.simulate_together([*tasks, Task(study(**{"population.users": 79}), 0)])
    by_run = {record.run: record for record in records}
    assert sorted(record.status for record in records) == ["failed", "ok", "ok"]
    for task in tasks:
        assert repr(by_run[task.run].tables) == repr(simulate(task).tables)


def test_labels_that_are_none_fail_a_run_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from groundswell.agents.planting import FeatureLabel

    submit = FeatureLabel.submit

    def wrong(self: FeatureLabel, points: Any, context: Any) -> Any:
        planted = submit(self, points, context)
        return replace(planted, y=planted.y - 10) if self.target == "4" else planted

    monkeypatch.setattr(FeatureLabel, "submit", wrong)
    tasks = tasks_of(study())
    broken = Task(study(**{"collective.strategy.target": "4"}), 0)
    records = together.simulate_together([*tasks, broken])
    statuses = {record.run: record.status for record in records}
    assert statuses == {**{task.run: "ok" for task in tasks}, broken.run: "failed"}


def test_interrupted_it_keeps_what_has_ended_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "MOST_TOGETHER", 3)
    models: weakref.WeakSet[CollectiveActionModel] = weakref.WeakSet()
    observe, rounds = CollectiveActionModel.observe, []

    def stops(self: CollectiveActionModel) -> None:
        rounds.append(self.round)
        models.add(self)
        if len(rounds) == 15:
            raise KeyboardInterrupt
        observe(self)

    monkeypatch.setattr(CollectiveActionModel, "observe", stops)
    with pytest.raises(KeyboardInterrupt):
        gs.sweep(STUDY, out=tmp_path / "out")
    gc.collect()
    assert not models
    assert gs.open(tmp_path / "out").statuses == {"ok": 3}
    monkeypatch.setattr(CollectiveActionModel, "observe", observe)
    result = gs.sweep(STUDY, out=tmp_path / "out")
    assert result.already == 3
    same(result, gs.sweep(STUDY))


def test_each_run_takes_its_share_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    fit_networks, observe = fitting.fit_networks, CollectiveActionModel.observe

    def slowly(fits: list[Fit]) -> Any:
        now[0] += 10
        return fit_networks(fits)

    def watched(self: CollectiveActionModel) -> None:
        now[0] += 1 + self.streams.replicate
        observe(self)

    monkeypatch.setattr(together, "perf_counter", lambda: now[0])
    monkeypatch.setattr(fitting, "fit_networks", slowly)
    monkeypatch.setattr(CollectiveActionModel, "observe", watched)
    records: list[RunRecord] = together.simulate_together(tasks_of(study(replicates=4)))
    # Three rounds of 1, 2, 3 and 4 seconds; four trainings of ten seconds for four runs.
    assert {record.replicate: record.seconds for record in records} == {
        replicate: 3 * (1 + replicate) + 4 * 10 / 4 for replicate in range(4)
    }


@pytest.mark.parametrize(
    ("runs", "workers", "beside"), [(1, 1, 1), (40, 2, 20), (64, 2, 32), (100, 2, 25), (3, 2, 2)]
)
def test_workers_have_as_much_to_do_each(runs: int, workers: int, beside: int) -> None:
    tasks = [Task(gs.load(STUDY), replicate) for replicate in range(runs)]
    assert together.side_by_side(tasks, workers) == beside
    trees = Task(study(**VARIANTS["with trees between"], **{"platform.learner": "tree"}), 0)
    assert together.side_by_side([trees] * runs, workers) == 1
