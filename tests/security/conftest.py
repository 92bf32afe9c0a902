"""Commands typed in this process, in a folder that a stranger may have filled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

import groundswell as gs

TINY = """\
name = "tiny"
rounds = 2
replicates = 2
population = { kind = "blank", users = 20 }
decision = { kind = "threshold", of = "everybody", threshold = 0.3 }
collective = { seeds = 5 }
platform = { kind = "response", curve = "logistic" }
"""
Invoke = Callable[..., Result]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder commands are typed in, with a small scenario."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    return tmp_path


@pytest.fixture
def results(here: Path) -> Path:
    """Results in the folder ``out``."""
    gs.run("tiny.toml", out="out")
    return here / "out"


@pytest.fixture
def refused(invoke: Invoke) -> Callable[..., str]:
    """Type a command that is refused, and return what it says."""

    def call(*arguments: str) -> str:
        done = invoke(*arguments)
        assert done.exit_code == 2, done.output
        assert len(done.stderr) < 2000
        return done.stderr

    return call
