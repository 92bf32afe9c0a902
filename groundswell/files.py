"""Files: opening those a scenario names, with a clear error for each way that can fail; writing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel

from groundswell.machine import gigabytes, memory
from groundswell.problems import InputError, Key

SHA = "sha256:"
LONGEST_SHOWN = 200
"""Characters of a path that a message quotes."""
COPIES = 3
"""How often a file is in memory while it is read, at least."""
Stamp = tuple[int, int]
"""Time of last change in nanoseconds, and size in bytes."""


def stamp(path: str, key: str = "path") -> Stamp:
    """Return what tells one version of a file from another.

    Raises
    ------
    InputError
        If there is no such file, or it cannot be read.
    """
    file = Path(path)
    if "\0" in path:
        raise InputError(f"{path!r} cannot be the name of a file", key=(key,))
    try:
        status = file.stat()
        if file.is_dir():
            raise InputError(f"'{path}' is a folder; name a file in it", key=(key,))
        if not file.is_file():  # a device or a pipe, which may never end
            raise InputError(f"'{path}' is no ordinary file; write it to one first", key=(key,))
        with file.open("rb"):
            pass
    except FileNotFoundError:
        raise InputError(f"there is no file '{path}'", key=(key,)) from None
    except OSError as error:
        shown = path if len(path) < LONGEST_SHOWN else f"{path[:LONGEST_SHOWN]}..."
        raise InputError(f"cannot read '{shown}': {error.strerror}", key=(key,)) from None
    if status.st_size > memory() / COPIES:
        raise InputError(
            f"'{path}' has {gigabytes(status.st_size)}, which is too much to read with "
            f"{gigabytes(memory())} of memory",
            key=(key,),
        )
    return status.st_mtime_ns, status.st_size


def read_text(path: str, key: str = "path") -> str:
    """Return the text of a UTF-8 file, any line ends, with or without a byte order mark.

    Raises
    ------
    InputError
        If the file cannot be read, is not UTF-8 (names the line), or is empty.
    """
    stamp(path, key)
    data = read_bytes(path, key)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"'{Path(path).name}' is not UTF-8 (byte {data[error.start]:#04x}); convert it first",
            key=(key,),
            place=f"{path}:{line}",
        ) from None
    if not text.strip():
        raise InputError(f"'{path}' is empty", key=(key,))
    return text


def read_bytes(path: str, key: str = "path") -> bytes:
    """Return what is in a file, which may have gone since it was looked at.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read '{path}': {error.strerror}", key=(key,)) from None


def digest(path: str) -> str:
    """Return the SHA-256 of a file's bytes."""
    return _digest(path, stamp(path))


def labelled_digest(path: str) -> str:
    """Return it with what it is in front, as ids and manifests have it."""
    return f"{SHA}{digest(path)}"


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Write a file whole or not at all, whatever ends this process, or the machine, meanwhile.

    The block writes the file it is given, which then takes the place of the other.
    """
    with part(path) as unfinished:
        yield unfinished
        with unfinished.open("rb+") as written:
            os.fsync(written.fileno())
        unfinished.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    if path.is_dir():
        raise InputError(f"'{path}' is a folder; name a file in it")
    try:
        with whole(path) as unfinished:
            unfinished.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"cannot write '{path}': {error.strerror}") from None


@contextmanager
def part(path: Path) -> Iterator[Path]:
    """Yield where to write a file before it takes its place; what stays there is removed."""
    unfinished = part_of(path)
    unfinished.unlink(missing_ok=True)  # a stranger may have laid a link there
    try:
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)


def part_of(path: Path) -> Path:
    """Return where this process writes a file before it takes its place."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


@lru_cache(maxsize=64)
def _digest(path: str, version: Stamp) -> str:
    return hashlib.sha256(read_bytes(path)).hexdigest()


def file_settings(settings: BaseModel, key: Key = ()) -> list[tuple[Key, str]]:
    """Return the settings that name files: fields marked ``file``."""
    found: list[tuple[Key, str]] = []
    for name, info in type(settings).model_fields.items():
        value = getattr(settings, name)
        marks = info.json_schema_extra
        if isinstance(value, str) and isinstance(marks, dict) and marks.get("file"):
            found.append(((*key, name), value))
        elif isinstance(value, BaseModel):
            found += file_settings(value, (*key, name))
    return found
