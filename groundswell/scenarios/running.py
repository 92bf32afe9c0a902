"""Running scenarios and sweeps, alone or in worker processes, into a store."""

from __future__ import annotations

import signal
import threading
import time
import warnings
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from groundswell.problems import ScenarioError
from groundswell.randomness import Streams
from groundswell.scenario import Scenario
from groundswell.scenarios import folder as results_folder
from groundswell.scenarios.checkpoint import discard, with_checkpoints
from groundswell.scenarios.checkpoint import notes as checkpoint_notes
from groundswell.scenarios.loading import Origin, Source, from_call, load_with_origin
from groundswell.scenarios.result import Result
from groundswell.scenarios.simulate import OnRound, Task, simulate
from groundswell.scenarios.store import RunRecord, Store
from groundswell.scenarios.sweeping import (
    blame,
    one_at_a_time,
    replicates,
    swept_tasks,
    without_sweep,
)

if TYPE_CHECKING:
    from groundswell.world import World


class Progress(Protocol):
    """What wants to know how far the work is."""

    def start(self, runs: int, rounds: int) -> None:
        """So many runs of so many rounds each begin."""

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
    **settings: Any,
) -> Result:
    """Run a scenario: all its replicates, without its sweep.

    Parameters
    ----------
    source
        What `load` takes: a path, a library name, a table or a scenario.
    out
        Folder to save the results in; by default they stay in memory.
    workers
        Number of processes; results do not depend on it.
    checkpoint
        Rounds after which each run saves its state in ``out``, so that the same call goes on from
        there when it was killed; by default it does not.
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
    scenario = without_sweep(loaded.scenario)
    return warn_of_failures(execute(scenario, work, out=out, workers=workers))


def sweep(
    source: Source, *, out: str | Path | None = None, workers: int = 1, **settings: Any
) -> Result:
    """Run a scenario's sweep: every combination, every replicate. Parameters as for `run`."""
    loaded = load_with_origin(source, settings, given=from_call(settings))
    work = swept_tasks(loaded.scenario, loaded.origin)
    check_data(work, loaded.origin, loaded.scenario)
    return warn_of_failures(execute(loaded.scenario, work, out=out, workers=workers))


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
        return build_world(task.scenario, Streams(task.scenario.seed), origin.locate)
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
    progress: Progress | None = None,
) -> Result:
    """Do runs and store each as it ends; an interrupted call keeps those that have ended."""
    start = time.perf_counter()
    progress = progress or Silent()
    store = Store(None) if out is None else results_folder.prepare(Path(out), scenario)
    ids: list[str] = []
    progress.start(len(work), scenario.rounds)
    try:
        with closing(_records(work, workers, progress)) as records:
            for record in records:
                store.add(record)
                discard(out, record)
                ids.append(record.run)
                progress.on_run(record)
    finally:
        progress.stop()
        results_folder.finish(scenario, store, time.perf_counter() - start)
    return Result(scenario, store, ids)


def _warn_of_checkpoints(work: Sequence[Task]) -> None:
    for note, good in checkpoint_notes(work):
        if not good:
            warnings.warn(note, RuntimeWarning, stacklevel=3)


def warn_of_failures(result: Result) -> Result:
    """Warn a caller from Python of runs that did not end well."""
    bad = result.runs[result.runs["status"] != "ok"]
    if len(bad):
        first = bad.iloc[0]
        reason = (first["error"] or "").strip().splitlines()[-1:]
        warnings.warn(
            f"{len(bad)} of {len(result.runs)} runs {first['status']}: {''.join(reason)} "
            "(see the column 'error' of result.runs)",
            RuntimeWarning,
            stacklevel=3,
        )
    return result


def _records(work: Sequence[Task], workers: int, progress: Progress) -> Generator[RunRecord]:
    """Do runs, in this process or in several; in the order in which they end."""
    if workers == 1 or len(work) == 1:
        for task in work:
            yield simulate(task, progress.on_round(task))
        return
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=workers, backend="loky", return_as="generator_unordered")
    with _interrupts_ignored():  # as are those of the processes that start meanwhile
        records = parallel(delayed(_in_worker)(task) for task in work)
    yield from records


def _in_worker(task: Task) -> RunRecord:
    """Do a run and leave it to the parent to stop on Ctrl-C, which the terminal sends to all."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return simulate(task)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # where signals do not arrive
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
