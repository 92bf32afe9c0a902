"""Showing how far the work is: bars on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from groundswell.scenarios.simulate import OnRound, Task
from groundswell.scenarios.store import RunRecord

if TYPE_CHECKING:
    from groundswell.model import CollectiveActionModel

LINES_PER_RUN = 10


class Bars:
    """A bar that moves with every round, with α and S beside it."""

    def start(self, runs: int, rounds: int) -> None:
        """Show the bar."""
        self.rounds = rounds
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("rounds  {task.fields[state]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self.bar = self.progress.add_task(f"{runs} run(s)", total=runs * rounds, state="")
        self.in_this_process = 0
        self.progress.start()

    def on_round(self, task: Task) -> OnRound:
        """Move the bar by a round."""

        def moved(model: CollectiveActionModel) -> None:
            if model.round:
                self.in_this_process += 1
                self.progress.update(self.bar, advance=1, state=state(model.recorder.rows[-1]))

        return moved

    def on_run(self, record: RunRecord) -> None:
        """Move the bar by a run that was done elsewhere, or failed before its last round."""
        if record.last:
            self.progress.update(self.bar, state=state(record.last))
        self.progress.update(self.bar, advance=max(self.rounds - self.in_this_process, 0))
        self.in_this_process = 0

    def stop(self) -> None:
        """Take the bar away."""
        self.progress.stop()


class Lines:
    """A line now and then."""

    def start(self, runs: int, rounds: int) -> None:
        """Note how much there is to do."""
        self.runs, self.rounds, self.done = runs, rounds, 0

    def on_round(self, task: Task) -> OnRound | None:
        """Print about ten lines for a run, if it is the only one."""
        if self.runs > 1:
            return None
        every = max(self.rounds // LINES_PER_RUN, 1)

        def moved(model: CollectiveActionModel) -> None:
            if model.round % every == 0:
                self._print(f"round {model.round}/{self.rounds}", model.recorder.rows[-1])

        return moved

    def on_run(self, record: RunRecord) -> None:
        """Print a line for a run, if there are several."""
        self.done += 1
        if self.runs > 1:
            label = f"run {self.done}/{self.runs} {record.status}"
            self._print(label, record.last)

    def stop(self) -> None:
        """Leave the lines."""

    def _print(self, label: str, row: dict[str, float]) -> None:
        sys.stderr.write(f"{label}  {state(row)}\n")


def state(row: dict[str, float]) -> str:
    """Return α and S of a round."""
    nan = float("nan")
    return f"α {row.get('alpha', nan):.3f}  S {row.get('success', nan):.3f}"
