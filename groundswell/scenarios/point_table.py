"""A table of points: a CSV file with a column for each swept setting and a row for each point."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from groundswell.files import Stamp, read_text, stamp
from groundswell.problems import InputError, Key, Problem, ScenarioError
from groundswell.scenarios.values import typed
from groundswell.sweep_settings import as_text

TABLE: Key = ("sweep", "table")
MOST_PROBLEMS = 20


@dataclass(frozen=True)
class PointTable:
    """The points of a sweep that were written down.

    Parameters
    ----------
    path
        The file.
    keys
        Dotted keys, from its first line.
    rows
        A value of each key for every point.
    lines
        On which line a value of a key stands first.
    """

    path: str
    keys: tuple[str, ...] = ()
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)

    def place(self, key: str, value: Any) -> str:
        """Return ``file:line`` of a value."""
        return f"{self.path}:{self.lines[key, as_text(value)]}"


def read_points(path: str) -> PointTable:
    """Read a table of points, once per version of the file.

    Raises
    ------
    ScenarioError
        With everything that is wrong with it.
    """
    try:
        return _read(path, stamp(path))
    except InputError as error:
        raise ScenarioError([Problem(TABLE, str(error), error.place)]) from None


@lru_cache(maxsize=8)
def _read(path: str, version: Stamp) -> PointTable:
    try:
        (_, header), *rows = _numbered(read_text(path))
    except csv.Error as error:
        raise InputError(f"'{path}' is no CSV file: {error}") from None
    table = PointTable(path, tuple(name.strip() for name in header))
    problems = [(1, message) for message in _header_problems(table.keys)]
    met: dict[str, int] = {}
    for line, cells in rows:
        wrong = list(_row_problems(table.keys, cells))
        values = tuple(map(typed, cells))
        before = met.setdefault(as_text(values), line)
        if before != line and not wrong:
            wrong = [f"is the same point as line {before}"]
        problems += [(line, message) for message in wrong]
        if wrong:
            continue
        table.rows.append(values)
        for key, value in zip(table.keys, values, strict=True):
            table.lines.setdefault((key, as_text(value)), line)
    if not rows:
        problems.append((1, "holds no points; write a row of values for each below the keys"))
    if problems:
        raise ScenarioError(_problems(path, problems))
    return table


def _numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with the line on which each begins; empty lines are left out."""
    reader, line = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    for row in reader:
        if row:
            yield line, row
        line = reader.line_num + 1


def _header_problems(keys: tuple[str, ...]) -> Iterator[str]:
    for index, key in enumerate(keys):
        if not key:
            yield f"column {index + 1} has no name; name each column by a dotted key"
        elif key in keys[:index]:
            yield f"has two columns '{key}'"


def _row_problems(keys: tuple[str, ...], cells: list[str]) -> Iterator[str]:
    if len(cells) != len(keys):
        yield f"has {len(cells)} values, expected {len(keys)}: one for each column"
        return
    for key, cell in zip(keys, cells, strict=True):
        if not cell.strip():
            yield f"'{key}' is empty; each point needs a value of each setting"


def _problems(path: str, found: list[tuple[int, str]]) -> list[Problem]:
    shown = [Problem(TABLE, message, f"{path}:{line}") for line, message in found[:MOST_PROBLEMS]]
    more = len(found) - len(shown)
    return [*shown, Problem(TABLE, f"has {more:,} problems more")] if more else shown
