"""How many mutants of the core the tests notice: ``python -m tests.mutation rules``.

Needs cosmic-ray: ``pip install -r tests/mutation/requirements.txt``. What each mutant came to is
kept in a file per module; ``--again`` judges only those that survived, after new tests. No file of
the working copy is changed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from tests.mutation.forks import Run, judge
from tests.mutation.fresh import OPTIONS, fresh, warm_up
from tests.mutation.inside import Session, inside
from tests.mutation.mutants import Mutant, as_it_is, mutants
from tests.mutation.order import Order
from tests.mutation.report import Row, explained, known, shown, table
from tests.mutation.targets import TARGETS

TIMES = 3
"""A mutant is stopped after computing this many times as long as the module as it is,"""
STARTING = 20
"""and these seconds, in which Groundswell is imported or compiled."""
SLOWEST = 1.0
"""Seconds from which on a test is too slow to be run for every mutant."""


@dataclass
class Check:
    """The mutation check of one module.

    Parameters
    ----------
    module, tests
        What is mutated, and what has to notice.
    workers
        Processes at a time.
    file
        Where it is kept what each mutant came to.
    """

    module: str
    tests: list[str]
    workers: int
    file: Path

    def __post_init__(self) -> None:
        self.found = known(mutants(self.module))
        self.names = {one.source: name for name, one in self.found.items()}

    @property
    def came(self) -> dict[str, str]:
        """What mutants came to, by key."""
        kept = json.loads(self.file.read_text(encoding="utf-8")) if self.file.exists() else {}
        return {name: kept[name] for name in self.found if name in kept}

    def run(self) -> Row:
        """Judge the mutants that are not known to be killed."""
        came = self.came
        waiting = [one for name, one in self.found.items() if came.get(name) in {None, "survived"}]
        within = [one for one in waiting if inside(one)]
        importing = [one for one in waiting if one not in within]
        if pid := os.fork():
            if code := os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
                sys.exit(code)
        else:
            os._exit(self._all_in_one_session(within))
        self._judge(importing, fresh(self.tests))
        return Row.of(self.module, self.came)

    def _all_in_one_session(self, found: list[Mutant]) -> int:
        import pytest

        session = Session(lambda run: self._judge(found, run))
        return int(pytest.main([*OPTIONS, *self.tests], [session]))

    def _judge(self, found: list[Mutant], run: Run) -> None:
        """Judge mutants, and keep what they come to."""
        if not found:
            return
        for _ in range(2):  # the first compiles, and cannot tell what is slow
            order = Order(SLOWEST)
            plain = next(judge([as_it_is(self.module)], run, order, 3600))
            if plain.verdict != "survived":
                sys.exit(f"the tests of {self.module} fail without a mutant:\n{plain.output}")
        typer.echo(f"{self.module}: {len(found)}, {plain.seconds:.1f} s or less each", err=True)
        limit = TIMES * plain.seconds + STARTING
        for one in judge(found, run, order, limit, self.workers):
            name = self.names[one.mutant.source]
            came = self.came | {name: one.verdict}
            self.file.write_text(json.dumps(came, indent=1, ensure_ascii=False), encoding="utf-8")
            if one.verdict == "survived" and not explained(name):
                typer.echo(shown(one.mutant), err=True)


def main(
    group: Annotated[str, typer.Argument(help="What to mutate: " + ", ".join(TARGETS))],
    only: Annotated[str, typer.Option(help="Only modules with this in their name.")] = "",
    workers: Annotated[int, typer.Option(help="Processes.")] = 2,
    again: Annotated[bool, typer.Option("--again", help="Only those that survived.")] = False,
    out: Annotated[Path, typer.Option(help="Folder for what they came to.")] = Path("mutants"),
) -> None:
    """Judge every mutant of a group; print a table, and those that nobody noticed or explained."""
    out = out.resolve()
    out.mkdir(exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory() as there:
        warm_up(Path(there))
        for module, tests in TARGETS[group].items():
            if only in module:
                file = out / f"{Path(module).stem}.json"
                if not again:
                    file.unlink(missing_ok=True)
                rows.append(Check(module, tests, workers, file).run())
    typer.echo(table(rows))


if __name__ == "__main__":
    typer.run(main)
