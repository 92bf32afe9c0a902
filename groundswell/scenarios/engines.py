"""What does the runs: this process, processes on this machine, a cluster; one pattern for all.

Whatever has a ``submit`` that returns a future can do runs. Their records come back to the one
process that stores them.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager, suppress
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from groundswell.problems import InputError
from groundswell.scenarios.interrupts import held_back
from groundswell.scenarios.simulate import Task, simulate
from groundswell.scenarios.store import FAILED, RunRecord
from groundswell.scenarios.threads import one_thread_for_good
from groundswell.scenarios.together import simulate_together

Bundle = tuple[Task, ...]
"""Runs that are submitted as one."""
Lost = tuple[Task, Exception]
WINDOW = 1_000
"""Runs that are submitted at a time to an executor whose size nobody knows."""
PATIENCE = 5.0
"""Seconds in which a scheduler must answer."""
PULSE = 1.0
"""Seconds after which who does the runs is asked whether it is still there."""
LOUD = ("distributed.client", "distributed.utils", "tornado.application", "asyncio")
"""Loggers of dask to which a lost connection is worth several tracebacks."""
LIVES = 3
"""How often a run is lost with its worker before it is said to have failed."""


class Submits(Protocol):
    """What can do runs: an executor of `concurrent.futures`, of dask, or one of your own."""

    def submit(self, function: Any, /, *arguments: Any) -> Future[Any]:
        """Return the future of a call of a function."""
        ...


def outcomes(
    tasks: Iterable[Task], executor: Submits, window: int = WINDOW, beside: int = 1
) -> Generator[RunRecord]:
    """Do runs with an executor, and return their records in the order in which they end.

    Runs that are lost, for their worker was killed, are submitted again. What takes others down
    with it, such as a run that needs more memory than there is, is found by doing those that were
    lost twice alone: one that is lost then is recorded as failed.

    Parameters
    ----------
    tasks
        The runs; taken one after the other, as there is room.
    executor
        What does them. If it has a ``check()``, that is called now and then, and is to raise when
        nothing will come any more.
    window
        How many are submitted at a time, so that any number of runs fits in memory.
    beside
        How many runs are done side by side by who is given them, and submitted as one.
    """
    for life in range(1, LIVES + 1):
        lost: list[Lost] = []
        bundles = _bundles(tasks, beside if life == 1 else 1)
        yield from _outcomes(bundles, executor, window if life < LIVES else 1, lost)
        tasks = [task for task, _ in lost]
    for task, error in lost:
        yield _failed(task, error)


def _bundles(tasks: Iterable[Task], size: int) -> Iterator[Bundle]:
    waiting = iter(tasks)
    while bundle := tuple(islice(waiting, size)):
        yield bundle


def _outcomes(
    waiting: Iterator[Bundle], executor: Submits, window: int, lost: list[Lost]
) -> Generator[RunRecord]:
    """Do runs once; note those that are lost, and why."""
    ended: SimpleQueue[Bundle] = SimpleQueue()
    running: dict[str, Future[Any]] = {}

    def start(bundle: Bundle) -> None:
        call = (simulate, *bundle) if len(bundle) == 1 else (simulate_together, bundle)
        future = executor.submit(*call)
        running[bundle[0].run] = future
        future.add_done_callback(lambda _: ended.put(bundle))

    try:
        while True:
            for bundle in islice(waiting, window - len(running)):
                start(bundle)
            if not running:
                return
            bundle = _next(ended, executor)
            try:
                done = running.pop(bundle[0].run).result()
            except Exception as error:  # not the runs' own, which their records would hold
                _check(executor)
                lost += [(task, error) for task in bundle]
            else:
                yield from done if len(bundle) > 1 else [done]
    finally:
        _cancel(executor, running.values())


def _next(ended: SimpleQueue[Bundle], executor: Submits) -> Bundle:
    """Wait for runs to end, as long as there is who does it."""
    while True:
        try:
            return ended.get(timeout=PULSE)
        except Empty:
            _check(executor)


def _check(executor: Submits) -> None:
    """Raise what the executor says when it is gone, where it can say so."""
    check = getattr(executor, "check", None)
    if check is not None:
        check()


def _cancel(executor: Submits, futures: Iterable[Future[Any]]) -> None:
    """Give runs up, where there still is who does them."""
    if isinstance(executor, Processes):  # which are killed, and loky cannot bear both
        return
    with suppress(Exception):  # what ended the runs is to be heard, not this
        _check(executor)
        for future in futures:
            future.cancel()


def _failed(task: Task, error: Exception) -> RunRecord:
    """Return the record of a run that was lost for good."""
    reason = f"its worker was lost {LIVES} times, killed or out of memory: {error!r}"
    return RunRecord(
        task.run, task.replicate, task.scenario.seed, FAILED, 0.0, task.recorded, task.position,
        {}, reason,
    )  # fmt: skip


class Processes:
    """Worker processes on this machine; those that are killed are replaced.

    Parameters
    ----------
    workers
        How many.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool = self._new()

    def submit(self, function: Any, /, *arguments: Any) -> Future[Any]:
        """Return the future of a call of a function."""
        with held_back():
            try:
                return self._pool.submit(function, *arguments)  # type: ignore[no-any-return]
            except BrokenExecutor:  # a killed process takes the whole pool with it
                self._pool.shutdown(wait=True, kill_workers=True)
                self._pool = self._new()
                return self._pool.submit(function, *arguments)  # type: ignore[no-any-return]

    def stop(self, *, now: bool) -> None:
        """End the processes, at once or when they have nothing to do."""
        if now:
            self._drain()
        self._pool.shutdown(wait=True, kill_workers=now)

    def _drain(self) -> None:
        """Take back what no process has been given yet.

        When loky kills its processes it forgets all runs, and then fails to find those that it
        is about to give to them.
        """
        with suppress(Empty):
            while True:
                self._pool._work_ids.get_nowait()

    def _new(self) -> Any:
        from joblib.externals.loky import ProcessPoolExecutor

        return ProcessPoolExecutor(self.workers, initializer=_prepare, initargs=(os.getpid(),))


