"""Reading tables of numbers and categories, and turning them into data points."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from groundswell.data import Column, Floats, Ints, Points, Schema
from groundswell.files import Stamp, read_text, stamp
from groundswell.machine import refuse_beyond_memory
from groundswell.problems import InputError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

LINE = "line"
NAMES = {"boolean", "datetime", "datetime64", "timedelta", "timedelta64"}
"""What pandas calls values that are names here, as they are in a CSV file."""
NEARLY_ALL = 0.9
EXACT = 1e15
"""Floats tell integers apart up to here."""
LARGEST = 1e38
"""Learners compute in single precision, and with squares in double precision."""
LONGEST_CELL = 2**31 - 1
"""Documents may be longer than the 131,072 characters the csv module allows by itself."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A table as read: text columns with None for missing, or numbers with NaN for missing."""

    path: str
    data: pd.DataFrame
    missing: str
    key: str
    notes: dict[str, str] = field(default_factory=dict)
    _codes: dict[str, tuple[list[str], Ints]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return list(self.data.columns)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.data)

    def check_column(self, name: str, key: str) -> None:
        """Refuse a column that the file does not have."""
        if name not in self.names:
            file = Path(self.path).name
            hint = did_you_mean(name, self.names)
            raise InputError(f"'{file}' has no column '{name}'{hint}", key=(key,))

    def place(self, row: int) -> str:
        """Say where a row stands: the file, and the line if it has lines."""
        index = self.data.index
        return f"{self.path}:{index[row]}" if index.name == LINE else self.path

    def is_numeric(self, name: str) -> bool:
        """Say whether all values of a column that are there are finite numbers."""
        return bool(self.data[name].dtype.kind == "f")

    def check_size(self, name: str) -> None:
        """Refuse numbers with which no learner can compute."""
        large = np.flatnonzero(self.data[name].abs() > LARGEST)
        if len(large):
            found = self.data[name].iloc[large[0]]
            raise InputError(
                f"column '{name}' has {found:g}, too large to learn from (at most {LARGEST:g})",
                key=(self.key,),
                place=self.place(int(large[0])),
            )

    def codes(self, name: str) -> tuple[list[str], Ints]:
        """Return the names of a column's categories, sorted, and each row's category."""
        if name not in self._codes:
            text = self.text(name)
            names = sorted(set(text.tolist()), key=natural)
            position = {category: i for i, category in enumerate(names)}
            self._codes[name] = names, np.array([position[value] for value in text], dtype=np.int64)
        return self._codes[name]

    def text(self, name: str) -> Any:
        """Return a column's values as text, missing ones as the marker."""
        column = self.data[name]
        if self.is_numeric(name):
            return np.array([self.missing if v != v else f"{v:.15g}" for v in column], dtype=object)
        return column.fillna(self.missing).to_numpy(dtype=object)


def read_frame(path: str, missing: str, key: str) -> Frame:
    """Read a CSV or Parquet file.

    Raises
    ------
    InputError
        If it cannot be read, is empty, has duplicate column names or ragged lines.
    """
    return _read(path, stamp(path, key), missing, key)


@lru_cache(maxsize=8)
def _read(path: str, version: Stamp, missing: str, key: str) -> Frame:
    import pandas as pd

    is_parquet = Path(path).suffix.lower() in {".parquet", ".pq"}
    data = _read_parquet(path, key) if is_parquet else _read_csv(path, key)
    if not len(data):
        raise InputError(f"'{path}' has no rows", key=(key,))
    columns = {}
    for name in data.columns:
        column = data[name]
        if column.dtype == object and column.map(pd.api.types.is_list_like).any():
            raise InputError(f"column '{name}' of '{path}' holds lists", key=(key,))
        columns[str(name)] = _numbers_or_text(column.mask(column == missing))
    notes = {name: note for name, read in columns.items() if (note := _stray(name, read))}
    return Frame(path, pd.DataFrame(columns), missing, key, notes)


def _stray(name: str, column: pd.Series[Any]) -> str:
    """Say why a column that is nearly all numbers is read as categories."""
    import pandas as pd

    if column.dtype.kind == "f":
        return ""
    there = column.dropna()
    numbers = np.isfinite(pd.to_numeric(there, errors="coerce").astype("float64"))
    if not NEARLY_ALL <= numbers.mean() < 1:
        return ""
    odd = there[~numbers]
    line = f" in line {odd.index[0]}" if column.index.name == LINE else ""
    return (
        f"column '{name}' is read as {there.nunique():,} categories and not as numbers, because of "
        f"{odd.iloc[0]!r}{line}"
    )


