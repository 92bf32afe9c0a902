"""A small study, commands on it in this process, and machines on which something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

import groundswell as gs

ROOT = Path(__file__).parents[2]
STUDY = """\
name = "tiny"
rounds = 3
replicates = 2
population = { kind = "blank", users = 20 }
decision = { kind = "threshold", of = "everybody", threshold = 0.3 }
collective = { seeds = 5 }
platform = { kind = "response", curve = "logistic" }
[sweep]
grid = { "collective.seeds" = [5, 6] }
"""
Invoke = Callable[..., Result]
Process = subprocess.CompletedProcess[str]
Start = Callable[..., Process]
Machine = Callable[..., Process]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that commands are typed in, with the file of a study."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path


@pytest.fixture
def results(study: Path) -> Path:
    """Results of the study."""
    gs.run("tiny.toml", out="out")
    return study / "out"


def environment(**more: str | None) -> dict[str, str]:
    """What a process is started with: None takes a variable away."""
    changed: dict[str, str | None] = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    return {name: value for name, value in changed.items() if value is not None}


@pytest.fixture
def start(study: Path) -> Start:
    """Type a command, in a process of its own; by default nothing may end in a traceback."""

    def call(*arguments: str, before: tuple[str, ...] = (), **more: Any) -> Process:
        options: dict[str, Any] = {"env": environment(), "cwd": study, "timeout": 120, **more}
        done = subprocess.run(
            [*before, sys.executable, "-m", "groundswell", *arguments],
            capture_output=True, encoding="utf-8", errors="surrogateescape", check=False, **options,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return call


@pytest.fixture
def apart() -> Callable[..., tuple[str, ...]]:
    """Return what starts a shell script with mounts, or with no network, of its own."""

    def prefix(kind: str, script: str) -> tuple[str, ...]:
        own = ("unshare", "--map-root-user", f"--{kind}")
        try:
            can = subprocess.run([*own, "true"], capture_output=True, check=False).returncode == 0
        except OSError:
            can = False
        if not can:
            pytest.skip("unshare is not here, or not allowed")
        return (*own, "sh", "-c", f'{script}; exec "$@"', "sh")

    return prefix
