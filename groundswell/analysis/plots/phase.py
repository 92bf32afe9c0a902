"""Phase diagrams: what becomes of a collective over two settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from groundswell.analysis.plots.labels import counted, label, value_name
from groundswell.analysis.plots.reading import ends_of
from groundswell.analysis.plots.style import axes_of, style
from groundswell.analysis.tables import Measurements
from groundswell.problems import InputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MISSING = "0.92"
"""The grey of settings without runs."""


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
    ax = axes_of(ax)
    (across, names_x), (up, names_y) = _places(cells.columns), _places(cells.index)
    limits: dict[str, Any] = {"vmin": 0, "vmax": 1} if table[value].between(0, 1).all() else {}
    if cells.notna().to_numpy().mean() > 1 / 2:
        order = np.ix_(np.argsort(up), np.argsort(across))
        ax.set_facecolor(MISSING)
        drawn: Any = ax.pcolormesh(
            np.sort(across), np.sort(up), cells.to_numpy()[order], shading="nearest",
            edgecolor="face", linewidth=0.2, **limits,
        )  # fmt: skip
    else:
        rows, columns = np.nonzero(cells.notna().to_numpy())
        colours = cells.to_numpy()[rows, columns]
        drawn = ax.scatter(across[columns], up[rows], 16, colours, linewidth=0, **limits)
    ax.figure.colorbar(drawn, ax=ax, label=label(value))
    ax.set(xlabel=label(x), ylabel=label(y))
    if names_x:
        ax.set_xticks(across, names_x, rotation=30, ha="right")
    if names_y:
        ax.set_yticks(up, names_y)
    ax.set_title(_said(table))
    return ax


def _places(values: pd.Index) -> tuple[np.ndarray, list[str]]:
    """Return where values go on an axis, and their names where they are no numbers."""
    if values.dtype.kind in "iuf":
        return values.to_numpy(dtype=float), []
    return np.arange(len(values), dtype=float), [value_name(value) for value in values]


def _said(table: pd.DataFrame) -> str:
    return f"means of {counted(len(table), 'run')}" if "run" in table else ""
