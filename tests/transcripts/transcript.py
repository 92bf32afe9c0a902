"""What a transcript says, and the ledger of those that were ever written.

A transcript has every round of the first replicate of a library scenario and the last round of the
second, without its sweep. Long scenarios are cut off at `MOST_ROUNDS`. Numbers have 6 digits: what
differs in the last bits between machines does not show, and what changes a single user, test point
or training does.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

import groundswell as gs
from groundswell.files import file_settings
from groundswell.problems import InputError
from groundswell.scenarios.identity import NUMBERS, run_id
from groundswell.scenarios.loading import LIBRARY

HERE = Path(__file__).parent
LEDGER = HERE / "LEDGER"
CHANGELOG = HERE.parents[1] / "CHANGELOG.md"
DATA = HERE.parents[2] / "shared" / "data"

REPLICATES = 2
MOST_ROUNDS = 100
COLUMNS = {
    "members": "members",
    "joined": "joined",
    "left": "left",
    "alpha": "α",
    "alpha_eff": "α eff",
    "success": "S",
    "placebo": "placebo",
    "accuracy": "accuracy",
    "bound": "bound",
    "payoff_members": "π members",
    "payoff_outsiders": "π outsiders",
    "welfare": "welfare",
}
"""Columns of a transcript; those that a scenario has no values in are left out."""


class Entry(NamedTuple):
    """A line of the ledger: these settings have had these numbers since that version of them."""

    version: int
    name: str
    run: str
    digest: str

    def __str__(self) -> str:
        return f"{self.version} {self.name} {self.run} {self.digest}"


def scenario(name: str) -> gs.Scenario:
    """Return what is run for a transcript.

    Raises
    ------
    InputError
        If its data are not there.
    """
    whole = gs.load(name)
    found = {}
    for key, path in file_settings(whole):
        there = DATA / Path(path).name
        if not there.is_file():
            raise InputError(f"there is no file '../shared/data/{there.name}'")
        found[".".join(map(str, key))] = str(there)
    rounds = min(whole.rounds, MOST_ROUNDS)
    return whole.replace({**found, "rounds": rounds, "replicates": REPLICATES})


def transcript(name: str) -> str:
    """Run a library scenario and return its transcript."""
    asked = scenario(name)
    result = gs.run(asked)
    rows = [
        rows.astype(object).to_dict("records")
        for _, rows in result.series.groupby("run", sort=False)
    ]
    if not rows or set(result.runs["status"]) != {"ok"}:
        raise RuntimeError(f"{name}: {result.runs['error'].tolist()}")
    shown = [one for one in COLUMNS if any(_there(row[one]) for run in rows for row in run)]
    first, *others = rows
    lines = [
        ["round", *(COLUMNS[one] for one in shown)],
        *(_cells(row, shown) for row in first),
        *(_cells(run[-1], shown) for run in others),
    ]
    table = _aligned(lines)
    last = len(first) + 1
    return "\n".join(
        [
            f"{name}, numbers version {NUMBERS}",
            f"groundswell run {name} --set rounds={asked.rounds} --replicates {REPLICATES}",
            "",
            *_about(name),
            "",
            *table[:last],
            "",
            "the other replicate ends with",
            *table[last:],
            "",
        ]
    )


def body(text: str) -> str:
    """Return what of a transcript are numbers: what follows the header and the comment."""
    return text.split("\n\n", 2)[2]


def entry(name: str, text: str) -> Entry:
    """Return the line of the ledger for a transcript."""
    digest = hashlib.sha256(body(text).encode()).hexdigest()[:16]
    return Entry(version_of(text), name, run_id(scenario(name), 0), digest)


def version_of(text: str) -> int:
    """Return the version of the numbers under which a transcript was written."""
    return int(text.partition("\n")[0].rpartition(" ")[2])


def ledger() -> list[Entry]:
    """Return all entries, the oldest first."""
    if not LEDGER.exists():
        return []
    lines = [line.split() for line in LEDGER.read_text(encoding="utf-8").splitlines()]
    return [Entry(int(version), *others) for version, *others in lines]


def problem(new: Entry, entries: Iterable[Entry], changelog: str) -> str | None:
    """Say why a transcript may not be as it is, given the others; None if it may.

    The id of a run is a digest of its settings and of the version of the numbers: runs of one id
    have the same numbers for good, and each version says in the changelog what it has changed.
    """
    if any(one.run == new.run and one.digest != new.digest for one in entries):
        return (
            f"the numbers of '{new.name}' have changed and their version has not: raise NUMBERS in "
            "groundswell/scenarios/identity.py, and say in CHANGELOG.md what changed them: "
            f"- **Numbers** version {NUMBERS + 1}: ..."
        )
    if f"- **Numbers** version {new.version}:" not in changelog:
        return f"CHANGELOG.md has no line '- **Numbers** version {new.version}: ...'"
    return None


def _about(name: str) -> list[str]:
    """Return the comment at the top of a scenario file."""
    text = (LIBRARY / f"{name}.toml").read_text(encoding="utf-8")
    return list(takewhile(lambda line: line.startswith("#"), text.splitlines()))


def _there(value: Any) -> bool:
    return not (value is None or math.isnan(value))


def _cells(row: dict[str, Any], shown: list[str]) -> list[str]:
    values = [row["round"], *(row[one] for one in shown)]
    return [f"{value:.6g}" if _there(value) else "-" for value in values]


def _aligned(lines: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    ]
