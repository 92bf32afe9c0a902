"""No name leads out of the folder that results go to."""

from __future__ import annotations

import json
import os
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


OURS = ["manifest.json", "scenario.toml", "results.sqlite", "columns.json", "series.csv",
        "runs.parquet", "results.sqlite-wal", "results.sqlite-journal", "checkpoints"]  # fmt: skip


@pytest.mark.parametrize("name", OURS)
def test_links_in_place_of_files_are_refused(results: Path, refused, name: str) -> None:
    """What they lead to would be packed into the archive, or written over."""
    secret = results.parent / "secret"
    if (results / name).exists():
        (results / name).replace(secret)
    else:
        secret.write_text("secret", encoding="utf-8")
    (results / name).symlink_to(secret)
    before = secret.read_bytes()
    commands = [("bundle",), ("export",), ("report",), ("repeat",), ("merge", "--out", "new")]
    for command, *more in [*commands, ("run", "tiny.toml", "--replicates", "3", "--out")]:
        path = Path("out") / name
        assert f"'{path}' is a link" in refused(command, *more, "out")
    assert secret.read_bytes() == before
    assert {path.name for path in results.parent.iterdir()} == {"tiny.toml", "out", "secret"}


@pytest.mark.parametrize("name", ["results.sqlite", "manifest.json", "series.csv"])
def test_nothing_is_made_where_a_link_leads(results: Path, refused, name: str) -> None:
    (results / name).unlink()
    (results / name).symlink_to(results.parent / "outside")
    said = refused("run", "tiny.toml", "--out", "out")
    assert "put the file itself there; choose another folder, such as 'out-2'" in said
    assert not (results.parent / "outside").exists()


def test_nothing_is_written_through_a_link_beside_a_file(here: Path) -> None:
    from groundswell.files import write_text

    outside = here / "outside"
    outside.write_text("mine", encoding="utf-8")
    (here / f".page.html.{os.getpid()}.part").symlink_to(outside)
    write_text(here / "page.html", "theirs")
    assert outside.read_text(encoding="utf-8") == "mine"
    assert not (here / "page.html").is_symlink()
