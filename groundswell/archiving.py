"""What the commands on results folders do and print."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from groundswell.commands import FAILED, OK, console

MOST_SHOWN = 20


def repeat_command(
    folder: Path, runs: int | None, only: Sequence[str], workers: int, *, quiet: bool
) -> int:
    """Do runs of a results folder again, say what differs, and return the exit code."""
    from groundswell.progress import Bars, Lines
    from groundswell.scenarios.archive import Archive
    from groundswell.scenarios.repeat import changes_since, repeat
    from groundswell.scenarios.running import Silent

    for change in changes_since(Archive.open(folder).manifest):
        _say(f"note: {change}")
    progress = Silent() if quiet else Bars() if sys.stderr.isatty() else Lines()
    found = repeat(folder, runs=runs, only=only, workers=workers, progress=progress)
    for difference in found.differences[:MOST_SHOWN]:
        _say(str(difference))
    if len(found.differences) > MOST_SHOWN:
        _say(f"... and {len(found.differences) - MOST_SHOWN:,} more runs")
    same = len(found.runs) - len(found.differences)
    _say(f"identical: {same:,} of {len(found.runs):,} runs, in every value of every table")
    return OK if found.identical else FAILED


def bundle_command(folder: Path, out: Path | None, *, digests_only: bool) -> None:
    """Write a replication archive."""
    from groundswell.scenarios.archive import Archive
    from groundswell.scenarios.bundle import bundle
    from groundswell.scenarios.repeat import changes_since

    path = bundle(folder, out, digests_only=digests_only)
    for change in changes_since(Archive.open(folder).manifest):
        _say(f"note: {change}")
    name = folder.resolve().name
    _say(f"wrote {path}; unpacked anywhere, it is repeated with: groundswell repeat {name}")


def _say(text: str) -> None:
    console.print(text, markup=False)
