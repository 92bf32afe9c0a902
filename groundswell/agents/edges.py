"""Reading edge lists, with the line of whatever is wrong.

Lists in which nothing is wrong are read as columns, which is fast. All others are read word by
word, to say what and where it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path

import numpy as np

from groundswell.agents.edge_columns import read_columns
from groundswell.agents.edge_pairs import (
    NEARLY_ALL,
    NUMBER,
    WRAPPED,
    EdgePairs,
    canonical,
    in_order,
    is_integer,
    names_columns,
)
from groundswell.component import LARGEST
from groundswell.files import Stamp, read_text, stamp
from groundswell.problems import CONTROLS, InputError

COMMENT = re.compile(r"[#%](?<!\S[#%]).*")
SEPARATORS = str.maketrans(",;\t", "   ")
SEPARATED = re.compile(rf"[\s,;]|^[#%]|^\Z|{CONTROLS.pattern}|{WRAPPED.pattern}")
"""What ids in a list cannot hold, start with, or be."""
Line = tuple[int, list[str]]


def read_pairs(path: str, *, weighted: bool = False) -> EdgePairs:
    """Read pairs of ids, one pair a line, each followed by its weight if they have one.

    Raises
    ------
    InputError
        If the file cannot be read or a line is not a pair of ids; names the line.
    """
    return _read(path, stamp(path), weighted)


@lru_cache(maxsize=4)
def _read(path: str, version: Stamp, weighted: bool) -> EdgePairs:
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n").translate(SEPARATORS)
    if "#" in text or "%" in text:
        text = COMMENT.sub("", text)
    if not text.strip():
        raise InputError("the file has no ties", key=("path",), place=path)
    quick = read_columns(text, weighted=weighted)
    return _words(path, text, weighted) if quick is None else quick


def _words(path: str, text: str, weighted: bool) -> EdgePairs:
    """Read a list of any kind, word by word."""
    _refuse_controls(path, text)
    words = [(number, line.split()) for number, line in enumerate(text.splitlines(), start=1)]
    ties = [(number, row) for number, row in words if row]
    _refuse_wrapped(path, ties)
    _refuse_other_widths(path, ties, weighted)
    _refuse_header(path, ties)
    _refuse_odd_numbers(path, ties)
    names = [(canonical(row[0]), canonical(row[1])) for _, row in ties]
    ids = in_order(set(chain.from_iterable(names)))
    position = {name: i for i, name in enumerate(ids)}
    a, b = np.array([[position[name] for name in pair] for pair in names], dtype=np.int32).T
    return EdgePairs(
        ids=ids,
        a=np.ascontiguousarray(a),
        b=np.ascontiguousarray(b),
        weights=np.array([_weight(path, *tie) for tie in ties]) if weighted else None,
        lines=np.array([number for number, _ in ties]),
        notes=_stray(ids, ties),
    )


def _refuse_controls(path: str, text: str) -> None:
    """Refuse characters that nobody sees, with which an id would be another user's."""
    found = CONTROLS.search(text)
    if found is not None:
        raise InputError(
            f"holds the control character {found[0]!r}; remove it",
            key=("path",),
            place=f"{path}:{text.count(chr(10), 0, found.start()) + 1}",
        )


def _refuse_wrapped(path: str, ties: Sequence[Line]) -> None:
    """Refuse quotes, with which an id would be another user than without, and JSON."""
    for number, row in ties:
        wrapped = next(filter(WRAPPED.search, row), None)
        if wrapped is not None:
            raise InputError(
                f"expected ids without quotes or brackets around them, found {wrapped[:60]!r}",
                key=("path",),
                place=f"{path}:{number}",
            )


def _refuse_other_widths(path: str, ties: Sequence[Line], weighted: bool) -> None:
    columns = 3 if weighted else 2
    for number, row in ties:
        if len(row) == columns:
            continue
        what = "two user ids and a weight" if weighted else "two user ids"
        wide = not weighted and len(row) == columns + 1
        hint = "; to read a third column, set weighted = true" if wide else ""
        raise InputError(
            f"expected {what} in '{Path(path).name}', found {' '.join(row)[:60]!r}{hint}",
            key=("path",),
            place=f"{path}:{number}",
        )


def _refuse_header(path: str, ties: Sequence[Line]) -> None:
    """Refuse a first line that names columns, which would be a tie between users of that name."""
    (number, row), others = ties[0], ties[1:]
    only_words = not any(map(is_integer, row[:2])) and bool(others)
    if names_columns(row) or (
        only_words and all(is_integer(word) for _, words in others for word in words[:2])
    ):
        raise InputError(
            f"'{' '.join(row)[:60]}' looks like a header; start the line with '#'",
            key=("path",),
            place=f"{path}:{number}",
        )


def _refuse_odd_numbers(path: str, ties: Sequence[Line]) -> None:
    """Refuse -1, 1.0 and the like where all ids are numbers: 1.0 would be another user than 1."""
    words = [(number, word) for number, row in ties for word in row[:2]]
    odd = next(((number, word) for number, word in words if not is_integer(word)), None)
    if odd is not None and all(NUMBER.match(word) for _, word in words):
        raise InputError(
            f"ids that are numbers should be whole, from 0 to 2^63 - 1, found {odd[1][:60]!r}",
            key=("path",),
            place=f"{path}:{odd[0]}",
        )


def _weight(path: str, number: int, row: list[str]) -> float:
    weight = float(row[2]) if NUMBER.match(row[2]) else 0.0
    if not 0 < weight <= LARGEST:
        raise InputError(
            f"the weight of a tie should be a positive number up to {LARGEST:g}, "
            f"found {row[2][:60]!r}",
            key=("path",),
            place=f"{path}:{number}",
        )
    return weight


def _stray(ids: tuple[str, ...], ties: Sequence[Line]) -> tuple[str, ...]:
    """Say why ids that are nearly all integers are read as text."""
    integers = sum(map(is_integer, ids))
    if not NEARLY_ALL * len(ids) <= integers < len(ids):
        return ()
    number, odd = next((n, w) for n, row in ties for w in row[:2] if not is_integer(w))
    return (f"ids are read as text and not as numbers, because of {odd[:60]!r} in line {number}",)