def _prepare(parent: int) -> None:
    """Make a process a worker: on one thread, and gone when who started it is."""
    one_thread_for_good()
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


@contextmanager
def processes(workers: int) -> Iterator[Processes]:
    """Have worker processes during a block; when it fails they are killed."""
    pool = Processes(workers)
    try:
        yield pool
    except BaseException:
        pool.stop(now=True)
        raise
    pool.stop(now=False)


class Cluster:
    """The workers of a dask scheduler, as long as the connection to it lasts.

    Dask forgets all runs of a client whose connection breaks, even when it connects again, and
    some of their futures never end.

    Parameters
    ----------
    client
        The client of the scheduler.
    address
        Where the scheduler is.
    """

    def __init__(self, client: Any, address: str) -> None:
        self._client = client
        self._address = address
        self._connection = client.scheduler_comm
        self._executor = client.get_executor(pure=False, retries=LIVES)

    def submit(self, function: Any, /, *arguments: Any) -> Future[Any]:
        """Return the future of a call of a function."""
        self.check()
        try:
            return self._executor.submit(function, *arguments)  # type: ignore[no-any-return]
        except Exception:
            self.check()
            raise

    def check(self) -> None:
        """Raise `InputError` if the scheduler is gone."""
        client = self._client
        if client.status != "running" or client.scheduler_comm is not self._connection:
            raise InputError(
                f"the dask scheduler at '{self._address}' is gone, or the connection to it; the "
                "runs that had ended are stored: start a scheduler, and the same command goes on "
                "with the others"
            )


@contextmanager
def dask(address: str) -> Iterator[Submits]:
    """Have the workers of a dask scheduler during a block.

    Raises
    ------
    InputError
        If dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        message = "--dask needs dask: pip install 'groundswell[dask]'"
        raise InputError(message) from None
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        reason = str(error).strip().splitlines()[:1]
        raise InputError(
            f"no dask scheduler answers at '{address}' ({''.join(reason)}); start one with "
            "'dask scheduler' and give the address it prints, such as tcp://10.0.0.5:8786"
        ) from None
    with _hushed(), client:
        yield Cluster(client, address)


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep dask from logging what `Cluster.check` says in a sentence."""
    before = {name: logging.getLogger(name).level for name in LOUD}
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
