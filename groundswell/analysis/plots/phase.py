"""Phase diagrams: what becomes of a collective over two settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from groundswell.analysis.bounds import FloatArray
from groundswell.analysis.plots.labels import counted, label, setting_label, value_names
from groundswell.analysis.plots.reading import ends_of, spread
from groundswell.analysis.plots.style import axes_of, style
from groundswell.analysis.tables import Measurements
from groundswell.problems import InputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MISSING = "0.92"
"""The grey of settings without runs."""
NUMBERS = "iuf"
"""Kinds of columns that hold numbers."""
UNEVEN = 5
"""Where values lie so many times closer together than others, cells are all of one size."""
MOST_TICKS = 12
MOST_LETTERS = 24
"""Longer names stand upright on the axis across."""


@style()
def phase_diagram(
    result_or_table: Measurements,
    x: str,
    y: str,
    *,
    value: str = "success",
    ax: Axes | None = None,
) -> Axes:
    """Draw a value over two settings as a heat map, or as points where they form no grid.

    Cells lie where their numbers are, so that theory can be drawn over them, unless some would be
    very narrow: then all are of one size, and the axis says which is which.

    Parameters
    ----------
    result_or_table : Result or DataFrame
        Runs, of which the last rounds count; or a table such as that of
        `groundswell.analysis.tipping.probability`.
    x, y : str
        The settings, or columns of the table.
    value : str
        The column that is drawn, as its mean over all runs with the same `x` and `y`.
    ax : Axes, optional
        Where to draw; by default on a new figure. Its figure gets the colour bar.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there are no runs that went well, a column is missing, or a setting has one value only.
    """
    table = ends_of(result_or_table, [x, y, value])
    for name in (x, y):
        if table[name].nunique() == 1:
            raise InputError(f"'{name}' has one value only; a phase diagram needs two that vary")
    cells = table.groupby([x, y], sort=False)[value].mean().unstack(x)
    limits = {"vmin": 0, "vmax": 1} if table[value].between(0, 1).all() else {}
    ax = axes_of(ax)
    draw = _grid if cells.notna().to_numpy().mean() > 1 / 2 else _scatter
    ax.figure.colorbar(draw(ax, cells, limits), ax=ax, label=label(value))
    ax.set(xlabel=setting_label(x, table[x]), ylabel=setting_label(y, table[y]))
    ax.set_title(f"means of {counted(len(table), 'run')}" if "run" in table else "")
    return ax


def _grid(ax: Axes, cells: pd.DataFrame, limits: dict[str, Any]) -> Any:
    """Draw cells; those without runs are grey."""
    ordered = _ordered(_ordered(cells).T).T
    ax.set_facecolor(MISSING)
    places = [_places(values, even=True) for values in (ordered.columns, ordered.index)]
    drawn = ax.pcolormesh(
        *places, ordered, shading="nearest", edgecolor="face", linewidth=0.5, **limits
    )
    _ticks(ax, ordered, *places)
    return drawn


def _scatter(ax: Axes, cells: pd.DataFrame, limits: dict[str, Any]) -> Any:
    """Draw points."""
    rows, columns = np.nonzero(cells.notna().to_numpy())
    x, y = (_places(values, even=False) for values in (cells.columns, cells.index))
    drawn = ax.scatter(
        x[columns], y[rows], 16, cells.to_numpy()[rows, columns], linewidth=0, **limits
    )
    _ticks(ax, cells, x, y)
    return drawn


def _ordered(cells: pd.DataFrame) -> pd.DataFrame:
    return cells.sort_index() if cells.index.dtype.kind in NUMBERS else cells


def _places(values: pd.Index, *, even: bool) -> FloatArray:
    """Return where values go: numbers where they are, but not cells much narrower than others."""
    numbers = np.arange(len(values), dtype=float)
    if values.dtype.kind not in NUMBERS:
        return numbers
    there = values.to_numpy(dtype=float)
    steps = np.diff(there)
    return numbers if even and steps.max() > UNEVEN * steps.min() else there


def _ticks(ax: Axes, cells: pd.DataFrame, x: FloatArray, y: FloatArray) -> None:
    """Name values that are not where their numbers are."""
    for axis, values, places in ((ax.xaxis, cells.columns, x), (ax.yaxis, cells.index, y)):
        if values.dtype.kind in NUMBERS and np.array_equal(values, places):
            continue
        some = spread(len(values), MOST_TICKS)
        names = value_names(str(values.name), list(values))
        axis.set_ticks(places[some], [names[place] for place in some])
        is_long = sum(map(len, names)) > MOST_LETTERS
        if axis is ax.xaxis and is_long:
            ax.tick_params("x", rotation=90)
