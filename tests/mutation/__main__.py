"""How many mutants of the core the tests notice: ``python -m tests.mutation rules``.

Needs cosmic-ray: ``pip install -r tests/mutation/requirements.txt``. What each mutant came to is
kept in a file per group; ``--again`` judges only those that survived, after new tests.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from tests.mutation.judge import as_it_is, compiled, judge, warm_up
from tests.mutation.mutants import mutants
from tests.mutation.report import EQUIVALENT, Row, key, shown, table
from tests.mutation.targets import TARGETS

TIMES = 3
"""A mutant is stopped after computing this many times as long as the module as it is."""
COMPILING = 60
"""Seconds of computing that numba is given beyond that."""


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
                rows.append(_judged(module, tests, workers, file, Path(there), again=again))
    typer.echo(table(rows))


def _judged(
    module: str, tests: list[str], workers: int, file: Path, folder: Path, *, again: bool
) -> Row:
    """Judge the mutants of a module, and keep what they came to."""
    known = json.loads(file.read_text(encoding="utf-8")) if again else {}
    found = {key(one): one for one in mutants(module)}
    came = {name: known[name] for name in found if name in known}
    waiting = [one for name, one in found.items() if came.get(name) in {None, "survived"}]
    whole = as_it_is(module)
    for _ in range(2):  # the first fills the cache of compiled code
        plain = next(judge([whole], tests, 3600, 1, folder))
        if plain.verdict != "survived":
            sys.exit(f"the tests of {module} fail without a mutant:\n{plain.output}")
    typer.echo(f"{module}: {len(waiting)} mutants, {plain.seconds:.1f} s or less each", err=True)
    limit = TIMES * plain.seconds + COMPILING * compiled(whole)
    for one in judge(waiting, tests, limit, workers, folder):
        came[key(one.mutant)] = one.verdict
        file.write_text(json.dumps(came, indent=1, ensure_ascii=False), encoding="utf-8")
        if one.verdict == "survived" and key(one.mutant) not in EQUIVALENT:
            typer.echo(shown(one.mutant), err=True)
    return Row.of(module, came)


if __name__ == "__main__":
    typer.run(main)
