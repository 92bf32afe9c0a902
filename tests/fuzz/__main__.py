"""The long mode: ``python -m tests.fuzz --cases 20000``, or one case more: ``--again FOLDER``."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from joblib import Parallel, delayed
from rich.console import Console
from rich.progress import track

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
    pool = Parallel(workers, return_as="generator_unordered")
    for kind in kinds.split(","):
        began = time.perf_counter()
        sizes = [min(CHUNK, cases - start) for start in range(0, cases, CHUNK)]
        work = (
            delayed(hunt)(kind, size, 10_000 * seed + number, out)
            for number, size in enumerate(sizes)
        )
        done = track(pool(work), kind, len(sizes), console=Console(stderr=True))
        found = sum(done, Counter[str]())
        failed += sum(times for way, times in found.items() if way not in GOOD)
        seconds = time.perf_counter() - began
        typer.echo(f"{kind}: {found.total()} cases in {seconds:.0f} s")
        for way, times in found.most_common():
            typer.echo(f"  {times:6} {way}")
    if failed:
        typer.echo(f"{failed} failed; see {out}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    typer.run(main)
