"""Making the model of a run, anew or from its checkpoint, and keeping its state as it goes on."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from groundswell.scenarios.checkpoint import NoCheckpointError, Saved, read, write

if TYPE_CHECKING:
    from groundswell.model import CollectiveActionModel
    from groundswell.platform.fitting import Asking
    from groundswell.scenarios.simulate import Task
    from groundswell.snapshot import Bits

Clock = Callable[[], float]


class Keeper:
    """Makes the model of a run, and saves its state as often as the run asks for.

    Parameters
    ----------
    task
        The run; without ``checkpoints`` nothing is saved.
    clock
        Returns the seconds that the run has taken so far, in this process, as it goes.

    Attributes
    ----------
    seconds
        Wall time that the run had taken at the checkpoint it goes on from.
    """

    def __init__(self, task: Task, clock: Clock) -> None:
        self.task, self.seconds, self.clock = task, 0.0, clock
        self._run = task.run if task.checkpoints else ""
        self._path = task.checkpoints.path(self._run) if task.checkpoints else None
        self._members: dict[int, Bits] = {}
        self._trained = 0

    def model(self) -> Asking[CollectiveActionModel]:
        """Return the model at its checkpoint, or at round 0 where there is none."""
        model = yield from self._new()
        if self._path is None:
            return model
        try:
            saved = read(self._path, self._run)
        except NoCheckpointError:  # `notes` has said why
            return model
        try:
            self._go_on(model, saved)
        except (ValueError, KeyError, IndexError, TypeError) as error:
            _warn(f"run {self._run} starts anew; its checkpoint does not come out right: {error}")
            forget(model)
            model = yield from self._new()
        return model

    def after_round(self, model: CollectiveActionModel) -> None:
        """Note who is a member, and save the state if it is time to."""
        if self.task.checkpoints is None or self._path is None:
            return
        from groundswell.snapshot import needed_rounds, packed, taken

        self._trained = model.round if model.platform.retrained else self._trained
        self._members[model.round] = packed(model.columns["joined"])
        needed = needed_rounds(model, self._trained)
        self._members = {at: bits for at, bits in self._members.items() if at in needed}
        if not model.running or model.round % self.task.checkpoints.every:
            return
        seconds = self.seconds + self.clock()
        try:
            write(self._path, self._run, Saved(taken(model, self._members), seconds))
        except OSError as error:
            _warn(f"cannot write '{self._path}': {error.strerror}; the run goes on without it")

    def _new(self) -> Asking[CollectiveActionModel]:
        from groundswell.model import CollectiveActionModel

        model = CollectiveActionModel(
            self.task.scenario, replicate=self.task.replicate, begun=False
        )
        try:
            yield from model.beginning()
        except BaseException:
            forget(model)
            raise
        return model

    def _go_on(self, model: CollectiveActionModel, saved: Saved) -> None:
        from groundswell.snapshot import last_training, restore

        restore(model, saved.snapshot)
        self._members, self._trained = dict(saved.snapshot.members), last_training(model)
        self.seconds = saved.seconds


def forget(model: CollectiveActionModel) -> None:
    """Let go of a model: Mesa 3 counts agents in a table that would keep every model alive."""
    import mesa

    with suppress(AttributeError):
        mesa.Agent._ids.pop(model, None)


def _warn(text: str) -> None:
    warnings.warn(text, RuntimeWarning, stacklevel=4)
