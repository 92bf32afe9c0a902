"""Studies in parts: every n-th run in a job of its own, and the parts put together again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from groundswell.problems import InputError
from groundswell.scenario import Scenario
from groundswell.scenarios import folder as results_folder
from groundswell.scenarios.identity import canonical, flat
from groundswell.scenarios.result import Result, open_results
from groundswell.scenarios.simulate import Task
from groundswell.scenarios.store import Store

SHOWN = 5
"""Differences between studies that a message names."""


class Shard(NamedTuple):
    """Which part of a study: the runs number, number + of, number + 2 of, ... from 1 on."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read ``I/N``.

        Raises
        ------
        InputError
            If it is something else.

        >>> Shard.parse("2/10")
        Shard(number=2, of=10)
        """
        match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text.strip())
        if not match or not 1 <= int(match[1]) <= int(match[2]):
            raise InputError(
                f"--shard: should be I/N, part I of N parts counted from 1, such as 2/10, "
                f"found '{text}'"
            )
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.number}-of-{self.of}"

    def part(self, work: Sequence[Task]) -> Sequence[Task]:
        """Return the runs of this part."""
        return work[self.number - 1 :: self.of]

    def folder(self, whole: Path) -> Path:
        """Return where the part of a study goes, given where the whole would."""
        return parts_of(whole) / str(self)


def parts_of(whole: Path) -> Path:
    """Return where the parts of a study go, given where the whole does."""
    return whole.with_name(f"{whole.name}-shards")


def merge(folders: Sequence[Path], out: Path) -> Result:
    """Put the runs of several results folders of one study into a folder.

    Raises
    ------
    InputError
        If they are of different studies, or if a folder cannot be used.
    """
    parts = [open_results(folder) for folder in folders]
    first = parts[0]
    for part in parts[1:]:
        if (reason := difference(first, part)) is not None:
            raise InputError(
                f"'{first.folder}' and '{part.folder}' are of two studies ({reason}), and only "
                "parts of one can be merged"
            )
    reason = results_folder.refusal(folders[0], first.scenario)
    if reason:
        raise InputError(f"{reason}; run the scenario again")
    target = results_folder.prepare(out, first.scenario)
    for part in parts:
        target.merge(part.store)
    results_folder.finish(first.scenario, target)
    return Result(first.scenario, Store(out, read_only=True))


def difference(one: Result, other: Result) -> str | None:
    """Return why two results are of different studies, None if they are of one."""
    studies = [results_folder.study(part.folder) for part in (one, other) if part.folder]
    if studies[0] == studies[1]:
        return None
    if studies[0].numbers != studies[1].numbers:
        return f"numbers versions {studies[0].numbers} and {studies[1].numbers}"
    settings = [flat(canonical(part.scenario)) | _sweep(part.scenario) for part in (one, other)]
    names = sorted(settings[0].keys() | settings[1].keys())
    other_values = [name for name in names if settings[0].get(name) != settings[1].get(name)]
    shown = ", ".join(other_values[:SHOWN]) + (", ..." if len(other_values) > SHOWN else "")
    return f"they differ in {shown}" if shown else "their data have changed"


def _sweep(scenario: Scenario) -> dict[str, object]:
    return flat(scenario.sweep.model_dump(mode="json"), "sweep.")


def slurm_script(
    scenario: Path,
    options: Sequence[str],
    name: str,
    folder: Path,
    jobs: int,
    limit: str,
    memory: str,
) -> str:
    """Return a script for SLURM: a job array that runs a sweep, a part in each job.

    Parameters
    ----------
    scenario
        The scenario file.
    options
        Options that change it.
    name
        What the jobs are called.
    folder
        Where the merged results are to go.
    jobs
        How many parts.
    limit
        Time that each job may take, as SLURM writes it.
    memory
        Memory of each job.
    """
    file, here, whole = (shlex.quote(str(path)) for path in (scenario, parts_of(folder), folder))
    sweep = " ".join([file, *map(shlex.quote, options)])
    return f"""#!/bin/bash
#SBATCH --job-name={name}
#SBATCH --array=1-{jobs}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --time={limit}
#SBATCH --mem={memory}
#SBATCH --signal=B:TERM@60
#SBATCH --open-mode=append
#
# Submit with:  sbatch THIS-FILE
# Jobs that ran out of time, or were killed, go on where they were when it is submitted again.
# When all have ended, put the parts together:
#     groundswell merge {here}/* --out {whole}

export OMP_NUM_THREADS=1
exec groundswell sweep {sweep} \\
    --shard "$SLURM_ARRAY_TASK_ID/{jobs}" \\
    --out {here}/"$SLURM_ARRAY_TASK_ID-of-{jobs}"
"""
