"""What a browser sees. Each has its own draft and its own model, made inside a component.

Mesa's ``SolaraViz`` is not used as a whole: its Reset makes the model, and its Step simulates, in
the handler of the click, so that the page stands still during a long fit; its parameters are the
arguments of a model's class, while which settings a scenario has depends on the kinds in it; and a
model that cannot be made would break the page. Its controls are: `groundswell.explore.web.widgets`.
"""

from __future__ import annotations

from collections.abc import Callable

import solara
from solara.lab import use_task

from groundswell.explore.controls import controls
from groundswell.explore.draft import Draft
from groundswell.explore.opened import opened
from groundswell.explore.web.panels import Panels, Taking
from groundswell.explore.web.results import Results
from groundswell.explore.web.session import Session
from groundswell.explore.web.widgets import Setting

OPEN = {"decision", "platform"}
"""Sections of settings that are open at first."""
LOOK = """
.explorer { display: grid; grid-template-columns: 340px minmax(0, 1fr); gap: 8px; }
.settings { position: sticky; top: 0; max-height: calc(100vh - 90px); overflow-y: auto; }
@media (max-width: 900px) {
  .explorer { grid-template-columns: minmax(0, 1fr); }
  .settings { position: static; max-height: none; order: 2; }
}
.setting { min-height: 48px; padding-top: 4px; }
.setting .v-input--selection-controls { margin-top: 4px; }
.command { white-space: pre-wrap; margin-top: 12px; }
"""


@solara.component
def Page() -> None:
    """The page of what was opened."""
    solara.Style(LOOK)
    if isinstance(opened.what, Draft):
        Explorer(opened.what)
    elif opened.what is not None:
        Results(opened.what)


@solara.component
def Explorer(start: Draft) -> None:
    """A scenario to play with."""
    draft = solara.use_reactive(start)
    solara.Title(f"{draft.value.scenario.name} · Groundswell")
    with solara.AppBar():
        solara.AppBarTitle(draft.value.scenario.name)
    with solara.Div(classes=["explorer"]):
        with solara.Div(classes=["settings"]):
            Settings(draft)
        with solara.Column():
            Run(draft)
            Taking(draft.value)


@solara.component
def Settings(draft: solara.Reactive[Draft]) -> None:
    """All settings of the scenario that have a control."""

    def change(key: str, value: object) -> None:
        draft.set(draft.value.change(key, value))

    if draft.value.problem:
        solara.Error(draft.value.problem, dense=True)
    found = solara.use_memo(lambda: controls(draft.value.scenario), [draft.value.changes])
    for section, those in found.items():
        with solara.Details(section, expand=section in OPEN).key(section):
            for control in those:
                refused = draft.value.refused.count(control.key)
                Setting(control, refused, change).key(f"{control.key} {control.form} {refused}")


@solara.component
def Run(draft: solara.Reactive[Draft]) -> None:
    """The model of this browser: buttons, and what is seen of it."""
    session = solara.use_memo(lambda: Session(draft), [])
    making = use_task(session.make, dependencies=[session.resets.value], prefer_threaded=True)
    advancing = use_task(session.advance, dependencies=None, prefer_threaded=True)
    solara.use_effect(lambda: session.stop, [])
    simulation, moment = session.simulation.value, session.moment.value
    ready = simulation is not None and moment is not None and not making.pending
    Buttons(session, making.pending, ready and moment.running and not advancing.pending, advancing)
    solara.Text(_status(session, making.pending), classes=["status"])
    solara.ProgressLinear(making.pending or advancing.pending)
    if session.problem.value:
        solara.Error(session.problem.value)
    if ready:
        if draft.value.scenario != simulation.scenario:
            solara.Info("The settings have changed. Reset starts a run with them.", dense=True)
        Panels(simulation, moment, session.playing).key(f"run {id(simulation)}")


def _status(session: Session, making: bool) -> str:
    if making:
        return "making the model ..."
    return session.moment.value.status if session.simulation.value else "there is no model"


@solara.component
def Buttons(session: Session, making: bool, idle: bool, advance: Callable[[], None]) -> None:
    """Reset, play or pause, step."""

    def play() -> None:
        session.playing.set(True)
        advance()

    with solara.Row():
        solara.Button("Reset", session.reset, color="primary", outlined=True, disabled=making)
        if session.playing.value:
            solara.Button("Pause", lambda: session.playing.set(False), color="primary")
        else:
            solara.Button("Play", play, color="primary", disabled=not idle)
        solara.Button("Step", advance, color="primary", outlined=True, disabled=not idle)
