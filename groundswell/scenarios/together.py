"""Runs side by side in one process: those that wait for a network get it trained together.

A run goes on until it asks for a training. When all that are under way have asked, their networks
are trained at once (see `groundswell.platform.learners.engine`), to the bit as one by one, and each
run goes on with its own.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from math import ceil
from time import perf_counter

from groundswell.platform.fitting import fit_each
from groundswell.platform.learners.base import Classifier, Fit
from groundswell.scenarios.simulate import OnRound, Task, simulate, simulation
from groundswell.scenarios.store import RunRecord
from groundswell.scenarios.threads import one_thread

MOST_TOGETHER = 32
"""Runs under way at a time: more networks side by side are no faster."""
MOST_NUMBERS = 2**23
"""Numbers in the training points of the runs under way, beyond which no other begins."""

Watch = Callable[[Task], OnRound | None]
Simulate = Callable[[Task, OnRound | None], RunRecord]


class _Side:
    """A run under way beside others, and the training that it waits for.

    Parameters
    ----------
    task
        The run.
    on_round
        Called with its model after each round.

    Attributes
    ----------
    spent
        Seconds that it has taken so far, with its share of the trainings.
    """

    def __init__(self, task: Task, on_round: OnRound | None) -> None:
        self.spent, self._since = 0.0, 0.0
        self.asking = simulation(task, on_round, self._clock)
        self.due: Fit | None = None

    def go_on(self, answer: Classifier | Exception | None = None) -> RunRecord | None:
        """Go on until the next training is due, or to the end; return the record then."""
        self._since, self.due = perf_counter(), None
        try:
            if answer is None:
                self.due = next(self.asking)
            elif isinstance(answer, Exception):
                self.due = self.asking.throw(answer)
            else:
                self.due = self.asking.send(answer)
        except StopIteration as end:
            record: RunRecord = end.value
            return record
        finally:
            self.spent = self._clock()
        return None

    def _clock(self) -> float:
        return self.spent + perf_counter() - self._since


def side_by_side(tasks: Sequence[Task], workers: int) -> int:
    """Return how many runs a worker is given at a time, so that all have as much to do."""
    if not any(task.trains_networks for task in tasks):
        return 1
    turns = ceil(len(tasks) / (workers * MOST_TOGETHER))
    return ceil(len(tasks) / (workers * turns))


def together(
    tasks: Iterable[Task], on_round: Watch, alone: Simulate = simulate
) -> Generator[RunRecord]:
    """Do runs side by side, with the same results as one by one; in the order in which they end.

    Parameters
    ----------
    tasks
        The runs; taken one after the other, as there is room.
    on_round
        Returns what to call after each round of a run.
    alone
        Does a run that trains no networks.
    """
    under_way: list[_Side] = []
    rest = iter(tasks)
    try:
        while True:
            for side, answer in _answers(under_way):
                record = side.go_on(answer)
                if record is not None:
                    under_way.remove(side)
                    yield record
            while _room(under_way) and (task := next(rest, None)) is not None:
                if not task.trains_networks:
                    yield alone(task, on_round(task))
                    continue
                side = _Side(task, on_round(task))
                record = side.go_on()
                if record is None:
                    under_way.append(side)
                else:
                    yield record
            if not under_way:
                return
    finally:
        for side in under_way:
            side.asking.close()


def simulate_together(tasks: Sequence[Task]) -> list[RunRecord]:
    """Do runs side by side on one thread, and return all their records."""
    with one_thread():
        return list(together(tasks, lambda task: None))


def _answers(sides: Sequence[_Side]) -> list[tuple[_Side, Classifier | Exception]]:
    """Do the trainings that are due; each run bears its share of the time."""
    start = perf_counter()
    models = fit_each([side.due for side in sides if side.due])
    took = perf_counter() - start
    for side in sides:
        side.spent += took / len(sides)
    return list(zip(sides, models, strict=True))


def _room(sides: Sequence[_Side]) -> bool:
    """Whether another run can begin."""
    numbers = sum(side.due.data.points.X.size for side in sides if side.due)
    return len(sides) < MOST_TOGETHER and numbers < MOST_NUMBERS
