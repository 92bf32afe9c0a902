"""Reading edge lists, with the line of whatever is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from groundswell.data import Ints
from groundswell.files import Stamp, read_text, stamp
from groundswell.problems import InputError

COMMENT = ("#", "%")
ENDS = 2
SEPARATOR = re.compile(r"[\s,;]+")
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class EdgePairs:
    """The ties of a file: ids in ascending order, and pairs of positions among them."""

    ids: Ints
    a: Ints
    b: Ints

    @property
    def users(self) -> int:
        """Number of distinct ids."""
        return len(self.ids)


def read_pairs(path: str) -> EdgePairs:
    """Read pairs of non-negative integer ids, one pair a line.

    Raises
    ------
    InputError
        If the file cannot be read or a line is not a pair of ids; names the line.
    """
    return _read(path, stamp(path))


@lru_cache(maxsize=4)
def _read(path: str, version: Stamp) -> EdgePairs:
    text = read_text(path)
    if "," in text or ";" in text:
        text = text.replace(",", " ").replace(";", " ")
    lines = text.splitlines()
    if not any(line.strip() and not line.lstrip().startswith(COMMENT) for line in lines):
        raise InputError("the file has no ties", key=("path",), place=path)
    try:
        pairs = np.loadtxt(lines, dtype=np.int64, comments=list(COMMENT), ndmin=2)
    except (ValueError, OverflowError):
        pairs = np.full((1, 2), -1)
    if pairs.shape[1] != ENDS or pairs.min() < 0:
        raise _first_bad_line(path, lines)
    ids, position = np.unique(pairs, return_inverse=True)
    a, b = position.reshape(pairs.shape).T
    return EdgePairs(ids, np.ascontiguousarray(a), np.ascontiguousarray(b))


def _first_bad_line(path: str, lines: list[str]) -> InputError:
    for number, line in enumerate(lines, start=1):
        words = [word for word in SEPARATOR.split(line.split("#")[0].split("%")[0]) if word]
        if words and (len(words) != ENDS or not all(map(_is_id, words))):
            found = line.strip()[:60]
            return InputError(
                f"expected two user ids (non-negative integers below 2^63) in "
                f"'{Path(path).name}', found {found!r}",
                key=("path",),
                place=f"{path}:{number}",
            )
    return InputError("not a list of pairs of user ids", key=("path",), place=path)


def _is_id(word: str) -> bool:
    # The length comes first: Python refuses to read numbers of thousands of digits.
    is_short = len(word) <= len(str(LARGEST_ID))
    return word.isascii() and word.isdigit() and is_short and int(word) <= LARGEST_ID
