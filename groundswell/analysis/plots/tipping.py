"""Tipping: how likely it is, and whether the way back is another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from groundswell.analysis.hysteresis import area
from groundswell.analysis.plots.labels import label, setting_label
from groundswell.analysis.plots.reading import check, measured, parts_of, rounds_of
from groundswell.analysis.plots.style import axes_of, legend, look, style, unit_limits
from groundswell.analysis.tables import SHARE_SETTING, Measurements
from groundswell.analysis.tipping import probability
from groundswell.problems import InputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@style()
def tipping_probability(table_or_result: Measurements, *, ax: Axes | None = None) -> Axes:
    """Draw the probability of tipping by the size of the seed, with Wilson intervals.

    Parameters
    ----------
    table_or_result : DataFrame or Result
        What `groundswell.analysis.tipping.probability` returned: the seeds, or else the first
        column, are drawn across, and other settings apart. Of a result it is asked for.
    ax : Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there are no runs that went well, or a column is missing.
    """
    if hasattr(table_or_result, "series"):
        rounds_of(table_or_result, ["alpha"])
        table = probability(table_or_result)
    else:
        check(table_or_result)
        table = table_or_result
    measured(table, ["runs", "probability", "low", "high"])
    settings = list(table.columns[: table.columns.get_loc("runs")])
    if not settings:
        raise InputError("nothing varies in these runs; sweep 'collective.seeds' to draw this")
    across = SHARE_SETTING if SHARE_SETTING in settings else settings[0]
    table = table.sort_values(across, kind="stable")
    parts, note = parts_of(table, [name for name in settings if name != across], [])
    ax = axes_of(ax)
    for number, part in enumerate(parts):
        seeds, middle = part.table[across], part.table["probability"]
        ends = np.array([middle - part.table["low"], part.table["high"] - middle]).clip(0)
        ax.errorbar(seeds, middle, ends, **look(number), elinewidth=0.8, label=part.name)
    ax.set(xlabel=setting_label(across, table[across]), ylabel=label("probability"))
    ax.set_title(note)
    unit_limits(ax)
    legend(ax)
    return ax


@style()
def hysteresis_loop(loop: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the way there and the way back of what follows a parameter.

    Parameters
    ----------
    loop : DataFrame
        What `groundswell.analysis.hysteresis.loop` returned.
    ax : Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If it is another table, or empty.
    """
    check(loop)
    measured(loop, ["forward", "backward", "gap"])
    values, parameter = loop.iloc[:, 0], str(loop.columns[0])
    ax = axes_of(ax)
    ax.fill_between(values, loop["forward"], loop["backward"], color="0.9", linewidth=0)
    for number, (way, marker) in enumerate((("forward", ">"), ("backward", "<"))):
        ax.plot(values, loop[way], **(look(number) | {"marker": marker}), label=way)
    ax.set(xlabel=label(parameter), ylabel="mean over runs")
    ax.set_title(f"area between the branches {area(loop):.3g}")
    unit_limits(ax)
    legend(ax)
    return ax
