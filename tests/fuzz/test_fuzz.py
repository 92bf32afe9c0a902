"""Random scenarios run to the end or are refused, and broken files are refused with a place.

A small sample, the same each time; `make fuzz` tries many more.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.fuzz import judge
from tests.fuzz.hunt import KINDS, hunt

SAMPLE = {"valid": 60, "broken": 80, "tables": 60, "edges": 60}


@pytest.mark.parametrize("kind", KINDS)
def test_no_traceback_no_hang_and_no_missing_numbers(kind: str, tmp_path: Path) -> None:
    found = hunt(kind, SAMPLE[kind], 0, tmp_path)
    assert set(found) <= judge.GOOD, [
        path.read_text(encoding="utf-8") for path in tmp_path.glob("*/verdict.txt")
    ]
    assert found[judge.RAN] >= 5
    assert found[judge.REFUSED] >= 5


def test_a_hang_is_noticed() -> None:
    with pytest.raises(judge.Hangs), judge.patience(0.01):
        time.sleep(10)
