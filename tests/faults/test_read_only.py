"""Folders that cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest

import groundswell as gs

from .conftest import environment

FORBIDDEN = "Read-only file system"


@pytest.fixture
def still(results: Path, apart, start):
    """Type a command where the results cannot be written."""

    def call(*arguments: str):
        script = "mount --bind out out; mount -o remount,bind,ro out"
        return start(*arguments, before=apart("mount", script))

    return call


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("run", "tiny.toml", "--out", "out"), "cannot write results to 'out'"),
        (("run", "tiny.toml", "--out", "out/more"), "cannot write results to 'out/more'"),
        (("export", "out"), "cannot write results to 'out'"),
        (("report", "out"), "cannot write 'out/report.html'"),
        (("bundle", "out", "--out", "out/x.zip"), "cannot write 'out/x.zip'"),
    ],
)
def test_a_read_only_folder_is_said_and_stays_as_it_is(still, results, arguments, named) -> None:
    before = {path.name: path.read_bytes() for path in results.iterdir()}
    done = still(*arguments)
    assert done.returncode == 2
    assert named in done.stderr
    assert FORBIDDEN in done.stderr or "it may be one that cannot be written" in done.stderr
    assert {path.name: path.read_bytes() for path in results.iterdir()} == before


@pytest.mark.slow
def test_read_only_results_can_be_read(still, results: Path) -> None:
    done = still("report", "out", "--out", "page.html")
    assert done.returncode == 0, done.stderr
    assert "tiny" in (results.parent / "page.html").read_text(encoding="utf-8")
    assert still("repeat", "out", "--quiet").returncode == 0


@pytest.mark.slow
def test_a_read_only_package_compiles_its_loops_anew(study: Path, apart, start) -> None:
    """Where numba can cache neither beside the package nor in a home, and nothing is cached."""
    package = Path(gs.__file__).parent
    script = f"mount --bind '{package}' '{package}'; mount -o remount,bind,ro '{package}'"
    for folder in package.rglob("__pycache__"):
        script += f"; mount -t tmpfs -o ro tmpfs '{folder}'"
    bare = environment(HOME="/proc/nowhere", XDG_CACHE_HOME=None, NUMBA_CACHE_DIR=None)
    turns = ("--set", 'network={kind="ring",degree=4}', "--set", "decision.activation=sequential")
    before = apart("mount", script)
    done = start("run", "tiny.toml", "--out", "out", *turns, before=before, env=bare)
    assert done.returncode == 0, done.stderr
    cached = environment(NUMBA_CACHE_DIR=str(study / "cache"))
    assert start("run", "tiny.toml", "--out", "again", *turns, env=cached).returncode == 0
    assert list((study / "cache").rglob("*.nbi")), "nothing was compiled"
    assert gs.open("out").series.equals(gs.open("again").series)
