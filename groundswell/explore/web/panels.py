"""What is seen of a run, and what can be taken away of a scenario."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import solara
from solara.lab import use_task

from groundswell.explore import figures
from groundswell.explore.draft import Draft
from groundswell.explore.people import WILL, decision, shown
from groundswell.explore.simulation import SHARES, Moment, Simulation
from groundswell.explore.web.widgets import CopyButton, Figure
from groundswell.problems import InputError

if TYPE_CHECKING:
    import pandas as pd


WAIT = 0.2
"""Seconds between two looks at whether the run still plays."""


@solara.component
def Panels(simulation: Simulation, moment: Moment, playing: solara.Reactive[bool]) -> None:
    """The figures of a run."""
    with solara.ColumnsResponsive(12, large=6):
        with solara.Card("The course"):
            Figure(lambda: figures.course(moment), [moment])
        with solara.Card("The network"):
            Figure(lambda: figures.network(simulation.layout, moment.joined), [moment])
        with solara.Card("The mean field"):
            MeanField(simulation, moment, playing)
        with solara.Card("One user"):
            OneUser(moment)


@solara.component
def MeanField(simulation: Simulation, moment: Moment, playing: solara.Reactive[bool]) -> None:
    """The mean-field map; what it takes of the platform is measured while nothing plays."""
    reason = figures.why_no_mean_field(simulation)
    asked, done = solara.use_reactive(simulation.quick), solara.use_reactive(0)

    async def measure() -> pd.DataFrame | None:
        found = None
        for table in simulation.response() if asked.value and not reason else ():
            found = table
            done.set(done.value + 1)
            while playing.peek() and task.is_current():
                await asyncio.sleep(WAIT)
            if not task.is_current():
                break
        return found

    task = use_task(measure, dependencies=[asked.value], prefer_threaded=True)
    if reason:
        solara.Text(reason)
    elif not asked.value:
        solara.Text(f"It takes the platform's response: {len(SHARES)} trainings.")
        solara.Button("Measure", on_click=lambda: asked.set(True), outlined=True)
    elif task.pending:
        solara.Text(
            f"The platform's response is measured while nothing plays: {done.value} of "
            f"{len(SHARES)} trainings."
        )
    elif task.value is None:
        solara.Text("There is none: this platform has no response S(α).")
    else:
        Figure(lambda: figures.mean_field(simulation, task.value, moment), [moment, task.value])


@solara.component
def OneUser(moment: Moment) -> None:
    """What one user sees, gets and decides."""
    user, last = solara.use_reactive(0), len(moment.joined) - 1
    solara.InputInt(f"user, 0 to {last:,}", user, dense=True, continuous_update=True)
    if not 0 <= user.value <= last:
        solara.Warning(f"users go from 0 to {last:,}", dense=True)
        return
    people = {what: values for what, values in moment.people.items() if what != WILL}
    rows = [(what, shown(values[user.value].item())) for what, values in people.items()]
    rows.append(("when it revises next, it", decision(moment.people, user.value)))
    with solara.v.SimpleTable(dense=True), solara.v.Html(tag="tbody"):
        for what, value in rows:
            with solara.v.Html(tag="tr"):
                solara.v.Html(tag="td", children=[what])
                solara.v.Html(tag="td", children=[value])


@solara.component
def Taking(draft: Draft) -> None:
    """Save, download, copy."""
    said = solara.use_reactive("")

    def save() -> None:
        try:
            said.set(f"wrote {draft.save().resolve()}")
        except InputError as error:
            said.set(str(error))

    with solara.Card("Take it with you"):
        with solara.Row(style={"flex-wrap": "wrap"}):
            solara.Button("Save as scenario file", save, outlined=True)
            solara.FileDownload(
                draft.text, draft.file_name, label="Download", mime_type="text/plain"
            )
            CopyButton(text=draft.command)
        solara.v.Html(tag="pre", children=[draft.command], class_="command")
        if said.value:
            solara.Text(said.value, classes=["said"])
