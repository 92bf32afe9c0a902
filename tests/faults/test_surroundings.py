"""Clocks that go backwards, no home, and no network."""

from __future__ import annotations

import itertools
import json
import time
from datetime import datetime
from pathlib import Path

import pytest

import groundswell as gs
from groundswell.scenarios import provenance

from .conftest import environment


def test_a_clock_that_goes_backwards(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Backwards(datetime):
        years = itertools.count(2030, -1)

        @classmethod
        def now(cls, tz=None):
            return datetime(next(cls.years), 1, 1, tzinfo=tz)

    ticks = itertools.count(1e9, -3600)
    monkeypatch.setattr(time, "time", lambda: float(next(ticks)))
    monkeypatch.setattr(provenance, "datetime", Backwards)
    first = gs.sweep("tiny.toml", out="out", replicates=1)
    second = gs.sweep("tiny.toml", out="out")
    assert (first.already, second.already, len(second.runs)) == (0, 2, 4)
    assert (second.runs["seconds"] >= 0).all()
    manifest = json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))
    assert manifest["seconds"] >= 0
    assert manifest["written"].startswith("2029"), "of the last start, whatever the clock said"
    assert second.series.equals(gs.sweep("tiny.toml").series)


def test_files_that_were_changed_in_the_future(study: Path) -> None:
    import os

    os.utime("tiny.toml", (4e9, 4e9))
    result = gs.run("tiny.toml", out="out")
    os.utime("out/results.sqlite", (0, 0))
    assert gs.run("tiny.toml", out="out").already == len(result.runs)


@pytest.mark.slow
def test_no_home(study: Path, start) -> None:
    bare = {"HOME": None, "XDG_CACHE_HOME": None, "MPLCONFIGDIR": None, "NUMBA_CACHE_DIR": None}
    done = start("run", "tiny.toml", "--out", "out", env=environment(**bare))
    assert done.returncode == 0, done.stderr
    nowhere = environment(**bare | {"HOME": "/proc/nowhere", "USERPROFILE": "/proc/nowhere"})
    assert start("report", "out", env=nowhere).returncode == 0
    text = (study / "tiny.toml").read_text(encoding="utf-8")
    table = '{ kind = "table", path = "~nobody-of-that-name/x.csv", label = "y" }'
    wrong = text.replace('{ kind = "blank", users = 20 }', table)
    (study / "tiny.toml").write_text(wrong, encoding="utf-8")
    done = start("check", "tiny.toml", env=nowhere)
    assert done.returncode == 2
    assert "there is no file" in done.stderr


@pytest.mark.slow
def test_no_network(study: Path, apart, start) -> None:
    """Not even a loopback: all but dask and the page in the browser works."""
    alone = apart("net", ":")
    more = ("--out", "out", "--set", "rounds=2", "--workers", "2", "--replicates", "2")
    for arguments in (
        ("run", "quickstart", *more),
        ("report", "out"),
        ("repeat", "out", "--runs", "1"),
        ("bundle", "out"),
        ("run", "quickstart", "--set", "platform.learner.kind=sgd", "--set", "rounds=1"),
    ):
        done = start(*arguments, before=alone)
        assert done.returncode == 0, done.stderr
        assert "Errno" not in done.stderr


def test_nothing_asks_the_network(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("somebody phones home")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    gs.run("quickstart", rounds=1, out="out")
    gs.report("out")
    learner = {"platform.learner": {"kind": "sgd", "epochs": 1}, "rounds": 1}
    gs.run(gs.load("quickstart").replace(learner))
