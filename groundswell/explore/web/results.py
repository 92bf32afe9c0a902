"""The page of a results folder: its time series, without a model."""

from __future__ import annotations

from pathlib import Path

import solara

from groundswell.analysis import plots
from groundswell.explore.figures import drawn
from groundswell.explore.web.widgets import Figure
from groundswell.problems import InputError
from groundswell.scenarios.result import Result, open_results

SHOWN = (("alpha", "success"), ("member_share",), ("accuracy",), ("welfare",))
"""Columns of ``series`` that are drawn, each of them in a figure of its own."""
MOST_RUNS = 100
"""Of the runs, so many are listed."""


@solara.component
def Results(folder: Path) -> None:
    """What a study found."""
    result = solara.use_memo(lambda: read(folder), [])
    solara.Title(f"{result.scenario.name} · Groundswell")
    with solara.AppBar():
        solara.AppBarTitle(result.scenario.name)
    counts = result.runs["status"].value_counts()
    statuses = ", ".join(f"{count:,} {status}" for status, count in counts.items())
    solara.Text(f"{folder}: runs: {statuses or 'none'}", classes=["status"])
    if "ok" not in counts:
        solara.Text("No run went well, so that there is nothing to draw.")
    with solara.ColumnsResponsive(12, large=6):
        for columns in SHOWN if "ok" in counts else ():
            if result.series[list(columns)].notna().any(axis=None):
                with solara.Card():
                    Series(result, columns)
    with solara.Card("Runs"):
        runs = result.runs.head(MOST_RUNS).round(3).fillna("")
        solara.DataFrame(runs, items_per_page=10, scrollable=True)


def read(folder: Path) -> Result:
    """Read at once what the page shows: a database is for the thread that has opened it."""
    result = open_results(folder)
    _ = result.runs, result.series
    return result


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
