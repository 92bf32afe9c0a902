"""The figures of the page, as images."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from groundswell.agents.columns import Columns
from groundswell.agents.decision import BestResponse
from groundswell.agents.distribution import Constant, Continuous
from groundswell.agents.payoff import Payoff
from groundswell.analysis import plots
from groundswell.explore.simulation import Moment, Simulation

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

DOTS_PER_INCH = 150
WIDTH, HEIGHT = 4.6, 3.1

FIRST_ROUNDS = 10
"""So many rounds are in sight from the start."""
MOST_COSTS = 2000
"""The map of more users than these is that of some of them, evenly spread."""

_drawing = Lock()


def drawn(draw: Callable[[Axes], object]) -> bytes:
    """Return what a function draws on axes, as a PNG image.

    One at a time: matplotlib's settings are those of the process, and browsers have threads.
    """
    with _drawing, plots.style():
        ax = plots.new_axes(WIDTH, HEIGHT)
        draw(ax)
        image = BytesIO()
        figure: Any = ax.figure
        figure.savefig(image, format="png", dpi=DOTS_PER_INCH)
        return image.getvalue()


def course(moment: Moment) -> bytes:
    """Draw α and S over the rounds so far."""
    series = moment.series.assign(run="")
    measured = [name for name in ("alpha", "success") if series[name].notna().any()]

    def draw(ax: Axes) -> None:
        plots.time_series(series, measured or ["member_share"], ax=ax)
        ax.set_xlim(0, max(FIRST_ROUNDS, moment.round))

    return drawn(draw)


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
    return drawn(
        lambda ax: plots.mean_field(
            curve,
            **terms(payoff, columns),
            spillover=0.0 if isinstance(payoff.spillover, str) else payoff.spillover,
            revision=float(np.mean(columns["revision"])) if "revision" in columns else 1.0,
            safety=payoff.safety,
            path=moment.series["member_share"].tolist(),
            ax=ax,
        )
    )


def terms(payoff: Payoff, columns: Columns) -> dict[str, Any]:
    """Return costs and what they are weighed against.

    Costs by their law where they are drawn from one: those that were drawn are a staircase, which
    the map crosses a hundred times where the law crosses once.
    """
    some = np.unique(np.linspace(0, columns.users - 1, min(columns.users, MOST_COSTS)).astype(int))
    found: dict[str, Any] = {}
    for name in ("cost", "benefit", "selective_incentive", "peer_pressure"):
        setting = getattr(payoff, name)
        found[name] = setting.value if isinstance(setting, Constant) else columns[name][some]
    if isinstance(payoff.cost, Continuous) and payoff.cost.correlate is None:
        found["cost"] = payoff.cost
    return found
