"""One run, from a scenario to its record."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from groundswell.files import file_settings
from groundswell.platform.fitting import Asking, alone
from groundswell.platform.learners.base import DivergedError
from groundswell.platform.learners.network import Network
from groundswell.problems import InputError
from groundswell.scenario import Scenario
from groundswell.scenarios.checkpoint import Checkpoints
from groundswell.scenarios.identity import run_id
from groundswell.scenarios.keeping import Clock, Keeper, forget
from groundswell.scenarios.loading import with_files_found
from groundswell.scenarios.store import RunRecord
from groundswell.scenarios.threads import one_thread
from groundswell.tables import Row

if TYPE_CHECKING:
    from groundswell.model import CollectiveActionModel

OnRound = Callable[["CollectiveActionModel"], None]


@dataclass(frozen=True)
class Task:
    """A run that is to be done.

    Parameters
    ----------
    scenario
        Its scenario, with the sweep's values in place.
    replicate
        Which replicate.
    position
        Place of its point among those of the study.
    settings
        The values the sweep gave it, by dotted key.
    checkpoints
        Where it saves its state and goes on from it; None if it does not.
    """

    scenario: Scenario
    replicate: int
    position: int = 0
    settings: dict[str, Any] = field(default_factory=dict)
    checkpoints: Checkpoints | None = None

    @cached_property
    def run(self) -> str:
        """Its id, by the data as they are when somebody first asks."""
        return run_id(self.scenario, self.replicate)

    @property
    def trains_networks(self) -> bool:
        """Whether it gains by having others beside it, whose networks are trained with its own."""
        return isinstance(getattr(self.scenario.platform, "learner", None), Network)

    @cached_property
    def recorded(self) -> dict[str, Any]:
        """The values the sweep gave it as they are recorded: files by their absolute path."""
        return with_files_found(self.settings, self.scenario)


def simulate(task: Task, on_round: OnRound | None = None) -> RunRecord:
    """Do one run on one thread.

    Parameters
    ----------
    task
        What to run.
    on_round
        Called with the model after each round.

    Returns
    -------
    RunRecord
        A run that fails in any way has status ``"failed"`` and the traceback in ``error``.
    """
    start = time.perf_counter()
    with one_thread():
        return alone(simulation(task, on_round, lambda: time.perf_counter() - start))


def simulation(task: Task, on_round: OnRound | None, clock: Clock) -> Asking[RunRecord]:
    """Do the same, asking for each training; ``clock`` says how long it has taken so far."""
    keeper = Keeper(task, clock)
    tables: dict[str, list[Row]] = {}
    status, error = "ok", None
    try:
        yield from _rounds(keeper, tables, on_round)
        _check_data(task)
    except DivergedError as divergence:
        status, error = "diverged", str(divergence)
    except Exception:  # data or a learner may fail in their own way; other runs go on
        status, error = "failed", traceback.format_exc()
    return RunRecord(
        run=task.run,
        replicate=task.replicate,
        seed=task.scenario.seed,
        status=status,
        seconds=keeper.seconds + clock(),
        settings=task.recorded,
        position=task.position,
        tables=tables,
        error=error,
    )


def _check_data(task: Task) -> None:
    """Refuse what was made of other data than its id says."""
    if file_settings(task.scenario) and task.run != run_id(task.scenario, task.replicate):
        raise InputError("a data file has changed since the study began; start it again")


def _rounds(keeper: Keeper, tables: dict[str, list[Row]], on_round: OnRound | None) -> Asking[None]:
    """Simulate, adding rows round by round, so that those before a failure are kept."""
    model = yield from keeper.model()
    tables.update(model.recorder.tables)
    try:
        if on_round:
            on_round(model)
        while model.running:
            if keeper.task.trains_networks:
                yield from model.stepping()
            else:
                model.step()
            keeper.after_round(model)
            if on_round:
                on_round(model)
    finally:
        forget(model)
        # A model and its parts refer to each other, and large ones would pile up until Python
        # looks for such circles.
        model.__dict__.clear()
