"""A disk that is full: it is said, nothing is half-written, and what was there is still there."""

from __future__ import annotations

import errno
import resource
import sqlite3
from pathlib import Path

import pytest

import groundswell as gs

FULL = "No space left on device"


@pytest.fixture
def full(results: Path, apart, start):
    """Type a command in a folder, with results, on a disk with hardly any room left."""

    def call(*arguments: str, room: int = 0):
        disk, after = results.parent / "disk", results.parent / "after"
        disk.mkdir(exist_ok=True)
        after.mkdir(exist_ok=True)
        script = (
            f"mount -t tmpfs -o size=2m tmpfs '{disk}'; cp -r tiny.toml out '{disk}'; cd '{disk}'; "
            f"cat /dev/zero > filling 2>/dev/null; truncate -s -{room} filling; "
            f"\"$@\"; code=$?; rm filling; cp -r . '{after}'; exit $code"
        )
        return start(*arguments, before=apart("mount", script)), after

    return call


def files(folder: Path) -> dict[str, bytes]:
    """What is in a folder, but for the files beside the database, which is read with its log."""
    there = (path for path in folder.rglob("*") if path.suffix != ".sqlite-shm")
    found = {str(path.relative_to(folder)): path.read_bytes() for path in there if path.is_file()}
    return {name: content for name, content in found.items() if content}


WRITERS = pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("new", "my-study"), "cannot write 'my-study.toml'"),
        (("odd", "tiny.toml", "--out", "odd.md"), "cannot write 'odd.md'"),
        (("script", "--slurm", "tiny.toml", "--jobs", "2", "--out", "s.sh"), "cannot write 's.sh'"),
        (("report", "out"), "cannot write 'out/report.html'"),
        (("bundle", "out", "--out", "out.zip"), "cannot write 'out.zip'"),
        (("export", "out"), "cannot write results to 'out'"),
        (("run", "tiny.toml", "--out", "new"), "cannot write results to 'new'"),
    ],
)


@pytest.mark.slow
@WRITERS
def test_a_full_disk_is_said_and_leaves_nothing(full, results: Path, arguments, named) -> None:
    before = files(results)
    done, after = full(*arguments)
    assert done.returncode == 2
    assert named in done.stderr
    assert FULL in done.stderr or "disk is full" in done.stderr or "disk I/O" in done.stderr
    assert files(after / "out") == before
    new = {path.name for path in after.iterdir()} - {"tiny.toml", "out", "new"}
    assert not new, "no part of a file is left"


@WRITERS
def test_no_room_is_said_and_leaves_nothing(results: Path, invoke, monkeypatch, arguments, named):
    """As above, in this process, where a disk that is full is only told of."""

    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, FULL)

    before = files(results)
    for name in ("groundswell.files.os.fsync", "groundswell.scenarios.exports._csv"):
        monkeypatch.setattr(name, no_room)
    done = invoke(*arguments)
    assert done.exit_code == 2
    assert f"{named}: {FULL}" in done.stderr
    assert files(results) == before
    assert {path.name for path in results.parent.iterdir()} <= {"tiny.toml", "out", "new"}
    assert not list(results.parent.rglob("*.part"))


@pytest.mark.slow
def test_a_disk_that_fills_during_a_study_keeps_what_had_ended(full, results: Path) -> None:
    more = ("run", "tiny.toml", "--out", "out", "--replicates", "400")
    done, after = full(*more, room=150_000)
    assert done.returncode == 2
    assert "runs that had ended are safe: make room there, and go on" in done.stderr
    there = gs.open(after / "out")
    assert len(there.runs) >= 2
    assert there.series.groupby("run").size().eq(4).all(), "no run is there in part"
    again = gs.run(results.parent / "tiny.toml", out=after / "out", replicates=400)
    assert again.already == len(there.runs)
    assert len(again.runs) == 400


def test_a_run_goes_on_where_its_checkpoints_cannot_be_written(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, FULL)

    undisturbed = gs.run("tiny.toml", replicates=1)
    monkeypatch.setattr("groundswell.scenarios.keeping.write", no_room)
    with pytest.warns(RuntimeWarning, match=f"{FULL}; the run goes on without it"):
        result = gs.run("tiny.toml", out="out", replicates=1, checkpoint=1)
    assert result.series.equals(undisturbed.series)


@pytest.mark.slow
def test_a_limit_on_file_size_keeps_the_runs_that_fit(start, results: Path) -> None:
    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000))

    more = ("run", "tiny.toml", "--out", "out", "--replicates", "400")
    done = start(*more, preexec_fn=small)
    assert done.returncode == 2
    assert "go on with the same command" in done.stderr
    with sqlite3.connect(results / "results.sqlite") as connection:
        (rows,) = set(connection.execute("SELECT count(*) FROM series GROUP BY run"))
    connection.close()
    assert rows == (4,)


@pytest.mark.parametrize("arguments", [("list",), ("run", "tiny.toml", "--out", "new", "--json")])
def test_output_that_cannot_be_written(study: Path, start, arguments) -> None:
    script = ("sh", "-c", 'exec "$@" > /dev/full', "sh")
    done = start(*arguments, before=script)
    assert done.returncode == 2
    assert f"cannot go on: {FULL}; runs that had ended are stored" in done.stderr
    if "run" in arguments:
        assert gs.run("tiny.toml", out="new").statuses == {"ok": 2}
