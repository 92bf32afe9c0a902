"""The database of a results folder by itself: what is kept, when, and what is said if not."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

from groundswell.problems import InputError
from groundswell.scenarios import database, store
from groundswell.scenarios.reading import SHARES
from groundswell.scenarios.store import RunRecord, Store
from groundswell.tables import TABLES


def record(run: str, rounds: int = 1, **more: Any) -> RunRecord:
    """A run with a row of ``series`` for each round; what a column holds tells it from others."""
    columns = TABLES["series"].columns
    rows = ({name: place + r for place, name in enumerate(columns)} for r in range(rounds))
    series = [row | dict.fromkeys(SHARES, 0.5) for row in rows]
    plain = {"replicate": 0, "seed": 0, "status": "ok", "seconds": 0.5, "settings": {}}
    return RunRecord(run, **{**plain, "position": 0, "tables": {"series": series}, **more})


def filled(place: Path | None, *runs: str, **more: Any) -> Store:
    """A store with some runs."""
    made = Store(place)
    for run in runs:
        made.add(record(run, **more))
    return made


def log_of(folder: Path) -> int:
    """The bytes in the write-ahead log, 0 where there is none."""
    log = folder / "results.sqlite-wal"
    return log.stat().st_size if log.exists() else 0


def test_a_run_comes_back_as_it_was_stored() -> None:
    kept = Store(None)
    kept.add(record("a", 2, replicate=3, seed=9, settings={"x": [1, "é"]}, position=4, error="no"))
    row = dict(zip(store.COLUMNS["runs"], kept.rows("runs", None)[0], strict=True))
    assert row == {
        "run": "a", "replicate": 3, "seed": 9, "status": "ok", "seconds": 0.5, "error": "no",
        "settings": '{"x": [1, "\\u00e9"]}', "position": 4,
    }  # fmt: skip
    found = kept.rows("series", ["a"])
    assert found == [("a", *row.values()) for row in record("a", 2).tables["series"]]
    assert kept.labels() == [("a", 9, 3, {"x": [1, "é"]})]


def test_missing_values_are_null() -> None:
    kept = Store(None)
    row = dict.fromkeys(TABLES["series"].columns, float("nan")) | {"round": 0, "alpha": 0.5}
    kept.add(record("a", tables={"series": [row]}))
    (found,) = kept.rows("series", None)
    assert dict(zip(store.COLUMNS["series"], found, strict=True)) == {
        "run": "a", **dict.fromkeys(row), "round": 0, "alpha": 0.5,
    }  # fmt: skip


def test_the_last_row_of_a_run() -> None:
    run = record("a", 3)
    assert run.last == run.tables["series"][2]
    assert replace(run, tables={"series": []}).last == {}
    assert replace(run, tables={}).last == {}
    with pytest.raises(FrozenInstanceError):
        run.status = "failed"


def test_runs_are_listed_in_the_order_in_which_they_were_stored() -> None:
    kept = filled(None, "c", "a", "b")
    assert kept.ids() == ["c", "a", "b"]
    kept.add(record("c"))
    assert kept.ids() == ["a", "b", "c"], "a run that is done again is stored last"
    assert [run for run, *_ in kept.rows("runs", ["c", "a"])] == ["a", "c"]
    assert [run for run, *_ in kept.rows("series", ["c", "a"])] == ["a", "c"]


def test_what_is_known_of_runs() -> None:
    kept = filled(None, "a", seed=7, settings={"x": 1})
    kept.add(record("b", seed=5, settings={"x": 1}, status="failed"))
    kept.add(record("c", seed=7, settings={"x": 2}))
    assert [kept.status(run) for run in "abcd"] == ["ok", "failed", "ok", None]
    assert kept.statuses() == {"ok": 2, "failed": 1}
    assert kept.statuses(["a", "b", "d"]) == {"ok": 1, "failed": 1}
    assert kept.statuses([]) == {}
    assert kept.seeds() == [5, 7]
    assert sorted(s["x"] for s in kept.settings()) == [1, 2]
    assert len(kept.read("runs", limit=2)) == 2
    assert kept.read("series", ["alpha"], {"x": 2}).shape == (1, 1)
    assert kept.read("series", ids=["a", "b"])["run"].tolist() == ["b", "a"], "by seed"


def test_runs_of_another_store_are_taken_over_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BATCH", 2)
    other, at_once = filled(tmp_path / "other", *"edcba"), []
    rows = Store.rows

    def watched(self: Store, name: str, ids: Sequence[str]) -> list[tuple[Any, ...]]:
        at_once.append(len(ids))
        return rows(self, name, ids)

    monkeypatch.setattr(Store, "rows", watched)
    some, whole = Store(None), Store(None)
    some.merge(other, ["a", "c", "b", "nobody"])
    whole.merge(other)
    assert log_of(tmp_path / "other") == 0, "the other one is closed"
    assert set(at_once) == {1, 2}
    assert sorted(some.ids()) == ["a", "b", "c"]
    assert whole.ids() == list("edcba")
    for name in store.COLUMNS:
        assert rows(whole, name, None) == rows(other, name, None)
    other.release()


def test_only_runs_that_are_missing_or_failed_are_taken_over() -> None:
    here, other = filled(None, "good", seconds=1.0), filled(None, "good", "bad", "new", seconds=2.0)
    here.add(record("bad", 4, status="failed", seconds=1.0))
    here.merge(other)
    seconds = {run: values[3] for run, *values in here.rows("runs", None)}
    assert seconds == {"good": 1.0, "bad": 2.0, "new": 2.0}
    assert len(here.rows("series", ["bad"])) == 1


def test_the_log_is_emptied_after_so_many_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "CHECKPOINT", 4)
    kept, sizes = Store(tmp_path / "out"), []
    for run in "abcdefgh":
        kept.add(record(run))
        sizes.append(log_of(tmp_path / "out") == 0)
    assert sizes == [False, False, False, True] * 2


def test_a_store_that_is_released_leaves_no_log_and_opens_again(tmp_path: Path) -> None:
    kept = filled(tmp_path / "out", "a")
    assert log_of(tmp_path / "out") > 0
    kept.release()
    kept.release()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["results.sqlite"]
    assert kept.ids() == ["a"]
    assert len(kept.read("series")) == 1
    assert not (tmp_path / "out" / "results.sqlite-wal").exists(), "reading releases it"
    in_memory = filled(None, "a")
    in_memory.release()
    assert in_memory.ids() == ["a"]


def test_a_store_makes_its_folder_unless_it_only_reads(tmp_path: Path) -> None:
    filled(tmp_path / "deep" / "down", "a").release()
    again = filled(tmp_path / "deep" / "down", "b")
    assert again.ids() == ["a", "b"]
    with pytest.raises(InputError, match=r"cannot read results in '.*nowhere': unable to open"):
        Store(tmp_path / "nowhere", read_only=True)
    assert not (tmp_path / "nowhere").exists()


def test_what_a_killed_process_left_in_the_log_is_read(tmp_path: Path) -> None:
    writer = filled(tmp_path / "out", "a")
    reader = Store(tmp_path / "out", read_only=True)
    assert reader.ids() == ["a"], "the log is not empty"
    writer.add(record("b"))
    assert reader.ids() == ["a", "b"], "and is followed"
    with pytest.raises(InputError, match=r"read results in .*readonly.*copy the folder to where"):
        reader.add(record("c"))
    reader.release()
    writer.release()


@pytest.mark.parametrize("log", [None, b""])
def test_a_folder_in_which_nobody_writes_is_left_as_it_is(tmp_path: Path, log) -> None:
    filled(tmp_path / "a b?#%", "a").release()
    if log is not None:
        (tmp_path / "a b?#%" / "results.sqlite-wal").write_bytes(log)
    before = {path.name for path in (tmp_path / "a b?#%").iterdir()}
    reader = Store(tmp_path / "a b?#%", read_only=True)
    assert reader.ids() == ["a"]
    assert {path.name for path in (tmp_path / "a b?#%").iterdir()} == before
    reader.release()


def test_a_copy_is_whole_and_has_no_log_beside_it(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    kept = filled(tmp_path / "out", "a", "b")
    kept.copy(tmp_path / "copy" / "results.sqlite")
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["results.sqlite"]
    assert Store(tmp_path / "copy", read_only=True).ids() == ["a", "b"]
    with pytest.raises(InputError, match="cannot write results to"):
        kept.copy(tmp_path / "nowhere" / "results.sqlite")


def test_a_snapshot_does_not_change_while_others_write(tmp_path: Path) -> None:
    reader, writer = filled(tmp_path / "out", "a"), Store(tmp_path / "out")
    query = "SELECT count(*) FROM runs"
    with reader.snapshot() as connection:
        assert connection.execute(query).fetchone() == (1,)
        writer.add(record("b"))
        assert connection.execute(query).fetchone() == (1,)
    assert len(reader.ids()) == 2
    with pytest.raises(InputError, match="it holds what no run leaves"), reader.snapshot():
        raise ValueError("x")
    with pytest.raises(InputError, match=r"^said before$"), reader.snapshot():
        raise InputError("said before")
    reader.release()
    writer.release()


def test_a_block_is_written_whole_or_not_at_all_and_others_wait(tmp_path: Path) -> None:
    one, other = filled(tmp_path / "out", "a"), Store(tmp_path / "out")
    other._connection.execute("PRAGMA busy_timeout = 0")
    with one.writing() as connection:
        connection.execute("DELETE FROM runs")
        assert other.ids() == ["a"]
        with pytest.raises(InputError, match=r"cannot write results to .*locked"):
            other.add(record("b"))
    assert other.ids() == []

    def stopped() -> None:
        with one.writing() as connection:
            connection.execute("INSERT INTO runs (run) VALUES ('half')")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert other.ids() == []
    one.release()
    other.release()


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "results.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(InputError, match=r"cannot use '.*results\.sqlite': file is not a database"):
        Store(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"cannot write results to '.*file': File exists$"):
        Store(tmp_path / "file")


def test_the_log_and_the_disk_are_used_as_the_comments_say(tmp_path: Path) -> None:
    for folder, mode in ((tmp_path, "wal"), (None, "memory")):
        connection = database.connect(folder)
        ask = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "wal_autocheckpoint", "trusted_schema")
        }
        assert ask == {
            "journal_mode": mode, "synchronous": 1, "wal_autocheckpoint": 0, "trusted_schema": 0,
        }  # fmt: skip
        plan = "EXPLAIN QUERY PLAN SELECT run FROM runs ORDER BY position, seed, replicate"
        assert "in_study" in str(connection.execute(plan).fetchall())
        connection.close()


def test_columns_have_the_types_of_their_values() -> None:
    connection = database.connect(None)
    for name, table in TABLES.items():
        rows = connection.execute(f"PRAGMA table_info({name})").fetchall()
        kinds = {column: kind for _, column, kind, *_ in rows}
        wanted = {float: "REAL", int: "INTEGER", str: "TEXT"}
        assert kinds == {"run": "TEXT"} | {c: wanted[m.kind] for c, m in table.columns.items()}
        key = [row[1] for row in sorted(rows, key=lambda row: row[5]) if row[5]]
        assert key == ["run", *table.key]
    assert database.columns_of(connection, "runs") == set(store.SUMMARY)
    assert database.columns_of(connection, "nothing") == set()
    connection.close()


def test_a_database_gets_the_columns_that_are_younger_than_it(tmp_path: Path) -> None:
    filled(tmp_path, "a").release()
    connection = sqlite3.connect(tmp_path / "results.sqlite")
    connection.execute("ALTER TABLE series DROP COLUMN alpha")
    connection.execute("DROP TABLE groups")
    connection.close()
    reader = Store(tmp_path, read_only=True)
    alpha = store.COLUMNS["series"].index("alpha")
    assert [row[alpha] for row in reader.rows("series", None)] == [None]
    assert reader.rows("groups", None) == []
    reader.release()
    again = Store(tmp_path)
    again.add(record("b"))
    assert [row[alpha] for row in again.rows("series", None)] == [None, 0.5]
    assert database.columns_of(again._connection, "groups") == {"run", *TABLES["groups"].columns}
    again.release()


def failure(code: int = 0, number: int | None = None) -> Exception:
    """An error of SQLite, or of the system where it has a number."""
    if number is not None:
        return OSError(number, "x")
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (failure(sqlite3.SQLITE_FULL), "make room"),
        (failure(sqlite3.SQLITE_IOERR_WRITE), "make room"),
        (failure(number=errno.ENOSPC), "make room"),
        (failure(number=errno.EDQUOT), "make room"),
        (failure(number=errno.EFBIG), "make room"),
        (failure(sqlite3.SQLITE_CANTOPEN_ISDIR), "cannot be written"),
        (failure(sqlite3.SQLITE_BUSY), ""),
        (failure(sqlite3.SQLITE_PROTOCOL), ""),
        (failure(number=errno.EACCES), ""),
        (ValueError("x"), ""),
    ],
)
def test_what_to_do_about_an_error(error: Exception, hint: str) -> None:
    assert hint in (found := database.advice(error))
    assert bool(found) == bool(hint)


class Busy:
    """A connection that refuses so often."""

    def __init__(self, refusals: int, code: int = sqlite3.SQLITE_BUSY_RECOVERY) -> None:
        self.refusals, self.code, self.asked = refusals, code, 0

    def execute(self, query: str) -> None:
        assert query == "PRAGMA journal_mode = WAL"
        self.asked += 1
        if self.asked <= self.refusals:
            raise failure(self.code)


def test_who_turns_to_a_log_waits_for_others_that_do(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(database.time, "sleep", waited.append)
    patient = Busy(3)
    database._keep_log(patient)
    assert (patient.asked, waited) == (4, [0.01] * 3), "a moment each, and not once too often"
    for code in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_IOERR):
        broken = Busy(1, code)
        with pytest.raises(sqlite3.OperationalError):
            database._keep_log(broken)
        assert broken.asked == 1
    clock = iter((0.0, 59.0, 61.0))
    monkeypatch.setattr(database.time, "monotonic", lambda: next(clock))
    endless = Busy(10)
    with pytest.raises(sqlite3.OperationalError):
        database._keep_log(endless)
    assert endless.asked == 2, "a minute, no longer"


def test_who_writes_waits_for_others(tmp_path: Path) -> None:
    """The longest wait is a minute, not SQLite's five seconds."""
    one, other = filled(tmp_path, "a"), Store(tmp_path)
    for each in (one, Store(tmp_path, read_only=True)):
        assert each._connection.execute("PRAGMA busy_timeout").fetchone() == (60_000,)
        each.release()
    inside, done = threading.Event(), threading.Event()

    def hold() -> None:
        mine = Store(tmp_path)
        with mine.writing():
            inside.set()
            done.wait(0.2)
        mine.release()

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait()
    other.add(record("b"))
    holder.join()
    assert other.ids() == ["a", "b"]
    other.release()
