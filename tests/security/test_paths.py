"""No name leads out of the folder that results go to."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

import groundswell as gs
from groundswell.commands import slug

NAMES = ["../../x", "/etc/x", "..", ".", "a/b", "a\\b", "C:\\x", "~", "$HOME", "x" * 300, "-rf"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_scenarios_stay_in_the_folder(here: Path, invoke, name: str) -> None:
    done = invoke("run", "tiny.toml", "--quiet", "--set", f"name={json.dumps(name)}")
    assert done.exit_code == 0
    folder = Path(done.stdout.strip())
    assert folder.parent == Path("results")
    assert folder.resolve().parent == here / "results"
    assert {path.name for path in here.iterdir()} == {"tiny.toml", "results"}
    assert gs.open(folder).scenario.name == name


@pytest.mark.parametrize("name", ["con", "NUL", "Aux", "com1", "LPT9", "com¹"])
def test_names_of_devices(name: str) -> None:
    assert slug(name) == f"{name.lower()}-"
    assert slug(f"{name}x") == f"{name.lower()}x"


@pytest.mark.parametrize("name", ["../../x", "/tmp/x/y", "a/b"])  # noqa: S108
def test_new_writes_here(here: Path, invoke, name: str) -> None:
    assert invoke("new", "--", name).exit_code == 0
    assert len(list(here.iterdir())) == 2


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[2J", "\x00", "a\tb\r", "\x9b31m"])
def test_names_have_no_control_characters(here: Path, refused, name: str) -> None:
    said = refused("check", "tiny.toml", "--set", f"name={json.dumps(name)}")
    assert "name: should be one line without control characters" in said


def test_runs_of_any_name_stay_in_the_folder(results: Path, invoke) -> None:
    from groundswell.scenarios.store import Store

    store = Store(results)
    with store.writing() as connection:
        connection.execute("UPDATE runs SET run = '../../../x' || replicate")
    store.release()
    for command in (("report", "out"), ("export", "out"), ("bundle", "out"), ("repeat", "out")):
        invoke(*command)
    assert {p.name for p in results.parent.iterdir()} == {"tiny.toml", "out", "out.zip"}
    names = zipfile.ZipFile("out.zip").namelist()
    assert all(name.startswith("out/") and ".." not in name for name in names)


def test_bundles_move_no_file_out_of_their_folder(results: Path, refused) -> None:
    from groundswell.scenarios.archive import Archive

    manifest = json.loads((results / "manifest.json").read_text(encoding="utf-8"))
    for target in ("../secret", "/etc/passwd", "x/../../y"):
        content = json.dumps(manifest | {"moved": {"data.csv": target}})
        (results / "manifest.json").write_text(content, encoding="utf-8")
        with pytest.raises(gs.problems.InputError, match="outside its folder"):
            Archive.open("out").place("data.csv")
