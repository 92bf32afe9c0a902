"""What docs/cluster.md tells its readers to type does what the page says."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import groundswell as gs

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
(SCENARIO,) = (block for language, block in BLOCKS if language == "toml")
PYTHON = [block for language, block in BLOCKS if language == "python"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh folder with the scenario of the page, and the command on the path."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.toml").write_text(SCENARIO, encoding="utf-8")
    command = tmp_path / "bin" / "groundswell"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m groundswell "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


def typed(block: str) -> str:
    """Return commands with what they print, as a terminal shows them."""
    shown = []
    for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        shown += [f"$ {command}\n", done.stdout]
    return "".join(shown)


@pytest.mark.slow
def test_the_page_is_followed(here: Path) -> None:
    for language, block in BLOCKS:
        if language == "console":
            assert typed(block) == block
    tables = [pd.read_parquet(f"{folder}/series.parquet")
              for folder in ("results/study", "by-two", "merged")]  # fmt: skip
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0])
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(PYTHON[-1], "cluster.md", "exec"), {})  # noqa: S102
    assert [printed.getvalue()] == [block for language, block in BLOCKS if language == "text"]


@pytest.mark.slow
def test_ray_as_on_the_page(here: Path) -> None:
    ray = pytest.importorskip("ray")
    try:
        (adapter,) = (block for block in PYTHON if "import ray" in block)
        exec(compile(adapter, "cluster.md", "exec"), {})  # noqa: S102
    finally:
        ray.shutdown()
    pd.testing.assert_frame_equal(gs.open("by-ray").series, gs.sweep("study.toml").series)


def test_what_needs_other_machines_at_least_parses(groundswell) -> None:
    (commands,) = (block for language, block in BLOCKS if language == "sh")
    (command,) = re.findall(r"^groundswell (\w+) .*(--dask)", commands, re.MULTILINE)
    assert command[1] in groundswell(command[0], "--help").stdout
    for block in PYTHON:
        compile(block, "cluster.md", "exec")
