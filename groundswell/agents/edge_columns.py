"""Reading edge lists as columns, at the speed of pyarrow."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from pyarrow import csv

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
from groundswell.data import Ints
from groundswell.problems import CONTROLS

RUNS = re.compile(" {2,}")
ODD_SPACE = re.compile(r"[^\S \n]")
NUMERIC = b"0123456789 \n"
ROOMY = 4
"""Ids of integers up to so many times the number of pairs are looked up in a table."""
FIRST_LINES = 2
"""Words that are no integers, of a header among integers."""


def read_columns(text: str, *, weighted: bool) -> EdgePairs | None:
    """Read pairs of ids; return None where something may be wrong, or is to be said of a line.

    Parameters
    ----------
    text
        Words separated by spaces, lines by line feeds; without comments.
    weighted
        Whether weights follow the ids.
    """
    text = text.strip(" ")
    data = text.encode()
    if _is_crowded(data):
        text = RUNS.sub(" ", text).replace("\n ", "\n").replace(" \n", "\n")
        data = text.encode()
    names = ["a", "b", "weight"] if weighted else ["a", "b"]
    numeric = not weighted and not data.translate(None, NUMERIC)
    pairs = _numbers(_table(data, names, pa.int64())) if numeric else None
    if pairs is None and not (ODD_SPACE.search(text) or CONTROLS.search(text)):
        pairs = _words(_table(data, names, pa.string()), data)
    return pairs


def _is_crowded(data: bytes) -> bool:
    """Whether spaces or line feeds follow each other."""
    blank = np.frombuffer(data, dtype=np.uint8) <= ord(" ")
    return bool((blank[1:] & blank[:-1]).any())


def _table(data: bytes, names: Sequence[str], kind: pa.DataType) -> pa.Table | None:
    """Return the columns, None if a line has others."""
    kinds = {name: pa.float64() if name == "weight" else kind for name in names}
    try:
        return csv.read_csv(
            pa.py_buffer(data),
            csv.ReadOptions(use_threads=False, column_names=names),
            csv.ParseOptions(delimiter=" ", quote_char=False, double_quote=False),
            csv.ConvertOptions(column_types=kinds, null_values=[]),
        )
    except pa.ArrowInvalid:
        return None


def _numbers(table: pa.Table | None) -> EdgePairs | None:
    """Number the users of pairs of integers, None if these are far between."""
    if table is None:
        return None
    a, b = table["a"].to_numpy(), table["b"].to_numpy()
    largest = max(a.max(), b.max())
    if largest > ROOMY * len(a):
        return None
    present = np.zeros(largest + 1, dtype=bool)
    present[a] = present[b] = True
    position = np.cumsum(present, dtype=np.int32)
    position -= 1
    return EdgePairs(tuple(map(str, np.flatnonzero(present).tolist())), position[a], position[b])


def _words(table: pa.Table | None, data: bytes) -> EdgePairs | None:
    """Number the users of pairs of any words, None if it is to be said why ids are none."""
    if table is None or names_columns([table[name][0].as_py() for name in "ab"]):
        return None
    both = pa.chunked_array([*table["a"].chunks, *table["b"].chunks]).dictionary_encode()
    encoded = both.combine_chunks()
    words = encoded.dictionary.to_pylist()
    names = [canonical(word) for word in words]
    ids = in_order(set(names))
    if _is_odd(words, ids):
        return None
    place = {name: i for i, name in enumerate(ids)}
    position = np.array([place[name] for name in names], dtype=np.int32)
    a, b = np.split(position[encoded.indices.to_numpy()], 2)
    if "weight" not in table.column_names:
        return EdgePairs(ids, a, b)
    weights = table["weight"].to_numpy()
    if not (weights.min() > 0 and weights.max() <= LARGEST):
        return None
    return EdgePairs(ids, a, b, weights, _lines(data))


def _is_odd(words: Sequence[str], ids: Sequence[str]) -> bool:
    """Whether some ids may be a header or are wrapped, or nearly all or all are numbers."""
    odd = [word for word in words if not is_integer(word)]
    return bool(odd) and (
        len(odd) <= FIRST_LINES
        or sum(map(is_integer, ids)) >= NEARLY_ALL * len(ids)
        or all(map(NUMBER.match, odd))
        or any(map(WRAPPED.search, odd))
    )


def _lines(data: bytes) -> Ints:
    """Return the numbers of the lines that are not empty."""
    ends = np.flatnonzero(np.frombuffer(data + b"\n", dtype=np.uint8) == ord("\n"))
    return np.flatnonzero(np.diff(ends, prepend=-1) > 1) + 1
