"""The outcome of each run: one number, beside the settings that led to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from groundswell.analysis.arguments import names
from groundswell.analysis.bounds import FloatArray
from groundswell.analysis.tables import Measurements, grouped, last_rounds, require, settings, units

if TYPE_CHECKING:
    import pandas as pd

When = Literal["last"] | int
"""A round, or the last of each run."""


def outcomes(
    source: Measurements, value: str, when: When = "last", table: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return every run with its outcome, missing where there is none.

    Parameters
    ----------
    source : Result or DataFrame
        A result; or a table with a row per run and the column `value`.
    value : str
        Column of the outcome.
    when : "last" or int
        Round of the ``series`` in which it is read.
    table : DataFrame, optional
        Where it is read instead: a column ``run``, and one row per run, such as
        `groundswell.analysis.tipping` returns.

    Raises
    ------
    ValueError
        If a column is missing, or the table has several rows of one run.

    Examples
    --------
    >>> import groundswell as gs
    >>> outcomes(gs.run("granovetter"), "alpha")[["replicate", "status", "alpha"]]
       replicate status  alpha
    0          0     ok    1.0
    """
    if not hasattr(source, "series"):
        plain: pd.DataFrame = source
        require(plain, [value])
        return plain
    measured = _rounds(source, when) if table is None else table
    require(measured, ["run", value])
    measured = measured[["run", value]]
    if measured["run"].duplicated().any():
        raise ValueError("the table has several rows of one run; an outcome is one number")
    runs = source.runs.drop(columns=value, errors="ignore")
    found: pd.DataFrame = runs.merge(measured, on="run", how="left", validate="one_to_one")
    # What a run measured before it diverged or failed is no outcome.
    found[value] = found[value].where(found["status"] == "ok")
    return found


def replicated(found: pd.DataFrame, value: str, by: Sequence[str]) -> FloatArray:
    """Return outcomes as [points, replicates], points in the order of the table.

    Raises
    ------
    ValueError
        If runs are missing.
    """
    complete(found, value, by)
    order = found.assign(_unit=units(found)).sort_values("_unit", kind="stable")
    rows = [part[value].to_numpy(dtype=float) for _, part in grouped(order, by)]
    return np.array(rows)


def complete(found: pd.DataFrame, value: str, by: Sequence[str], points: int | None = None) -> None:
    """Refuse outcomes of which some are missing.

    Parameters
    ----------
    found
        What `outcomes` returns.
    value
        Column of the outcome.
    by
        The settings; each of their combinations has as many runs as any other.
    points
        How many combinations there should be; by default those that are there.

    Raises
    ------
    ValueError
        Says how many are missing.
    """
    counts = found.groupby(list(by), dropna=False)[value].agg(["size", "count"])
    of_runs = max(counts["size"], default=1) * (len(counts) if points is None else points)
    missing = of_runs - int(counts["count"].sum())
    if missing:
        raise ValueError(
            f"{missing:,} of {of_runs:,} runs have no '{value}': they failed, diverged or have not "
            "been run, or nothing was measured; run the sweep again to complete it"
        )


def setting_names(source: Measurements, by: str | Sequence[str] | None) -> list[str]:
    """Return the columns that tell points apart: by default all settings of a result that vary."""
    return settings(source) if by is None else names(by)


def _rounds(source: Measurements, when: When) -> pd.DataFrame:
    """Return the rows of the series in one round, or in the last of each run."""
    series: pd.DataFrame = source.series
    return last_rounds(series) if when == "last" else series[series["round"] == when]
