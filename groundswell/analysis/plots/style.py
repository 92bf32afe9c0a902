"""How figures look, and how they are made and written; matplotlib is loaded on first use."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STYLE = "groundswell.mplstyle"
FAINT: dict[str, Any] = {"color": "0.55", "linewidth": 0.9, "zorder": 1}
"""Of lines to compare with, such as the diagonal."""


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of the package, and leave the user's own settings as they are."""
    import matplotlib.style

    with as_file(files(__package__) / STYLE) as path, matplotlib.style.context(path):
        yield


@style()
def new_axes(width: float | None = None, height: float | None = None) -> Axes:
    """Return axes on a figure of their own that pyplot knows nothing of, for pages of many.

    Parameters
    ----------
    width, height : float, optional
        In inches.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    usual = mpl.rcParams["figure.figsize"]
    figure = Figure(figsize=(width or usual[0], height or usual[1]))
    return _with_ticks(figure.subplots())


@style()
def svg(ax: Axes) -> str:
    """Return the figure of some axes as an ``<svg>`` element to put into a page.

    The same figure is the same text. Its size is the page's to decide (``viewBox``).

    Examples
    --------
    >>> svg(new_axes())[:5]
    '<svg '
    """
    text = io.StringIO()
    # No metadata: dates and versions would differ from day to day.
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    ax.figure.canvas.print_figure(text, format="svg", metadata=nothing)
    return text.getvalue()[text.getvalue().index("<svg") :]


def axes_of(ax: Axes | None) -> Axes:
    """Return the axes that were given, or those of a new pyplot figure."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return _with_ticks(plt.subplots()[1])


def look(number: int) -> dict[str, Any]:
    """Return colour, line style and marker of the n-th of several groups, to be used in `style`."""
    import matplotlib as mpl

    looks = list(mpl.rcParams["axes.prop_cycle"])
    return dict(looks[number % len(looks)])


def legend(ax: Axes, **how: Any) -> None:
    """Name what is drawn, where there is more than one thing to tell apart."""
    handles, names = ax.get_legend_handles_labels()
    if len(names) > 1:
        ax.legend(handles, names, **how)


def unit_limits(ax: Axes, axis: str = "xy") -> None:
    """Show all of [0, 1] on axes of shares and probabilities, and more if there is more."""
    for name in axis:
        low, high = getattr(ax.dataLim, f"interval{name}")
        limits = min(-0.03, 1.05 * low), max(1.03, high)
        getattr(ax, f"set_{name}lim")(*limits)


def _with_ticks(ax: Axes) -> Axes:
    """Fix how ticks look: they are made when they are first seen, maybe outside the style."""
    import matplotlib as mpl

    ax.tick_params(labelsize=mpl.rcParams["xtick.labelsize"])
    return ax
