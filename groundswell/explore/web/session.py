"""What goes on in one browser: its model, made and moved on in the background."""

from __future__ import annotations

import asyncio
from typing import Any

import solara

from groundswell.explore.draft import Draft
from groundswell.explore.simulation import Moment, Simulation
from groundswell.problems import InputError, ScenarioError

PAUSE = 0.15
"""Seconds between two rounds of a run that plays, to look at them."""


def said(error: Exception) -> str:
    """Return what a page says of an error.

    >>> said(InputError("no such file")), said(ZeroDivisionError("division by zero"))
    ('no such file', 'ZeroDivisionError: division by zero')
    """
    known = isinstance(error, ScenarioError | InputError)
    return str(error) if known else f"{type(error).__name__}: {error}"


class Session:
    """A model that one browser watches.

    Parameters
    ----------
    draft
        The settings; a reset makes a model of them as they are then.

    Attributes
    ----------
    simulation, moment
        The model, and its last round that is over; None until there is one.
    playing
        Whether round follows round.
    problem
        Why no model could be made, or why it stopped; empty if all is well.
    resets
        How often a new model was asked for.
    """

    def __init__(self, draft: solara.Reactive[Draft]) -> None:
        self.draft = draft
        self.simulation: solara.Reactive[Simulation | None] = solara.reactive(None)
        self.moment: solara.Reactive[Moment | None] = solara.reactive(None)
        self.playing: solara.Reactive[bool] = solara.reactive(False)
        self.problem: solara.Reactive[str] = solara.reactive("")
        self.resets: solara.Reactive[int] = solara.reactive(0)

    async def make(self) -> None:
        """Make a model."""
        try:
            simulation = Simulation(self.draft.value.scenario)
        except Exception as error:  # whatever it is, the page stays
            self.problem.set(said(error))
            return
        self.problem.set("")
        self.simulation.set(simulation)
        self.moment.set(simulation.moment)

    async def advance(self) -> None:
        """Simulate a round, and one after the other while it plays."""
        simulation: Any = self.simulation.value
        going = True
        while going:
            try:
                moment = simulation.step()
            except Exception as error:  # as a run that fails, which is no end of a study
                self.problem.set(said(error))
                break
            if self.simulation.value is not simulation:  # a reset came in between
                return
            self.moment.set(moment)
            going = self.playing.value and moment.running
            await asyncio.sleep(PAUSE)
        self.playing.set(False)

    def reset(self) -> None:
        """Ask for a new model."""
        self.stop()
        self.resets.set(self.resets.value + 1)

    def stop(self) -> None:
        """Let go of the model."""
        self.playing.set(False)
        if self.simulation.value is not None:
            self.simulation.value.close()
            self.simulation.set(None)
