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
LINES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
MOST_NAMES = 5
"""Longer legends stand beside the axes, not on what is drawn."""
FAINT: dict[str, Any] = {"color": "0.55", "linewidth": 0.9, "linestyle": (0, (5, 3)), "zorder": 1}
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

    The same figure is the same text; what it says is text too, in the reader's own sans-serif where
    DejaVu is missing. In CSS, ``max-width: 100%; height: auto`` makes it fit narrow pages.

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

    colours = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    looks = {"color": colours, "linestyle": LINES, "marker": MARKERS}
    return {name: values[number % len(values)] for name, values in looks.items()}


def legend(ax: Axes) -> None:
    """Name what is drawn, where there is more than one thing to tell apart."""
    handles, names = ax.get_legend_handles_labels()
    if len(names) > MOST_NAMES:
        ax.legend(handles, names, loc="upper left", bbox_to_anchor=(1, 1))
    elif len(names) > 1:
        ax.legend(handles, names, loc="best")


def unit_limits(ax: Axes) -> None:
    """Show all of [0, 1] on an axis up of shares and probabilities, and more if there is more."""
    low, high = ax.dataLim.intervaly
    low, high = min(0, low), max(1, high)
    margin = 0.03 * (high - low)
    ax.set_ylim(low - margin, high + margin)


def whole_numbers(ax: Axes) -> None:
    """Number an axis across of rounds by rounds, and by nothing in between."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(
        MaxNLocator("auto", steps=(1, 2, 5, 10), integer=True, min_n_ticks=1)
    )


def _with_ticks(ax: Axes) -> Axes:
    """Fix how ticks look: they are made when they are first seen, maybe outside the style."""
    import matplotlib as mpl

    ax.tick_params(labelsize=mpl.rcParams["xtick.labelsize"])
    return ax
