"""Reading tables of the database: chosen rows and columns, a chunk at a time."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from groundswell.problems import InputError, did_you_mean
from groundswell.scenarios.database import RUNS, columns_of
from groundswell.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

KINDS = {"integer": int, "real": float, "text": str, "true": bool, "false": bool}
"""Types of values in JSON as SQLite calls them."""

SHARES = ("member_share", "alpha")
"""Columns that are from 0 to 1 whatever plug-ins make of a run."""
ROUNDING = 1e-9
"""How far they may be out of that."""

Where = Mapping[str, Any]
ORDER = ("runs.position", "runs.seed", "runs.replicate", "runs.rowid")
"""In which order runs come: that of the study, which no other replicates or seeds change."""


@dataclass(frozen=True)
class Reading:
    """What is read: rows of one table.

    Parameters
    ----------
    connection
        The database.
    name
        ``"runs"``, or one of `TABLES`.
    columns
        Which columns, in this order; None for all.
    where
        For a column, a swept setting or a column of ``runs``, the value or the values that rows
        must have.
    ids
        Which runs; None for all.
    limit
        How many rows at most; None for all.
    """

    connection: sqlite3.Connection
    name: str
    columns: Sequence[str] | None = None
    where: Where | None = None
    ids: Sequence[str] | None = None
    limit: int | None = None

    def kinds(self) -> dict[str, type]:
        """Return the columns that are read, with the types of their values.

        Raises
        ------
        InputError
            If one of them is none of the table.
        """
        if self.name != "runs":
            table = TABLES[self.name].columns
            all_of_it = {"run": str} | {name: meaning.kind for name, meaning in table.items()}
        else:
            all_of_it = RUNS | varied(self.connection)
        for name in self.columns or ():
            if name not in all_of_it:
                hint = did_you_mean(name, all_of_it)
                raise InputError(f"the table '{self.name}' has no column '{name}'{hint}")
        return {name: all_of_it[name] for name in self.columns or all_of_it}

    def chunks(self, rows: int | None = None) -> Iterator[pd.DataFrame]:
        """Yield data frames of so many rows each, at least one; or one with all rows.

        Raises
        ------
        InputError
            If a column is unknown.
        """
        kinds = self.kinds()
        query, given = self._query(kinds)
        cursor = self.connection.execute(query, given)
        read = cursor.fetchall() if rows is None else cursor.fetchmany(rows)
        yield self._frame(read, kinds)
        while rows is not None and (read := cursor.fetchmany(rows)):
            yield self._frame(read, kinds)

    def _query(self, kinds: Mapping[str, type]) -> tuple[str, list[Any]]:
        """Return SQL that goes through runs in their order, and what its question marks are."""
        known = columns_of(self.connection, self.name)
        conditions, given = self._conditions(known)
        if self.name == "runs":
            source, order = "runs", [*ORDER]
            chosen = [f'runs."{name}"' for name in kinds if name in RUNS]
            chosen += ["runs.settings"] if len(chosen) < len(kinds) else []
        else:
            table = f'"{self.name}"' if known else "(SELECT NULL AS run WHERE 0)"
            # Runs come first whatever the planner thinks, so that nothing has to be sorted.
            source = f"runs CROSS JOIN {table} AS t ON t.run = runs.run"
            key = [f't."{name}"' for name in TABLES[self.name].key if name in known]
            order = [*ORDER, *key]
            chosen = [f't."{name}"' if name in known else "NULL" for name in kinds]
            chosen = ["runs.run" if column == 't."run"' else column for column in chosen]
        limit = "" if self.limit is None else f" LIMIT {int(self.limit)}"
        query = (
            f"SELECT {', '.join(chosen)} FROM {source} WHERE {' AND '.join(conditions) or '1'} "  # noqa: S608
            f"ORDER BY {', '.join(order)}{limit}"
        )
        return query, given

    def _conditions(self, known: set[str]) -> tuple[list[str], list[Any]]:
        conditions, given = [], []
        if self.ids is not None:
            conditions.append("runs.run IN (SELECT value FROM json_each(?))")
            given.append(json.dumps(list(self.ids)))
        for name, value in (self.where or {}).items():
            values = _values(value)
            if name in RUNS:
                condition, marks = f'runs."{name}"', values
            elif self.name != "runs" and name in TABLES[self.name].columns:
                condition, marks = (f't."{name}"' if name in known else "NULL"), values
            else:
                swept = varied(self.connection)
                if name not in swept:
                    hint = did_you_mean(name, [*swept, *RUNS, *known])
                    raise InputError(f"neither '{self.name}' nor the sweep has '{name}'{hint}")
                missing = f" OR NOT {_IS_SET}" if any(map(_is_missing, values)) else ""
                conditions.append(f"({_SETTING}{missing})")
                given += [name, json.dumps(values), json.dumps(list(_meant(values)))]
                given += [name] if missing else []
                continue
            missing = f" OR {condition} IS NULL" if any(map(_is_missing, marks)) else ""
            conditions.append(f"({condition} IN ({', '.join('?' * len(marks))}){missing})")
            given += marks
        return conditions, given

    def _frame(self, rows: list[tuple[Any, ...]], kinds: Mapping[str, type]) -> pd.DataFrame:
        import pandas as pd

        swept = [name for name in kinds if name not in RUNS] if self.name == "runs" else []
        stored = [name for name in kinds if name not in swept]
        read = list(zip(*rows, strict=True)) or [()] * (len(stored) + bool(swept))
        made = {name: _series(name, read[i], kinds[name]) for i, name in enumerate(stored)}
        if swept:
            settings = [json.loads(text) for text in read[-1]]
            made |= {
                name: _shown([one.get(name) for one in settings], kinds[name]) for name in swept
            }
        return pd.DataFrame({name: made[name] for name in kinds}, index=range(len(rows)))


_SETTING = """EXISTS (
    SELECT 1 FROM json_each(runs.settings) AS s WHERE s.key = ? AND (
        s.value IN (SELECT value FROM json_each(?))
        OR EXISTS (SELECT 1 FROM json_each(?) AS v WHERE v.type = s.type AND v.value = s.value)
    )
)"""
"""A swept setting has one of the values, or is one of those that JSON texts stand for."""


_IS_SET = """EXISTS (
    SELECT 1 FROM json_each(runs.settings) AS s WHERE s.key = ? AND s.type != 'null'
)"""


def varied(connection: sqlite3.Connection) -> dict[str, type]:
    """Return the settings that vary between runs, with the type of their values.

    It is `object`, and values are shown as JSON text, unless all are of one scalar type: as seeds,
    1 is a user and 1.0 is everybody.
    """
    rows = connection.execute(
        "SELECT s.key, group_concat(DISTINCT s.type) FROM runs, "
        "json_each(runs.settings) AS s GROUP BY s.key ORDER BY min(runs.rowid), min(s.id)"
    ).fetchall()
    kinds: dict[str, type] = {}
    for name, types in rows:
        found = {KINDS.get(kind, object) for kind in types.split(",") if kind != "null"}
        kinds[name] = found.pop() if len(found) == 1 else object if found else str
    return kinds


def check_rows(tables: Mapping[str, Sequence[tuple[Any, ...]]]) -> None:
    """Refuse values that no run leaves, in rows as they are stored; in ``runs`` they were checked.

    Raises
    ------
    ValueError, TypeError
        Names the column.
    """
    for name in TABLES.keys() & tables.keys():
        _, *columns = list(zip(*tables[name], strict=True)) or [()]
        for (column, meaning), values in zip(TABLES[name].columns.items(), columns, strict=False):
            # A file that is older than a column has nothing in it.
            _series(column, [one for one in values if one is not None], meaning.kind)


def _series(name: str, values: Sequence[Any], kind: type) -> Any:
    """Return stored values as an array of their type; a float that is missing is None there.

    Whole numbers are those of things, of which there are none or more.
    """
    import numpy as np

    if not values:
        return np.array(values, dtype=kind)
    if kind not in {int, float}:
        return list(values)
    array = np.array(values, dtype=float if kind is float else None)
    if kind is int and (array.dtype.kind != "i" or array.min() < 0):
        raise ValueError(f"'{name}' should be whole numbers from 0 on")
    if name in SHARES and (np.abs(array - 0.5) > 0.5 + ROUNDING).any():
        raise ValueError(f"'{name}' should be from 0 to 1")
    return array


def _shown(values: list[Any], kind: type) -> list[Any]:
    """Return values of a setting as they are shown."""
    if kind is not object:
        return values
    return [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]


def _values(given: Any) -> list[Any]:
    """Return what rows may have, given one value or several; values of NumPy are Python's."""
    several = hasattr(given, "__iter__") and not isinstance(given, str | bytes | Mapping)
    return [_plain(value) for value in (given if several else [given])]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _is_missing(value: Any) -> bool:
    """Whether a value is asked for that is not there; NaN is stored so, too."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def _meant(values: list[Any]) -> Iterator[Any]:
    """Yield what texts stand for, in a column of ``runs`` that is shown as JSON."""
    for value in values:
        if isinstance(value, str):
            with suppress(ValueError):
                yield json.loads(value)
