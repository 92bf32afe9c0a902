"""Results on disk: a SQLite file with one transaction per run, beside plain exports."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundswell.problems import InputError
from groundswell.tables import TABLES, Row

if TYPE_CHECKING:
    import pandas as pd

DATABASE = "results.sqlite"
RUNS = ("run", "replicate", "seed", "status", "seconds", "error", "settings", "position")
COLUMNS = {"runs": RUNS} | {name: ("run", *table.columns) for name, table in TABLES.items()}
"""Columns of each table in the database."""
TYPES = {float: "REAL", int: "INTEGER", str: "TEXT"}
AMONG = "run IN (SELECT value FROM json_each(?))"


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
    tables
        The rows of each table that was recorded.
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
    tables: dict[str, list[Row]]
    error: str | None = None

    @property
    def last(self) -> Row:
        """The last row of ``series``; empty if not even round 0 went well."""
        return self.tables["series"][-1] if self.tables.get("series") else {}

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
        rows = {
            name: [(record.run, *(_null(row[column]) for column in TABLES[name].columns))
                   for row in table]
            for name, table in record.tables.items()
        }  # fmt: skip
        self._replace([record.run], {"runs": [record.summary()], **rows})

    def merge(self, other: Store, ids: Sequence[str] | None = None) -> None:
        """Take over runs of another store; all of them if no ids are given."""
        rows = {name: other.rows(name, ids) for name in COLUMNS}
        other.release()
        self._replace([run for run, *_ in rows["runs"]], rows)

    def runs(self) -> pd.DataFrame:
        """Return the table ``runs``, with a column for every setting that varies."""
        import pandas as pd

        table = self._read("SELECT * FROM runs ORDER BY position, rowid").drop(columns="position")
        varied = _columns([json.loads(text) for text in table.pop("settings")])
        return pd.concat([table, pd.DataFrame(varied, index=table.index)], axis=1)

    def table(self, name: str) -> pd.DataFrame:
        """Return one of `TABLES`, run by run in the order of ``runs``; empty if nobody asked."""
        order = ", ".join(["runs.position", "runs.rowid", *map(_quoted, TABLES[name].key)])
        table = self._read(f"{self._select(name)} JOIN runs USING (run) ORDER BY {order}")
        columns = TABLES[name].columns.items()
        # SQLite gives integers and text as such, but None for a float that is missing.
        kinds = {column: m.kind for column, m in columns if m.kind is float or table.empty}
        return table.astype(kinds)

    def rows(self, name: str, ids: Sequence[str] | None) -> list[tuple[Any, ...]]:
        """Return rows of some runs, or of all; runs in the order in which they were stored."""
        among, given = ("", ()) if ids is None else (f"WHERE {AMONG}", _listed(ids))
        order = "rowid" if name == "runs" else "run"
        with self._clear_errors():
            query = f"{self._select(name)} {among} ORDER BY {order}"
            return self._connection.execute(query, given).fetchall()

    def settings(self) -> list[dict[str, Any]]:
        """Return what a sweep set, once for all runs in which it is the same."""
        with self._clear_errors():
            found = self._connection.execute("SELECT DISTINCT settings FROM runs").fetchall()
        return [json.loads(text) for (text,) in found]

    def copy(self, path: Path) -> None:
        """Write the database as it is now to a new file, with no write-ahead log beside it."""
        with self._clear_errors(), closing(sqlite3.connect(path)) as target:
            self._connection.backup(target)

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

    def _select(self, name: str) -> str:
        """Return how to read a table, also where it or some columns are younger than the file."""
        with self._clear_errors():
            there = self._connection.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
        known = {column[1] for column in there} or {"run"}
        table = _quoted(name)
        place = {column: f"{table}." if column in known else "NULL AS " for column in COLUMNS[name]}
        columns = ", ".join(before + _quoted(column) for column, before in place.items())
        source = table if there else f"(SELECT NULL AS run WHERE 0) AS {table}"
        return f"SELECT {columns} FROM {source}"  # noqa: S608

    def _replace(self, ids: Sequence[str], rows: Mapping[str, list[tuple[Any, ...]]]) -> None:
        """Put rows of some runs, table by table, in place of all that is there of these runs."""
        with self._transaction() as connection:
            for name, columns in COLUMNS.items():
                marks = ", ".join("?" * len(columns))
                table = _quoted(name)
                connection.execute(f"DELETE FROM {table} WHERE {AMONG}", _listed(ids))  # noqa: S608
                connection.executemany(
                    f"INSERT INTO {table} VALUES ({marks})",  # noqa: S608
                    rows.get(name, []),
                )

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
    for name, table in TABLES.items():
        columns = "".join(f", {_quoted(c)} {TYPES[m.kind]}" for c, m in table.columns.items())
        key = "".join(f", {_quoted(column)}" for column in table.key)
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {_quoted(name)} (run TEXT{columns}, "
            f"PRIMARY KEY (run{key})) WITHOUT ROWID"
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


def _quoted(name: str) -> str:
    """Return a name as SQL takes it whatever it is: ``group`` is a word of SQL."""
    return f'"{name}"'


def _listed(ids: Sequence[str]) -> tuple[str, ...]:
    """Return what `AMONG` compares with."""
    return (json.dumps(list(ids)),)


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
