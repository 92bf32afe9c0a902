"""Files that are deleted, or changed, while they are read."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import groundswell as gs
from groundswell import files
from groundswell.problems import InputError, ScenarioError

TABLE = {
    "name": "table", "rounds": 2, "replicates": 2,
    "population": {"kind": "table", "path": "people.csv", "label": "y"},
    "collective": {
        "seeds": 2, "strategy": {"kind": "feature-label", "target": "b"},
        "signal": {"kind": "set-features", "features": {"x": 3.0}},
    },
    "platform": {"kind": "learning", "learner": "naive-bayes"},
}  # fmt: skip
NETWORK = {
    "name": "network", "rounds": 2, "population": {"kind": "blank"},
    "network": {"kind": "edge-list", "path": "ties.csv"}, "collective": {"seeds": 1},
    "platform": {"kind": "response", "curve": "logistic"},
}  # fmt: skip


@pytest.fixture
def goes(study: Path, monkeypatch: pytest.MonkeyPatch):
    """Let a file go right after it was looked at."""
    (study / "people.csv").write_text("x,y\n" + "1,a\n2,b\n" * 20, encoding="utf-8")
    (study / "ties.csv").write_text("0,1\n1,2\n", encoding="utf-8")
    (study / "ties.graphml").write_text("<graphml/>", encoding="utf-8")
    read = files.read_bytes

    def gone(name: str) -> None:
        def call(path: str, key: str = "path") -> bytes:
            if Path(path).name == name:
                Path(path).unlink()
            return read(path, key)

        for module in ("files", "agents.graph_files"):
            monkeypatch.setattr(f"groundswell.{module}.read_bytes", call)

    return gone


@pytest.mark.parametrize(
    ("settings", "name", "key"),
    [
        (TABLE, "people.csv", "population.path"),
        (NETWORK, "ties.csv", "network.path"),
        (NETWORK | {"network": {"kind": "edge-list", "path": "ties.graphml"}}, "ties.graphml",
         "network.path"),
    ],
)  # fmt: skip
def test_a_data_file_that_goes(goes, study: Path, settings, name: str, key: str) -> None:
    goes(name)
    with pytest.raises(ScenarioError, match=rf"{key}.*cannot read '.*{name}': No such file"):
        gs.run(settings, out="out")
    assert not (study / "out").exists()


def test_what_a_scenario_extends_goes(goes, study: Path) -> None:
    (study / "more.toml").write_text('extends = "tiny.toml"\nrounds = 5\n', encoding="utf-8")
    goes("tiny.toml")
    with pytest.raises(ScenarioError, match=r"more.toml:1: extends: cannot read '.*tiny.toml'"):
        gs.load("more.toml")


def test_data_that_change_during_a_study(goes, study: Path, monkeypatch) -> None:
    """Runs that had ended are kept; the others say why they failed, and can be done again."""
    from groundswell.scenarios import running

    simulate, text = running.simulate, (study / "people.csv").read_bytes()

    def changes(*arguments: object) -> object:
        record = simulate(*arguments)
        (study / "people.csv").unlink(missing_ok=True)
        return record

    monkeypatch.setattr(running, "simulate", changes)
    with pytest.warns(RuntimeWarning, match=r"1 of 2 runs failed: .*people\.csv"):
        result = gs.run(TABLE, out="out")
    assert list(result.runs["status"]) == ["ok", "failed"]
    assert len(result.series) == 3
    monkeypatch.setattr(running, "simulate", simulate)
    (study / "people.csv").write_bytes(text)
    again = gs.run(TABLE, out="out", retry_failed=True)
    assert (again.already, again.statuses) == (1, {"ok": 2})


def test_a_database_that_goes_while_it_is_read(results: Path, invoke) -> None:
    there = gs.open("out")
    os.remove(results / "results.sqlite")
    assert len(there.runs) == 2, "what is open stays"
    with pytest.raises(InputError, match="cannot read results in 'out'"):
        there.read("series")
    said = invoke("report", "out")
    assert said.exit_code == 2
    assert "'out' is not a results folder: it has no results.sqlite" in said.stderr
    assert not (results / "results.sqlite").exists(), "reading makes no empty one"


def test_a_folder_that_goes_during_a_study(study: Path, invoke, monkeypatch) -> None:
    from groundswell.scenarios import running

    simulate = running.simulate

    def removes(*arguments: object) -> object:
        shutil.rmtree("out", ignore_errors=True)
        return simulate(*arguments)

    monkeypatch.setattr(running, "simulate", removes)
    said = invoke("run", "tiny.toml", "--out", "out")
    assert said.exit_code == 2
    assert "cannot write results to 'out'" in said.stderr
