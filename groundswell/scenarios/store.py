"""Results on disk: a SQLite file with one transaction per run, beside plain exports."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
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
        values = {**vars(self), "settings": json.dumps(self.settings)}
        return tuple(values[name] for name in RUNS)


class Store:
    """The database of a results folder.

    Parameters
    ----------
    folder
        The results folder, made if it is not there; None keeps everything in memory.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            self._open: sqlite3.Connection | None = _connect(folder)
        except (OSError, sqlite3.OperationalError) as error:
            raise InputError(f"cannot write results to '{folder}': {error}") from None

    def add(self, record: RunRecord) -> None:
        """Store a run in one transaction, in place of an earlier one with its id."""
        rows = ((record.run, *(_null(row[name]) for name in SERIES)) for row in record.rows)
        with self._transaction() as connection:
            connection.execute("DELETE FROM series WHERE run = ?", (record.run,))
            connection.execute(_insert("runs", len(RUNS)), record.summary())
            connection.executemany(_insert("series", len(SERIES) + 1), rows)

    def merge(self, other: Store) -> None:
        """Take over all runs of another store."""
        with self._transaction() as connection:
            for table, width in (("runs", len(RUNS)), ("series", len(SERIES) + 1)):
                rows = other._connection.execute(f"SELECT * FROM {table}")  # noqa: S608
                connection.executemany(_insert(table, width), rows)

    def runs(self) -> pd.DataFrame:
        """Return the table ``runs``, with a column for every setting that varies."""
        import pandas as pd

        table = self._read("SELECT * FROM runs ORDER BY position, rowid").drop(columns="position")
        varied = [_flat_values(json.loads(text)) for text in table.pop("settings")]
        settings = pd.DataFrame(varied, index=table.index)
        return pd.concat([table, settings], axis=1)

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

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            self._open = _connect(self.folder)
        return self._open

    def _read(self, query: str) -> pd.DataFrame:
        import pandas as pd

        table = pd.read_sql_query(query, self._connection)
        self.release()
        return table

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection


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


def _insert(table: str, columns: int) -> str:
    return f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * columns)})"  # noqa: S608


def _flat_values(settings: dict[str, Any]) -> dict[str, Any]:
    """Write values that are tables or lists as text, so that a column can hold them."""
    return {
        name: json.dumps(value) if isinstance(value, dict | list) else value
        for name, value in settings.items()
    }


def _null(value: Any) -> Any:
    """Missing values are NULL in the database."""
    return None if value != value else value
