"""Time series: how shares and success move over the rounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from groundswell.analysis.arguments import names
from groundswell.analysis.plots.labels import counted, label
from groundswell.analysis.plots.reading import parts_of, rounds_of, spread
from groundswell.analysis.plots.style import axes_of, legend, look, style, unit_limits
from groundswell.analysis.tables import Measurements, settings, settled_until

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST_LINES = 40
"""So many runs are drawn one by one, so that a figure of thousands stays small."""
MOST_ROUNDS = 400
"""So many rounds are drawn: more are not seen."""
BAND = (0.05, 0.5, 0.95)
"""Quantiles over runs: the ends of the band, and the line in the middle."""


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
    the band holds the middle 90 % of them. Runs that ended because they had settled stay as they
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
    wanted = names(columns)
    table = rounds_of(result, wanted)
    parts, note = parts_of(table, by, settings(result))
    until, runs = settled_until(result), table["run"].nunique()
    most = max(1, MOST_LINES // (len(parts) * len(wanted)))
    ax, shown = axes_of(ax), 0
    for column, line in zip(wanted, _looks(len(wanted)), strict=True):
        for part, colour in zip(parts, _looks(len(parts)), strict=True):
            how = line if len(parts) == 1 else {**colour, "linestyle": line["linestyle"]}
            shown += _draw(ax, _wide(part.table, column, until), most, how)
    _name(ax, wanted, [part.name for part in parts])
    ax.set(xlabel=label("round"), ylabel=_together(wanted))
    ax.set_title(_said(runs, shown // len(wanted), note))
    unit_limits(ax, "y")
    return ax


def _looks(count: int) -> list[dict[str, Any]]:
    return [{**look(number), "marker": ""} for number in range(count)]


def _wide(table: pd.DataFrame, column: str, until: int) -> pd.DataFrame:
    """Return one column per run and one row per round, of very many rounds some."""
    wide = table.pivot_table(index="round", columns="run", values=column, sort=False).sort_index()
    last = max(until, int(table["round"].max()))
    if until >= 0:
        wide = wide.reindex(range(last + 1)).ffill(limit_area="outside")
    return wide.iloc[spread(len(wide), MOST_ROUNDS)]


def _draw(ax: Axes, wide: pd.DataFrame, most: int, how: dict[str, Any]) -> int:
    """Draw runs, their band and their median; return how many runs are drawn one by one."""
    if wide.shape[1] == 1:
        ax.plot(wide.index, wide.iloc[:, 0], **how)
        return 1
    some = wide.iloc[:, spread(wide.shape[1], most)]
    ax.plot(some.index, some, color=how["color"], linewidth=0.5, linestyle="-", alpha=0.35)
    low, middle, high = wide.quantile(BAND, axis=1).to_numpy()
    ax.fill_between(wide.index, low, high, color=how["color"], alpha=0.15, linewidth=0)
    ax.plot(wide.index, middle, **how)
    return some.shape[1]


def _name(ax: Axes, columns: Sequence[str], groups: Sequence[str]) -> None:
    """Name groups by their colour, and columns by their line style where there are both."""
    from matplotlib.lines import Line2D

    if len(groups) > 1:
        for name, how in zip(groups, _looks(len(groups)), strict=True):
            straight = how if len(columns) == 1 else {**how, "linestyle": "-"}
            ax.add_line(Line2D([], [], label=name, **straight))
    if len(columns) > 1:
        for column, how in zip(columns, _looks(len(columns)), strict=True):
            grey = how if len(groups) == 1 else {**how, "color": "0.35"}
            ax.add_line(Line2D([], [], label=label(column), **grey))
    legend(ax)


def _together(columns: Sequence[str]) -> str:
    """Return what an axis of several columns says; the legend says the rest."""
    text = ", ".join(map(label, columns))
    return text if len(columns) <= 2 else "value"  # noqa: PLR2004


def _said(runs: int, shown: int, note: str) -> str:
    """Return what is drawn of how many runs."""
    if runs == 1:
        return note
    lines = "all as lines" if shown == runs else f"{shown} as lines"
    return ", ".join(
        filter(None, [f"median and middle 90 % of {counted(runs, 'run')}", lines, note])
    )
