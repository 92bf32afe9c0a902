"""Running scenarios and sweeps, alone or in worker processes, into a store."""

from __future__ import annotations

import time
import warnings
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from groundswell.problems import ScenarioError
from groundswell.randomness import Streams
from groundswell.scenario import Scenario
from groundswell.scenarios import folder as results_folder
from groundswell.scenarios.checkpoint import discard, with_checkpoints
from groundswell.scenarios.checkpoint import notes as checkpoint_notes
from groundswell.scenarios.engines import Submits, outcomes, processes
from groundswell.scenarios.interrupts import stoppable
from groundswell.scenarios.loading import Origin, Source, from_call, load_with_origin
from groundswell.scenarios.provenance import digests
from groundswell.scenarios.result import Result
from groundswell.scenarios.same import refuse_other_data, refuse_twins
from groundswell.scenarios.simulate import OnRound, Task, simulate
from groundswell.scenarios.store import FAILED, RunRecord, Store
from groundswell.scenarios.sweeping import (
    blame,
    in_order,
    one_at_a_time,
    replicates,
    swept_tasks,
    without_sweep,
)
from groundswell.scenarios.threads import one_thread
from groundswell.scenarios.together import side_by_side, together

if TYPE_CHECKING:
    from groundswell.world import World

AHEAD = 4
"""Runs submitted for each worker, so that none waits for the next."""


class Progress(Protocol):
    """What wants to know how far the work is."""

    def start(self, runs: int, rounds: int) -> None:
        """So many runs of so many rounds each are to be done."""

    def on_round(self, task: Task) -> OnRound | None:
        """Return what to call after each round of a run."""
        ...

    def on_run(self, record: RunRecord) -> None:
        """A run is stored."""

    def stop(self) -> None:
        """Nothing more will come."""


class Silent:
    """Progress that nobody watches."""

    def start(self, runs: int, rounds: int) -> None:
        """Say nothing."""

    def on_round(self, task: Task) -> OnRound | None:
        """Want nothing."""
        return None

    def on_run(self, record: RunRecord) -> None:
        """Say nothing."""

    def stop(self) -> None:
        """Say nothing."""


def run(
    source: Source,
    *,
    out: str | Path | None = None,
    workers: int = 1,
    checkpoint: int | None = None,
    executor: Submits | None = None,
    retry_failed: bool = False,
    **settings: Any,
) -> Result:
    """Run a scenario: all its replicates, without its sweep.

    Parameters
    ----------
    source
        What `load` takes: a path, a library name, a table or a scenario.
    out
        Folder to save the results in; by default they stay in memory. Runs that are there
        already are not done again.
    workers
        Number of processes; results do not depend on it.
    checkpoint
        Rounds after which each run saves its state in ``out``, so that the same call goes on from
        there when it was killed; by default it does not.
    executor
        What does the runs instead, such as the executor of a dask client: anything with a
        ``submit(function, argument)`` that returns a `concurrent.futures.Future`.
    retry_failed
        Whether to do runs again that are there as failed.
    settings
        Top-level settings to change, such as ``rounds`` or ``seed``; use
        ``scenario.replace`` for others.

    Raises
    ------
    ScenarioError, InputError
        If the scenario, its data or the folder cannot be used.

    >>> run("granovetter").series["members"].iloc[-1]
    np.int64(100)
    """
    loaded = load_with_origin(source, settings, given=from_call(settings))
    work = replicates(loaded.scenario, loaded.origin)
    check_data(work, loaded.origin)
    if checkpoint is not None:
        work = with_checkpoints(work, out, checkpoint)
        _warn_of_checkpoints(work)
    return warn_of_failures(
        execute(
            without_sweep(loaded.scenario),
            work,
            out=out,
            workers=workers,
            executor=executor,
            retry_failed=retry_failed,
        )
    )


def sweep(
    source: Source,
    *,
    out: str | Path | None = None,
    workers: int = 1,
    executor: Submits | None = None,
    retry_failed: bool = False,
    **settings: Any,
) -> Result:
    """Run a scenario's sweep: every combination, every replicate. Parameters as for `run`."""
    loaded = load_with_origin(source, settings, given=from_call(settings))
    work = swept_tasks(loaded.scenario, loaded.origin)
    check_data(work, loaded.origin, loaded.scenario)
    return warn_of_failures(
        execute(
            loaded.scenario,
            work,
            out=out,
            workers=workers,
            executor=executor,
            retry_failed=retry_failed,
        )
    )


