"""A model that is watched while it runs: what is shown of a round is taken when it is over."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from groundswell.analysis.plots import network_layout
from groundswell.data import Bools
from groundswell.explore.people import Array, people
from groundswell.model import CollectiveActionModel
from groundswell.platform.platform import Learning
from groundswell.problems import ScenarioError
from groundswell.scenario import Scenario
from groundswell.scenarios.curve import success_curve
from groundswell.scenarios.keeping import forget
from groundswell.scenarios.threads import one_thread

if TYPE_CHECKING:
    import pandas as pd

SHARES = np.linspace(0, 1, 11)
"""Where the response of a platform that learns is measured for the mean-field map."""
FINE = np.linspace(0, 1, 2001)
"""Where one is that is known."""
PATIENCE = 10.0
"""Seconds of training that nobody needs to ask for."""


@dataclass(frozen=True, eq=False)
class Moment:
    """What is shown of a round; later rounds leave it as it is.

    Parameters
    ----------
    round
        The round.
    running
        Whether there is another one.
    series
        What was recorded so far.
    joined
        Who is a member.
    people
        What can be said of each user.
    """

    round: int
    running: bool
    series: pd.DataFrame
    joined: Bools
    people: dict[str, Array]

    @property
    def status(self) -> str:
        """The round in one line."""
        last = self.series.iloc[-1]
        alpha, success = last["alpha"], last["success"]
        parts = [f"round {self.round}", f"{int(last['members']):,} of {len(self.joined):,} users"]
        parts += [] if np.isnan(alpha) else [f"α = {alpha:.3f}"]
        parts += [] if np.isnan(success) else [f"S = {success:.3f}"]
        return " · ".join([*parts, *([] if self.running else ["the run is over"])])


class Simulation:
    """A run of a scenario, one round at a time and one caller at a time.

    Parameters
    ----------
    scenario
        What is simulated.

    Attributes
    ----------
    moment
        The last round that is over.
    seconds
        How long it took to get to round 0.
    layout
        Where users are drawn.

    Raises
    ------
    ScenarioError
        If the data do not fit.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self._lock = scenario, Lock()
        started = time.perf_counter()
        with one_thread():
            self.model = CollectiveActionModel(scenario)
            self.moment = self._now(running=True)
        self.seconds = time.perf_counter() - started
        self.layout = network_layout(self.model.ties)

    def step(self) -> Moment:
        """Simulate a round, unless the run is over."""
        with self._lock, one_thread():
            if self.moment.running:
                self.model.step()
                self.moment = self._now(running=self.model.running)
            return self.moment

    def close(self) -> None:
        """Let go of the model."""
        forget(self.model)

    @property
    def quick(self) -> bool:
        """Whether the platform's response can be measured in passing."""
        return self.seconds * len(SHARES) < PATIENCE

    def response(self) -> Iterator[pd.DataFrame]:
        """Measure the platform's response S(α), share by share; each time all there is so far.

        Nothing comes where the strategy has no success, or users no data.
        """
        with suppress(ScenarioError), one_thread():
            curve = success_curve(self.scenario, replicates=1)
            learns = isinstance(self.scenario.platform, Learning)
            for shares in SHARES if learns else [FINE]:
                curve(shares)
                yield curve.table()

    def _now(self, *, running: bool) -> Moment:
        model = self.model
        return Moment(model.round, running, model.series, model.columns["joined"], people(model))
