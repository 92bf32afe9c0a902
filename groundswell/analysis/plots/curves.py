"""Curves over α: success, and the effective share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from groundswell.analysis import critical_mass
from groundswell.analysis.plots import masses
from groundswell.analysis.plots.labels import counted, label
from groundswell.analysis.plots.reading import Part, ends_of, means_of, parts_of, spread
from groundswell.analysis.plots.style import FAINT, axes_of, legend, look, style, unit_limits
from groundswell.analysis.tables import Measurements, varied

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST_POINTS = 1000
"""So many runs are drawn as points."""


@style()
def success_curve(
    result: Measurements,
    *,
    by: str | Sequence[str] | None = None,
    mass: pd.DataFrame | critical_mass.Bracket | float | None = None,
    target: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw success S over the share α: the last round of each run, and the means at each share.

    Where theory has a lower bound on S (column ``bound``) it is drawn too.

    Parameters
    ----------
    result : Result or DataFrame
        Runs, or a table with columns ``alpha`` and ``success``.
    by : str or sequence of str, optional
        Settings whose values are drawn apart; by default all that vary in a result beside the
        collective's share, if they have few combinations.
    mass : DataFrame, Bracket or float, optional
        The critical mass to mark: what `groundswell.analysis.critical_mass` found, or a number.
    target : float, optional
        The success S* to reach; without a `mass` its critical mass is read from these runs.
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
    table = ends_of(result, ["alpha", "success"])
    parts, note = parts_of(table, by, varied(result))
    marks = masses.marks(parts, mass, target)
    shown = 0
    ax = axes_of(ax)
    for number, part in enumerate(parts):
        how = look(number)
        shown += _runs(ax, part.table, MOST_POINTS // len(parts), how)
        _line(ax, part, "success", how)
        _bound(ax, part.table, how if len(parts) > 1 else {"color": "0.35"}, number)
    masses.draw(ax, marks, [look(number)["color"] for number in range(len(parts))])
    ax.set(xlabel=label("alpha"), ylabel=label("success"))
    ax.set_title(_said(len(table), shown, note))
    unit_limits(ax)
    legend(ax)
    return ax


@style()
def effective_share(
    result: Measurements, *, by: str | Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the effective share α_eff over the share α, beside the diagonal of plain training.

    Means of the last rounds at each share, with 95 % Student intervals over runs.

    Parameters
    ----------
    result : Result or DataFrame
        Runs, or a table with columns ``alpha`` and ``alpha_eff``.
    by : str or sequence of str, optional
        Settings whose values are drawn apart, such as the learner; by default all that vary in a
        result beside the collective's share, if they have few combinations.
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
    table = ends_of(result, ["alpha", "alpha_eff"])
    parts, note = parts_of(table, by, varied(result))
    ax = axes_of(ax)
    end = float(table["alpha"].max())
    ax.plot([0, end], [0, end], **FAINT, label=r"α$_\mathrm{eff}$ = α")
    for number, part in enumerate(parts):
        _line(ax, part, "alpha_eff", look(number))
    ax.set(xlabel=label("alpha"), ylabel=label("alpha_eff"))
    ax.set_title(_said(len(table), len(table), note))
    legend(ax)
    return ax


def _runs(ax: Axes, table: pd.DataFrame, most: int, how: dict[str, Any]) -> int:
    """Draw runs as points; return how many."""
    some = table.dropna(subset=["alpha", "success"])
    some = some.iloc[spread(len(some), most)]
    faint = {"color": how["color"], "marker": how["marker"], "alpha": 0.25}
    ax.scatter(some["alpha"], some["success"], s=9, linewidth=0, **faint)
    return len(some)


def _line(ax: Axes, part: Part, value: str, how: dict[str, Any]) -> None:
    """Draw the means of a value over α, with their intervals."""
    means = means_of(part.table, value)
    ends = np.abs(np.array([means.low, means.high]) - means.mean)
    ax.errorbar(
        means.shares, means.mean, ends, **how, elinewidth=0.8, label=part.name or label(value)
    )


def _bound(ax: Axes, table: pd.DataFrame, how: dict[str, Any], number: int) -> None:
    """Draw the lower bound that theory has, where it does not stay below 0."""
    if "bound" not in table or not (table["bound"] >= 0).any():
        return
    bound = means_of(table, "bound")
    says = bound.mean >= 0
    named: dict[str, Any] = {"label": label("bound")} if number == 0 else {}
    ax.plot(
        bound.shares[says],
        bound.mean[says],
        color=how["color"],
        linestyle=":",
        linewidth=1,
        **named,
    )


def _said(runs: int, shown: int, note: str) -> str:
    """Return what is drawn of how many runs."""
    points = "" if shown == runs else f"{shown:,} as points"
    return ", ".join(filter(None, [f"means of {counted(runs, 'run')}", points, note]))
