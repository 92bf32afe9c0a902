"""Studies that are killed, stopped, out of disk or cut short: nothing is lost, nothing twice."""

from __future__ import annotations

import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import groundswell as gs
from groundswell.problems import InputError
from groundswell.scenarios import running
from groundswell.scenarios.interrupts import Interrupted
from groundswell.scenarios.store import RunRecord, Store

ROOT = Path(__file__).parents[2]
STUDY = """
name = "killed"
rounds = 40
replicates = 50
population = { kind = "blank", users = 500 }
network = { kind = "watts-strogatz", degree = 6 }
payoff = { cost = { kind = "normal", mean = 0.6, sd = 0.2 } }
collective = { seeds = 40 }
platform = { kind = "response", curve = "logistic" }
[sweep]
grid = { "payoff.peer_pressure" = [0.0, 0.2, 0.4, 0.6] }
"""
TINY = {
    "name": "tiny",
    "rounds": 3,
    "replicates": 4,
    "population": {"kind": "blank", "users": 20},
    "decision": {"kind": "threshold", "of": "everybody", "threshold": 0.3},
    "collective": {"seeds": 5},
    "platform": {"kind": "response", "curve": "logistic"},
    "sweep": {"grid": {"collective.seeds": [5, 6]}},
}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the sweep that the others are to end with."""
    path = tmp_path_factory.mktemp("undisturbed")
    (path / "study.toml").write_text(STUDY, encoding="utf-8")
    gs.sweep(path / "study.toml", out=path / "out")
    return path / "out"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The file of the sweep."""
    path = tmp_path / "study.toml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def start(study: Path, *options: str, **more: object) -> subprocess.Popen[str]:
    """Start the sweep into the folder `out` beside its file."""
    command = [sys.executable, "-m", "groundswell", "sweep", str(study), "--out", "out", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=study.parent, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more,
    )  # fmt: skip


def stored(folder: Path) -> dict[str, tuple[int, float]]:
    """The runs in a folder: how many rows each has, and how long it took."""
    if not (folder / "results.sqlite").exists():
        return {}
    with sqlite3.connect(folder / "results.sqlite", timeout=30) as connection:
        try:
            rows = connection.execute(
                "SELECT runs.run, count(series.round), seconds FROM runs LEFT JOIN series "
                "USING (run) GROUP BY runs.run"
            ).fetchall()
        except sqlite3.OperationalError:  # killed before the tables were made
            rows = []
    connection.close()
    return {run: (rows_of, seconds) for run, rows_of, seconds in rows}


def assert_same_tables(folder: Path, other: Path) -> None:
    for name in ("runs", "series"):
        for read, suffix in ((pd.read_csv, "csv"), (pd.read_parquet, "parquet")):
            mine, theirs = (read(path / f"{name}.{suffix}") for path in (folder, other))
            ignored = ["seconds"] if name == "runs" else []
            pd.testing.assert_frame_equal(mine.drop(columns=ignored), theirs.drop(columns=ignored))
    one, two = gs.open(folder), gs.open(other)
    pd.testing.assert_frame_equal(one.series, two.series)
    assert not list(folder.glob(".*.part"))
    assert not list(folder.glob("*-wal"))


