"""Doing runs again from their results folder, and comparing every value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundswell.files import file_settings
from groundswell.scenarios.archive import Archive, stored
from groundswell.scenarios.identity import NUMBERS
from groundswell.scenarios.provenance import git_commit, host, versions
from groundswell.scenarios.running import execute
from groundswell.scenarios.store import RunRecord
from groundswell.tables import TABLES, Row

if TYPE_CHECKING:
    from groundswell.scenarios.running import Progress

NOTHING = "no row"


@dataclass(frozen=True)
class Difference:
    """Where a run that was done again first differs from what was stored.

    Parameters
    ----------
    run
        Id of the run.
    table, column
        Where it is.
    key
        The row: values of the columns that tell rows apart, the round first; empty in ``runs``.
    stored, now
        What was there, and what came out now.
    """

    run: str
    table: str
    column: str
    key: tuple[Any, ...]
    stored: Any
    now: Any

    def __str__(self) -> str:
        names = TABLES[self.table].key if self.table in TABLES else ()
        where = ", ".join(f"{name} {one}" for name, one in zip(names, self.key, strict=True))
        first = f"first in {where}, " if where else "in "
        return (
            f"run {self.run} differs {first}{self.table}.{self.column}: "
            f"{self.stored} stored, {self.now} now"
        )


@dataclass(frozen=True)
class Repetition:
    """What came of doing runs again.

    Parameters
    ----------
    runs
        Ids of the runs that were done again.
    differences
        The first difference of each run that is not identical.
    """

    runs: tuple[str, ...]
    differences: tuple[Difference, ...]

    @property
    def identical(self) -> bool:
        """Whether every value of every table is the same, wall time left out."""
        return not self.differences


def repeat(
    folder: str | Path,
    *,
    runs: int | None = None,
    only: Sequence[str] = (),
    workers: int = 1,
    progress: Progress | None = None,
) -> Repetition:
    """Do the runs of a results folder again, and compare every value with what is stored.

    Nothing is written into the folder.

    Parameters
    ----------
    folder
        A results folder, or an unpacked bundle.
    runs
        How many runs to do again, spread evenly over those there are; by default all.
    only
        Ids of the runs to do again.
    workers
        Number of processes.
    progress
        What wants to know how far the work is.

    Raises
    ------
    InputError
        If there are no results, or input files are missing or have changed.
    """
    archive = Archive.open(folder)
    records = [archive.record(run) for run in archive.chosen(runs, only)]
    work = [archive.task(record) for record in records]
    archive.check_inputs(path for task in work for _, path in file_settings(task.scenario))
    archive.check_ids(records, work)
    result = execute(archive.scenario, work, workers=workers, progress=progress)
    again = (stored(result.store, task.run) for task in work)
    pairs = zip(records, again, strict=True)
    return Repetition(
        tuple(record.run for record in records),
        tuple(found for old, new in pairs if (found := first_difference(old, new))),
    )


def changes_since(manifest: Mapping[str, Any]) -> list[str]:
    """Return what is not as it was when results were made: numbers, versions, commit, machine."""
    made: Mapping[str, str] = {
        **manifest.get("versions", {}),
        "the commit": manifest.get("git_commit") or "none",
        "numbers version": str(manifest["numbers"]),
        **manifest.get("host", {}),
    }
    here = {
        **versions(),
        "the commit": git_commit() or "none",
        "numbers version": str(NUMBERS),
        **host(),
    }
    return [
        f"{name} is {here[name]} here, and was {old} when the results were made"
        for name, old in made.items()
        if here.get(name, old) != old
    ]


def first_difference(old: RunRecord, new: RunRecord) -> Difference | None:
    """Return where a run first differs from another in any table, None if it does not."""
    found = [
        Difference(old.run, *difference)
        for name in TABLES
        for difference in _differences(name, old.tables[name], new.tables[name])
    ]
    if found:
        return min(found, key=lambda one: one.key[0])  # the round; of equals, the first table
    if old.status != new.status:
        ended = ": ".join([new.status, *(new.error or "").strip().splitlines()[-1:]])
        return Difference(old.run, "runs", "status", (), old.status, ended)
    return None


def _differences(
    table: str, old: list[Row], new: list[Row]
) -> Iterator[tuple[str, str, tuple[Any, ...], Any, Any]]:
    """Find the first difference between the rows of a table."""
    key = TABLES[table].key
    before, now = ({tuple(row[one] for one in key): row for row in rows} for rows in (old, new))
    for place in sorted({*before, *now}):
        if place not in before or place not in now:
            one, other = (NOTHING if place not in rows else "a row" for rows in (before, now))
            yield table, key[-1], place, one, other
            return
        for column in TABLES[table].columns:
            one, other = before[place][column], now[place][column]
            if one != other and not (one != one and other != other):
                yield table, column, place, one, other
                return
