"""A small scenario on a small table, valid until a test breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest

SCENARIO = """\
name = "small"
rounds = 3

[population]
kind = "table"
path = "people.csv"
label = "y"

[network]
kind = "none"

[collective]
seeds = 2
strategy = { kind = "feature-label", target = "b" }
signal = { kind = "set-features", features = { "x" = 3.0 } }

[platform]
kind = "learning"
learner = "logistic"
"""


def rows(count: int = 40) -> str:
    """A table with a numeric column, a categorical one and a label."""
    lines = [f"{i},{'pqr'[i % 3]},{'ab'[i * 7 % 5 % 2]}" for i in range(count)]
    return "\n".join(["x,c,y", *lines]) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a valid scenario and its data."""
    (tmp_path / "small.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "people.csv").write_text(rows(), encoding="utf-8")
    return tmp_path
