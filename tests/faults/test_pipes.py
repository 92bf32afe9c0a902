"""Output that somebody stops reading, that nobody reads, and programs that follow along."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import groundswell as gs

from .conftest import environment


@pytest.mark.parametrize(
    "command", ["list -v", "odd tiny.toml", "schema", "run tiny.toml --out out --json"]
)
def test_whoever_reads_may_stop(study: Path, command: str) -> None:
    piped = f"{sys.executable} -m groundswell {command} | head -c 1 > /dev/null"
    line = f"{piped}; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line], cwd=study, env=environment(), capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert done.stderr == ""
    assert int(done.stdout) in {0, 128 + signal.SIGPIPE}, "0 where all was written before"
    if command.startswith("run"):
        stored = gs.open("out")
        assert stored.statuses == {"ok": len(stored.runs)}
        again = gs.run("tiny.toml", out="out")
        assert (again.already, len(again.runs)) == (len(stored.runs), 2)


def test_nobody_reads_at_all(study: Path, start) -> None:
    done = start("run", "tiny.toml", "--out", "out", before=("sh", "-c", '"$@" >&- 2>&-', "sh"))
    assert done.returncode == 0
    assert len(gs.open("out").runs) == 2


def test_programs_hear_of_an_interruption(
    study: Path, invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    from groundswell.scenarios import running
    from groundswell.scenarios.interrupts import Interrupted

    simulate, done = running.simulate, []

    def interrupted(*arguments: object) -> object:
        if done:
            raise Interrupted(signal.SIGTERM)
        done.append(arguments)
        return simulate(*arguments)

    monkeypatch.setattr(running, "simulate", interrupted)
    said = invoke("run", "tiny.toml", "--out", "out", "--json")
    end = json.loads(said.stdout.splitlines()[-1])
    assert said.exit_code == 143
    assert end == {
        "event": "end", "folder": "out", "already": 0, "ok": 1, "diverged": 0, "failed": 0,
        "interrupted": True, "failures": [],
    }  # fmt: skip
    assert "the same command goes on with the others" in said.stderr


def test_programs_hear_of_failures(study: Path, invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    from groundswell.model import CollectiveActionModel

    def breaks(self: CollectiveActionModel) -> None:
        raise RuntimeError("no luck")

    monkeypatch.setattr(CollectiveActionModel, "step", breaks)
    said = invoke("run", "tiny.toml", "--out", "out", "--json", "--replicates", "1")
    end = json.loads(said.stdout.splitlines()[-1])
    (run,) = gs.open("out").runs["run"]
    assert said.exit_code == 1
    assert end["failures"] == [{"run": run, "status": "failed", "error": "RuntimeError: no luck"}]


def test_a_signal_between_a_transaction_and_its_block(study: Path) -> None:
    """It leaves the transaction open, as the traceback holds what would end it."""
    from groundswell.scenarios.store import RunRecord, Store

    store = Store(study / "out")
    store._connection.execute("BEGIN IMMEDIATE")
    store._connection.execute("INSERT INTO runs (run) VALUES ('half')")
    store.add(RunRecord("whole", 0, 0, "ok", 0.0, {}, 0, {}))
    assert store.ids() == ["whole"]
    store.release()
