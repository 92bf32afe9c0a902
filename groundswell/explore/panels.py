"""What is seen of a run, and what can be taken away of a scenario."""

from __future__ import annotations

import solara
from solara.lab import use_task

from groundswell.analysis import plots
from groundswell.explore import figures
from groundswell.explore.draft import Draft
from groundswell.explore.people import WILL, decision
from groundswell.explore.simulation import Moment, Simulation
from groundswell.explore.widgets import CopyButton, Figure
from groundswell.problems import InputError


@solara.component
def Panels(simulation: Simulation, moment: Moment) -> None:
    """The figures of a run."""
    layout = solara.use_memo(lambda: plots.network_layout(simulation.ties), [simulation])
    with solara.ColumnsResponsive(12, large=6):
        with solara.Card("The course"):
            Figure(lambda: figures.course(moment), [moment])
        with solara.Card("The network"):
            Figure(lambda: figures.network(layout, moment.joined), [moment])
        with solara.Card("The mean field"):
            MeanField(simulation, moment)
        with solara.Card("One user"):
            OneUser(moment)


@solara.component
def MeanField(simulation: Simulation, moment: Moment) -> None:
    """The mean-field map; what it takes of the platform is measured in the background."""
    reason = figures.why_no_mean_field(simulation)
    asked = solara.use_reactive(False)
    response = solara.use_reactive(None)

    async def measure() -> None:
        if reason or not (asked.value or simulation.quick):
            return
        for table in simulation.response():
            if not task.is_current():
                return
            response.set(table)

    task = use_task(measure, dependencies=[asked.value], prefer_threaded=True)
    if reason:
        solara.Text(reason)
    elif response.value is not None and len(response.value) > 1:
        table = response.value
        Figure(lambda: figures.mean_field(simulation, table, moment), [moment, len(table)])
    elif task.pending:
        solara.Text("measuring the platform's response S(α) ...")
    elif asked.value or simulation.quick:
        solara.Text("This platform has no response S(α).")
    else:
        solara.Text("It takes the platform's response S(α): the learner is trained at 11 shares.")
        solara.Button("Measure", on_click=lambda: asked.set(True), outlined=True)


@solara.component
def OneUser(moment: Moment) -> None:
    """What one user sees, gets and decides."""
    user, last = solara.use_reactive(0), len(moment.joined) - 1
    solara.InputInt(f"user, 0 to {last:,}", user, dense=True, continuous_update=True)
    if not 0 <= user.value <= last:
        solara.Warning(f"users go from 0 to {last:,}", dense=True)
        return
    people = {what: values for what, values in moment.people.items() if what != WILL}
    rows = [(what, _shown(values[user.value].item())) for what, values in people.items()]
    rows.append(("when it revises next, it", decision(moment.people, user.value)))
    with solara.v.SimpleTable(dense=True), solara.v.Html(tag="tbody"):
        for what, value in rows:
            with solara.v.Html(tag="tr"):
                solara.v.Html(tag="td", children=[what])
                solara.v.Html(tag="td", children=[value])


def _shown(value: object) -> str:
    """Write a value for people.

    >>> _shown(True), _shown(0.123456), _shown(12)
    ('yes', '0.1235', '12')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


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
