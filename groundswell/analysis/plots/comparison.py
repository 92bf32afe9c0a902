"""Comparisons: learners beside each other, and what an outcome depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from groundswell.analysis.plots.labels import counted, label, literal, value_names
from groundswell.analysis.plots.reading import check, ends_of, interval, measured, spread
from groundswell.analysis.plots.style import FAINT, axes_of, legend, look, style
from groundswell.analysis.tables import Measurements
from groundswell.problems import InputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST_POINTS = 200
"""So many runs of each learner are drawn as points."""
INDICES = {
    "mu_star": {"mu_star": "mean effect μ*", "sigma": "spread of effects σ"},
    "ST": {"S1": "alone S₁", "ST": "with interactions Sₜ"},
}
"""What is drawn of a table of indices with a column."""


@style()
def learner_comparison(
    result: Measurements,
    *,
    value: str = "success",
    by: str = "platform.learner.kind",
    ax: Axes | None = None,
) -> Axes:
    """Draw a value of the last rounds by learner: runs, means, and 95 % Student intervals.

    Parameters
    ----------
    result : Result or DataFrame
        Runs with several learners.
    value : str
        The column to compare.
    by : str
        The setting to compare by; where whole learners vary, that is ``"platform.learner"``.
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
    table = ends_of(result, [value])
    if by not in table and by == "platform.learner.kind" and "platform.learner" in table:
        by = "platform.learner"
    measured(table, [by])
    groups = list(table.groupby(by, sort=False)[value])
    ax = axes_of(ax)
    for place, (_, values) in enumerate(groups):
        numbers = values.to_numpy(dtype=float)
        some = numbers[spread(len(numbers), MOST_POINTS)]
        ax.plot(some, np.full(len(some), place), "|", color="0.6", markersize=8)
        low, high = interval(numbers)
        mean = numbers.mean()
        ends = [[mean - low], [high - mean]]
        ax.errorbar(mean, place, xerr=ends, **look(0))
    ax.set_yticks(range(len(groups)), value_names(by, [name for name, _ in groups]))
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.set(xlabel=label(value), ylabel=label(by))
    ax.set_title(f"means of {counted(len(table), 'run')}")
    return ax


@style()
def sensitivity(indices: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw sensitivity indices with their intervals, the most influential setting on top.

    Parameters
    ----------
    indices : DataFrame
        What `groundswell.analysis.sensitivity.morris` or ``sobol`` returned.
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
    check(indices)
    kind = next((name for name in INDICES if name in indices), None)
    if kind is None:
        there = ", ".join(map(str, indices.columns))
        raise InputError(f"these are no indices of morris() or sobol(): their columns are {there}")
    shown = INDICES[kind]
    table = measured(indices, ["parameter", *shown]).sort_values(kind, ascending=False)
    ax = axes_of(ax)
    places = np.arange(len(table))
    for number, (name, said) in enumerate(shown.items()):
        ends = table.get(f"{name}_conf")
        beside = places + 0.16 * (2 * number - 1)
        how = {**look(number), "linestyle": ""}
        ax.errorbar(table[name], beside, xerr=ends, **how, elinewidth=0.9, label=said)
    ax.axvline(0, **FAINT)
    ax.set_yticks(places, [literal(name) for name in table["parameter"]])
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set(xlabel="change of the outcome" if kind == "mu_star" else "share of the variance")
    legend(ax)
    return ax