def check_data(work: list[Task], origin: Origin, swept: Scenario | None = None) -> World:
    """Read the data that runs need before anything is run or written.

    Parameters
    ----------
    work
        The runs.
    origin
        Where the settings were given.
    swept
        The scenario whose sweep they are, to say which of its values is wrong.

    Returns
    -------
    World
        What the first run starts from.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the data.
    """
    first, *others = one_at_a_time(work)
    world = _checked_world(first, origin, swept)
    for task in others:
        _checked_world(task, origin, swept)
    return world


def _checked_world(task: Task, origin: Origin, swept: Scenario | None) -> World:
    from groundswell.world import build_world

    try:
        streams = Streams(task.scenario.seed)
        return build_world(task.scenario, streams, origin.locate, ahead=True)
    except ScenarioError as error:
        if swept is None:
            raise
        blamed = [blame(swept, task.settings, problem) for problem in error.problems]
        raise ScenarioError(blamed, origin.locate) from None


def execute(
    scenario: Scenario,
    work: Sequence[Task],
    *,
    out: str | Path | None = None,
    workers: int = 1,
    executor: Submits | None = None,
    progress: Progress | None = None,
    retry_failed: bool = False,
) -> Result:
    """Do the runs that are missing, and store each as it ends.

    A call that is interrupted keeps those that have ended; the same call goes on with the others.
    Several may be busy in one folder.

    Raises
    ------
    InputError
        If the folder cannot be used.
    Interrupted
        On Ctrl-C and SIGTERM.
    """
    start = time.perf_counter()
    progress = progress or Silent()
    with stoppable() as check, one_thread():
        refuse_twins(work)
        store = Store(None) if out is None else results_folder.prepare(Path(out), scenario)
        refuse_other_data(store, work)
        # What is read now is what runs are made from: data that change meanwhile make them fail.
        inputs = {} if out is None else digests(task.scenario for task in work)
        again = {None, FAILED} if retry_failed else {None}
        missing = [task for task in work if store.status(task.run) in again]
        # Not there now either: another process may have stored it meanwhile.
        todo = (task for task in in_order(missing) if store.status(task.run) in again)
        progress.start(len(missing), scenario.rounds)
        try:
            with closing(_records(todo, missing, workers, executor, progress)) as records:
                for record in records:
                    store.add(record)
                    discard(out, record)
                    progress.on_run(record)
                    check()
        finally:
            progress.stop()
            results_folder.finish(scenario, store, time.perf_counter() - start, inputs)
    return Result(scenario, store, [task.run for task in work], len(work) - len(missing))


def _records(
    todo: Iterator[Task],
    work: Sequence[Task],
    workers: int,
    executor: Submits | None,
    progress: Progress,
) -> Generator[RunRecord]:
    """Do those of the work that are still to be done, in the order in which they end."""
    workers = min(workers, len(work))
    if executor is not None:
        yield from outcomes(todo, executor)
    elif workers > 1:
        with processes(workers) as pool:
            yield from outcomes(todo, pool, AHEAD * workers, side_by_side(work, workers))
    else:
        yield from together(todo, progress.on_round, simulate)


def _warn_of_checkpoints(work: Sequence[Task]) -> None:
    for note, good in checkpoint_notes(work):
        if not good:
            warnings.warn(note, RuntimeWarning, stacklevel=3)


def warn_of_failures(result: Result) -> Result:
    """Warn a caller from Python of runs that did not end well."""
    runs = sum(result.statuses.values())
    bad = result.read("runs", ["status", "error"], {"status": ["failed", "diverged"]})
    if len(bad):
        first = bad.iloc[0]
        reason = (first["error"] or "").strip().splitlines()[-1:]
        warnings.warn(
            f"{len(bad)} of {runs} runs {first['status']}: {''.join(reason)} "
            "(see the column 'error' of result.runs)",
            RuntimeWarning,
            stacklevel=3,
        )
    return result
