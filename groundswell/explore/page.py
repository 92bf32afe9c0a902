"""What a browser sees. Each has its own draft and its own model, made inside a component.

Mesa's ``SolaraViz`` is not used as a whole: its Reset makes the model, and its Step simulates, in
the handler of the click, so that the page stands still during a long fit; its parameters are the
arguments of a model's class, while which settings a scenario has depends on the kinds in it; and a
model that cannot be made would break the page. Its controls are (`groundswell.explore.widgets`).
"""

from __future__ import annotations

import asyncio

import solara
import solara.lab

from groundswell.explore.controls import controls
from groundswell.explore.draft import Draft
from groundswell.explore.opened import opened
from groundswell.explore.panels import Panels, Taking
from groundswell.explore.results import Results
from groundswell.explore.simulation import Simulation
from groundswell.explore.widgets import Setting
from groundswell.problems import InputError, ScenarioError
from groundswell.scenarios.result import Result

PAUSE = 0.15
"""Seconds between two rounds of a run that plays, to look at them."""
OPEN = {"decision", "platform"}
"""Sections of settings that are open at first."""
NARROW = "@media (max-width: 600px) { .solara-content-main { padding: 4px !important; } }"


@solara.component
def Page() -> None:
    """The page of what was opened."""
    solara.Style(NARROW)
    if isinstance(opened.what, Result):
        Results(opened.what)
    elif opened.what is not None:
        Explorer(opened.what)


@solara.component
def Explorer(start: Draft) -> None:
    """A scenario to play with."""
    draft = solara.use_reactive(start)
    solara.Title(f"{draft.value.scenario.name} · Groundswell")
    with solara.AppBar():
        solara.AppBarTitle(draft.value.scenario.name)
    with solara.Sidebar():
        Settings(draft)
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
        with solara.Details(section, expand=section in OPEN):
            for control in those:
                # A refused value is still in the browser: a new control takes its place.
                key = f"{control.key} {control.form} {draft.value.refused}"
                Setting(control, change).key(key)


@solara.component
def Run(draft: solara.Reactive[Draft]) -> None:
    """The model of this browser: buttons, and what is seen of it."""
    simulation = solara.use_reactive(None)
    moment = solara.use_reactive(None)
    playing, problem = solara.use_reactive(False), solara.use_reactive("")
    resets = solara.use_reactive(0)

    async def make() -> None:
        try:
            new = Simulation(draft.value.scenario)
        except (ScenarioError, InputError) as error:
            problem.set(str(error))
            return
        problem.set("")
        simulation.set(new)
        moment.set(new.moment)

    async def advance() -> None:
        watched = simulation.value
        going = True
        while going:
            now = watched.step()
            if simulation.value is not watched:
                return
            moment.set(now)
            going = playing.value and now.running
            await asyncio.sleep(PAUSE)
        playing.set(False)

    making = solara.lab.use_task(make, dependencies=[resets.value], prefer_threaded=True)
    advancing = solara.lab.use_task(advance, dependencies=None, prefer_threaded=True)

    def stop() -> None:
        playing.set(False)
        if simulation.value is not None:
            simulation.value.close()

    def reset() -> None:
        stop()
        resets.set(resets.value + 1)

    def play() -> None:
        playing.set(True)
        advancing()

    solara.use_effect(lambda: stop, [])
    ready = moment.value is not None and not making.pending
    idle = ready and moment.value.running and not advancing.pending
    with solara.Row(style={"flex-wrap": "wrap", "align-items": "center"}):
        solara.Button("Reset", reset, color="primary", outlined=True, disabled=making.pending)
        if playing.value:
            solara.Button("Pause", lambda: playing.set(False), color="primary")
        else:
            solara.Button("Play", play, color="primary", disabled=not idle)
        solara.Button("Step", advancing, color="primary", outlined=True, disabled=not idle)
        solara.Text(moment.value.status if ready else "making the model ...", classes=["status"])
    solara.ProgressLinear(making.pending or advancing.pending)
    if problem.value:
        solara.Error(problem.value)
    if ready:
        if draft.value.scenario != simulation.value.scenario:
            solara.Info("The settings have changed. Reset starts a run with them.", dense=True)
        Panels(simulation.value, moment.value).key(f"run {id(simulation.value)}")
