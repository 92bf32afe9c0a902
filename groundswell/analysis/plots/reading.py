"""What figures are drawn of: tables that are checked before anything is drawn, and their parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundswell.analysis.arguments import names
from groundswell.analysis.bounds import FloatArray
from groundswell.analysis.intervals import student
from groundswell.analysis.plots.labels import names_of
from groundswell.analysis.tables import Measurements, all_rounds, grouped, last_rounds
from groundswell.problems import InputError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

MOST_GROUPS = 7
"""So many can be told apart by colour and line style."""
MOST_SHARES = 50
"""At so many shares a mean is drawn."""


def rounds_of(source: Measurements, columns: Sequence[str]) -> pd.DataFrame:
    """Return all rounds of the runs that went well, with columns that must have been measured."""
    check(source)
    if not hasattr(source, "series"):
        require(source, ["round"])
    return measured(all_rounds(source), columns)


def ends_of(source: Measurements, columns: Sequence[str]) -> pd.DataFrame:
    """Return the last rounds of the runs that went well, and in which columns are known."""
    check(source)
    return measured(last_rounds(source), columns).dropna(subset=list(columns))


def check(source: Measurements) -> None:
    """Refuse what is no result or table, and results without a run that went well.

    Raises
    ------
    InputError
        Says what there is instead.
    """
    if not (hasattr(source, "series") or hasattr(source, "columns")):
        found = type(source).__name__
        raise InputError(f"a figure is drawn of a result or a table, found {found}")
    if not len(source.runs if hasattr(source, "series") else source):
        raise InputError("there is nothing to draw: no run has ended yet, or the table is empty")
    if hasattr(source, "series") and not (source.runs["status"] == "ok").any():
        statuses = source.runs["status"].value_counts()
        found = ", ".join(f"{count:,} {status}" for status, count in statuses.items())
        raise InputError(f"none of the runs went well, so there is nothing to draw: {found}")


def measured(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a table of which each of some columns must hold a value somewhere.

    Raises
    ------
    InputError
        Names the first that is missing or empty.
    """
    require(table, columns)
    for name in columns:
        if table[name].isna().all():
            raise InputError(f"'{name}' was not measured in any of these runs")
    return table


def require(table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a table without some columns.

    Raises
    ------
    InputError
        Names the first that is missing, and what is near it.
    """
    for name in columns:
        if name not in table:
            hint = did_you_mean(name, table.columns)
            raise InputError(
                f"there is no column '{name}'{hint}. (Results of an older version may lack "
                "columns: run their scenario again.)"
            )


class Part(NamedTuple):
    """Runs that share a look."""

    name: str
    values: dict[str, Any]
    """Of the settings by which they are told apart."""
    table: pd.DataFrame


def parts_of(
    table: pd.DataFrame, by: str | Sequence[str] | None, usual: Sequence[str]
) -> tuple[list[Part], str]:
    """Split a table by settings; return its parts, and what to say if they are not all of it.

    Parameters
    ----------
    table
        What to split.
    by
        Columns whose combinations are drawn apart: of many, some that are spread evenly.
    usual
        What they are if `by` is None, but all is one part if these have too many combinations.
    """
    chosen = list(usual) if by is None else names(by)
    require(table, chosen)
    found = sorted(grouped(table, chosen), key=lambda one: [*map(_rank, one[0].values())])
    if by is None and len(found) > MOST_GROUPS:
        return [Part("", {}, table)], ""
    shown = [found[i] for i in spread(len(found), MOST_GROUPS)]
    named = names_of([values for values, _ in shown])
    parts = [Part(name, *one) for name, one in zip(named, shown, strict=True)]
    return parts, f"{len(parts)} of {len(found):,} settings" if len(parts) < len(found) else ""


def spread(count: int, most: int) -> NDArray[np.int64]:
    """Return numbers from 0 to count - 1: all, or as many as there may be, spread evenly.

    >>> spread(3, 5), spread(9, 3)
    (array([0, 1, 2]), array([0, 4, 8]))
    """
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


class Means(NamedTuple):
    """Means of a value at each share, with the ends of their 95 % intervals."""

    shares: FloatArray
    mean: FloatArray
    low: FloatArray
    high: FloatArray


def means_of(table: pd.DataFrame, value: str) -> Means:
    """Return the means of a value over runs with equal α; of too many shares, over neighbours."""
    table = table.dropna(subset=["alpha", value]).sort_values("alpha", kind="stable")
    alpha, values = (table[name].to_numpy(dtype=float) for name in ("alpha", value))
    number = np.unique(alpha, return_inverse=True)[1]
    if number.max(initial=0) >= MOST_SHARES:
        number = np.arange(len(alpha)) * MOST_SHARES // len(alpha)
    ends = np.flatnonzero(np.diff(number)) + 1
    at = [part.mean() for part in np.split(alpha, ends)]
    rows = [(part.mean(), *interval(part)) for part in np.split(values, ends)]
    return Means(np.array(at), *np.array(rows).T)


def interval(values: FloatArray) -> tuple[float, float]:
    """Return the 95 % Student interval of a mean; of shares, in as far as these can reach it.

    That of two or three runs would make an axis of shares from -2 to 4.
    """
    low, high = student(values)
    if values.min(initial=0) >= 0 and values.max(initial=1) <= 1:
        low, high = max(low, 0.0), min(high, 1.0)
    return low, high


def _rank(value: Any) -> tuple[int, Any]:
    """Sort numbers by size and anything else as it comes."""
    is_number = isinstance(value, int | float | np.number)
    return (0, float(value)) if is_number else (1, 0)
