"""Whose folder it is, what a sweep may vary, and where paths lead."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

import pytest

import groundswell as gs
from groundswell.problems import InputError, ScenarioError
from groundswell.scenarios import store
from groundswell.scenarios.store import Store

BLANK = {
    "name": "folders",
    "rounds": 2,
    "population": {"kind": "blank", "users": 20},
    "decision": {"kind": "threshold", "of": "everybody", "threshold": 0.3},
    "collective": {"seeds": 5},
    "platform": {"kind": "response", "curve": "logistic"},
}


def swept(**grid: list) -> dict:
    return BLANK | {"sweep": {"grid": {key.replace("__", "."): v for key, v in grid.items()}}}


def test_values_of_several_types_are_told_apart(tmp_path: Path) -> None:
    result = gs.sweep(swept(collective__seeds=[1, 0.5, 1.0]), out=tmp_path / "a")
    assert result.runs["collective.seeds"].tolist() == ["1", "0.5", "1.0"]
    cost = [0.5, {"kind": "normal", "mean": 0.5, "sd": 0.1}]
    result = gs.sweep(swept(payoff__cost=cost), out=tmp_path / "b")
    assert result.runs["payoff.cost"].tolist()[0] == "0.5"
    assert (tmp_path / "b" / "runs.parquet").exists()


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ({"seed": [1, 2]}, "use replicates"),
        ({"name": ["a", "b"]}, "cannot be swept"),
        ({"replicates": [1, 2]}, "cannot be swept"),
        ({"collective__seeds": [1, 2, 1]}, "1 is there more than once"),
    ],
)
def test_what_cannot_be_swept(grid: dict, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        gs.sweep(swept(**grid))


def test_run_and_sweep_do_not_share_a_folder(tmp_path: Path) -> None:
    scenario = swept(collective__seeds=[5, 6])
    gs.sweep(scenario, out=tmp_path / "out")
    with pytest.raises(InputError, match="holds the results of other settings"):
        gs.run(scenario, out=tmp_path / "out")
    assert gs.open(tmp_path / "out").runs["collective.seeds"].tolist() == [5, 6]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("runs.csv", "mine"),
        ("columns.json", "{}"),
        ("manifest.json", "[1]"),
        ("manifest.json", "{}"),
        ("results.sqlite", "no database"),
    ],
)
def test_files_of_the_user_are_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=name):
        gs.run(BLANK, out=".")
    assert (tmp_path / name).read_text() == content
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_swept_paths_are_relative_to_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "others.csv").write_bytes((folder / "people.csv").read_bytes() + b"7,p,a\n")
    path = folder / "small.toml"
    grid = '[sweep]\ngrid = { "population.path" = ["people.csv", "others.csv"] }\n'
    path.write_text(path.read_text() + grid)
    monkeypatch.chdir("/")
    assert gs.sweep(path).runs["status"].tolist() == ["ok", "ok"]


def test_the_implicit_kind_may_be_named() -> None:
    settings = BLANK | {"decision": {"activation": "sequential"}}
    scenario = gs.load(settings).replace({"decision.kind": "best-response"})
    assert str(scenario.decision.activation) == "sequential"


def test_the_second_study_of_a_name_gets_the_next_folder(groundswell, tmp_path: Path) -> None:
    first = groundswell("run", "granovetter", "-q")
    second = groundswell("run", "granovetter", "-q", "--set", "rounds=5")
    again = groundswell("run", "granovetter", "--set", "rounds=5")
    assert (first.stdout, second.stdout) == ("results/granovetter\n", "results/granovetter-2\n")
    assert "results: results/granovetter-2" in again.stdout
    assert (
        groundswell(
            "run", "granovetter", "--set", "rounds=5", "--out", "results/granovetter"
        ).returncode
        == 2
    )


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX permissions")
def test_results_open_from_a_read_only_folder(tmp_path: Path) -> None:
    gs.run(BLANK, out=tmp_path / "out")
    before = sorted(path.name for path in (tmp_path / "out").iterdir())
    (tmp_path / "out").chmod(0o555)
    try:
        assert len(gs.open(tmp_path / "out").series) == 3
    finally:
        (tmp_path / "out").chmod(0o755)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == before


def test_too_many_replicates_are_refused() -> None:
    with pytest.raises(ScenarioError, match="asks for 50,000,000 runs"):
        gs.run(BLANK, replicates=50_000_000)


def test_a_wrong_argument_is_blamed_by_its_name() -> None:
    with pytest.raises(ScenarioError, match=r"^rounds: should be"):
        gs.run(BLANK, rounds=0)


def test_a_database_is_closed_once_nobody_needs_its_store() -> None:
    connection = Store(None)._connection
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_a_store_can_be_left_to_the_end_of_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name of its module need be there any more, and it may be of another thread."""
    left = [Store(None), Store(None)]
    connections = [one._connection for one in left]
    other = threading.Thread(target=left[1].__del__)
    with monkeypatch.context() as end:
        for name in [name for name in vars(store) if not name.startswith("__")]:
            end.setattr(store, name, None)
        left[0].__del__()
        other.start()
        other.join()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connections[0].execute("SELECT 1")
    assert connections[1].execute("SELECT 1").fetchone() == (1,)
