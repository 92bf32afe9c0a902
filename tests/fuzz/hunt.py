"""Many random cases, and what became of them."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz import judge
from tests.fuzz.broken import BROKEN, EDGES, TABLES
from tests.fuzz.fields import Values
from tests.fuzz.scenarios import VALID, Case

KINDS: dict[str, tuple[Values, Callable[[Path], str]]] = {
    "valid": (VALID, judge.run),
    "broken": (BROKEN, judge.check),
    "tables": (TABLES, judge.run),
    "edges": (EDGES, judge.run),
}
"""Kinds of cases, and what judges them."""
MOST_ALIKE = 3
"""Cases that are kept of those that fail in the same way."""


def hunt(kind: str, cases: int, number: int, folder: Path) -> Counter[str]:
    """Try cases of a kind, and keep those that fail.

    Parameters
    ----------
    kind
        One of `KINDS`.
    cases
        How many.
    number
        The seed.
    folder
        Where each failing case gets a folder of its own.

    Returns
    -------
    Counter
        How many ran, were refused, and failed in each way.
    """
    strategy, ends = KINDS[kind]
    found: Counter[str] = Counter()

    @seed(number)
    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def one(case: Case) -> None:
        with tempfile.TemporaryDirectory() as there:
            verdict = ends(judge.write(case, Path(there)))
        way = verdict if verdict in judge.GOOD else _way(verdict)
        found[way] += 1
        if way is not verdict and found[way] <= MOST_ALIKE:
            keep(case, verdict, folder / f"{kind}-{number}-{sum(found.values())}")

    one()
    return found


def keep(case: Case, verdict: str, folder: Path) -> None:
    """Write a case that failed, to be looked at and tried again."""
    folder.mkdir(parents=True, exist_ok=True)
    judge.write(case, folder)
    (folder / "verdict.txt").write_text(verdict, encoding="utf-8", errors="backslashreplace")


def again(folder: Path) -> str:
    """Try a case that was kept once more."""
    return KINDS[folder.name.partition("-")[0]][1](folder / "scenario.toml")


def _way(verdict: str) -> str:
    """Return what ways to fail alike have in common: the last place of ours, and the error."""
    places = re.findall(r'groundswell/([\w/]+\.py)", line (\d+)', verdict)
    place = ":".join(places[-1]) if places else ""
    error = verdict.strip().splitlines()[-1]
    return f"{place} {re.sub(r'[0-9]+', '#', error)[:120]}".strip()
