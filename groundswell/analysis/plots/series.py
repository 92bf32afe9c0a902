"""Time series: how shares and success move over the rounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from groundswell.analysis.arguments import names
from groundswell.analysis.plots.labels import counted, label
from groundswell.analysis.plots.reading import measured, parts_of, require, rounds_of, spread
from groundswell.analysis.plots.style import (
    axes_of,
    legend,
    look,
    style,
    unit_limits,
    whole_numbers,
)
from groundswell.analysis.tables import Measurements, settings, settled_until

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST_LINES = 40
"""So many runs are drawn one by one, so that a figure of thousands stays small."""
MOST_ROUNDS = 400
"""So many rounds are drawn: more are not seen."""
BAND = (0.25, 0.5, 0.75)
"""Quantiles over runs: the ends of the band, and the line in the middle."""
MOST_LETTERS = 40
"""Of what an axis says."""
MARKERS = 8
"""So many markers tell a line from others in grey."""


@style()
def time_series(
    result: Measurements,
    columns: str | Sequence[str] = ("alpha", "success"),
    *,
    by: str | Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw columns of ``series`` over the rounds.

    Runs are thin lines (some of them, where there are many), the thick line is their median, and
    the band holds the middle half of them. Runs that ended because they had settled stay as they
    were.

    Parameters
    ----------
    result : Result or DataFrame
        Runs with their rounds.
    columns : str or sequence of str
        What to draw. What was not measured is left out, unless nothing was.
    by : str or sequence of str, optional
        Settings whose values are drawn apart; by default all that vary in a result if they have
        few combinations.
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
    table = rounds_of(result, [])
    wanted = _measured(table, names(columns))
    parts, note = parts_of(table, by, settings(result))
    until, runs = settled_until(result), table["run"].nunique()
    step = 1 + max(until, int(table["round"].max())) // MOST_ROUNDS
    most = max(1, MOST_LINES // (len(parts) * len(wanted)))
    ax, shown = axes_of(ax), 0
    for k, column in enumerate(wanted):
        for j, part in enumerate(parts):
            how = _look(j, k, len(parts), len(wanted))
            shown += _draw(ax, _wide(part.table, column, until).iloc[::step], most, how)
    _name(ax, wanted, [part.name for part in parts])
    ax.set(xlabel=label("round"), ylabel=_together(wanted))
    whole_numbers(ax)
    ax.set_title(_said(runs, shown // len(wanted), step, note))
    unit_limits(ax)
    return ax


def _measured(table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Return those of some columns that hold anything; one must."""
    require(table, columns)
    found = [name for name in columns if table[name].notna().any()]
    if not found:
        measured(table, columns)
    return found


def _look(group: int, column: int, groups: int, columns: int) -> dict[str, Any]:
    """Tell groups apart by colour and marker, columns by line style, and by colour if alone."""
    if groups == 1:
        return look(column) | {"marker": ""}
    return look(group) if columns == 1 else look(group) | {"linestyle": look(column)["linestyle"]}


def _wide(table: pd.DataFrame, column: str, until: int) -> pd.DataFrame:
    """Return one column per run and one row per round."""
    wide = table.pivot(index="round", columns="run", values=column).dropna(axis=1, how="all")
    if until >= 0:
        wide = wide.reindex(range(until + 1)).ffill(limit_area="outside")
    return wide


def _draw(ax: Axes, wide: pd.DataFrame, most: int, how: dict[str, Any]) -> int:
    """Draw runs, their band and their median; return how many runs are drawn one by one."""
    if wide.empty:
        return 0
    runs = wide.shape[1]
    some = wide.iloc[:, spread(runs, most)] if runs > 1 else wide.iloc[:, :0]
    ax.plot(some.index, some, color=how["color"], linewidth=0.5, linestyle="-", alpha=0.35)
    low, middle, high = wide.quantile(BAND, axis=1).to_numpy()
    if runs > 1:
        ax.fill_between(wide.index, low, high, color=how["color"], alpha=0.15, linewidth=0)
    alone = {"marker": "o"} if len(wide) == 1 else {}  # a line of one point is not seen
    ax.plot(wide.index, middle, **how | alone, markevery=max(1, len(wide) // MARKERS))
    return some.shape[1]


def _name(ax: Axes, columns: Sequence[str], groups: Sequence[str]) -> None:
    """Name groups and columns, apart where there are several of both."""
    from matplotlib.lines import Line2D

    if len(groups) > 1:
        for number, name in enumerate(groups):
            how = look(number) if len(columns) == 1 else look(number) | {"linestyle": "-"}
            ax.add_line(Line2D([], [], label=name, **how))
    if len(columns) > 1:
        for number, column in enumerate(columns):
            how = look(number) | {"marker": ""} | ({"color": "0.35"} if len(groups) > 1 else {})
            ax.add_line(Line2D([], [], label=label(column), **how))
    legend(ax)


def _together(columns: Sequence[str]) -> str:
    """Return what an axis of several columns says; the legend says the rest."""
    text = ", ".join(map(label, columns))
    return text if len(text) <= MOST_LETTERS else "value"


def _said(runs: int, shown: int, step: int, note: str) -> str:
    """Return what is drawn of how many runs."""
    said = []
    if runs > 1:
        lines = "all as lines" if shown == runs else f"{shown} as lines"
        said = [f"median and middle half of {counted(runs, 'run')}", lines]
    if step > 1:
        said.append(f"every {step} rounds")
    return ", ".join([*said, *([note] if note else [])])
