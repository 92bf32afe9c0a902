"""Running scenarios and sweeps, alone or in worker processes, into a store."""

from __future__ import annotations

import time
import warnings
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from groundswell.randomness import Streams
from groundswell.scenario import Scenario
from groundswell.scenarios import folder as results_folder
from groundswell.scenarios.loading import Origin, Source, load_with_origin
from groundswell.scenarios.result import Result
from groundswell.scenarios.simulate import OnRound, Task, simulate
from groundswell.scenarios.store import RunRecord, Store
from groundswell.scenarios.sweeping import one_at_a_time, replicates, tasks

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
    source: Source, *, out: str | Path | None = None, workers: int = 1, **settings: Any
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
    loaded = load_with_origin(source, settings)
    work = replicates(loaded.scenario)
    check_data(work, loaded.origin)
    return warn_of_failures(execute(loaded.scenario, work, out=out, workers=workers))


def sweep(
    source: Source, *, out: str | Path | None = None, workers: int = 1, **settings: Any
) -> Result:
    """Run a scenario's sweep: every combination, every replicate. Parameters as for `run`."""
    loaded = load_with_origin(source, settings)
    work = tasks(loaded.scenario, loaded.origin.locate)
    check_data(work, loaded.origin)
    return warn_of_failures(execute(loaded.scenario, work, out=out, workers=workers))


def check_data(work: list[Task], origin: Origin) -> World:
    """Read the data that runs need before anything is run or written.

    Returns
    -------
    World
        What the first run starts from.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the data.
    """
    from groundswell.world import build_world

    worlds = (
        build_world(task.scenario, Streams(task.scenario.seed), origin.locate)
        for task in one_at_a_time(work)
    )
    first = next(worlds)
    for _ in worlds:
        pass
    return first


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
                ids.append(record.run)
                progress.on_run(record)
    finally:
        progress.stop()
        results_folder.finish(scenario, store, time.perf_counter() - start)
    return Result(scenario, store, ids)


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
    yield from parallel(delayed(simulate)(task) for task in work)
