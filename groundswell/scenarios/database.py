"""The database of a results folder: its tables, and how it is opened."""

from __future__ import annotations

import errno
import reprlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundswell.tables import TABLES

DATABASE = "results.sqlite"
RUNS = {"run": str, "replicate": int, "seed": int, "status": str, "seconds": float, "error": str}
"""Columns of ``runs`` before those of what varies, and their types."""
ENDINGS = ("ok", "diverged", "failed")
"""How runs end: values of the column ``status``."""
SOUND = f"""typeof(run) = 'text' AND status IN {ENDINGS}
    AND typeof(replicate) = 'integer' AND replicate >= 0 AND typeof(seed) = 'integer' AND seed >= 0
    AND (seconds IS NULL OR typeof(seconds) IN ('real', 'integer') AND seconds BETWEEN 0 AND 1e300)
"""
"""What holds for every run that we stored."""
TYPES = {float: "REAL", int: "INTEGER", str: "TEXT"}
WAIT = 60.0
"""Seconds to wait for another process that writes."""


def connect(folder: Path | None) -> sqlite3.Connection:
    """Open the database of a folder, made if it is not there; without a folder one in memory."""
    target = ":memory:" if folder is None else str(folder / DATABASE)
    with _opened(target) as connection:
        # A killed process loses nothing that was committed. Cut power may lose the last runs:
        # asking the disk after each would take longer than a short run.
        _keep_log(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        kinds = {name: TYPES[kind] for name, kind in RUNS.items()}
        kinds |= {"settings": "TEXT", "position": "INTEGER"}
        _create(connection, "runs", kinds, "PRIMARY KEY (run))")
        connection.execute(
            "CREATE INDEX IF NOT EXISTS in_study ON runs (position, seed, replicate)"
        )
        for name, table in TABLES.items():
            kinds = {"run": "TEXT"} | {c: TYPES[m.kind] for c, m in table.columns.items()}
            key = ", ".join(map(quoted, ("run", *table.key)))
            _create(connection, name, kinds, f"PRIMARY KEY ({key})) WITHOUT ROWID")
        return connection


@contextmanager
def _opened(target: str, *, uri: bool = False) -> Iterator[sqlite3.Connection]:
    """Open a database that only holds rows; close it where the block fails."""
    connection = sqlite3.connect(target, isolation_level=None, timeout=WAIT, uri=uri)
    try:
        _refuse_programs(connection)
        yield connection
    except BaseException:
        connection.close()
        raise


def _refuse_programs(connection: sqlite3.Connection) -> None:
    """Refuse what would do more than hold rows when a stranger's database is read or written."""
    connection.execute("PRAGMA trusted_schema = OFF")
    found = connection.execute(
        "SELECT type, name FROM sqlite_schema "
        "WHERE type IN ('view', 'trigger') OR sql LIKE 'CREATE VIRTUAL%'"
    ).fetchone()
    if found:
        kind, name = found
        raise sqlite3.DatabaseError(f"it holds a {kind}, {name!r}, that no results of ours hold")


def check_runs(connection: sqlite3.Connection) -> None:
    """Refuse runs as none of ours are when a stranger's database is opened.

    Raises
    ------
    DatabaseError
        Names the first of them, and what is stored of it.
    """
    columns = ("run", "status", "replicate", "seed", "seconds")
    found = connection.execute(
        f"SELECT {', '.join(columns)} FROM runs WHERE ({SOUND}) IS NOT TRUE LIMIT 1"  # noqa: S608
    ).fetchone()
    if found:
        told = ", ".join(
            f"{name} {reprlib.repr(one)}" for name, one in zip(columns, found, strict=True)
        )
        raise sqlite3.DatabaseError(f"it holds what no run leaves ({told})")


def _keep_log(connection: sqlite3.Connection) -> None:
    """Turn to a write-ahead log; SQLite itself does not wait for others that do the same."""
    end = time.monotonic() + WAIT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return


def begin(connection: sqlite3.Connection, how: str) -> None:
    """Begin a transaction; one whose block was never entered, as a signal came first, is undone."""
    if connection.in_transaction:
        connection.rollback()
    connection.execute(how)


def _create(connection: sqlite3.Connection, name: str, kinds: dict[str, str], key: str) -> None:
    """Make a table, or add the columns that are younger than it."""
    columns = [f"{quoted(column)} {kind}" for column, kind in kinds.items()]
    table = quoted(name)
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(columns)}, {key}")
    known = columns_of(connection, name)
    for column, made in zip(kinds, columns, strict=True):
        if column not in known:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {made}")


def columns_of(connection: sqlite3.Connection, table: str) -> set[str]:
    """Return the columns a table has in the file, none if the file is older than the table."""
    return {row[1] for row in connection.execute(f"PRAGMA table_info({quoted(table)})")}


def connect_read_only(folder: Path | None) -> sqlite3.Connection:
    """Open the database of a folder, and leave the folder as it is."""
    assert folder is not None  # noqa: S101  (what is in memory is written, not opened)
    # A database in WAL mode is read through files beside it, which SQLite makes if need be. Where
    # there are none, nobody writes, and the file can be read as it is, even on a read-only disk. A
    # log that a killed process left holds runs: without it they would be missing.
    log = folder / f"{DATABASE}-wal"
    still = not log.exists() or log.stat().st_size == 0
    query = "mode=ro&immutable=1" if still else "mode=ro"
    address = f"{(folder / DATABASE).resolve().as_uri()}?{query}"
    with _opened(address, uri=True) as connection:
        return connection


def advice(error: Exception) -> str:
    """Return what to do about an error of the disk; nothing for others."""
    full = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF  # the rest says where
    if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR} or getattr(error, "errno", 0) in full:
        return "; runs that had ended are safe: make room there, and go on with the same command"
    if code == sqlite3.SQLITE_CANTOPEN:
        return "; it may be one that cannot be written"
    return ""


def quoted(name: str) -> str:
    """Return a name as SQL takes it whatever it is: ``group`` is a word of SQL."""
    return f'"{name}"'
