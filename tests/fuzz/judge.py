"""Whether a case ends as it must: with numbers, or refused with the place of what is wrong."""

from __future__ import annotations

import re
import signal
import threading
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from typer.testing import CliRunner

import groundswell as gs
from groundswell.agents.gradient_strategy import GradientStrategy
from groundswell.cli import app
from groundswell.platform.learners.scikit import Scikit
from groundswell.platform.platform import Learning
from groundswell.problems import InputError, ScenarioError
from groundswell.sweep_settings import Sweep
from tests.fuzz.scenarios import Case

PATIENCE = 30.0
"""Seconds of work after which a case is said to hang; where it waits, ten times that."""
TIMERS = {signal.ITIMER_PROF: (signal.SIGPROF, 1), signal.ITIMER_REAL: (signal.SIGALRM, 10)}
ALWAYS = ("members", "member_share", "joined", "left", "removed", "alpha", "welfare")
"""Columns of `series` that have a number in every round of every run."""
RAN, REFUSED, UNFIT = "ran", "refused", "scikit-learn's classifier cannot learn from the data"
"""How a case may end. The last is for ``sklearn`` alone, which takes classifiers that refuse few
points or some labels only when they see them: such a run is stored as failed, with the reason."""


GOOD = {RAN, REFUSED, UNFIT}
IN_SKLEARN = 'learners/base.py", line'
"""A frame of what calls scikit-learn, which is our last one where scikit-learn refuses."""


class Hangs(BaseException):
    """A case took too long; nothing that catches exceptions catches it."""


def write(case: Case, folder: Path) -> Path:
    """Write the files of a case, and return its scenario."""
    for name, content in case.items():
        (folder / name).write_bytes(content)
    return folder / "scenario.toml"


def run(path: Path) -> str:
    """Run a scenario file to its end; return `RAN`, `REFUSED`, or what went wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with patience():
                scenario = gs.load(path)
                swept = scenario.sweep != Sweep()
                result = gs.sweep(path) if swept else gs.run(path)
                return _ended(result)
        except (ScenarioError, InputError) as error:
            return _placed(str(error), path)
        except (Exception, Hangs):
            return traceback.format_exc()


def check(path: Path) -> str:
    """Let the command check a scenario file; return `RAN`, `REFUSED`, or what went wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with patience():
                done = CliRunner().invoke(app, ["check", str(path)])
        except Hangs:
            return traceback.format_exc()
    if done.exit_code == 0:
        return RAN
    if done.exit_code == 2 and not done.stdout:
        return _placed(done.stderr.rstrip("\n"), path)
    if done.exc_info is not None:
        return "".join(traceback.format_exception(*done.exc_info))
    return f"exit code {done.exit_code}: {done.output}"


def _ended(result: gs.Result) -> str:
    """Look for runs that failed, and for numbers that are missing or infinite."""
    failed = result.runs[result.runs["status"] == "failed"]
    if len(failed):
        error = str(failed["error"].iloc[0])
        learner = getattr(result.scenario.platform, "learner", None)
        return UNFIT if isinstance(learner, Scikit) and IN_SKLEARN in error else error
    series = result.series
    learns = isinstance(result.scenario.platform, Learning)
    strategy = result.scenario.collective.strategy
    needed = [*ALWAYS, *(["accuracy"] if learns else [])]
    # A way to θ* has no share that is done where training starts from θ* without the collective.
    if not learns or (strategy.has_success and not isinstance(strategy, GradientStrategy)):
        needed.append("success")
    missing = [name for name in needed if np.isnan(series[name].to_numpy(float)).any()]
    missing += [name for name in series.select_dtypes("floating") if np.isinf(series[name]).any()]
    sound = set(result.runs["status"]) == {"ok"}
    return f"no number in {', '.join(missing)}" if missing and sound else RAN


def _placed(text: str, path: Path) -> str:
    """Ask that each line begins with the place of what is wrong."""
    place = rf"{re.escape(str(path.parent))}/[\w.-]+(:\d+)?: \S"
    bare = [line for line in text.split("\n") if not re.match(place, line)]
    return f"no place: {bare[0]!r}" if bare else REFUSED


@contextmanager
def patience(seconds: float = PATIENCE) -> Iterator[None]:
    """Raise where the block takes longer, as far as a signal can end it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        raise Hangs(f"more than {seconds:g} s")

    before = {sent: signal.signal(sent, stop) for sent, _ in TIMERS.values()}
    for timer, (_, times) in TIMERS.items():
        signal.setitimer(timer, times * seconds)
    try:
        yield
    finally:
        for timer in TIMERS:
            signal.setitimer(timer, 0)
        for sent, handler in before.items():
            signal.signal(sent, handler)
