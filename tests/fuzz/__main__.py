"""The long mode: ``python -m tests.fuzz --cases 20000``, or one case more: ``--again FOLDER``."""

from __future__ import annotations

import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Annotated

import typer

from tests.fuzz.hunt import KINDS, again, hunt
from tests.fuzz.judge import GOOD

CHUNK = 100
"""Cases with one seed: more of them resemble each other."""


def main(
    cases: Annotated[int, typer.Option(help="Cases of each kind.")] = 1000,
    seed: Annotated[int, typer.Option(help="Another seed, other cases.")] = 0,
    kinds: Annotated[str, typer.Option(help="Which kinds.")] = ",".join(KINDS),
    workers: Annotated[int, typer.Option(help="Processes.")] = 2,
    out: Annotated[Path, typer.Option(help="Folder for what fails.")] = Path("fuzz-failures"),
    folder: Annotated[
        Path | None, typer.Option("--again", help="Try a case that was kept again.")
    ] = None,
) -> None:
    """Try random cases; say how many ran, were refused and failed, and keep those that failed."""
    if folder is not None:
        typer.echo(again(folder))
        return
    failed = 0
    with ProcessPoolExecutor(workers, max_tasks_per_child=20) as pool:
        for kind in kinds.split(","):
            start, found = time.perf_counter(), Counter[str]()
            sizes = [min(CHUNK, cases - done) for done in range(0, cases, CHUNK)]
            work = [
                pool.submit(hunt, kind, size, 10_000 * seed + number, out)
                for number, size in enumerate(sizes)
            ]
            for done in work:
                found += done.result()
            failed += sum(times for way, times in found.items() if way not in GOOD)
            seconds = time.perf_counter() - start
            typer.echo(f"{kind}: {sum(found.values())} cases in {seconds:.0f} s")
            for way, times in found.most_common():
                typer.echo(f"  {times:6} {way}")
    if failed:
        typer.echo(f"{failed} failed; see {out}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    typer.run(main)
