"""What a sweep would take, from one timed run, before it is begun."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from groundswell.problems import InputError
from groundswell.scenarios.points import Point
from groundswell.scenarios.simulate import Task, simulate
from groundswell.scenarios.store import RunRecord
from groundswell.summary import counted, short

MOST_LINES = 10
SOON = 5.0
"""Seconds; a shorter run is timed again, for the first has loaded libraries and compiled code."""
BYTES = 8
"""Of a value in memory, and about as much in the database."""


@dataclass(frozen=True)
class Plan:
    """What a sweep would take.

    Parameters
    ----------
    points
        The first points.
    of_points
        How many there are.
    runs
        How many runs of them.
    seconds
        Wall time of one run: the first point's first replicate.
    peak
        Largest memory of this process in bytes with that run done; None where the system does not
        say.
    values
        How many values a run leaves in the results.
    """

    points: list[Point]
    of_points: int
    runs: int
    seconds: float
    peak: int | None
    values: int


def plan(work: Sequence[Task]) -> Plan:
    """Do the first run of a sweep and say what all would take.

    Raises
    ------
    InputError
        If that run fails.
    """
    record = _timed(work[0])
    points = [task.settings for task in work if task.replicate == 0]
    values = sum(len(row) for rows in record.tables.values() for row in rows)
    return Plan(points[:MOST_LINES], len(points), len(work), record.seconds, _peak(), values)


def print_plan(made: Plan, workers: int, console: Console) -> None:
    """Print the number of runs, time and memory, and the first points."""
    each = counted(made.runs // made.of_points, "replicate")
    console.print(f"runs: {made.runs:,} ({counted(made.of_points, 'point')}, {each} of each)")
    seconds = made.seconds * made.runs / min(workers, made.runs)
    console.print(
        f"time: about {_duration(seconds)} with {counted(workers, 'worker')}; "
        f"the first run, done for this, took {_duration(made.seconds)}"
    )
    peak = f"about {_size(made.peak)} for each worker" if made.peak else "not known"
    results = _size(made.values * BYTES * made.runs)
    console.print(f"memory: {peak}, the peak of that run; about {results} of results")
    console.print(_table(made.points))
    more = made.of_points - len(made.points)
    if more:
        console.print(f"... and {more:,} more points")


def _timed(task: Task) -> RunRecord:
    record = simulate(task)
    if record.status == "ok" and record.seconds < SOON:
        record = simulate(task)
    if record.status == "failed":
        reason = (record.error or "").strip().splitlines()[-1:]
        raise InputError(f"the first run failed: {''.join(reason)}")
    return record


def _peak() -> int | None:
    """Return the largest memory this process has had, in bytes."""
    if sys.platform == "win32":
        return None
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in ru_maxrss the memory of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(re.findall(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[0])


def _table(points: list[Point]) -> Table:
    table = Table(box=None)
    for heading in short(list(points[0])):
        table.add_column(escape(heading))
    for point in points:
        table.add_row(*(escape(_shown(value)) for value in point.values()))
    return table


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _duration(seconds: float) -> str:
    """Write a time with its fitting unit.

    >>> _duration(0.0123), _duration(75), _duration(9000), _duration(400_000)
    ('0.012 s', '75 s', '2.5 h', '4.6 days')
    """
    for limit, unit, name in ((100, 1, "s"), (6000, 60, "min"), (170_000, 3600, "h")):
        if seconds < limit:
            return f"{_two_digits(seconds / unit)} {name}"
    return f"{_two_digits(seconds / 86_400)} days"


def _size(count: int) -> str:
    """Write a number of bytes with its fitting unit.

    >>> _size(900), _size(2_340_000), _size(41_000_000_000)
    ('0.9 kB', '2.3 MB', '41 GB')
    """
    for unit, name in ((10**9, "GB"), (10**6, "MB")):
        if count >= unit:
            return f"{_two_digits(count / unit)} {name}"
    return f"{_two_digits(count / 1000)} kB"


def _two_digits(number: float) -> str:
    return f"{number:.2g}" if number < 10 else f"{number:.0f}"  # noqa: PLR2004
