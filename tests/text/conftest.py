"""A small scenario on a small corpus, valid until a test breaks it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import groundswell as gs

CORPUS = [
    ("ward nurse, night shifts", "nurse"),
    ("triage and vaccine\nin two lines", "nurse"),
    ("bandage dose pulse", "nurse"),
    ("vaccine clinic ward", "nurse"),
    ("oven recipe sauce", "chef"),
    ("grill menu kitchen", "chef"),
    ("recipe dessert oven", "chef"),
    ("sauce flavour menu", "chef"),
]


def csv_of(rows: list[tuple[str, str]]) -> str:
    """Write documents as a CSV file, every document in quotes."""
    return "".join(["id,cv,job\n", *(f'{i},"{cv}",{job}\n' for i, (cv, job) in enumerate(rows))])


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A file of documents, one of them with a line break."""
    path = tmp_path / "cvs.csv"
    path.write_text(csv_of(CORPUS), encoding="utf-8")
    return path


@pytest.fixture
def settings(corpus: Path) -> dict[str, Any]:
    """A collective of document writers."""
    return {
        "name": "small",
        "rounds": 1,
        "population": {"kind": "text", "path": str(corpus), "text": "cv", "label": "job"},
        "decision": "fixed",
        "collective": {
            "seeds": 1,
            "strategy": {"kind": "feature-label", "target": "chef"},
            "signal": "insert-token",
        },
        "platform": {"kind": "learning", "learner": "tfidf"},
    }


@pytest.fixture
def resumes() -> gs.Scenario:
    """A small world of synthetic résumés."""
    return gs.load("hardt-tokens").replace(
        {"sweep": {}, "replicates": 1, "population.users": 300, "measure.test_users": 200}
    )
