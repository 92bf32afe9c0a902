"""The mean field: the map of one round, where it rests, and the way a simulation took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from groundswell.analysis.bounds import FloatArray
from groundswell.analysis.equilibrium import fixed_points
from groundswell.analysis.plots.reading import measured, rounds_of
from groundswell.analysis.plots.style import FAINT, axes_of, legend, look, style
from groundswell.analysis.responses import Known, Response
from groundswell.analysis.tables import Curve, Measurements
from groundswell.problems import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHARES = 501
"""At so many shares the map is drawn."""


@style()
def mean_field(
    curve: Curve | Measurements,
    cost: Any,
    benefit: ArrayLike = 1.0,
    spillover: float = 0.0,
    selective_incentive: ArrayLike = 0.0,
    peer_pressure: ArrayLike = 0.0,
    revision: float = 1.0,
    *,
    safety: float = 0.0,
    grid: int = 2000,
    path: Sequence[float] | Measurements | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the mean-field map of the share of members from one round to the next.

    Where it meets the diagonal it rests: filled points attract, open ones are tipping points.

    Parameters
    ----------
    curve, cost, benefit, spillover, selective_incentive, peer_pressure, revision, safety, grid
        As in `groundswell.analysis.equilibrium.fixed_points`.
    path : sequence of float, DataFrame or Result, optional
        A simulated path, drawn as a cobweb: the shares of members in successive rounds, or one
        run, of which ``member_share`` counts, or ``alpha`` where that is missing.
    ax : Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If the path is no path of one run.
    ValueError
        As `fixed_points`.
    """
    known = Known(curve)
    economics = (benefit, spillover, selective_incentive, peer_pressure)
    response = Response(known, cost, *economics, safety=safety)
    points = fixed_points(known, cost, *economics, revision, safety=safety, grid=grid)
    way = None if path is None else _shares(path)
    alpha = np.union1d(np.linspace(0, 1, SHARES), response.knots)
    ax = axes_of(ax)
    ax.plot([0, 1], [0, 1], **FAINT, label="α' = α")
    if way is not None:
        _cobweb(ax, way)
    after = (1 - revision) * alpha + revision * response(alpha)
    ax.plot(alpha, after, color=look(0)["color"], label="mean field")
    for stable, face, name in ((True, "black", "stable"), (False, "white", "tipping point")):
        at = points.loc[points["stable"] == stable, "alpha"]
        if len(at):
            ax.plot(
                at, at, "o", color="black", markerfacecolor=face, markersize=6, zorder=4, label=name
            )
    ax.set(xlabel="share of members α", ylabel="share in the next round α'")
    ax.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    legend(ax)
    return ax


def _shares(path: Sequence[float] | Measurements) -> FloatArray:
    """Return the shares of members in successive rounds."""
    if hasattr(path, "series") or hasattr(path, "columns"):
        table = rounds_of(path, [])
        runs = table["run"].nunique()
        if runs != 1:
            raise InputError(f"the path is that of one run, found {runs:,}; choose one of them")
        column = "member_share" if "member_share" in table else "alpha"
        return np.asarray(measured(table, [column])[column], dtype=float)
    shares = np.asarray(path, dtype=float)
    if shares.ndim != 1 or not ((shares >= 0) & (shares <= 1)).all():
        raise InputError("a path is a sequence of shares from 0 to 1, or the result of one run")
    return shares


def _cobweb(ax: Axes, way: FloatArray) -> None:
    """Draw from each share up to the next one, and across to the diagonal."""
    x = np.repeat(way, 2)[:-1]
    y = np.repeat(way, 2)[1:]
    ax.plot(x, y, color=look(1)["color"], linewidth=0.8, label="simulated")