def disturb(study: Path, stop: int, times: int, options: tuple[str, ...] = ()) -> None:
    """Stop the sweep at random moments and start it again."""
    folder, chance = study.parent / "out", random.Random(int(stop))  # noqa: S311
    for _ in range(times):
        process, before = start(study, *options), stored(folder)
        while process.poll() is None and len(stored(folder)) <= len(before):
            time.sleep(0.01)  # the sweep is to store something each time
        time.sleep(chance.uniform(0, 0.04))
        process.send_signal(stop)
        out, error = process.communicate(timeout=60)
        now = stored(folder)
        assert before.items() <= now.items(), "earlier runs are not run again"
        assert {rows for rows, _ in now.values()} == {41}, "no partial rows"
        assert process.returncode in {-stop, 128 + stop}, error
        if stop != signal.SIGKILL and process.returncode > 0:
            assert "the same command goes on with the others" in out, error


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stop", "times", "options"),
    [
        (signal.SIGKILL, 20, ()),
        (signal.SIGKILL, 6, ("--workers", "2")),
        (signal.SIGTERM, 20, ()),
        (signal.SIGTERM, 4, ("--workers", "2")),
    ],
)
def test_stopped_at_random_moments(
    study: Path, undisturbed: Path, stop: signal.Signals, times: int, options: tuple[str, ...]
) -> None:
    disturb(study, stop, times, options)
    process = start(study, *options)
    out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    assert "of the 200 runs were there already" in out
    assert_same_tables(study.parent / "out", undisturbed)


@pytest.mark.slow
def test_a_truncated_log_costs_runs_and_nothing_else(study: Path, undisturbed: Path) -> None:
    chance, folder = random.Random(5), study.parent / "out"  # noqa: S311
    for _ in range(6):
        process = start(study)
        before = len(stored(folder))
        while process.poll() is None and len(stored(folder)) < before + 15:
            time.sleep(0.01)
        process.kill()
        process.communicate(timeout=60)
        log = folder / "results.sqlite-wal"
        if log.exists():
            os.truncate(log, int(log.stat().st_size * chance.random()))
        assert {rows for rows, _ in stored(folder).values()} <= {41}
    process = start(study)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    assert_same_tables(folder, undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [100_000, 250_000, 700_000, 1_500_000])
def test_a_full_disk_is_said_and_can_be_gone_on_from(
    study: Path, undisturbed: Path, limit: int
) -> None:
    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    process = start(study, preexec_fn=small_disk)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 2, error
    assert "Traceback" not in error
    assert "cannot write results to 'out'" in error
    assert "go on with the same command" in error
    assert {rows for rows, _ in stored(study.parent / "out").values()} <= {41}
    assert not list((study.parent / "out").glob(".*.part"))
    _, error = start(study).communicate(timeout=60)
    assert_same_tables(study.parent / "out", undisturbed)


@pytest.mark.slow
def test_two_processes_in_one_folder_share_the_work(study: Path, undisturbed: Path) -> None:
    both = [start(study, "--json"), start(study, "--json")]
    ended = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], ended
    done = [out.count('"event": "run"') for out, _ in ended]
    assert 200 <= sum(done) < 400
    assert_same_tables(study.parent / "out", undisturbed)


