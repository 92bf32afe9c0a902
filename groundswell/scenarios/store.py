"""Results on disk: a SQLite file with one transaction per run, beside plain exports."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundswell.problems import InputError
from groundswell.scenarios.database import (
    DATABASE,
    RUNS,
    advice,
    begin,
    check_runs,
    columns_of,
    connect,
    connect_read_only,
    quoted,
)
from groundswell.scenarios.reading import Reading, Where, check_rows
from groundswell.tables import TABLES, Row

if TYPE_CHECKING:
    import pandas as pd

SUMMARY = (*RUNS, "settings", "position")
COLUMNS = {"runs": SUMMARY} | {name: ("run", *table.columns) for name, table in TABLES.items()}
"""Columns of each table in the database."""
FAILED = "failed"
CHECKPOINT, BATCH = 200, 100
"""After how many runs the log is emptied; how many runs are taken over at a time."""
AMONG = "run IN (SELECT value FROM json_each(?))"
UNREAD = "; if its study was killed, copy the folder to where it can be written, and read it there"


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
        Place of its point among those of the study; tables do not depend on which run ends first.
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
        return tuple(values[name] for name in SUMMARY)


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
        self._added = 0
        with self._clear_errors():
            if folder is not None and not read_only:
                folder.mkdir(parents=True, exist_ok=True)
            check_runs(self._connection)

    def __del__(self) -> None:
        # At the end of Python no name of this module may be there any more.
        if self._open is not None:
            try:  # noqa: SIM105
                self._open.close()
            except self._open.ProgrammingError:  # it belongs to another thread
                pass

    def add(self, record: RunRecord) -> None:
        """Store a run in one transaction, in place of an earlier one with its id."""
        rows = {
            name: [(record.run, *(row[column] for column in TABLES[name].columns)) for row in table]
            for name, table in record.tables.items()
        }  # SQLite keeps a NaN as NULL
        self._replace([record.run], {"runs": [record.summary()], **rows})
        self._added += 1
        if self._added % CHECKPOINT == 0:
            self._empty_log()

    def merge(self, other: Store, ids: Sequence[str] | None = None) -> None:
        """Take over runs of another store that are missing or failed here; all if no ids given."""
        for some in _batches(other.ids() if ids is None else ids):
            wanted = [run for run in some if self.status(run) in {None, FAILED}]
            rows = {name: other.rows(name, wanted) for name in COLUMNS}
            with other._readable():
                check_rows(rows)
            self._replace([run for run, *_ in rows["runs"]], rows)
        other.release()

    def status(self, run: str) -> str | None:
        """Return the status of a run, None if it is not there."""
        with self._clear_errors():
            found = self._connection.execute("SELECT status FROM runs WHERE run = ?", (run,))
            row = found.fetchone()
        return row and str(row[0])

    def statuses(self, ids: Sequence[str] | None = None) -> dict[str, int]:
        """Return how many runs have each status, of some or of all."""
        among, given = ("", ()) if ids is None else (f"WHERE {AMONG}", _listed(ids))
        query = f"SELECT status, count(*) FROM runs {among} GROUP BY status"  # noqa: S608
        return dict(self._all(query, given))

    def ids(self) -> list[str]:
        """Return the ids of all runs, in the order in which they were stored."""
        return [run for (run,) in self._all("SELECT run FROM runs ORDER BY rowid")]

    def labels(self) -> list[tuple[str, int, int, dict[str, Any]]]:
        """Return the id, seed, replicate and settings of all runs."""
        with self._readable():
            found = self._all("SELECT run, seed, replicate, settings FROM runs")
            return [(run, seed, n, dict(json.loads(text))) for run, seed, n, text in found]

    def seeds(self) -> list[int]:
        """Return the seeds of all runs, ascending."""
        return [seed for (seed,) in self._all("SELECT DISTINCT seed FROM runs ORDER BY seed")]

    def read(
        self,
        name: str,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        ids: Sequence[str] | None = None,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """Return rows of ``runs`` or of one of `TABLES`, as `Reading` says, in the runs' order."""
        with self._clear_errors(), self._readable():
            reading = Reading(self._connection, name, columns, where, ids, limit)
            (table,) = reading.chunks()
        self.release()
        return table

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Read what is there now, while others go on writing."""
        with self._clear_errors(), self._readable(), self._connection as connection:
            begin(connection, "BEGIN")
            yield connection

    def _all(self, query: str, given: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._clear_errors():
            return self._connection.execute(query, given).fetchall()

    def _empty_log(self) -> None:
        """Move what the write-ahead log holds into the database.

        All of it, and the log is cut to nothing: a log that was copied, and is then cut short by
        whatever takes the machine down, would put old pages over new ones. If somebody reads
        meanwhile it is done another time.
        """
        with self._clear_errors():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def rows(self, name: str, ids: Sequence[str] | None) -> list[tuple[Any, ...]]:
        """Return rows of some runs, or of all; runs in the order in which they were stored."""
        among, given = ("", ()) if ids is None else (f"WHERE {AMONG}", _listed(ids))
        order = "rowid" if name == "runs" else "run"
        with self._clear_errors():
            query = f"{self._select(name)} {among} ORDER BY {order}"
            return self._connection.execute(query, given).fetchall()

    def settings(self) -> list[dict[str, Any]]:
        """Return what a sweep set, once for all runs in which it is the same."""
        with self._readable():
            found = self._all("SELECT DISTINCT settings FROM runs")
            return [dict(json.loads(text)) for (text,) in found]

    def copy(self, path: Path) -> None:
        """Write the database as it is now to a new file, with no write-ahead log beside it."""
        with self._clear_errors(), closing(sqlite3.connect(path)) as target:
            self._connection.backup(target)

    def release(self) -> None:
        """Close the file until it is needed again, so that no write-ahead log lies beside it."""
        if self.folder is not None and self._open is not None:
            connection, self._open = self._open, None
            connection.close()

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            self._open = connect_read_only(self.folder) if self.read_only else connect(self.folder)
        return self._open

    def _select(self, name: str) -> str:
        """Return how to read a table, also where it or some columns are younger than the file."""
        there = columns_of(self._connection, name)
        known, table = there or {"run"}, quoted(name)
        place = {column: f"{table}." if column in known else "NULL AS " for column in COLUMNS[name]}
        columns = ", ".join(before + quoted(column) for column, before in place.items())
        source = table if there else f"(SELECT NULL AS run WHERE 0) AS {table}"
        return f"SELECT {columns} FROM {source}"  # noqa: S608

    def _replace(self, ids: Sequence[str], rows: Mapping[str, list[tuple[Any, ...]]]) -> None:
        """Put rows of some runs, table by table, in place of all that is there of these runs."""
        there = f"SELECT 1 FROM runs WHERE {AMONG} LIMIT 1"  # noqa: S608
        with self.writing() as connection:
            replaced = connection.execute(there, _listed(ids)).fetchone()
            for name, columns in COLUMNS.items():
                table, marks = quoted(name), ", ".join("?" * len(columns))
                names = ", ".join(map(quoted, columns))
                if replaced:
                    connection.execute(f"DELETE FROM {table} WHERE {AMONG}", _listed(ids))  # noqa: S608
                if rows.get(name):
                    connection.executemany(
                        f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
                        rows[name],
                    )

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write all of the block or nothing, while others wait."""
        with self._clear_errors(), self._connection as connection:
            begin(connection, "BEGIN IMMEDIATE")
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
                hint = UNREAD if self.read_only else advice(error)
                raise InputError(f"cannot {verb} '{self.folder}': {reason}{hint}") from None
            raise InputError(f"cannot use '{self.folder}/{DATABASE}': {reason}") from None

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Say that a file holds values that no run leaves, such as text among numbers."""
        try:
            yield
        except InputError:
            raise
        except (AttributeError, OverflowError, RecursionError, TypeError, ValueError) as error:
            reason = f"it holds what no run leaves ({error})"
            raise InputError(f"cannot use '{self.folder}/{DATABASE}': {reason}") from error


def _listed(ids: Sequence[str]) -> tuple[str, ...]:
    """Return what `AMONG` compares with."""
    return (json.dumps(list(ids)),)


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield ids a few at a time, so that only the rows of so many runs are in memory."""
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
