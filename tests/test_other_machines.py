"""Systems that say less, or do things otherwise, than the one these tests run on."""

from __future__ import annotations

import io
import os
import signal
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

import groundswell
from groundswell import machine, planning
from groundswell.scenarios import exports, provenance
from groundswell.scenarios.interrupts import held_back

GONE = 999_999_999
"""No process has this number."""


def test_memory_that_nobody_tells_is_taken_to_be_16_gib(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.memory() > 2**20
    monkeypatch.delattr(os, "sysconf")
    assert machine.gigabytes(machine.memory()) == "16.0 GiB"


def test_peak_memory_is_read_where_the_system_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert planning._peak() == resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    monkeypatch.setattr(sys, "platform", "win32")
    assert planning._peak() is None


def test_a_plan_says_that_memory_is_not_known_and_how_many_points_are_left_out() -> None:
    shown = io.StringIO()
    points = [{"rounds": 1}, {"rounds": 2}]
    made = planning.Plan(points, 5, 10, seconds=30.0, peak=None, values=1000)
    planning.print_plan(made, 4, Console(file=shown, width=100))
    said = [line.rstrip() for line in shown.getvalue().splitlines()]
    assert said == [
        "runs: 10 (5 points, 2 replicates of each)",
        "time: about 75 s with 4 workers; the first run, done for this, took 30 s",
        "memory: not known, the peak of that run; about 80 kB of results",
        " rounds",
        " 1",
        " 2",
        "... and 3 more points",
    ]


@pytest.fixture
def parts(tmp_path: Path) -> list[str]:
    """Parts of files that nobody finishes, and one that this process might."""
    names = [f".runs.csv.{GONE}.part", f".runs.csv.{os.getpid()}.part", ".runs.csv.mine.part"]
    for name in names:
        (tmp_path / name).touch()
    return names


def left(folder: Path) -> set[str]:
    exports.remove_abandoned(folder)
    return {path.name for path in folder.iterdir()}


@pytest.mark.skipif(os.name == "nt", reason="asks for a process as POSIX does")
def test_parts_of_files_are_removed_once_their_writer_is_gone(parts, tmp_path: Path) -> None:
    assert left(tmp_path) == set(parts[1:])


def test_parts_stay_where_asking_for_a_process_ends_it(parts, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(exports, "os", SimpleNamespace(name="nt"))
    assert left(tmp_path) == set(parts)


def test_parts_of_somebody_elses_process_stay(parts, tmp_path: Path, monkeypatch) -> None:
    def kill(process: int, number: int) -> None:
        assert number == 0
        raise PermissionError

    monkeypatch.setattr(exports, "os", SimpleNamespace(name="posix", kill=kill))
    assert left(tmp_path) == set(parts)


def test_where_signals_cannot_wait_they_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    monkeypatch.delattr(signal, "pthread_sigmask", raising=False)
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        with held_back():
            signal.raise_signal(signal.SIGTERM)
            assert heard == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="needs POSIX signals")
def test_signals_wait_until_the_block_ends() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        with held_back():
            signal.raise_signal(signal.SIGTERM)  # to this thread: others may be free to hear
            assert heard == []
        assert heard == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_without_git_or_a_checkout_there_is_no_commit(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(provenance.shutil, "which", lambda name: None)
    assert provenance.git_commit() is None
    monkeypatch.setattr(provenance.shutil, "which", lambda name: sys.executable)
    monkeypatch.setattr(provenance, "__file__", str(tmp_path / "a" / "b" / "c.py"))
    assert provenance.git_commit() is None


def test_a_git_that_lies_in_the_current_folder_is_never_run(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "git").write_text("#!/bin/sh\necho 1234\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setattr(provenance, "__file__", str(tmp_path / "a" / "b" / "c.py"))
    monkeypatch.setattr(provenance.shutil, "which", lambda name: str(tmp_path / name))
    monkeypatch.chdir(tmp_path)
    assert provenance.git_commit() is None


def test_packages_that_are_not_installed_are_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(provenance, "version", nothing)
    found = provenance.versions.__wrapped__()
    assert found["numpy"] == "not installed"
    assert found["groundswell"] == groundswell.__version__
