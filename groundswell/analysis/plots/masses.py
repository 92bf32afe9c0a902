"""Critical masses, marked on a curve of success."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from groundswell.analysis import critical_mass
from groundswell.analysis.plots.reading import Part, require

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

NAN = float("nan")


class Mark(NamedTuple):
    """A critical mass."""

    mass: float
    """NaN where no share reaches the target."""
    target: float | None
    """The success S* that it reaches, None if that is not known."""
    low: float = NAN
    high: float = NAN
    """Its interval, NaN without one."""
    part: int | None = None
    """Number of the part of the figure that it belongs to, None if to all of it."""


def marks(
    parts: Sequence[Part],
    mass: pd.DataFrame | critical_mass.Bracket | float | None,
    target: float | None,
) -> list[Mark]:
    """Return the critical masses that are given, or those of a target."""
    if mass is None and target is None:
        return []
    if isinstance(mass, critical_mass.Bracket):
        mass = mass.critical_mass
    if isinstance(mass, int | float):
        return [Mark(mass, target)]
    if mass is None:
        found = [critical_mass.from_sweep(part.table, target or 0.0).iloc[0] for part in parts]
        return [_mark(row, target, number) for number, row in enumerate(found)]
    require(mass, ["critical_mass"])
    return [_mark(row, target, _number(row, parts)) for _, row in mass.iterrows()]


def draw(ax: Axes, found: Sequence[Mark], colours: Sequence[str]) -> None:
    """Mark critical masses at the success that they reach, with their intervals."""
    for mark in found:
        alone = mark.part is None or len(colours) == 1
        _draw(ax, mark, "black" if alone else colours[mark.part or 0])
    targets = [mark.target for mark in found if mark.target is not None]
    missed = sum(np.isnan(mark.mass) for mark in found)
    if targets:
        text = f"critical mass, S* = {targets[0]:g}" + f", {missed} without" * bool(missed)
        ax.plot([], [], "*", color="black", markersize=8, label=text)


def _mark(row: pd.Series[float], target: float | None, part: int | None) -> Mark:
    ends = row.get("low", NAN), row.get("high", NAN)
    return Mark(row["critical_mass"], row.get("target", target), *ends, part)


def _number(row: pd.Series[float], parts: Sequence[Part]) -> int | None:
    """Return the number of the part with the settings of a row."""
    for number, part in enumerate(parts):
        if part.values and all(row.get(name) == value for name, value in part.values.items()):
            return number
    return None


def _draw(ax: Axes, mark: Mark, colour: str) -> None:
    if np.isnan(mark.mass):
        return
    if mark.target is None:
        ax.axvline(mark.mass, color=colour, linewidth=0.9, linestyle=":")
        return
    ax.vlines(mark.mass, 0, mark.target, color=colour, linewidth=0.9, linestyle=":")
    ax.hlines(mark.target, mark.low, mark.high, color=colour, linewidth=1.2)
    ax.plot(
        mark.mass, mark.target, "*", color=colour, markersize=10, markeredgecolor="white",
        markeredgewidth=0.6, zorder=5,
    )  # fmt: skip
