"""A results folder of a stranger: read as what it may be, or refused."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

import groundswell as gs
from groundswell.problems import InputError

DEEP = "[" * 100_000 + "]" * 100_000
COMMANDS = (("report", "out"), ("export", "out"), ("bundle", "out", "--out", "new.zip"))
PROGRAMS = {
    "trigger": ["CREATE TRIGGER evil AFTER INSERT ON runs BEGIN DELETE FROM series; END"],
    "view": ["ALTER TABLE series RENAME TO old", "CREATE VIEW series AS SELECT * FROM old"],
    "table": ["CREATE VIRTUAL TABLE evil USING fts5(x)"],
}
VALUES = {
    "a list": "UPDATE runs SET settings = '[1]'",
    "no JSON": "UPDATE runs SET settings = 'x{'",
    "deep JSON": f"UPDATE runs SET settings = '{DEEP}'",  # noqa: S608
    "text": "UPDATE runs SET seconds = 'abc', replicate = 'x'",
    "text among numbers": "UPDATE series SET alpha = 'abc'",
    "no text": "UPDATE runs SET status = x'ff00'",
}


def change(folder: Path, *statements: str) -> None:
    connection = sqlite3.connect(folder / "results.sqlite")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("kind", PROGRAMS)
def test_programs_in_a_database_are_refused(results: Path, refused, kind: str) -> None:
    change(results, *PROGRAMS[kind])
    commands = [*COMMANDS, ("repeat", "out", "-q"), ("run", "tiny.toml", "--out", "out")]
    for command in [*commands, ("merge", "out", "--out", "new")]:
        assert f"it holds a {kind}, '" in refused(*command)
    with pytest.raises(InputError, match="that no results of ours hold"):
        gs.open("out")


def test_expressions_in_a_database_are_not_trusted(results: Path) -> None:
    store = gs.open("out").store
    connection = store._connection
    assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
    with pytest.raises(sqlite3.OperationalError):
        connection.execute("SELECT load_extension('evil.so')")


@pytest.mark.parametrize("what", VALUES)
def test_values_that_no_run_leaves(results: Path, invoke, what: str) -> None:
    change(results, VALUES[what])
    more = ("run", "tiny.toml", "--out", "out", "--replicates", "3")
    said = [invoke(*command) for command in (*COMMANDS, ("repeat", "out", "-q"), more)]
    assert {one.exit_code for one in said} <= {0, 1, 2}
    assert said[1].exit_code == 2
    assert "'out" in said[1].stderr


@pytest.mark.parametrize(
    "content",
    [
        "[" * 200_000,
        json.dumps({"study": None, "numbers": None, "written": None}),
        json.dumps({"study": "x", "numbers": 10**30, "written": 5, "moved": {"x": 5},
                    "versions": {"numpy": 5, "python": [1]}, "inputs": {"a": {}},
                    "host": {"x": [1]}, "name": ["\x1b[31m"], "seeds": "x"}),
    ],
)  # fmt: skip
def test_manifests_of_any_kind(results: Path, invoke, content: str) -> None:
    (results / "manifest.json").write_text(content, encoding="utf-8")
    for command in (*COMMANDS, ("repeat", "out", "-q"), ("run", "tiny.toml", "--out", "out")):
        assert "\x1b" not in invoke(*command).output
    assert invoke("run", "tiny.toml", "--out", "out").exit_code == 2


def test_bundles_hold_no_files_that_results_were_not_made_from(here: Path, refused) -> None:
    """A stranger may name files of ours, and ask for the archive."""
    (here / "people.csv").write_text("x,y\n" + "1,a\n2,b\n" * 20, encoding="utf-8")
    table = {
        "name": "t", "rounds": 1, "decision": "fixed", "collective": {"seeds": 1},
        "population": {"kind": "table", "path": "people.csv", "label": "y"},
        "platform": {"kind": "learning", "learner": "naive-bayes"},
    }  # fmt: skip
    gs.run(table, out="out")
    (here / "secret").write_text("x,y\n1,a\n2,b\n", encoding="utf-8")
    scenario = here / "out" / "scenario.toml"
    text = scenario.read_text(encoding="utf-8")
    scenario.write_text(text.replace("people.csv", "secret"), encoding="utf-8")
    assert "does not say that results were made from" in refused("bundle", "out")
    assert not (here / "out.zip").exists()
