"""Processes that judge mutants, each a fork of one that has imported what is slow."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.mutation.mutants import Mutant
from tests.mutation.order import Order, Watch

PATIENCE = 30
"""Seconds on the clock for each second of computing: the machine may have more to do."""

Run = Callable[[Mutant, Watch, Path], int]
"""Runs the tests on a mutant in the process that it is called in, with a private folder."""


@dataclass
class Job:
    """A process that judges a mutant.

    Parameters
    ----------
    mutant
        What is judged.
    folder
        Its private folder.
    start, limit
        When it started, and after how many seconds of computing it is stopped.
    pid
        The process.
    """

    mutant: Mutant
    folder: Path
    start: float
    limit: float
    pid: int = 0

    @property
    def report(self) -> Path:
        """Where it writes down what tests did."""
        return self.folder / "tests.json"

    @property
    def output(self) -> Path:
        """What the tests print."""
        return self.folder / "output.txt"


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: "killed", "timed out" or "survived".

    With the seconds that it took to compute, and what the tests said. A module as it is should
    survive.
    """

    mutant: Mutant
    verdict: str
    seconds: float
    output: str


def judge(
    found: list[Mutant], run: Run, order: Order, limit: float, workers: int = 1
) -> Iterator[Verdict]:
    """Yield what becomes of each mutant, as soon as it is known."""
    waiting, running = list(found), dict[int, Job]()
    while waiting or running:
        while waiting and len(running) < workers:
            job = _start(waiting.pop(0), run, order, limit)
            running[job.pid] = job
        time.sleep(0.02)
        for job in list(running.values()):
            pid, status, used = os.wait4(job.pid, os.WNOHANG)
            if not pid and time.monotonic() - job.start < PATIENCE * job.limit:
                continue
            if not pid:
                os.killpg(job.pid, signal.SIGKILL)
                _, status, used = os.wait4(job.pid, 0)
            del running[job.pid]
            order.learn(job.mutant.function, job.report)
            yield _verdict(job, os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime)
            shutil.rmtree(job.folder)


def _verdict(job: Job, code: int, seconds: float) -> Verdict:
    late = code in {-signal.SIGXCPU, -signal.SIGKILL}
    name = "timed out" if late else "killed" if code else "survived"
    said = job.output.read_text(encoding="utf-8", errors="replace")
    return Verdict(job.mutant, name, seconds, said)


def _start(mutant: Mutant, run: Run, order: Order, limit: float) -> Job:
    job = Job(mutant, Path(tempfile.mkdtemp(prefix="mutant-")), time.monotonic(), limit)
    job.output.touch()
    sys.stdout.flush()
    sys.stderr.flush()
    if pid := os.fork():
        return replace(job, pid=pid)
    code = 70
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 2))
        with job.output.open("w", encoding="utf-8") as out:
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
        watch = Watch(order, mutant.function, job.report)
        code = run(mutant, watch, job.folder)
        watch.write()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
