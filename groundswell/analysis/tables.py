"""Reading results: from tables of runs to one row per run, and to a curve α -> S."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from groundswell.analysis.arguments import names
from groundswell.analysis.bounds import FloatArray

if TYPE_CHECKING:
    import pandas as pd

    from groundswell.schedule import Course

Rounds = NDArray[np.int64]
Description = Callable[[Rounds, FloatArray], Mapping[str, Any]]
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
    table = _with_settings(source)
    if not {"run", "round"} <= set(table.columns):
        return table
    return table.sort_values("round", kind="stable").groupby("run").tail(1).sort_index()


def settings(source: Measurements) -> list[str]:
    """Return all settings that vary between the runs of a result; none of a table."""
    if not hasattr(source, "series"):
        return []
    return [name for name in source.runs.columns if name not in ABOUT_RUNS]


def all_rounds(source: Measurements) -> pd.DataFrame:
    """Return every round of each run that went well, in order, beside the run's settings.

    Settings that a result's scenario changes over the rounds are columns by their dotted key.

    Parameters
    ----------
    source : Result or DataFrame
        A table with a column ``round`` but none of ``run`` is one run.

    Raises
    ------
    ValueError
        If a table has no rounds.

    Examples
    --------
    >>> import pandas as pd
    >>> all_rounds(pd.DataFrame({"round": [1, 0], "alpha": [0.5, 0.1]}))
       run  round  alpha
    0    0      0    0.1
    1    0      1    0.5
    """
    import pandas as pd

    table = _with_settings(source)
    require(table, ["round"])
    if "run" not in table:
        table = table.assign(run=0)[["run", *table.columns]]
    for key, course in _scheduled(source).items():
        table = table.assign(**{key: table["round"].map(course.at)})
    order = np.lexsort((table["round"], pd.factorize(table["run"])[0]))
    return table.iloc[order].reset_index(drop=True)


def varied(source: Measurements) -> list[str]:
    """Return the settings that vary between the runs of a result beside the collective's share."""
    return [name for name in settings(source) if name != SHARE_SETTING]


def units(table: pd.DataFrame) -> NDArray[np.int64]:
    """Return which rows belong to one replicate: its number for each row, from 0.

    Rows of one seed and replicate do; without these columns each row is on its own.
    """
    known = [name for name in ("seed", "replicate") if name in table]
    if not known:
        return np.arange(len(table))
    return np.asarray(table.groupby(known, sort=False).ngroup())


def measured(
    source: Measurements, by: str | Sequence[str] | None, value: str
) -> tuple[list[str], pd.DataFrame]:
    """Return the columns that tell settings apart, and the runs in which a value was measured.

    Parameters
    ----------
    source : Result or DataFrame
        As for `last_rounds`.
    by
        The columns, or one; None for all settings that vary in a result beside the collective's
        share.
    value
        Name of the column with the value, beside ``alpha``.

    Raises
    ------
    ValueError
        If a column is missing, or nothing was measured.
    """
    by = varied(source) if by is None else names(by)
    table = last_rounds(source)
    require(table, ["alpha", value, *by])
    table = table.dropna(subset=["alpha", value])
    if table.empty:
        raise ValueError(f"the table holds no measured {value}")
    return by, table


def per_run(
    source: Measurements, value: str, describe: Description, *, keep: Sequence[str] = ()
) -> pd.DataFrame:
    """Describe each run by its rounds and values, missing values left out.

    A run that ended early because it had settled stays as it was until its scenario's last round.

    Parameters
    ----------
    source : Result or DataFrame
        Runs with their rounds.
    value : str
        The column to describe.
    describe : callable
        Makes a row of (rounds, values).
    keep : sequence of str
        Columns to keep beside ``run``, ``seed``, ``replicate`` and the settings of a result.

    Raises
    ------
    ValueError
        If a column is missing, or nothing was measured.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"round": [0, 1], "alpha": [0.5, 0.1]})
    >>> per_run(table, "alpha", lambda rounds, values: {"last": values[-1]})
       run  last
    0    0   0.1
    """
    import pandas as pd

    table = all_rounds(source)
    require(table, [value, *keep])
    about = [name for name in ("seed", "replicate") if name in table]
    table = table.dropna(subset=[value])
    if table.empty:
        raise ValueError(f"the table holds no measured {value}")
    kept = list(dict.fromkeys(["run", *about, *settings(source), *keep]))
    end = settled_until(source)
    rows = []
    for _, group in table.groupby("run", sort=False):
        rounds, values = group["round"].to_numpy(), group[value].to_numpy(dtype=float)
        later = np.arange(rounds[-1] + 1, end + 1)
        rounds = np.concatenate([rounds, later])
        values = np.concatenate([values, np.full(len(later), values[-1])])
        rows.append({**{name: group[name].iloc[0] for name in kept}, **describe(rounds, values)})
    return pd.DataFrame(rows)


def grouped(
    table: pd.DataFrame, by: Sequence[str]
) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Yield the parts of a table with equal values of some columns, in order, and these values.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"kind": ["b", "a", "b"], "x": [1, 2, 3]})
    >>> [(names, len(part)) for names, part in grouped(table, ["kind"])]
    [({'kind': 'b'}, 2), ({'kind': 'a'}, 1)]
    """
    if not by:
        yield {}, table
        return
    for key, part in table.groupby(list(by), sort=False, dropna=False):
        yield dict(zip(by, key, strict=True)), part


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
        If it is neither, nothing was measured, or settings beside the collective's share vary.

    Examples
    --------
    >>> import pandas as pd
    >>> curve, shares = as_curve(pd.DataFrame({"alpha": [0, 0.2], "success": [0.0, 1.0]}))
    >>> float(curve(0.05)), shares
    (0.25, array([0. , 0.2]))
    """
    if callable(source):
        return source, None
    if not (hasattr(source, "series") or hasattr(source, "columns")):
        raise ValueError(
            "a curve is a function of the share α, a table with columns 'alpha' and 'success', or "
            f"a result; found {type(source).__name__}"
        )
    if varied(source):
        raise ValueError(f"'{varied(source)[0]}' varies; take the runs of one value")
    table = last_rounds(source)
    require(table, ["alpha", "success"])
    means = table.groupby("alpha")["success"].mean().dropna()
    if means.empty:
        raise ValueError("the table holds no measured success")
    shares, success = means.index.to_numpy(dtype=float), means.to_numpy(dtype=float)
    return lambda alpha: np.interp(alpha, shares, success), shares


def _scheduled(source: Measurements) -> Mapping[str, Course]:
    """Return the schedule that all runs of a result share, by dotted key."""
    if any(name.startswith("schedule") for name in settings(source)):
        return {}
    return getattr(getattr(source, "scenario", None), "schedule", {})


def settled_until(source: Measurements) -> int:
    """Return the round up to which runs that ended early are known to stay as they were."""
    scenario = getattr(source, "scenario", None)
    if scenario is None or {"rounds", "stop", "stop.kind"} & set(settings(source)):
        return -1
    return int(scenario.rounds) if scenario.stop.kind == "settled" else -1


def _with_settings(source: Measurements) -> pd.DataFrame:
    """Return a table as it is, and the rounds of a result's good runs beside their settings."""
    table: pd.DataFrame = source
    if hasattr(source, "series"):
        runs = source.runs[source.runs["status"] == "ok"]
        table = runs.merge(source.series, on="run", how="inner")
    return table