def test_a_folder_that_several_open_at_once(tmp_path: Path) -> None:
    start = threading.Barrier(4)
    failed: list[Exception] = []

    def use(name: str) -> None:
        for number in range(10):
            start.wait()
            try:
                store = Store(tmp_path / str(number))
                store.add(RunRecord(name, 0, 0, "ok", 0.0, {}, 0, {}))
                store.release()
            except InputError as error:
                failed.append(error)

    users = [threading.Thread(target=use, args=(name,)) for name in "abcd"]
    for user in users:
        user.start()
    for user in users:
        user.join()
    assert failed == []
    assert all(Store(tmp_path / str(n), read_only=True).statuses() == {"ok": 4} for n in range(10))


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Ids of the runs that are done."""
    done: list[str] = []
    simulate = running.simulate

    def counting(task: running.Task, on_round: running.OnRound | None = None) -> RunRecord:
        done.append(task.run)
        return simulate(task, on_round)

    monkeypatch.setattr(running, "simulate", counting)
    return done


def test_only_what_is_missing_is_done(tmp_path: Path, counted: list[str]) -> None:
    first = gs.sweep(TINY, out=tmp_path / "out", replicates=2)
    assert (len(counted), first.already) == (4, 0)
    seconds = first.runs.set_index("run")["seconds"]
    more = gs.sweep(TINY, out=tmp_path / "out")
    assert (len(counted), len(set(counted)), more.already) == (8, 8, 4)
    assert more.runs.set_index("run")["seconds"][seconds.index].equals(seconds)
    assert gs.sweep(TINY, out=tmp_path / "out").already == 8
    assert len(counted) == 8
    gs.sweep(TINY, out=tmp_path / "other")
    for name in ("runs", "series"):
        mine, theirs = (
            gs.open(tmp_path / folder).read(name).drop(columns="seconds", errors="ignore")
            for folder in ("out", "other")
        )
        pd.testing.assert_frame_equal(mine, theirs)


def test_what_another_process_stores_meanwhile_is_skipped(
    tmp_path: Path, counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = gs.sweep(TINY)
    add = Store.add

    def add_all(self: Store, record: RunRecord) -> None:
        monkeypatch.setattr(Store, "add", add)
        self.merge(other.store)

    monkeypatch.setattr(Store, "add", add_all)
    counted.clear()
    result = gs.sweep(TINY, out=tmp_path / "out")
    assert len(counted) == 1
    assert len(result.runs) == 8


def test_failed_runs_are_done_again_when_asked(
    groundswell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: list[str]
) -> None:
    from groundswell.model import CollectiveActionModel

    step = CollectiveActionModel.step

    def breaks(self: CollectiveActionModel) -> None:
        if self.columns["joined"].sum() == 6:
            raise RuntimeError("no luck")
        step(self)

    out = tmp_path / "out"
    monkeypatch.setattr(CollectiveActionModel, "step", breaks)
    with pytest.warns(RuntimeWarning, match="4 of 8 runs failed: RuntimeError: no luck"):
        gs.sweep(TINY, out=out)
    monkeypatch.setattr(CollectiveActionModel, "step", step)
    with pytest.warns(RuntimeWarning, match="4 of 8 runs failed"):
        assert gs.sweep(TINY, out=out).already == 8
    assert len(counted) == 8
    table = gs.open(out).runs
    assert table["error"].str.contains("Traceback").sum() == 4
    result = gs.sweep(TINY, out=out, retry_failed=True)
    assert (result.already, len(counted), result.statuses) == (4, 12, {"ok": 8})


def test_failures_are_listed_and_exit_with_1(groundswell, tmp_path: Path) -> None:
    learner = '{ kind = "sklearn", estimator = "sklearn.svm.NuSVC", parameters = { nu = 1.0 } }'
    settings = ["--set", f"platform.learner={learner}", "--set", "rounds=1", "--out", "out"]
    done = groundswell("run", "quickstart", *settings)
    assert done.returncode == 1, done.stderr
    assert "failed: ValueError" in done.stdout
    assert "1 failed; --retry-failed runs them again" in done.stdout
    again = groundswell("run", "quickstart", *settings)
    assert again.returncode == 1
    assert "1 of the 1 runs were there already, 0 new" in again.stdout
    assert "already" not in groundswell("run", "quickstart", *settings, "--retry-failed").stdout


def test_a_signal_that_is_swallowed_still_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate = running.simulate

    def swallows(task: running.Task, on_round: running.OnRound | None = None) -> RunRecord:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(1)
        except BaseException:  # noqa: S110  (as code in C does with what its callbacks raise)
            pass
        return simulate(task, on_round)

    monkeypatch.setattr(running, "simulate", swallows)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Interrupted) as caught:
        gs.sweep(TINY, out=tmp_path / "out")
    assert caught.value.exit_code == 143
    assert len(gs.open(tmp_path / "out").runs) == 1
    assert signal.getsignal(signal.SIGTERM) == before


def test_results_of_other_numbers_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gs.sweep(TINY, out=tmp_path / "out")
    for module in ("identity", "folder"):
        monkeypatch.setattr(f"groundswell.scenarios.{module}.NUMBERS", 99)
    with pytest.raises(InputError, match=r"numbers version \d.*version 99.*'.*out-2'"):
        gs.sweep(TINY, out=tmp_path / "out")
