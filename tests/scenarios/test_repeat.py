"""Results are done again from their folder, here or elsewhere, and compared to the last bit."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

import groundswell as gs
from groundswell.problems import InputError
from groundswell.scenarios.identity import NUMBERS

BLANK = {
    "name": "again",
    "rounds": 4,
    "replicates": 2,
    "population": {"kind": "blank", "users": 60},
    "network": {"kind": "watts-strogatz", "degree": 4},
    "payoff": {"cost": {"kind": "normal", "mean": 0.5, "sd": 0.3}},
    "collective": {"seeds": 8},
    "platform": {"kind": "response", "curve": "logistic"},
    "measure": {"ties": True},
    "sweep": {"grid": {"collective.seeds": [8, 20], "payoff.benefit": [0.5, 1]}},
}


def changed(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "results.sqlite")) as connection, connection:
        connection.execute(statement)


def listing(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def swept_files(folder: Path) -> Path:
    """A sweep over two tables, one named relative to the file, in results beside it."""
    (folder / "more").mkdir()
    other = (folder / "people.csv").read_bytes() + b"7,p,a\n"
    (folder / "more" / "people.csv").write_bytes(other)
    path = folder / "small.toml"
    grid = '[sweep]\ngrid = { "population.path" = ["people.csv", "more/people.csv"] }\n'
    path.write_text(path.read_text() + grid)
    gs.sweep(path, out=folder / "out")
    return folder / "out"


def unpacked(archive: Path, into: Path) -> Path:
    with zipfile.ZipFile(archive) as file:
        file.extractall(into)
    (top,) = into.iterdir()
    return top


def test_a_sweep_is_repeated_and_nothing_written(groundswell, tmp_path: Path) -> None:
    gs.sweep(BLANK, out=tmp_path / "out")
    before = listing(tmp_path)
    done = groundswell("repeat", "out", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "identical: 8 of 8 runs, in every value of every table\n"
    assert listing(tmp_path) == before
    assert gs.repeat(tmp_path / "out", workers=2).identical


def test_a_sample_is_repeated(tmp_path: Path) -> None:
    runs = gs.sweep(BLANK, out=tmp_path / "out").runs["run"].tolist()
    assert gs.repeat(tmp_path / "out", runs=3).runs == (runs[0], runs[2], runs[5])
    assert gs.repeat(tmp_path / "out", only=[runs[4]]).runs == (runs[4],)
    assert len(gs.repeat(tmp_path / "out", runs=99).runs) == 8
    with pytest.raises(InputError, match=f"has no run '{runs[0][:-1]}'; did you mean"):
        gs.repeat(tmp_path / "out", only=[runs[0][:-1]])
    with pytest.raises(InputError, match="either"):
        gs.repeat(tmp_path / "out", runs=1, only=runs[:1])


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE series SET alpha = 0.25 WHERE round = 2", "round 2, series.alpha: 0.25 stored"),
        ("UPDATE series SET success = NULL WHERE round >= 3", "round 3, series.success: nan"),
        ("DELETE FROM series WHERE round = 4", "round 4, series.round: no row stored, a row now"),
        ("UPDATE ties SET exposures = 99 WHERE round = 0", "join 0, ties.exposures: 99 stored"),
        ("UPDATE runs SET status = 'failed'", "in runs.status: failed stored, ok now"),
    ],
)
def test_the_first_difference_is_said(
    groundswell, tmp_path: Path, statement: str, said: str
) -> None:
    result = gs.run(BLANK, out=tmp_path / "out", replicates=1)
    changed(tmp_path / "out", statement)
    changed(tmp_path / "out", "UPDATE runs SET seconds = 7")
    done = groundswell("repeat", "out", "-q")
    assert done.returncode == 1
    assert f"run {result.runs['run'][0]} differs" in done.stdout
    assert said in done.stdout
    assert "identical: 0 of 1 runs" in done.stdout


def test_the_earliest_round_of_all_tables_is_named(tmp_path: Path) -> None:
    gs.run(BLANK, out=tmp_path / "out", replicates=1)
    changed(tmp_path / "out", "UPDATE series SET members = 0 WHERE round = 3")
    changed(tmp_path / "out", "UPDATE ties SET exposures = 99 WHERE round = 0")
    (difference,) = gs.repeat(tmp_path / "out").differences
    assert (difference.table, difference.key[0]) == ("ties", 0)


def test_failed_runs_fail_again(tmp_path: Path) -> None:
    learner = {"kind": "sklearn", "estimator": "sklearn.svm.NuSVC", "parameters": {"nu": 1.0}}
    scenario = {
        "name": "fails",
        "rounds": 1,
        "population": {"kind": "digits"},
        "collective": {
            "strategy": {"kind": "feature-label", "target": 3},
            "signal": {"kind": "pixels", "pixels": [7]},
        },
        "platform": {"kind": "learning", "learner": learner},
    }
    with pytest.warns(RuntimeWarning, match="infeasible"):
        gs.run(scenario, out=tmp_path / "out")
    assert gs.repeat(tmp_path / "out").identical


def test_other_versions_are_said(groundswell, tmp_path: Path) -> None:
    gs.run(BLANK, out=tmp_path / "out", replicates=1)
    path = tmp_path / "out" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["versions"]["numpy"] = "1.0"
    manifest["numbers"] = 0
    path.write_text(json.dumps(manifest))
    done = groundswell("repeat", "out", "-q")
    assert done.returncode == 0
    assert "and was 1.0 when the results were made" in done.stdout
    assert f"numbers version is {NUMBERS} here, and was 0" in done.stdout


def test_changed_or_missing_inputs_are_named(groundswell, folder: Path) -> None:
    gs.run(folder / "small.toml", out=folder / "out")
    table = folder / "people.csv"
    old = table.read_bytes()
    table.write_bytes(old + b"7,p,a\n")
    done = groundswell("repeat", "out", cwd=folder)
    assert done.returncode == 2
    assert f"'{table}' has changed since the results were made: its SHA-256 is" in done.stderr
    table.unlink()
    done = groundswell("repeat", "out", cwd=folder)
    assert done.returncode == 2
    assert f"there is no file '{table}'; put the file with SHA-256" in done.stderr
    table.write_bytes(old)
    assert gs.repeat(folder / "out").identical


def test_a_changed_scenario_is_refused(tmp_path: Path) -> None:
    gs.run(BLANK, out=tmp_path / "out")
    path = tmp_path / "out" / "scenario.toml"
    path.write_text(path.read_text().replace("rounds = 4", "rounds = 5"))
    with pytest.raises(InputError, match=r"'scenario.toml' or a file it names has changed"):
        gs.repeat(tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("manifest.json", "[1]", "has no manifest.json that says"),
        ("manifest.json", '{"study": "", "numbers": 3, "written": "", "inputs": 7}', "manifest"),
        ("scenario.toml", "name = ", "not valid TOML"),
        ("results.sqlite", "no database", "not a database"),
    ],
)
def test_broken_folders_are_refused(
    groundswell, tmp_path: Path, name: str, content: str, said: str
) -> None:
    gs.run(BLANK, out=tmp_path / "out", replicates=1)
    (tmp_path / "out" / name).write_text(content)
    for command in ("repeat", "bundle"):
        done = groundswell(command, "out")
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.zip").exists()


def test_a_folder_without_runs_has_nothing_to_repeat(groundswell, tmp_path: Path) -> None:
    gs.run(BLANK, out=tmp_path / "out", replicates=1)
    changed(tmp_path / "out", "DELETE FROM series")
    changed(tmp_path / "out", "DELETE FROM runs")
    done = groundswell("repeat", "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("out' holds no runs yet\n")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE runs SET settings = 'x'",
        "UPDATE runs SET settings = '[1]'",
        "UPDATE series SET alpha = 'x'",
        "UPDATE series SET round = 'x' WHERE round = 2",
    ],
)
def test_results_that_are_none_are_refused(groundswell, tmp_path: Path, statement: str) -> None:
    gs.run(BLANK, out=tmp_path / "out", replicates=1)
    changed(tmp_path / "out", statement)
    done = groundswell("repeat", "out")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def test_a_bundle_is_repeated_elsewhere(groundswell, folder: Path, tmp_path_factory) -> None:
    out = swept_files(folder)
    archive = gs.bundle(out)
    assert archive == folder / "out.zip"
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    top = unpacked(archive, elsewhere)
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    done = groundswell("repeat", ".", "-q", cwd=top)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "identical: 2 of 2 runs, in every value of every table\n"
    assert sorted(path.name for path in (top / "inputs").iterdir())[0].endswith("-people.csv")
    assert "numpy==" in (top / "constraints.txt").read_text()
    assert "groundswell repeat ." in (top / "README.txt").read_text()
    again = gs.bundle(top, elsewhere / "again.zip")
    assert gs.repeat(unpacked(again, tmp_path_factory.mktemp("third"))).identical


def test_the_same_folder_gives_the_same_bundle(groundswell, folder: Path) -> None:
    gs.run(folder / "small.toml", out=folder / "out")
    before = listing(folder / "out")
    gs.bundle(folder / "out", folder / "a.zip")
    done = groundswell("bundle", "out", "--out", "b.zip", cwd=folder)
    assert done.stdout.startswith("wrote b.zip")
    assert (folder / "a.zip").read_bytes() == (folder / "b.zip").read_bytes()
    assert listing(folder / "out") == before
    again = groundswell("bundle", "out", "--out", "b.zip", cwd=folder)
    assert (again.returncode, "exists already" in again.stderr) == (2, True)
    nowhere = groundswell("bundle", "out", "--out", "no/b.zip", cwd=folder)
    assert (nowhere.returncode, "cannot write 'no/b.zip'" in nowhere.stderr) == (2, True)


def test_a_bundle_without_data_says_what_it_needs(groundswell, folder: Path, tmp_path_factory):
    gs.run(folder / "small.toml", out=folder / "out")
    archive = gs.bundle(folder / "out", digests_only=True)
    top = unpacked(archive, tmp_path_factory.mktemp("elsewhere"))
    assert not (top / "inputs").exists()
    assert "inputs/people.csv  SHA-256 " in (top / "README.txt").read_text()
    done = groundswell("repeat", ".", cwd=top)
    assert done.returncode == 2
    assert f"there is no file '{top}/inputs/people.csv'; put the file with SHA" in done.stderr
    (top / "inputs").mkdir()
    (top / "inputs" / "people.csv").write_text("x,c,y\n1,p,a\n")
    assert "has changed" in groundswell("repeat", ".", cwd=top).stderr
    shutil.copy(folder / "people.csv", top / "inputs")
    assert gs.repeat(top).identical


def test_a_bundle_of_changed_data_is_refused(folder: Path) -> None:
    gs.run(folder / "small.toml", out=folder / "out")
    (folder / "people.csv").write_text((folder / "people.csv").read_text() + "7,p,a\n")
    with pytest.raises(InputError, match="has changed since"):
        gs.bundle(folder / "out")
    assert not (folder / "out.zip").exists()


def test_files_of_a_bundle_are_in_its_folder(folder: Path) -> None:
    out = swept_files(folder)
    top = unpacked(gs.bundle(out), folder / "elsewhere")
    manifest = json.loads((top / "manifest.json").read_text())
    manifest["moved"] = dict.fromkeys(manifest["moved"], "../../people.csv")
    (top / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="outside its folder"):
        gs.repeat(top)


def test_an_archive_is_not_a_folder(groundswell, folder: Path) -> None:
    gs.run(folder / "small.toml", out=folder / "out")
    gs.bundle(folder / "out")
    done = groundswell("repeat", "out.zip", cwd=folder)
    assert (done.returncode, "unpack it" in done.stderr) == (2, True)
