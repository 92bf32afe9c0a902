"""Tables as plain files beside the database: CSV and Parquet, written a chunk at a time."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundswell.files import part, part_of
from groundswell.problems import InputError
from groundswell.scenarios.reading import Reading
from groundswell.scenarios.store import Store
from groundswell.tables import TABLES

if TYPE_CHECKING:
    import sqlite3

    import pandas as pd

FORMATS = ("csv", "parquet")
ROWS = 20_000
"""Rows that are in memory at a time."""
FORMULA = re.compile(r"\s*[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def export(
    store: Store, folder: Path, formats: Sequence[str] = FORMATS, table: str | None = None
) -> list[str]:
    """Write tables into a folder, each file whole or not at all, and return which.

    All are of one moment. Of several processes that export at once the one that has read last
    is right, whoever writes last.

    Parameters
    ----------
    store
        What to read.
    folder
        Where to write.
    formats
        Some of `FORMATS`.
    table
        ``"runs"`` or the name of a table; None for all that have rows, and ``series``.

    Raises
    ------
    InputError
        If there is no such table, or nobody asked for it in the study.
    """
    with ExitStack() as parts:
        with store.snapshot() as connection:
            moment = _last(connection)
            names = [name for name in ("runs", *TABLES) if _wanted(connection, name)]
            if table is not None and table not in names:
                there = ", ".join(names)
                raise InputError(f"these results have no table '{table}'; there are: {there}")
            names = names if table is None else [table]
            for name in names:
                paths = {kind: parts.enter_context(part(folder / f"{name}.{kind}"))
                         for kind in formats}  # fmt: skip
                _write(Reading(connection, name), paths)
        with store.writing() as connection:
            (newest,) = connection.execute("PRAGMA user_version").fetchone()
            # Somebody who has read more was faster; nobody can have read more than there is.
            late = moment < newest <= _last(connection)
            if not late:
                connection.execute(f"PRAGMA user_version = {moment}")
            for path in (folder / f"{name}.{kind}" for name in names for kind in formats):
                if not late or not path.exists():
                    part_of(path).replace(path)
    return names


def _last(connection: sqlite3.Connection) -> int:
    """Return a number that grows whenever a run is stored."""
    return int(connection.execute("SELECT coalesce(max(rowid), 0) FROM runs").fetchone()[0])


def _wanted(connection: sqlite3.Connection, name: str) -> bool:
    if name in {"runs", "series"}:
        return True
    return connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() is not None  # noqa: S608


def _write(reading: Reading, paths: Mapping[str, Path]) -> None:
    """Write a table in all formats while going through it once."""
    schema = _schema(reading.kinds())
    with ExitStack() as files:
        writers = []
        if "csv" in paths:
            writers.append(_csv(files, paths["csv"]))
        if "parquet" in paths:
            writers.append(_parquet(files, paths["parquet"], schema))
        for chunk in reading.chunks(ROWS):
            for write in writers:
                write(chunk)


def _csv(files: ExitStack, path: Path) -> Any:
    file = files.enter_context(path.open("w", encoding="utf-8", newline=""))
    header = [True]

    def write(chunk: pd.DataFrame) -> None:
        without_formulas(chunk).to_csv(file, index=False, header=header.pop() if header else False)

    return write


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which a spreadsheet finds no formula: an apostrophe is before each.

    Only text is changed that begins as formulas do and is no number, names of columns too. Parquet
    and the database have it as it is.
    """
    guarded = table.copy(deep=False)
    for name, kind in table.dtypes.items():
        if kind.kind == "O":
            guarded[name] = table[name].map(_guarded, na_action="ignore")
    return guarded.rename(columns=_guarded)


def _guarded(value: Any) -> Any:
    formula = isinstance(value, str) and FORMULA.match(value) and not NUMBER.fullmatch(value)
    return f"'{value}" if formula else value


def _parquet(files: ExitStack, path: Path, schema: Any) -> Any:
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    file = files.enter_context(path.open("wb"))  # pyarrow takes no names that are not UTF-8
    writer = files.enter_context(ParquetWriter(file, schema))

    def write(chunk: pd.DataFrame) -> None:
        writer.write_table(pyarrow.Table.from_pandas(chunk, schema, preserve_index=False))

    return write


def _schema(kinds: Mapping[str, type]) -> Any:
    import pyarrow

    types = {
        int: pyarrow.int64(),
        float: pyarrow.float64(),
        bool: pyarrow.bool_(),
    }
    return pyarrow.schema(
        [(name, types.get(kind, pyarrow.string())) for name, kind in kinds.items()]
    )


def remove_abandoned(folder: Path) -> None:
    """Remove parts of files whose writers were killed."""
    for path in folder.glob(".*.part"):
        number = path.name.split(".")[-2]
        if number.isdigit() and not _alive(int(number)):
            path.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    if os.name == "nt":  # where asking would end it
        return True
    with suppress(PermissionError):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
    return True
