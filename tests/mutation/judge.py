"""Whether tests notice a mutant: each runs in a fork of a process that has imported what is slow.

The mutant is never written to disk: an import hook serves it in place of its module. So many can be
judged at a time in one working copy, and none is left behind.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.mutation.mutants import ROOT, Mutant

SLOW_TO_IMPORT = [
    "hypothesis", "joblib", "matplotlib", "mesa", "networkx", "numba", "numpy", "pandas", "pyarrow",
    "pydantic", "pytest", "scipy.optimize", "scipy.sparse", "scipy.special", "scipy.stats",
    "sklearn", "sklearn.linear_model", "threadpoolctl", "tomlkit", "torch", "typer.testing",
]  # fmt: skip
"""Imported once, before the first fork. Nothing of Groundswell is among them."""
COMPILED = {"kernels", "turns", "graph_kernels"}
"""Modules whose machine code numba keeps on disk, by line and not by content."""
PATIENCE = 10
"""Seconds on the clock for each second of computing: the machine may have more to do."""


@dataclass
class Job:
    """A process that judges a mutant, or the module as it is.

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


def warm_up(folder: Path) -> None:
    """Import what is slow, and choose where compiled code is kept."""
    os.environ |= {"OMP_NUM_THREADS": "1", "NUMBA_CACHE_DIR": str(folder / "numba")}
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    for name in SLOW_TO_IMPORT:
        importlib.import_module(name)
    assert "groundswell" not in sys.modules


def judge(
    found: list[Mutant], tests: list[str], limit: float, workers: int, folder: Path
) -> Iterator[Verdict]:
    """Yield what becomes of each mutant, as soon as it is known."""
    waiting, running = list(found), dict[int, Job]()
    while waiting or running:
        while waiting and len(running) < workers:
            job = _start(waiting.pop(0), tests, limit, folder)
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
            yield _verdict(job, os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime)


def compiled(mutant: Mutant) -> bool:
    """Whether numba compiles the module."""
    return Path(mutant.module).stem in COMPILED


def as_it_is(module: str) -> Mutant:
    """Return a module without a change."""
    source = (ROOT / module).read_text(encoding="utf-8")
    return Mutant(module, "", "none", 0, "", "", source)


def _verdict(job: Job, code: int, seconds: float) -> Verdict:
    late = code in {-signal.SIGXCPU, -signal.SIGKILL}
    name = "timed out" if late else "killed" if code else "survived"
    output = (job.folder / "output.txt").read_text(encoding="utf-8", errors="replace")
    shutil.rmtree(job.folder)
    return Verdict(job.mutant, name, seconds, output)


def _start(mutant: Mutant, tests: list[str], limit: float, folder: Path) -> Job:
    private = Path(tempfile.mkdtemp(dir=folder))
    (private / "output.txt").touch()
    job = Job(mutant, private, time.monotonic(), limit)
    pid = os.fork()
    if pid:
        return replace(job, pid=pid)
    code = 70
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 2))
        code = _run(mutant, tests, private, folder / "numba")
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        sys.stdout.flush()
        os._exit(code)


def _run(mutant: Mutant, tests: list[str], private: Path, shared: Path) -> int:
    """Run the tests in this process until one fails."""
    with (private / "output.txt").open("w", encoding="utf-8") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    import numba
    import pytest

    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(private / "hypothesis")
    if compiled(mutant) and mutant.line:
        own = _own_cache(mutant, shared, private / "numba")
        numba.config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"] = str(own)
    sys.meta_path.insert(0, Served(mutant))
    return int(
        pytest.main(
            ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-m", "not slow", "--tb=line", "-W",
             "ignore::pytest.PytestAssertRewriteWarning",
             f"--basetemp={private / 'tmp'}", "--hypothesis-seed=0", *tests]
        )
    )  # fmt: skip


def _own_cache(mutant: Mutant, shared: Path, own: Path) -> Path:
    """Return a cache without the functions that change: numba would not see that they do."""
    stem = Path(mutant.module).stem
    alone = mutant.source.count(f"{mutant.function}(") == 1
    stale = f"{stem}.{mutant.function}-*" if alone else f"{stem}.*"
    shutil.copytree(shared, own, copy_function=os.link, ignore=shutil.ignore_patterns(stale))
    return own


class Served(importlib.abc.MetaPathFinder):
    """Serves a mutant in place of its module.

    Parameters
    ----------
    mutant
        What is served.
    """

    def __init__(self, mutant: Mutant) -> None:
        self.name = mutant.module.removesuffix(".py").replace("/", ".")
        self.path = ROOT / mutant.module
        self.source = mutant.source

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find the one module that is served, and leave the others to others."""
        if fullname != self.name:
            return None
        loader = _Loader(fullname, str(self.path))
        loader.source = self.source
        return importlib.util.spec_from_file_location(fullname, self.path, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    source: str

    def get_code(self, fullname: str) -> object:
        return compile(self.source, self.path, "exec", dont_inherit=True)
