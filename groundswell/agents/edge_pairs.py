"""The ties of a file, and the ids of the users in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from groundswell.agents.ties import Numbers
from groundswell.data import Floats, Ints
from groundswell.problems import InputError

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")
WRAPPED = re.compile(r"""^"|"\Z|^'.*'\Z|^[\[{]["\[{]""")
"""What words of a list in quotes, or in JSON, look like."""
LARGEST_ID = 2**63 - 1
NEARLY_ALL = 0.9
HEADERS = ({"source", "target"}, {"from", "to"}, {"src", "dst"}, {"node1", "node2"})


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
    a: Numbers
    b: Numbers
    weights: Floats | None = None
    lines: Ints | None = None
    directed: bool | None = None
    notes: tuple[str, ...] = ()

    @property
    def users(self) -> int:
        """Number of distinct ids."""
        return len(self.ids)


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


def names_columns(row: Sequence[str]) -> bool:
    """Whether the first words of a line are what columns of ids are called."""
    return {word.lower() for word in row[:2]} in HEADERS


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
    code = low.astype(np.int64) * pairs.users + high
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
