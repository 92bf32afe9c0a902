"""Fixtures that several test folders use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def groundswell(tmp_path: Path) -> Command:
    """Run the command line in a fresh folder, as a newcomer would."""

    def call(*arguments: str, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "groundswell", *arguments],
            cwd=cwd,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"},
            check=False,
        )

    return call


@pytest.fixture
def real_data() -> Path:
    """The folder of real data, where there is one."""
    if not DATA.is_dir():
        pytest.skip("../shared/data is not there")
    return DATA
