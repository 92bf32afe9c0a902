"""Reading edge lists, with the line of whatever is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

import numpy as np

from groundswell.data import Floats, Ints
from groundswell.files import Stamp, read_text, stamp
from groundswell.problems import InputError

COMMENT = re.compile(r"(?:^|(?<=\s))[#%].*", re.MULTILINE)
SEPARATORS = str.maketrans(",;", "  ")
SEPARATED = re.compile(r"[\s,;]|^[#%]|^\Z")
"""What ids in a list cannot hold, start with, or be."""
DIGITS = re.compile(r"[0-9\s]*\Z")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")
LARGEST_ID = 2**63 - 1
NEARLY_ALL = 0.9
HEADERS = ({"source", "target"}, {"from", "to"}, {"src", "dst"}, {"node1", "node2"})
Line = tuple[int, list[str]]


@dataclass(frozen=True)
class EdgePairs:
    """The ties of a file.

    Parameters
    ----------
    ids
        The users' ids: integers in ascending order, else text in the order of its characters.
    a, b
        Pairs of positions among the ids, in the order of the file.
    weights
        Weight of each pair, None where the file is read without.
    lines
        Line of each pair, None where it has none.
    directed
        Whether a influences b only; None where the file does not say.
    notes
        What a user should know about how the file was read.
    """

    ids: tuple[str, ...]
    a: Ints
    b: Ints
    weights: Floats | None = None
    lines: Ints | None = None
    directed: bool | None = None
    notes: tuple[str, ...] = ()

    @property
    def users(self) -> int:
        """Number of distinct ids."""
        return len(self.ids)


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
    text = read_text(path).translate(SEPARATORS)
    if "#" in text or "%" in text:
        text = COMMENT.sub("", text)
    if not text.strip():
        raise InputError("the file has no ties", key=("path",), place=path)
    lines = text.splitlines()
    quick = None if weighted or not DIGITS.match(text) else _numbers(lines)
    return _words(path, lines, weighted) if quick is None else quick


def _numbers(lines: list[str]) -> EdgePairs | None:
    """Read a plain list of pairs of integers at the speed of NumPy, None if it is not one."""
    try:
        pairs = np.loadtxt(lines, dtype=np.int64, comments=None, ndmin=2)
    except (ValueError, OverflowError):
        return None
    if pairs.shape[1] != 2:  # noqa: PLR2004
        return None
    ids, position = np.unique(pairs, return_inverse=True)
    a, b = np.ascontiguousarray(position.reshape(pairs.shape).T)
    return EdgePairs(tuple(map(str, ids.tolist())), a, b)


def _words(path: str, lines: list[str], weighted: bool) -> EdgePairs:
    """Read a list of any kind, word by word."""
    words = [(number, line.split()) for number, line in enumerate(lines, start=1)]
    ties = [(number, row) for number, row in words if row]
    _refuse_other_widths(path, ties, weighted)
    _refuse_header(path, ties)
    _refuse_odd_numbers(path, ties)
    names = [(canonical(row[0]), canonical(row[1])) for _, row in ties]
    ids = in_order(set(chain.from_iterable(names)))
    position = {name: i for i, name in enumerate(ids)}
    a, b = np.array([[position[name] for name in pair] for pair in names], dtype=np.int64).T
    return EdgePairs(
        ids=ids,
        a=np.ascontiguousarray(a),
        b=np.ascontiguousarray(b),
        weights=np.array([_weight(path, *tie) for tie in ties]) if weighted else None,
        lines=np.array([number for number, _ in ties]),
        notes=_stray(ids, ties),
    )


def canonical(name: str) -> str:
    """Return an id, integers without leading zeros."""
    return str(int(name)) if is_integer(name) else name


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return ids in order: ascending if all are integers, else by their characters.

    >>> in_order({"10", "9"}), in_order({"10", "9", "b"})
    (('9', '10'), ('10', '9', 'b'))
    """
    names = sorted(names)
    return tuple(sorted(names, key=int) if all(map(is_integer, names)) else names)


def is_integer(word: str) -> bool:
    """Whether an id is a non-negative integer below 2^63."""
    # The length comes first: Python refuses to read numbers of thousands of digits.
    is_short = len(word) <= len(str(LARGEST_ID))
    return is_short and word.isascii() and word.isdigit() and int(word) <= LARGEST_ID


def refuse_two_weights(path: str, pairs: EdgePairs, *, directed: bool) -> None:
    """Refuse a tie that is named twice with different weights.

    Raises
    ------
    InputError
        Names the line of the second, where there are lines.
    """
    if pairs.weights is None:
        return
    low, high = (pairs.a, pairs.b) if directed else np.sort([pairs.a, pairs.b], axis=0)
    code = low * pairs.users + high
    order = np.argsort(code, kind="stable")
    again, weight = code[order], pairs.weights[order]
    unlike = np.flatnonzero((again[1:] == again[:-1]) & (weight[1:] != weight[:-1])) + 1
    if not len(unlike):
        return
    k = min(unlike, key=lambda i: order[i])
    tie, first = order[k], order[np.searchsorted(again, again[k])]
    line = "" if pairs.lines is None else f" in line {pairs.lines[first]}"
    raise InputError(
        f"'{pairs.ids[pairs.a[tie]]}' and '{pairs.ids[pairs.b[tie]]}' are tied with weight "
        f"{pairs.weights[tie]:g}, and with {pairs.weights[first]:g}{line}; "
        + ("give each tie once" if directed else "give each tie once, or set directed = true"),
        key=("path",),
        place=path if pairs.lines is None else f"{path}:{pairs.lines[tie]}",
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
    if {word.lower() for word in row[:2]} in HEADERS or (
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
    if not 0 < weight < float("inf"):
        raise InputError(
            f"the weight of a tie should be a positive number, found {row[2][:60]!r}",
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
