"""The figures of the page, as images."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from groundswell.agents.decision import BestResponse
from groundswell.analysis import plots
from groundswell.explore.simulation import Moment, Simulation

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

DOTS_PER_INCH = 130
WIDTH, HEIGHT = 5.6, 3.6

_drawing = Lock()


def drawn(draw: Callable[[Axes], object]) -> bytes:
    """Return what a function draws on axes, as a PNG image.

    One at a time: matplotlib's settings are those of the process, and browsers have threads.
    """
    with _drawing, plots.style():
        ax = plots.new_axes(WIDTH, HEIGHT)
        draw(ax)
        image = BytesIO()
        ax.figure.savefig(image, format="png", dpi=DOTS_PER_INCH)
        return image.getvalue()


def course(moment: Moment) -> bytes:
    """Draw α and S over the rounds so far."""
    series = moment.series.assign(run="")
    columns = [name for name in ("alpha", "success") if series[name].notna().any()]
    return drawn(lambda ax: plots.time_series(series, columns or ["member_share"], ax=ax))


def network(layout: plots.Layout, joined: ArrayLike) -> bytes:
    """Draw users and their ties."""
    return drawn(lambda ax: plots.network(layout, joined, ax=ax))


def why_no_mean_field(simulation: Simulation) -> str:
    """Say why a scenario has no mean-field map; empty where it has one."""
    rule = simulation.scenario.decision
    if isinstance(rule, BestResponse):
        return ""
    return f"There is one where users decide by best-response; here they do by {rule}."


def mean_field(simulation: Simulation, response: pd.DataFrame, moment: Moment) -> bytes:
    """Draw the map from one round's share to the next, and the way that the run took."""
    payoff, columns = simulation.scenario.payoff, simulation.model.columns
    measured = payoff.spillover == "measured"
    curve = response.assign(success=response["lift"]) if measured else response
    terms: dict[str, Any] = {
        name: columns[name] for name in ("benefit", "selective_incentive", "peer_pressure")
    }
    return drawn(
        lambda ax: plots.mean_field(
            curve,
            columns["cost"],
            **terms,
            spillover=0.0 if isinstance(payoff.spillover, str) else payoff.spillover,
            revision=float(np.mean(columns["revision"])) if "revision" in columns else 1.0,
            safety=payoff.safety,
            path=moment.series["member_share"].tolist(),
            ax=ax,
        )
    )
