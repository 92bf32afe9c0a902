"""A run that was killed goes on from its checkpoint, to the bit as if nothing had happened."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import groundswell as gs
from groundswell.component import PARTS
from groundswell.problems import InputError
from groundswell.scenarios.checkpoint import Checkpoints
from groundswell.scenarios.identity import run_id
from groundswell.scenarios.simulate import Task, simulate
from groundswell.settings_errors import override
from groundswell.tables import TABLES

ROOT = Path(__file__).parents[2]
ROUNDS = 8

RESPONSE = {
    "name": "long",
    "rounds": ROUNDS,
    "seed": 5,
    "population": {"kind": "blank", "users": 80},
    "network": {"kind": "watts-strogatz", "degree": 6, "rewire": 0.2},
    "payoff": {"cost": {"kind": "normal", "mean": 0.4, "sd": 0.3}, "peer_pressure": 0.3},
    "collective": {"seeds": 20},
    "platform": {"kind": "response", "curve": "logistic"},
    "measure": {"ties": True},
}
LEARNING = {
    "name": "long",
    "rounds": ROUNDS,
    "seed": 5,
    "population": {"kind": "digits", "users": 150},
    "network": {"kind": "watts-strogatz", "degree": 6},
    "payoff": {"cost": {"kind": "normal", "mean": 0.5, "sd": 0.4}},
    "collective": {
        "seeds": 10,
        "committed": False,
        "strategy": {"kind": "feature-label", "target": 3},
        "signal": {"kind": "pixels", "pixels": [7, 56]},
    },
    "platform": {"kind": "learning", "learner": "naive-bayes"},
    "measure": {"test_users": 200, "groups": ["class"], "blocks": {"top": ["pixel0", "pixel1"]}},
}
SGD = {"kind": "sgd", "hidden": [8], "epochs": 3}
UNEASY = {"payoff.benefit": [[0, 0.2], [3, 1.0], [6, 0.1]], "decision.attrition": [[0, 0], [5, 1]]}
RULES = {
    "fixed": {},
    "threshold": {"threshold": {"kind": "uniform", "low": 0.0, "high": 0.5}},
    "best-response": {},
    "logit": {"rationality": 3.0},
    "imitation": {"noise": 0.2},
    "contagion": {"infection": 0.2, "recovery": 0.3, "after": "removed"},
    "voter": {},
}
BELIEFS = {
    "last": {},
    "smoothed": {"rate": {"kind": "uniform", "low": 0.0, "high": 1.0}},
    "slope": {"window": 4},
    "neighbours": {},
    "curve": {},
}
MEMORIES = {"current": {}, "window": {"length": 3}, "all": {}, "discounted": {"discount": 0.7}}


def same(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Compare every value of every table, NaN with NaN."""
    assert one.keys() == other.keys()
    for name, rows in one.items():
        columns = list(TABLES[name].columns)
        left, right = (pd.DataFrame(table, columns=columns) for table in (rows, other[name]))
        pd.testing.assert_frame_equal(left, right, check_exact=True)


def killed(task: Task, at: int) -> None:
    """Run until a round is over."""

    def on_round(model: gs.CollectiveActionModel) -> None:
        if model.round == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(task, on_round)