def _numbers_or_text(column: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    column = column.where(column != "") if column.dtype.kind not in "biuf" else column
    there = column.notna()
    if there.any() and pd.api.types.infer_dtype(column, skipna=True) not in NAMES:
        numbers = pd.to_numeric(column, errors="coerce").astype("float64")
        if np.isfinite(numbers[there]).all() and not _are_long_ids(column[numbers.abs() >= EXACT]):
            # Before 3.1, pandas reads the last bit of some numbers in text wrongly.
            numbers[there] = column[there].map(float)
            return numbers
    return column.map(str, na_action="ignore").astype(object)


def _are_long_ids(large: pd.Series[Any]) -> bool:
    return bool(large.map(str).str.isdigit().any()) if len(large) else False


def _read_parquet(path: str, key: str) -> pd.DataFrame:
    import pandas as pd

    try:
        refuse_beyond_memory(f"'{path}'", _parquet_bytes(path), (key,))
        return pd.read_parquet(path).reset_index(drop=True)
    except InputError:
        raise
    except Exception as error:  # pyarrow raises many kinds for a damaged file
        raise InputError(f"'{path}' is not a Parquet file ({error})", key=(key,)) from None


def _parquet_bytes(path: str) -> int:
    """Return about how much memory a table takes that may be small as a file."""
    from pyarrow.parquet import read_metadata

    found = read_metadata(path)
    return 8 * int(found.num_rows) * int(found.num_columns)


def _read_csv(path: str, key: str) -> pd.DataFrame:
    import pandas as pd

    csv.field_size_limit(LONGEST_CELL)
    lines = csv.reader(StringIO(read_text(path, key), newline=""), skipinitialspace=True)
    rows, numbers = [], []
    try:
        header: list[str] = next(filter(None, lines), [])
        repeated = sorted(name for name, times in Counter(header).items() if times > 1)
        if repeated:
            raise csv.Error(f"duplicate column name '{repeated[0]}'; name each column once")
        for row in lines:
            if row and len(row) != len(header):
                raise csv.Error(f"expected {len(header)} values, found {len(row)}")
            if row:
                rows.append(row)
                numbers.append(lines.line_num)
    except csv.Error as error:
        raise InputError(str(error), key=(key,), place=f"{path}:{lines.line_num}") from None
    return pd.DataFrame(rows, pd.Index(numbers, name=LINE), header, dtype=object)


def encode(
    frame: Frame, test: Frame | None, label: str, features: list[str]
) -> tuple[Schema, Points, Points | None]:
    """Turn tables into data points of one schema.

    Parameters
    ----------
    frame, test
        The users' rows, and the rows for measuring if they are in a file of their own.
    label, features
        Names of the columns.

    Returns
    -------
    schema, points, fresh
        ``fresh`` is None where there is no test table.
    """
    frames = [frame] if test is None else [frame, test]
    for other in frames[1:]:
        for name in [label, *features]:
            other.check_column(name, other.key)
    columns, values = [], []
    for name in features:
        column, parts = _encode_feature(frames, name)
        columns.append(column)
        values.append(parts)
    labels, ys = encode_label(frames, label)
    Xs = [np.column_stack([part[i] for part in values]) for i in range(len(frames))]
    points = [Points(X, y) for X, y in zip(Xs, ys, strict=True)]
    schema = Schema("columns", tuple(columns), tuple(labels))
    return schema, points[0], points[1] if test is not None else None


def _encode_feature(frames: list[Frame], name: str) -> tuple[Column, list[Floats]]:
    if all(frame.is_numeric(name) for frame in frames):
        for frame in frames:
            frame.check_size(name)
        median = float(frames[0].data[name].median())
        return Column(name), [f.data[name].fillna(median).to_numpy() for f in frames]
    categories = sorted({c for frame in frames for c in frame.codes(name)[0]}, key=natural)
    position = {category: i for i, category in enumerate(categories)}
    parts = []
    for frame in frames:
        known, codes = frame.codes(name)
        parts.append(np.array([position[c] for c in known], dtype=float)[codes])
    why = [f"{f.notes[name]} of '{Path(f.path).name}'" for f in frames if name in f.notes]
    return Column(name, tuple(categories), "; ".join(why)), parts


def encode_label(frames: list[Frame], label: str) -> tuple[list[str], list[Ints]]:
    """Return the names of the labels, and each table's label indices.

    Raises
    ------
    InputError
        If there is one class only, or a label is missing or does not occur in the first table.
    """
    labels, ys = frames[0].codes(label)[0], []
    if len(labels) < 2:  # noqa: PLR2004
        raise InputError(
            f"column '{label}' of '{Path(frames[0].path).name}' has one class only "
            f"('{labels[0]}'); two are needed",
            key=("label",),
        )
    position = {name: i for i, name in enumerate(labels)}
    for frame in frames:
        known, codes = frame.codes(label)
        missing = frame.data[label].isna().to_numpy()
        if missing.any():
            place = frame.place(int(missing.argmax()))
            raise InputError(f"the label '{label}' is missing", key=("label",), place=place)
        extra = sorted(set(known) - set(labels))
        if extra:
            raise InputError(
                f"label '{extra[0]}' does not occur in the training file"
                f"{did_you_mean(extra[0], labels)}",
                key=(frame.key,),
            )
        ys.append(np.array([position[c] for c in known], dtype=np.int64)[codes])
    return labels, ys


def natural(text: str) -> tuple[int, float, str]:
    """Sort key: numbers by value, before text."""
    try:
        value = float(text)
    except ValueError:
        return 1, 0.0, text
    return (0, value, text) if value == value else (1, 0.0, text)  # NaN has no place in an order
