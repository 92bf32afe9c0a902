"""What the commands on results folders and on studies in parts do and print."""

from __future__ import annotations

import sys
from pathlib import Path

from groundswell.commands import FAILED, OK, console, slug
from groundswell.problems import InputError
from groundswell.scenarios.loading import load_with_origin


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
            console.print(f"{folder / name}.{suffix}", markup=False)
    store.release()


def merge_command(folders: list[Path], out: Path) -> int:
    """Merge results folders, print a summary, and return the exit code."""
    from groundswell.scenarios.shards import merge
    from groundswell.summary import print_summary

    result = merge(folders, out)
    print_summary(result, console)
    return FAILED if result.statuses.get("failed") else OK


def script_command(
    source: str, out: Path | None, *, slurm: bool, jobs: int, limit: str, memory: str
) -> None:
    """Write a job-array script for a scenario's sweep."""
    from groundswell.scenarios.shards import slurm_script
    from groundswell.scenarios.sweeping import swept_tasks

    if not slurm:
        raise InputError("say which scheduler the script is for: --slurm")
    loaded = load_with_origin(source)
    runs = len(swept_tasks(loaded.scenario, loaded.origin))
    if jobs > runs:
        raise InputError(f"--jobs: {jobs} jobs are more than the {runs} runs of the sweep")
    path = Path(source)
    file = path.resolve() if path.is_file() else path
    name = slug(loaded.scenario.name)
    text = slurm_script(file, name, Path("results") / name, jobs, limit, memory)
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write '{out}': {error.strerror}") from None
    console.print(f"wrote {out}\nsubmit it with: sbatch {out}", markup=False)
