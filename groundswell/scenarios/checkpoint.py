"""Checkpoints: the state of a long run every few rounds, from which it goes on after a kill.

A checkpoint is an .npz file of plain arrays, written whole or not at all, in the results folder.
Its name and its inside say which run it is of; a run id depends on settings, data and the version
of the numbers, so that a checkpoint of anything else is never gone on from.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from groundswell.agents.beliefs import News
from groundswell.files import whole
from groundswell.problems import InputError
from groundswell.scenarios.provenance import versions
from groundswell.tables import TABLES, Row

if TYPE_CHECKING:
    from groundswell.scenarios.simulate import Task
    from groundswell.scenarios.store import RunRecord
    from groundswell.snapshot import Arrays, Snapshot

FOLDER = "checkpoints"
HEADER = "header"
FLAGS = ("committed", "removed")


UNREADABLE = (
    *(OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, MemoryError),
    *(NotImplementedError, BadZipFile, zlib.error),
)
"""What a file may be answered with that is not a checkpoint, or only a part of one."""


class NoCheckpointError(ValueError):
    """A file is not the checkpoint of a run that can go on from it."""


@dataclass(frozen=True)
class Checkpoints:
    """Where a run saves its state, and how often.

    Parameters
    ----------
    folder
        The results folder.
    every
        Rounds from one checkpoint to the next.
    """

    folder: Path
    every: int

    def path(self, run: str) -> Path:
        """Return the file of a run."""
        return self.folder / FOLDER / f"{run}.npz"


@dataclass(frozen=True)
class Saved:
    """What a checkpoint holds.

    Parameters
    ----------
    snapshot
        The state of the model.
    seconds
        Wall time that the run had taken.
    """

    snapshot: Snapshot
    seconds: float


def with_checkpoints(work: Sequence[Task], out: str | Path | None, every: int) -> list[Task]:
    """Return runs that save their state every so many rounds.

    Raises
    ------
    InputError
        If there is no folder to save it in, or the state of a scenario cannot be saved.
    """
    from groundswell.snapshot import cannot_be_saved

    if out is None:
        raise InputError("checkpoints are saved in a results folder; name it with out=...")
    if every < 1:
        raise InputError(f"checkpoints are whole numbers of rounds apart, found {every}")
    reason = cannot_be_saved(work[0].scenario)
    if reason:
        raise InputError(f"checkpoints are not possible: {reason}")
    return [replace(task, checkpoints=Checkpoints(Path(out), every)) for task in work]


def notes(work: Sequence[Task]) -> Iterator[tuple[str, bool]]:
    """Say what becomes of each checkpoint of runs that are to be done, and whether that is good."""
    for task in work:
        run = task.run
        if task.checkpoints is None or not (path := task.checkpoints.path(run)).exists():
            continue
        try:
            saved = read(path, run)
        except NoCheckpointError as error:
            yield f"'{path}' is ignored, and run {run} starts anew: {error}", False
        else:
            yield f"run {run} goes on from its checkpoint after round {saved.snapshot.round}", True


def discard(folder: str | Path | None, record: RunRecord) -> None:
    """Remove the checkpoint of a run that is stored; one that failed may be tried again from it."""
    if folder is None or record.status == "failed":
        return
    path = Checkpoints(Path(folder), 1).path(record.run)
    if not path.parent.is_dir():
        return
    for file in (path, *path.parent.glob(f".{path.name}.*.part")):
        file.unlink(missing_ok=True)
    with suppress(OSError):  # others are in it
        path.parent.rmdir()


def write(path: Path, run: str, saved: Saved) -> None:
    """Write a checkpoint, whole or not at all."""
    snapshot = saved.snapshot
    header = {
        "run": run,
        "versions": versions(),
        "seconds": saved.seconds,
        "round": snapshot.round,
        "rounds": list(snapshot.members),
        "remembered": len(snapshot.memory),
        "tables": list(snapshot.tables),
    }
    arrays: Arrays = {
        HEADER: np.frombuffer(json.dumps(header).encode(), dtype=np.uint8),
        "members": np.stack(list(snapshot.members.values())),
        **{name: getattr(snapshot, name) for name in FLAGS},
    }
    for i, news in enumerate(snapshot.memory):
        arrays |= {f"memory.{i}.{name}": np.asarray(one) for name, one in news._asdict().items()}
    for name, rows in snapshot.tables.items():
        for column, meaning in TABLES[name].columns.items():
            values = np.array([row[column] for row in rows], dtype=meaning.kind)
            arrays[f"table.{name}.{column}"] = values
    arrays |= {f"served.{name}": values for name, values in snapshot.served.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as part, part.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # none is named allow_pickle


def read(path: Path, run: str) -> Saved:
    """Read the checkpoint of a run.

    Raises
    ------
    NoCheckpointError
        If it is not there, not whole, of another run, or made with other versions.
    """
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if any(one.compress_type for one in file.zip.infolist()):  # it might grow without end
                raise NoCheckpointError("it is compressed, as no checkpoint of ours is")
            arrays = {name: file[name] for name in file.files}
        header = json.loads(arrays[HEADER].tobytes())
        _check(header, run)
        return Saved(_snapshot(header, arrays), float(header["seconds"]))
    except NoCheckpointError:
        raise
    except FileNotFoundError:
        raise NoCheckpointError("there is none") from None
    except UNREADABLE:
        raise NoCheckpointError("it cannot be read; it is cut off, or not a checkpoint") from None


def _check(header: Mapping[str, Any], run: str) -> None:
    if header["run"] != run:
        raise NoCheckpointError(f"it is of run {header['run']}")
    here = versions()
    others = [f"{name} {one}" for name, one in header["versions"].items() if here.get(name) != one]
    if others:
        raise NoCheckpointError(f"it was made with {', '.join(others)}")


def _snapshot(header: Mapping[str, Any], arrays: Arrays) -> Snapshot:
    from groundswell.snapshot import Snapshot

    served = {k.removeprefix("served."): v for k, v in arrays.items() if k.startswith("served.")}
    memory = tuple(
        News(*(_number(arrays[f"memory.{i}.{name}"]) for name in News._fields))
        for i in range(header["remembered"])
    )
    return Snapshot(
        round=int(header["round"]),
        members=dict(zip(map(int, header["rounds"]), arrays["members"], strict=True)),
        **{name: arrays[name] for name in FLAGS},
        memory=memory,
        tables={name: _rows(name, arrays) for name in header["tables"]},
        served=served,
    )


def _rows(name: str, arrays: Arrays) -> list[Row]:
    columns = TABLES[name].columns
    values = (arrays[f"table.{name}.{column}"].tolist() for column in columns)
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def _number(values: Any) -> Any:
    """Return what one array was made of: each user's number, or one for all."""
    return values if values.ndim else values.item()
