"""Results on disk: a SQLite file with one transaction per run, beside plain exports."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundswell.problems import InputError
from groundswell.recorder import SERIES

if TYPE_CHECKING:
    import pandas as pd

DATABASE = "results.sqlite"
RUNS = ("run", "replicate", "seed", "status", "seconds", "error", "settings", "position")


@dataclass(frozen=True)
class RunRecord:
    """One run as stored.

    Parameters
    ----------
    run, replicate, seed
        Which run it is.
    status
        ``"ok"``, ``"diverged"`` or ``"failed"``.
    seconds
        Wall time it took.
    settings
        The settings that a sweep varies, by dotted key.
    position
        Place among the runs of the study, so that tables do not depend on which run ends first.
    rows
        One table row per round.
    error
        What went wrong in a failed run.
    """

    run: str
    replicate: int
    seed: int
    status: str
    seconds: float
    settings: dict[str, Any]
    position: int
    rows: list[dict[str, Any]]
    error: str | None = None

    def summary(self) -> tuple[Any, ...]:
        """Return the row of the table ``runs``."""
        values = {**vars(self), "settings": json.dumps(self.settings, default=str)}
        return tuple(values[name] for name in RUNS)


class Store:
    """The database of a results folder.

    Parameters
    ----------
    folder
        The results folder, made if it is not there; None keeps everything in memory.
    read_only
        Whether to leave the folder as it is: nothing is written, not even beside the database.

    Raises
    ------
    InputError
        If the folder cannot be written or read, or its database is none.
    """

    def __init__(self, folder: Path | None, *, read_only: bool = False) -> None:
        self.folder = folder
        self.read_only = read_only
        self._open: sqlite3.Connection | None = None
        with self._clear_errors():
            if folder is not None and not read_only:
                folder.mkdir(parents=True, exist_ok=True)
            self._connection.execute("SELECT 1 FROM runs LIMIT 1")

    def add(self, record: RunRecord) -> None:
        """Store a run in one transaction, in place of an earlier one with its id."""
        rows = ((record.run, *(_null(row[name]) for name in SERIES)) for row in record.rows)
        with self._transaction() as connection:
            connection.execute("DELETE FROM series WHERE run = ?", (record.run,))
            connection.execute(_insert("runs", len(RUNS)), record.summary())
            connection.executemany(_insert("series", len(SERIES) + 1), rows)

    def merge(self, other: Store, ids: Sequence[str] | None = None) -> None:
        """Take over runs of another store; all of them if no ids are given."""
        wanted = "" if ids is None else " WHERE run IN (SELECT value FROM json_each(?))"
        given = () if ids is None else (json.dumps(list(ids)),)
        with self._transaction() as connection:
            for table, width in (("runs", len(RUNS)), ("series", len(SERIES) + 1)):
                query = f"SELECT * FROM {table}{wanted}"  # noqa: S608
                rows = other._connection.execute(query, given).fetchall()
                connection.executemany(_insert(table, width), rows)
        other.release()

    def runs(self) -> pd.DataFrame:
        """Return the table ``runs``, with a column for every setting that varies."""
        import pandas as pd

        table = self._read("SELECT * FROM runs ORDER BY position, rowid").drop(columns="position")
        varied = _columns([json.loads(text) for text in table.pop("settings")])
        return pd.concat([table, pd.DataFrame(varied, index=table.index)], axis=1)

    def series(self) -> pd.DataFrame:
        """Return the table ``series``, run by run in the order of ``runs``."""
        query = (
            "SELECT series.* FROM series JOIN runs ON runs.run = series.run "
            "ORDER BY runs.position, runs.rowid, series.round"
        )
        table = self._read(query)
        numbers = {name: "float64" for name, meaning in SERIES.items() if not meaning.integer}
        return table.astype(numbers)

    def release(self) -> None:
        """Close the file until it is needed again, so that no write-ahead log lies beside it."""
        if self.folder is not None and self._open is not None:
            self._open.close()
            self._open = None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from writing while tables are read and exported."""
        with self._transaction():
            yield
        self.release()

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            self._open = _read_only(self.folder) if self.read_only else _connect(self.folder)
        return self._open

    def _read(self, query: str) -> pd.DataFrame:
        import pandas as pd

        with self._clear_errors():
            connection = self._connection
            rows = connection.execute(query)
            names = [column[0] for column in rows.description]
            table = pd.DataFrame.from_records(rows.fetchall(), columns=names)
        if not connection.in_transaction:
            self.release()
        return table

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._clear_errors(), self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        """Say what is the matter with the folder: full, not writable, no database in it."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error
            if isinstance(error, OSError | sqlite3.OperationalError):
                verb = "read results in" if self.read_only else "write results to"
                raise InputError(f"cannot {verb} '{self.folder}': {reason}") from None
            raise InputError(f"cannot use '{self.folder}/{DATABASE}': {reason}") from None


def _connect(folder: Path | None) -> sqlite3.Connection:
    target = ":memory:" if folder is None else str(folder / DATABASE)
    connection = sqlite3.connect(target, isolation_level=None, timeout=60)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS runs (run TEXT PRIMARY KEY, replicate INTEGER, seed INTEGER, "
        "status TEXT, seconds REAL, error TEXT, settings TEXT, position INTEGER)"
    )
    columns = ", ".join(
        f"{name} {'INTEGER' if meaning.integer else 'REAL'}" for name, meaning in SERIES.items()
    )
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS series (run TEXT, {columns}, PRIMARY KEY (run, round)) "
        "WITHOUT ROWID"
    )
    return connection


def _read_only(folder: Path | None) -> sqlite3.Connection:
    assert folder is not None  # noqa: S101  (what is in memory is written, not opened)
    # A database in WAL mode is read through files beside it, which SQLite makes if need be. Where
    # there are none, nobody writes, and the file can be read as it is, even on a read-only disk.
    log = folder / f"{DATABASE}-wal"
    still = not log.exists() or not os.access(folder, os.W_OK)
    query = "mode=ro&immutable=1" if still else "mode=ro"
    address = f"{(folder / DATABASE).resolve().as_uri()}?{query}"
    return sqlite3.connect(address, isolation_level=None, timeout=60, uri=True)


def _insert(table: str, columns: int) -> str:
    return f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * columns)})"  # noqa: S608


def _columns(settings: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return a column for each setting, as JSON text unless its values have one scalar type.

    An integer and a float are two types: as seeds, 1 is a user and 1.0 is everybody.
    """
    columns: dict[str, list[Any]] = {}
    for name in dict.fromkeys(name for row in settings for name in row):
        values = [row.get(name) for row in settings]
        types = {type(value) for value in values if value is not None}
        if len(types) > 1 or types & {dict, list}:
            values = [
                None if value is None else json.dumps(value, ensure_ascii=False) for value in values
            ]
        columns[name] = values
    return columns


def _null(value: Any) -> Any:
    """Missing values are NULL in the database."""
    return None if value != value else value
