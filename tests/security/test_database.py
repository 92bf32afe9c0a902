"""A results folder of a stranger: read as what it may be, or refused."""

from __future__ import annotations

import json
import sqlite3
import zipfile
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


STORED = {
    "status = '<b>evil</b>'": "status '<b>evil</b>'",
    "status = NULL": "status None",
    "run = x'00' WHERE replicate = 1": "run b'\\x00'",
    "replicate = -1 WHERE replicate = 1": "replicate -1",
    "replicate = 0.5 WHERE replicate = 1": "replicate 0.5",
    "seed = -1": "seed -1",
    "seed = NULL": "seed None",
    "seconds = 9e999": "seconds inf",
    "seconds = -1": "seconds -1.0",
}


@pytest.mark.parametrize("change_to", STORED)
def test_runs_that_none_of_ours_are(results: Path, refused, change_to: str) -> None:
    """Found when the database is opened, whatever is to be done with it."""
    change(results, f"UPDATE runs SET {change_to}")  # noqa: S608
    commands = [*COMMANDS, ("repeat", "out", "-q"), ("run", "tiny.toml", "--out", "out")]
    for command in [*commands, ("merge", "out", "--out", "new")]:
        said = refused(*command)
        assert "results.sqlite': it holds what no run leaves (run " in said
        assert STORED[change_to] in said


ROWS = {
    "alpha = -5": "'alpha' should be from 0 to 1",
    "alpha = 9e999": "'alpha' should be from 0 to 1",
    "member_share = 1.01": "'member_share' should be from 0 to 1",
    "round = 1.5 WHERE round = 1": "'round' should be whole numbers from 0 on",
    "round = -1 WHERE round = 1": "'round' should be whole numbers from 0 on",
    "members = -1": "'members' should be whole numbers from 0 on",
    "members = 1.5": "'members' should be whole numbers from 0 on",
}


@pytest.mark.parametrize("change_to", ROWS)
def test_rows_that_no_run_leaves(results: Path, refused, change_to: str) -> None:
    """Found when they are read; the archive has the database as it is."""
    change(results, f"UPDATE series SET {change_to}")  # noqa: S608
    commands = [("report", "out"), ("export", "out"), ("run", "tiny.toml", "--out", "out")]
    for command in [*commands, ("merge", "out", "--out", "new")]:
        said = refused(*command)
        assert f"results.sqlite': it holds what no run leaves ({ROWS[change_to]})" in said


def test_shares_may_be_out_of_their_range_by_rounding(results: Path, invoke) -> None:
    change(results, "UPDATE series SET alpha = 1 + 1e-12, member_share = -1e-12")
    assert invoke("export", "out").exit_code == 0


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


HEX = "0123456789abcdef" * 2 + "01234567"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("seconds", "abc", "seconds: should be a valid number, found 'abc'"),
        ("seconds", float("inf"), "seconds: should be a finite number, found inf"),
        ("host", "x", "host: should be a valid dictionary, found 'x'"),
        ("inputs", {"a": {}}, "inputs.a: should be a valid string, found {}"),
        ("moved", {"a": 5}, "moved.a: should be a valid string, found 5"),
        ("seeds", "x", "seeds: should be a valid list, found 'x'"),
        ("numbers", "7", "numbers: should be a valid integer, found '7'"),
        ("versions", {"numpy": "2.0\n--extra-index-url http://evil"},
         "versions.numpy: should be a version, such as 2.1.3, found '2.0\\n--extra-index"),
        ("versions", {"numpy": "2.0 @ http://evil"}, "versions.numpy: should be a version"),
        ("versions", {"numpy": "-r evil"}, "versions.numpy: should be a version"),
        ("versions", {"--extra-index-url http://evil #": "1"}, "should be the name of a package"),
        ("git_commit", "abc\nevil @ http://evil", "git_commit: should be the id of a commit"),
        ("git_commit", f"{HEX}\n", "git_commit: should be the id of a commit"),
        ("git_commit", "main", "git_commit: should be the id of a commit, found 'main'"),
    ],
)  # fmt: skip
def test_what_no_manifest_says(
    results: Path, refused, invoke, key: str, value: object, said: str
) -> None:
    """Every command that reads it names the file and the key; no line gets into the archive."""
    path = results / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {key: value}), encoding="utf-8")
    for command in (("report",), ("bundle",), ("repeat",), ("run", "tiny.toml", "--out")):
        found = refused(*command, "out")
        assert f"{Path('out') / 'manifest.json'}: " in found
        assert said in found
    assert not (results.parent / "out.zip").exists()


def test_what_manifests_may_say(results: Path, invoke) -> None:
    """No commit where it is installed, packages that are not there, keys of other versions."""
    path = results / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    more = {"versions": {"torch": "not installed", "numpy": "2.1.0rc1+local", "python": "3.13.0+"}}
    for commit in (None, HEX, HEX[:32] * 2):
        changed = manifest | more | {"git_commit": commit, "seconds": 3, "new": [1]}
        path.write_text(json.dumps(changed), encoding="utf-8")
        assert invoke("report", "out").exit_code == 0
    assert invoke("bundle", "out").exit_code == 0
    lock = zipfile.ZipFile("out.zip").read("out/constraints.txt").decode()
    assert "numpy==2.1.0rc1\n" in lock
    assert "not installed" not in lock


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
