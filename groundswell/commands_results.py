"""What the commands on results folders and on studies in parts do and print."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from groundswell.commands import (
    FAILED,
    OK,
    How,
    console,
    parse_changes,
    parse_grid,
    progress_of,
    slug,
)
from groundswell.files import write_text
from groundswell.problems import InputError
from groundswell.scenarios.loading import load_with_origin

MOST_SHOWN = 20


def export_command(folder: Path, kind: str, table: str | None) -> None:
    """Write tables of a results folder as plain files, and print which."""
    from groundswell.scenarios import exports
    from groundswell.scenarios import folder as results_folder
    from groundswell.scenarios.store import Store

    results_folder.check(folder)
    formats = exports.FORMATS if kind == "both" else (kind,)
    store = Store(folder)
    for name in exports.export(store, folder, formats, table):
        for suffix in formats:
            _say(f"{folder / name}.{suffix}")
    store.release()


def repeat_command(
    folder: Path, runs: int | None, only: Sequence[str], workers: int, *, quiet: bool
) -> int:
    """Do runs of a results folder again, say what differs, and return the exit code."""
    from groundswell.scenarios.archive import Archive
    from groundswell.scenarios.repeat import changes_since, repeat

    for change in changes_since(Archive.open(folder).manifest):
        _say(f"note: {change}")
    progress = progress_of(How(quiet=quiet))
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


def merge_command(folders: list[Path], out: Path) -> int:
    """Merge results folders, print a summary, and return the exit code."""
    from groundswell.scenarios.shards import merge
    from groundswell.summary import print_summary

    result = merge(folders, out)
    print_summary(result, console)
    return FAILED if result.statuses.get("failed") else OK


class Given(NamedTuple):
    """What options change of a scenario."""

    set_: Sequence[str]
    vary: Sequence[str]

    def changes(self) -> dict[str, Any]:
        """Return the changes by dotted key."""
        return parse_changes([*self.set_]) | parse_grid([*self.vary])

    def options(self) -> list[str]:
        """Return the options as they were typed."""
        return [*_each("--set", self.set_), *_each("--vary", self.vary)]


def _each(option: str, values: Sequence[str]) -> Iterator[str]:
    for value in values:
        yield from (option, value)


def script_command(
    source: str, given: Given, out: Path | None, *, slurm: bool, jobs: int, limit: str, memory: str
) -> None:
    """Write a job-array script for a scenario's sweep."""
    from groundswell.scenarios.shards import slurm_script
    from groundswell.scenarios.sweeping import swept_tasks

    if not slurm:
        raise InputError("say which scheduler the script is for: --slurm")
    loaded = load_with_origin(source, given.changes())
    runs = len(swept_tasks(loaded.scenario, loaded.origin))
    if jobs > runs:
        raise InputError(f"--jobs: {jobs} jobs are more than the {runs} runs of the sweep")
    path = Path(source)
    file = path.resolve() if path.is_file() else path
    name = slug(loaded.scenario.name)
    folder = Path("results") / name
    text = slurm_script(file, given.options(), name, folder, jobs, limit, memory)
    if out is None:
        sys.stdout.write(text)
        return
    write_text(out, text)
    _say(f"wrote {out}\nsubmit it with: sbatch {out}")


def report_command(folder: Path, out: Path | None) -> None:
    """Write the report of a results folder."""
    from groundswell.reporting.report import report

    _say(f"wrote {report(folder, out)}; open it in a browser")


def odd_command(source: str, out: Path | None) -> None:
    """Write the ODD protocol of a scenario, or print it."""
    from groundswell.reporting.odd import odd

    text = odd(source)
    if out is None:
        sys.stdout.write(text)
        return
    write_text(out, text)
    _say(f"wrote {out}")


def _say(text: str) -> None:
    console.print(text, markup=False)