def goes_on(settings: dict[str, Any], folder: Path, every: int = 1) -> dict[str, Any]:
    """Kill a run after some of its rounds, let it go on each time, and return its tables."""
    scenario = gs.load(settings)
    undisturbed = simulate(Task(scenario, 1))
    assert undisturbed.status == "ok", undisturbed.error
    assert undisturbed.tables["series"][-1]["round"] == ROUNDS
    for at in (1, 4, 7):
        task = Task(scenario, 1, checkpoints=Checkpoints(folder / str(at), every))
        killed(task, at)
        started: list[int] = []
        record = simulate(task, lambda model, seen=started: seen.append(model.round))
        assert record.status == "ok", record.error
        assert started == list(range(at // every * every, ROUNDS + 1))
        assert record.run == undisturbed.run
        same(undisturbed.tables, record.tables)
    return undisturbed.tables


def changed(settings: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Change settings by dotted key."""
    return dict(override(settings, changes))


def moves(tables: dict[str, Any]) -> bool:
    return any(row["joined"] or row["left"] for row in tables["series"][4:])


def test_all_kinds_are_tried() -> None:
    for part, tried in (("decision", RULES), ("belief", BELIEFS), ("memory", MEMORIES)):
        assert set(PARTS[part].kinds) == set(tried)


@pytest.mark.parametrize("activation", ["synchronous", "inertial", "sequential", "random"])
@pytest.mark.parametrize("rule", RULES)
def test_rules(tmp_path: Path, rule: str, activation: str) -> None:
    decision = {"kind": rule, **RULES[rule], "activation": activation}
    goes_on(changed(RESPONSE, {"decision": decision}), tmp_path)


@pytest.mark.parametrize("belief", BELIEFS)
def test_beliefs(tmp_path: Path, belief: str) -> None:
    settings = {"payoff.belief": {"kind": belief, **BELIEFS[belief]}, "schedule": UNEASY}
    assert moves(goes_on(changed(RESPONSE, settings), tmp_path))


def test_a_checkpoint_every_few_rounds(tmp_path: Path) -> None:
    settings = {"payoff.belief": {"kind": "slope", "window": 3}, "schedule": UNEASY}
    goes_on(changed(RESPONSE, settings), tmp_path, every=3)


@pytest.mark.parametrize(
    "organiser", [{"budget": 3}, {"budget": 2, "by": "degree"}, {"budget": 4, "by": "community"}]
)
def test_an_organiser_and_attrition(tmp_path: Path, organiser: dict[str, Any]) -> None:
    settings = {"collective.organiser": organiser, "decision.attrition": 0.3}
    assert moves(goes_on(changed(RESPONSE, settings), tmp_path))


def test_scheduled_draws(tmp_path: Path) -> None:
    schedule = {"payoff.cost": {"points": [[0, 0.1], [6, 0.9]]}, "payoff.benefit": [[2, 1], [3, 2]]}
    goes_on(changed(RESPONSE, {"payoff.cost": 0.5, "schedule": schedule}), tmp_path)


@pytest.mark.parametrize("withdraw", [False, True])
@pytest.mark.parametrize("retrain_every", [1, 3, 50])
@pytest.mark.parametrize("memory", MEMORIES)
def test_memories(tmp_path: Path, memory: str, retrain_every: int, withdraw: bool) -> None:
    settings = {
        "platform.memory": {"kind": memory, **MEMORIES[memory]},
        "platform.retrain_every": retrain_every,
        "platform.withdraw": withdraw,
        "schedule": UNEASY,
    }
    assert moves(goes_on(changed(LEARNING, settings), tmp_path))


@pytest.mark.parametrize(
    "changes",
    [
        {"population.redraw": True},
        {"measure.redraw": True, "population.shift": 1, "platform.memory.kind": "all"},
        {"collective.compliance": 0.5, "population.coincidence": 0.1},
        {"schedule": {"platform.memory.length": {"points": [[2, 2], [4, 5]], "between": "step"}},
         "platform.memory.kind": "window"},
        {
            "schedule": {"platform.memory.length": {"points": [[3, 4], [4, 2]], "between": "step"}},
            "platform.memory.kind": "window",
            "platform.retrain_every": 3,
        },
        {"schedule": {"platform.retrain_every": {"points": [[1, 1], [3, 2]], "between": "step"}}},
        {"collective.organiser": {"budget": 5}, "measure.ties": True},
        {"platform.learner": "tree", "platform.retrain_every": 2},
        {"platform.learner": "knn", "platform.retrain_every": 4},
        {"platform.learner": "logistic", "collective.strategy.kind": "feature-only",
         "collective.strategy.target": 3},
    ],
)  # fmt: skip
def test_learning(tmp_path: Path, changes: dict[str, Any]) -> None:
    schedule = {"schedule": UNEASY | changes.get("schedule", {})}
    goes_on(changed(LEARNING, changes | schedule), tmp_path)


@pytest.mark.parametrize("warm_start", [False, True])
@pytest.mark.parametrize(
    "learner",
    [
        SGD,
        SGD | {"optimizer": "adam", "patience": 1},
        SGD | {"kind": "lff", "hidden": []},
        SGD | {"kind": "group-dro"},
    ],
)
def test_networks(tmp_path: Path, learner: dict[str, Any], warm_start: bool) -> None:
    settings = {
        "platform.learner": learner,
        "platform.warm_start": warm_start,
        "platform.retrain_every": 2,
        "platform.validation": {},
        "measure.epochs": True,
        "schedule": UNEASY,
    }
    goes_on(changed(LEARNING, settings), tmp_path)


@pytest.mark.parametrize("strategy", ["gradient-neutralizing", "feature-label"])
def test_convex_learners_go_on_from_the_parameters_that_were_saved(
    tmp_path: Path, strategy: str
) -> None:
    settings = {
        "population": {"kind": "categorical", "users": 150},
        "collective.strategy": {"kind": strategy, "target": "1"},
        "collective.signal": {"kind": "cells", "to": [0, 0, 2, 2, 4, 4, 6, 6]},
        "platform.learner": "convex",
        "platform.retrain_every": 2,
        "measure": {"test_users": 200},
        "schedule": UNEASY,
    }
    assert moves(goes_on(changed(LEARNING, settings), tmp_path))


TABLE = {
    "population.kind": "table",
    "population.label": "y",
    "collective.strategy.target": "b",
    "collective.signal": {"kind": "set-features", "features": {"x": 9.0, "c": "q"}},
    "measure": {"test_users": 20, "groups": ["c", "class"], "epochs": True},
}


@pytest.mark.parametrize("learner", [SGD, SGD | {"kind": "lff"}])
def test_warm_networks_see_data_as_the_first_of_them(
    tmp_path: Path, folder: Path, learner: dict[str, Any]
) -> None:
    """When all begin as members one label is left, and the first network comes when some leave."""
    settings = TABLE | {
        "population.path": str(folder / "people.csv"),
        "population.test_share": 0.2,
        "population.redraw": True,
        "network.degree": 4,
        "collective.seeds": 1.0,
        "platform.learner": learner,
        "platform.warm_start": True,
        "schedule": {"payoff.benefit": [[0, 0.0], [4, 1.0]]},
    }
    tables = goes_on(changed(LEARNING, settings), tmp_path)
    assert tables["series"][0]["alpha"] == 1.0
    assert tables["epochs"][0]["round"] != 0


@pytest.mark.parametrize("learner", ["tfidf", {"kind": "embeddings", "epochs": 2}])
def test_documents(tmp_path: Path, learner: str | dict[str, Any]) -> None:
    settings = {
        "population": {"kind": "resumes", "users": 120},
        "collective.strategy.target": None,
        "collective.signal": "insert-token",
        "platform.learner": learner,
        "platform.memory": {"kind": "window", "length": 3},
        "platform.retrain_every": 2,
        "measure": {"test_users": 50},
        "schedule": UNEASY,
    }
    target = gs.load("hardt-tokens").collective.strategy.target
    goes_on(changed(LEARNING, settings | {"collective.strategy.target": target}), tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        *("hardt-neutralizing", "hardt-optimality", "hardt-feature-only", "bayes-step"),
        *("sis-karate", "granovetter-spread", "ising"),
        pytest.param("hardt-control", marks=pytest.mark.slow),
    ],
)
def test_library_scenarios(tmp_path: Path, name: str) -> None:
    settings = {"rounds": ROUNDS, "sweep": {}, "stop.kind": "never", "population.users": 100}
    scenario = gs.load(name)
    if scenario.population.users is None:
        del settings["population.users"]
    goes_on(scenario.replace(settings), tmp_path)


def test_baselines_under_a_schedule(tmp_path: Path) -> None:
    """What is trained without the collective is trained again when the schedule changes it."""
    settings = {
        "collective.strategy": {"kind": "erasing"},
        "platform.learner": SGD | {"epochs": 1},
        "platform.retrain_every": 2,
        "schedule": {
            **UNEASY,
            "collective.compliance": [[1, 1.0], [6, 0.2]],
            "platform.learner.rate": [[2, 0.05], [5, 0.1]],
        },
    }
    tables = goes_on(changed(LEARNING, settings), tmp_path)
    starts = [row["success"] - row["lift"] for row in tables["series"]]
    assert len(set(starts)) > 3


def test_the_law_under_a_schedule(tmp_path: Path) -> None:
    settings = {
        "population": {"kind": "categorical", "cells": 4, "labels": 2, "users": 80},
        "collective.strategy.target": 1,
        "collective.signal": {"kind": "cells", "to": [1, 1, 1, 1]},
        "collective.mistakes": 0.1,
        "collective.mistaken_signal": {"kind": "cells", "to": [0, 0, 0, 0]},
        "platform": {"kind": "learning", "learner": "bayes", "retrain_every": 3},
        "measure": {},
        "schedule": {**UNEASY, "collective.mistakes": [[1, 0.1], [6, 0.6]]},
    }
    goes_on(changed(LEARNING, settings), tmp_path)


def checkpoint(tmp_path: Path, at: int = 4) -> tuple[Task, Path]:
    """Leave a checkpoint behind."""
    scenario = gs.load(RESPONSE)
    task = Task(scenario, 0, checkpoints=Checkpoints(tmp_path / "out", 1))
    killed(task, at)
    return task, task.checkpoints.path(run_id(scenario, 0))


def test_a_finished_run_leaves_no_checkpoint(tmp_path: Path) -> None:
    _, path = checkpoint(tmp_path)
    (path.parent / f".{path.name}.77.part").write_text("half of one")
    result = gs.run(RESPONSE, out=tmp_path / "out", checkpoint=1)
    assert not path.parent.exists()
    pd.testing.assert_frame_equal(result.series, gs.run(RESPONSE).series)


def test_what_is_saved_is_arrays(tmp_path: Path) -> None:
    _, path = checkpoint(tmp_path)
    with np.load(path, allow_pickle=False) as file:
        assert {file[name].dtype.kind for name in file.files} <= set("uifbU")


def test_replicates_in_worker_processes(tmp_path: Path) -> None:
    checkpoint(tmp_path)
    result = gs.run(RESPONSE, out=tmp_path / "out", checkpoint=3, replicates=3, workers=2)
    pd.testing.assert_frame_equal(result.series, gs.run(RESPONSE, replicates=3).series)


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :]


@pytest.mark.parametrize("broken", [cut, flipped, lambda data: b"", lambda data: b"pickled"])
def test_a_broken_checkpoint_is_ignored_with_a_note(groundswell, tmp_path: Path, broken) -> None:
    _, path = checkpoint(tmp_path)
    path.write_bytes(broken(path.read_bytes()))
    with pytest.warns(RuntimeWarning, match="is ignored, and run .* starts anew: it cannot be"):
        result = gs.run(RESPONSE, out=tmp_path / "out", checkpoint=3)
    pd.testing.assert_frame_equal(result.series, gs.run(RESPONSE).series)
    assert not path.exists()


def test_a_checkpoint_of_another_run_is_ignored(tmp_path: Path) -> None:
    _, path = checkpoint(tmp_path)
    other = path.with_name(f"{run_id(gs.load(RESPONSE), 1)}.npz")
    path.rename(other)
    with pytest.warns(RuntimeWarning, match=f"it is of run {path.stem}"):
        gs.run(RESPONSE, out=tmp_path / "out", checkpoint=3, replicates=2)


def test_a_checkpoint_of_other_versions_is_ignored(tmp_path: Path, monkeypatch) -> None:
    checkpoint(tmp_path)
    now = {"numpy": "0.1"}
    monkeypatch.setattr("groundswell.scenarios.checkpoint.versions", lambda: now)
    with pytest.warns(RuntimeWarning, match=r"it was made with python 3\."):
        gs.run(RESPONSE, out=tmp_path / "out", checkpoint=3)


def test_a_checkpoint_that_measures_something_else_is_not_gone_on_from(tmp_path: Path) -> None:
    task, path = checkpoint(tmp_path)
    with np.load(path) as file:
        arrays = dict(file)
    arrays["table.series.alpha"] = arrays["table.series.alpha"] + 0.5
    np.savez(path, **arrays)
    with pytest.warns(RuntimeWarning, match="does not come out right: alpha was"):
        record = simulate(task)
    same(record.tables, simulate(Task(task.scenario, 0)).tables)


def test_a_full_disk_does_not_end_the_run(tmp_path: Path, monkeypatch) -> None:
    def full(*arguments: object, **arrays: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("groundswell.scenarios.checkpoint.np.savez", full)
    with pytest.warns(RuntimeWarning, match="No space left on device; the run goes on without"):
        result = gs.run(RESPONSE, out=tmp_path / "out", checkpoint=3)
    assert result.runs["status"].tolist() == ["ok"]
    assert not (tmp_path / "out" / "checkpoints").exists()


def test_a_run_that_failed_goes_on_where_it_did(tmp_path: Path, monkeypatch) -> None:
    observe = gs.CollectiveActionModel.observe

    def failing(model: gs.CollectiveActionModel) -> None:
        if model.round == 5:
            raise MemoryError("no memory")
        observe(model)

    monkeypatch.setattr(gs.CollectiveActionModel, "observe", failing)
    with pytest.warns(RuntimeWarning, match="no memory"):
        gs.run(RESPONSE, out=tmp_path / "out", checkpoint=2)
    monkeypatch.undo()
    ((path),) = (tmp_path / "out" / "checkpoints").iterdir()
    with np.load(path) as file:
        assert file["table.series.round"].tolist() == [0, 1, 2, 3, 4]
    result = gs.run(RESPONSE, out=tmp_path / "out", checkpoint=2, retry_failed=True)
    pd.testing.assert_frame_equal(result.series, gs.run(RESPONSE).series)


def test_what_cannot_be_saved_is_refused(groundswell, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("groundswell.snapshot.Network", type("NoNetwork", (), {}))
    settings = changed(LEARNING, {"platform.learner": SGD, "platform.warm_start": True})
    with pytest.raises(InputError, match=r"not possible: with platform\.warm_start"):
        gs.run(settings, out=tmp_path / "out", checkpoint=2)
    assert not (tmp_path / "out").exists()


def test_checkpoints_need_a_folder_and_rounds(groundswell) -> None:
    with pytest.raises(InputError, match="name it with out="):
        gs.run(RESPONSE, checkpoint=3)
    with pytest.raises(InputError, match="whole numbers of rounds apart, found 0"):
        gs.run(RESPONSE, checkpoint=0, out="nowhere")
    assert groundswell("run", "granovetter", "--checkpoint", "0").returncode == 2


LONG = [
    *("run", "quickstart", "--checkpoint", "4", "--set", "rounds=200"),
    *("--set", "platform.learner.kind=logistic", "--out"),
]


def killed_after_a_checkpoint(folder: Path, pause: float) -> None:
    """Start a run, wait until it has written a checkpoint, and for a while, and kill it."""
    written = {path: path.stat().st_mtime_ns for path in folder.glob("out/checkpoints/*.npz")}
    process = subprocess.Popen(
        [sys.executable, "-m", "groundswell", *LONG, "out"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None:
        time.sleep(0.01)
        with contextlib.suppress(FileNotFoundError):
            now = {path: path.stat().st_mtime_ns for path in folder.glob("out/checkpoints/*.npz")}
            if now != written:
                time.sleep(pause)
                process.send_signal(signal.SIGKILL)
                process.wait()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.slow
def test_kill_9_and_the_same_command_again(groundswell, tmp_path: Path) -> None:
    """Killed again and again, whatever it is doing; then it comes to its end."""
    for pause in np.random.default_rng(3).uniform(0, 0.3, size=4):
        killed_after_a_checkpoint(tmp_path, float(pause))
    done = groundswell(*LONG, "out")
    assert done.returncode == 0, done.stderr
    assert "goes on from its checkpoint after round" in done.stdout
    assert groundswell(*LONG, "other").returncode == 0
    one, other = (gs.open(tmp_path / name).series for name in ("out", "other"))
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert not (tmp_path / "out" / "checkpoints").exists()
