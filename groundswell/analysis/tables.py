"""Reading results: from tables of runs to one row per run, and to a curve α -> S."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from groundswell.analysis.bounds import FloatArray

if TYPE_CHECKING:
    import pandas as pd

Curve = Callable[[Any], Any]
"""Success S of a share α, such as ``groundswell.success_curve`` makes."""

ABOUT_RUNS = ("run", "replicate", "seed", "status", "seconds", "error")
"""Columns of ``runs`` that are no settings."""
SHARE_SETTING = "collective.seeds"
"""The setting that is swept to vary α."""


class HasTables(Protocol):
    """What `groundswell.run`, `groundswell.sweep` and `groundswell.open` return."""

    @property
    def runs(self) -> pd.DataFrame:
        """One row per run."""
        ...

    @property
    def series(self) -> pd.DataFrame:
        """One row per run and round."""
        ...


Measurements = Any
"""A table with columns such as ``alpha`` and ``success``, or a `HasTables`."""


def last_rounds(source: Measurements) -> pd.DataFrame:
    """Return the last round of each run that went well, beside the run's settings.

    Parameters
    ----------
    source : Result or DataFrame
        Of a table with columns ``run`` and ``round`` the last rounds count, of others all rows.

    Examples
    --------
    >>> import groundswell as gs
    >>> last_rounds(gs.run("granovetter"))[["seed", "round", "members"]].to_numpy()
    array([[  0, 100, 100]])
    """
    table: pd.DataFrame = source
    if hasattr(source, "series"):
        runs = source.runs[source.runs["status"] == "ok"]
        table = runs.merge(source.series, on="run", how="inner")
    if not {"run", "round"} <= set(table.columns):
        return table
    return table.sort_values("round", kind="stable").groupby("run").tail(1).sort_index()


def varied(source: Measurements) -> list[str]:
    """Return the settings that vary between the runs of a result beside the collective's share."""
    if not hasattr(source, "series"):
        return []
    others = {*ABOUT_RUNS, SHARE_SETTING}
    return [name for name in source.runs.columns if name not in others]


def units(table: pd.DataFrame) -> NDArray[np.int64]:
    """Return which rows belong to one replicate: its number for each row, from 0.

    Rows of one seed and replicate do; without these columns each row is on its own.
    """
    known = [name for name in ("seed", "replicate") if name in table]
    if not known:
        return np.arange(len(table))
    return np.asarray(table.groupby(known, sort=False).ngroup())


def measured(
    source: Measurements, by: Sequence[str] | None, value: str
) -> tuple[list[str], pd.DataFrame]:
    """Return the columns that tell settings apart, and the runs in which a value was measured.

    Parameters
    ----------
    source : Result or DataFrame
        As for `last_rounds`.
    by
        The columns; None for all settings that vary in a result beside the collective's share.
    value
        Name of the column with the value, beside ``alpha``.

    Raises
    ------
    ValueError
        If a column is missing, or nothing was measured.
    """
    by = varied(source) if by is None else list(by)
    table = last_rounds(source)
    require(table, ["alpha", value, *by])
    table = table.dropna(subset=["alpha", value])
    if table.empty:
        raise ValueError(f"the table holds no measured {value}")
    return by, table


def split(table: pd.DataFrame, by: Sequence[str]) -> Iterable[tuple[Hashable, pd.DataFrame]]:
    """Return the parts of a table that differ in some columns; all of it where there are none."""
    return table.groupby(list(by), sort=False, dropna=False) if by else [((), table)]


def named(by: Sequence[str], key: Hashable) -> dict[str, Hashable]:
    """Return the values of the columns that a part of a table was split by."""
    return dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True))


def require(table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a table without some columns.

    Raises
    ------
    ValueError
        Names what is missing and what is there.
    """
    missing = [name for name in columns if name not in table]
    if missing:
        there = ", ".join(map(str, table.columns))
        raise ValueError(f"the table has no column '{missing[0]}'; it has {there}")


def as_curve(source: Curve | Measurements) -> tuple[Curve, FloatArray | None]:
    """Return a callable α -> S, and the shares it was measured at where it is a table.

    A table becomes the mean success at each share, linear between, constant outside.

    Raises
    ------
    ValueError
        If nothing was measured, or settings beside the collective's share vary.

    Examples
    --------
    >>> import pandas as pd
    >>> curve, shares = as_curve(pd.DataFrame({"alpha": [0, 0.2], "success": [0.0, 1.0]}))
    >>> float(curve(0.05)), shares
    (0.25, array([0. , 0.2]))
    """
    if callable(source):
        return source, None
    if varied(source):
        raise ValueError(f"'{varied(source)[0]}' varies; take the runs of one value")
    table = last_rounds(source)
    require(table, ["alpha", "success"])
    means = table.groupby("alpha")["success"].mean().dropna()
    if means.empty:
        raise ValueError("the table holds no measured success")
    shares, success = means.index.to_numpy(dtype=float), means.to_numpy(dtype=float)
    return lambda alpha: np.interp(alpha, shares, success), shares
