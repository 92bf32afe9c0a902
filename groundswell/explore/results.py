"""The page of a results folder: its time series, without a model."""

from __future__ import annotations

import solara

from groundswell.analysis import plots
from groundswell.explore.figures import drawn
from groundswell.explore.widgets import Figure
from groundswell.problems import InputError
from groundswell.scenarios.result import Result

SHOWN = (("alpha", "success"), ("member_share",), ("accuracy",), ("welfare",))
"""Columns of ``series`` that are drawn, each of them in a figure of its own."""
MOST_RUNS = 100
"""Of the runs, so many are listed."""


@solara.component
def Results(result: Result) -> None:
    """What a study found."""
    solara.Title(f"{result.scenario.name} · Groundswell")
    with solara.AppBar():
        solara.AppBarTitle(result.scenario.name)
    statuses = ", ".join(f"{count:,} {status}" for status, count in result.statuses.items())
    solara.Text(f"{result.folder}: runs: {statuses}", classes=["status"])
    with solara.ColumnsResponsive(12, large=6):
        for columns in SHOWN:
            with solara.Card():
                Series(result, columns)
    with solara.Card("Runs"):
        runs = solara.use_memo(lambda: result.read("runs", limit=MOST_RUNS), [])
        solara.DataFrame(runs, items_per_page=10, scrollable=True)


@solara.component
def Series(result: Result, columns: tuple[str, ...]) -> None:
    """Columns over the rounds, or why they cannot be drawn."""

    def draw() -> bytes | str:
        try:
            return drawn(lambda ax: plots.time_series(result, columns, ax=ax))
        except InputError as error:
            return str(error)

    image = solara.use_memo(draw, [])
    if isinstance(image, str):
        solara.Text(image)
    else:
        Figure(lambda: image, [])
