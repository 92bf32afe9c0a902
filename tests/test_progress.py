"""How far the work is: a bar on a terminal, lines in a log, objects for programs."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

import groundswell as gs
from groundswell import progress
from groundswell.progress import Bars, Counter, Lines, Objects
from groundswell.scenarios.loading import load_with_origin
from groundswell.scenarios.running import execute
from groundswell.scenarios.store import RunRecord
from groundswell.scenarios.sweeping import replicates

TINY = {
    "name": "tiny",
    "rounds": 20,
    "population": {"kind": "blank", "users": 20},
    "decision": {"kind": "threshold", "of": "everybody", "threshold": 0.3},
    "collective": {"seeds": 5},
    "platform": {"kind": "response", "curve": "logistic"},
}


def done(watch: progress.Bars | Lines | Objects, **changes: Any) -> gs.Result:
    """Do the runs of a tiny scenario while something watches."""
    loaded = load_with_origin(TINY, changes)
    return execute(loaded.scenario, replicates(loaded.scenario, loaded.origin), progress=watch)


def record(status: str, **last: float) -> RunRecord:
    tables: dict[str, Any] = {"series": [last]} if last else {}
    return RunRecord("0", 0, 1, status, 0.1, {}, 0, tables, "boom" if status == "failed" else None)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set what time it is."""
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return lambda seconds: now.__setitem__(0, 100.0 + seconds)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What a bar writes on a terminal."""
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=120)
    monkeypatch.setattr(progress, "Console", lambda stderr: console)
    return shown


@pytest.mark.parametrize(
    ("runs", "seconds", "speed", "left"),
    [
        (0, 4, "0.0 runs/s", "40 s left"),
        (5, 1, "5.0 runs/s", "1 s left"),
        (5, 20, "4.0 s/run", "20 s left"),
        (2, 60, "30.0 s/run", "4 min left"),
        (1, 1800, "1,800.0 s/run", "4 h 30 min left"),
    ],
)
def test_speed_and_what_is_left_are_told_in_fitting_units(clock, runs, seconds, speed, left):
    counter = Counter(10)
    clock(seconds)
    for _ in range(runs):
        counter.count(record("ok"))
    assert (counter.speed, counter.left) == (speed, left)


def test_runs_that_fail_are_counted() -> None:
    counter = Counter(1200)
    assert str(counter) == "0/1,200 runs"
    for status in ("ok", "failed", "diverged", "failed"):
        counter.count(record(status))
    assert str(counter) == "4/1,200 runs, 2 failed"


def test_a_bar_moves_with_every_round_and_ends_full(terminal) -> None:
    bars = Bars()
    done(bars, replicates=2)
    assert bars.progress.tasks[0].completed == 40
    shown = terminal.getvalue()
    assert "0/2 runs" in shown
    assert "2/2 runs" in shown
    assert "100%" in shown
    assert "α 0.250" in shown


def test_a_bar_moves_at_once_for_a_run_that_was_done_elsewhere_or_ended_early(terminal) -> None:
    bars = Bars()
    bars.start(3, 20)
    bars.on_run(record("ok", alpha=0.25, success=0.5))
    assert bars.progress.tasks[0].completed == 20
    assert bars.progress.tasks[0].fields["state"] == "α 0.250  S 0.500"
    bars.on_run(record("failed"))
    assert bars.progress.tasks[0].completed == 40
    assert bars.progress.tasks[0].description == "2/3 runs, 1 failed"
    assert bars.progress.tasks[0].fields["state"] == "α 0.250  S 0.500"
    bars.stop()
    assert "67%" in terminal.getvalue()


def test_one_run_has_a_line_for_every_tenth_of_its_rounds(capsys) -> None:
    done(Lines())
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("  ")[0] for line in lines] == [f"round {i}/20" for i in range(0, 21, 2)]
    assert lines[-1].startswith("round 20/20  α 0.250  S 0.2")


def test_of_many_runs_the_first_have_a_line_each_then_some_and_the_last(clock, capsys) -> None:
    lines = Lines()
    lines.start(30, 20)
    assert lines.on_round(None) is None
    for number in range(30):
        clock(number + 1)
        lines.on_run(record("failed" if number == 9 else "ok", alpha=0.5))
    lines.stop()
    said = capsys.readouterr().err.splitlines()
    assert [line.split()[1] for line in said] == [
        *(f"{i}/30" for i in range(1, 10)), "15/30", "21/30", "27/30", "30/30",
    ]  # fmt: skip
    assert said[0] == "run 1/30 ok  α 0.500  S nan  1.0 runs/s, 29 s left"
    assert said[9] == "run 15/30 ok  α 0.500  S nan  1 failed  1.0 runs/s, 15 s left"
    assert said[-1] == "run 30/30 ok  α 0.500  S nan  1 failed"


def test_objects_say_null_for_what_was_not_measured(capsys) -> None:
    done(Objects(), rounds=1)
    start, run = map(json.loads, capsys.readouterr().out.splitlines())
    assert start == {"event": "start", "runs": 1, "rounds": 1}
    assert (run["event"], run["status"], run["error"], run["settings"]) == ("run", "ok", None, {})
    assert (run["last"]["round"], run["last"]["accuracy"]) == (1, None)
