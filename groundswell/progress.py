"""Showing how far the work is: bars on a terminal, plain lines in a log, JSON for programs."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter as Counts
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from groundswell.scenarios.simulate import OnRound, Task
from groundswell.scenarios.store import FAILED, RunRecord

if TYPE_CHECKING:
    from groundswell.model import CollectiveActionModel

LINES_PER_RUN = 10
FIRST_LINES = 10
"""Runs that each have a line of their own, before lines come at intervals."""
INTERVAL = 5.0
"""Seconds between later lines."""
MINUTE, HOUR = 60, 3600


class Counter:
    """How many runs are done, and how fast."""

    def __init__(self, runs: int) -> None:
        self.runs, self.done, self.failed = runs, 0, 0
        self.start = time.monotonic()

    def count(self, record: RunRecord) -> None:
        """Take a run into account."""
        self.done += 1
        self.failed += record.status == FAILED

    def __str__(self) -> str:
        failed = f", {self.failed:,} failed" if self.failed else ""
        return f"{self.done:,}/{self.runs:,} runs{failed}"

    @property
    def speed(self) -> str:
        """Runs in a second, or seconds for a run."""
        rate = self.done / max(time.monotonic() - self.start, 1e-9)
        return f"{rate:,.1f} runs/s" if rate >= 1 or not rate else f"{1 / rate:,.1f} s/run"

    @property
    def left(self) -> str:
        """How long the others will take."""
        seconds = (time.monotonic() - self.start) / max(self.done, 1) * (self.runs - self.done)
        if seconds < MINUTE:
            return f"{seconds:.0f} s left"
        minutes = f"{seconds % HOUR / MINUTE:.0f} min left"
        return minutes if seconds < HOUR else f"{seconds // HOUR:.0f} h {minutes}"


class Bars:
    """A bar that moves with every round; beside it runs, rate, failures, and α and S."""

    def start(self, runs: int, rounds: int) -> None:
        """Show the bar."""
        self.rounds = rounds
        self.counter = Counter(runs)
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%  {task.fields[speed]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[state]}"),
            console=Console(stderr=True),
            transient=True,
        )
        total = runs * rounds
        self.bar = self.progress.add_task(str(self.counter), total=total, state="", speed="")
        self.in_this_process: Counts[str] = Counts()
        self.progress.start()

    def on_round(self, task: Task) -> OnRound:
        """Move the bar by a round."""

        def moved(model: CollectiveActionModel) -> None:
            if model.round:
                self.in_this_process[task.run] += 1
                self.progress.update(self.bar, advance=1, state=state(model.recorder.rows[-1]))

        return moved

    def on_run(self, record: RunRecord) -> None:
        """Move the bar by a run that was done elsewhere, or ended before its last round."""
        self.counter.count(record)
        if record.last:
            self.progress.update(self.bar, state=state(record.last))
        self.progress.update(
            self.bar,
            advance=max(self.rounds - self.in_this_process.pop(record.run, 0), 0),
            description=str(self.counter),
            speed=self.counter.speed,
        )

    def stop(self) -> None:
        """Take the bar away."""
        self.progress.stop()


class Lines:
    """A line now and then."""

    def start(self, runs: int, rounds: int) -> None:
        """Note how much there is to do."""
        self.rounds, self.counter = rounds, Counter(runs)
        self.last_line = 0.0

    def on_round(self, task: Task) -> OnRound | None:
        """Print about ten lines for a run, if it is the only one."""
        if self.counter.runs > 1:
            return None
        every = max(self.rounds // LINES_PER_RUN, 1)

        def moved(model: CollectiveActionModel) -> None:
            if model.round % every == 0:
                self._print(f"round {model.round}/{self.rounds}", model.recorder.rows[-1])

        return moved

    def on_run(self, record: RunRecord) -> None:
        """Print a line for each of the first runs, then one every few seconds, and the last."""
        counter = self.counter
        counter.count(record)
        due = time.monotonic() - self.last_line > INTERVAL
        if counter.runs == 1 or not (due or counter.done in {*range(FIRST_LINES), counter.runs}):
            return
        self.last_line = time.monotonic()
        more = f"  {counter.failed:,} failed" if counter.failed else ""
        more += f"  {counter.speed}, {counter.left}" if counter.done < counter.runs else ""
        self._print(f"run {counter.done}/{counter.runs} {record.status}", record.last, more)

    def stop(self) -> None:
        """Leave the lines."""

    def _print(self, label: str, row: dict[str, float], more: str = "") -> None:
        sys.stderr.write(f"{label}  {state(row)}{more}\n")


class Objects:
    """A JSON object on a line of its own for each run, for programs to read."""

    def start(self, runs: int, rounds: int) -> None:
        """Say how much there is to do."""
        print_object({"event": "start", "runs": runs, "rounds": rounds})

    def on_round(self, task: Task) -> OnRound | None:
        """Want nothing."""
        return None

    def on_run(self, record: RunRecord) -> None:
        """Print a run with its last round."""
        names = ("run", "replicate", "seed", "status", "seconds", "error", "settings")
        last = {name: None if value != value else value for name, value in record.last.items()}
        run = {"event": "run"} | {name: getattr(record, name) for name in names}
        print_object({**run, "last": last})

    def stop(self) -> None:
        """Leave the lines."""


def print_object(content: dict[str, Any]) -> None:
    """Print a JSON object on a line of its own."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def state(row: dict[str, float]) -> str:
    """Return α and S of a round."""
    nan = float("nan")
    return f"α {row.get('alpha', nan):.3f}  S {row.get('success', nan):.3f}"
