"""What docs/cluster.md tells its readers to type does what the page says."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from distributed import LocalCluster

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


class Ray:
    """Stands in for ray where it is not installed: what the page uses of it, with threads."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(1)

    def init(self) -> None: ...

    def shutdown(self) -> None:
        self.threads.shutdown()

    def remote(self, *, max_retries: int) -> Callable[[Any], Any]:
        def submit(function: Any, *arguments: Any) -> Any:
            future = self.threads.submit(function, *arguments)
            return SimpleNamespace(future=lambda: future)

        return lambda function: SimpleNamespace(remote=partial(submit, function))


@pytest.mark.slow
def test_ray_as_on_the_page(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("ray") is None:
        monkeypatch.setitem(sys.modules, "ray", Ray())
    try:
        exec(compile(PYTHON[1], "cluster.md", "exec"), {})  # noqa: S102
    finally:
        sys.modules["ray"].shutdown()
    pd.testing.assert_frame_equal(gs.open("by-ray").series, gs.sweep("study.toml").series)


class SLURM(LocalCluster):
    """Stands in for a cluster with a queue: one worker, on this machine."""

    def __init__(self, **job: Any) -> None:
        assert job.pop("processes") == job.pop("cores") == 1
        assert job.keys() == {"memory", "walltime"}
        super().__init__(n_workers=1, threads_per_worker=1, dashboard_address=None)

    def adapt(self, maximum_jobs: int) -> None:
        assert maximum_jobs > 1


@pytest.mark.slow
def test_slurm_as_on_the_page(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = SimpleNamespace(SLURMCluster=SLURM)
    monkeypatch.setitem(sys.modules, "dask_jobqueue", stand_in)
    exec(compile(PYTHON[0], "cluster.md", "exec"), {"__name__": "__main__"})  # noqa: S102
    pd.testing.assert_frame_equal(gs.open("results/study").series, gs.sweep("study.toml").series)


def test_all_of_the_page_is_executed(groundswell) -> None:
    assert len(PYTHON) == 3  # one each for SLURM, Ray and reading, above
    (commands,) = (block for language, block in BLOCKS if language == "sh")
    (command,) = re.findall(r"^groundswell (\w+) .*(--dask)", commands, re.MULTILINE)
    assert command[1] in groundswell(command[0], "--help").stdout
