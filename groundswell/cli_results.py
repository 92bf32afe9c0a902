"""The commands on results folders, and on studies in parts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from groundswell.exits import clear_errors

Folder = Annotated[Path, typer.Argument(help="A results folder.")]
Workers = Annotated[int, typer.Option(min=1, help="Number of processes; results do not change.")]

Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change a setting, e.g. platform.learner.kind=knn."
    ),
]
Vary = Annotated[
    list[str] | None,
    typer.Option(
        "--vary", metavar="KEY=A,B,C", help="Values of a setting, added to the sweep's grid."
    ),
]


def export(
    folder: Folder,
    format_: Annotated[
        Literal["csv", "parquet", "both"], typer.Option("--format", help="What to write.")
    ] = "both",
    table: Annotated[
        str | None,
        typer.Option(help="Table to write, e.g. series.", show_default="all there are"),
    ] = None,
) -> None:
    """Write the tables of a results folder again, as CSV and Parquet, from its database."""
    from groundswell.commands_results import export_command

    with clear_errors():
        export_command(folder, format_, table)


def repeat(
    folder: Folder,
    runs: Annotated[
        int | None, typer.Option(min=1, help="How many to do again, spread over all; default all.")
    ] = None,
    run: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="A run to do again; may be repeated.")
    ] = None,
    workers: Workers = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Do the runs of a results folder again and compare every value; exit code 1 if any differs."""
    from groundswell.commands_results import repeat_command

    with clear_errors():
        raise typer.Exit(repeat_command(folder, runs, run or [], workers, quiet=quiet))


def bundle(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option(help="The archive to write.", show_default="FOLDER.zip")
    ] = None,
    digests_only: Annotated[
        bool, typer.Option("--digests-only", help="Leave the input files out, say which they are.")
    ] = False,
) -> None:
    """Write a replication archive of a results folder: scenario, data, versions and results."""
    from groundswell.commands_results import bundle_command

    with clear_errors():
        bundle_command(folder, out, digests_only=digests_only)


def merge(
    folders: Annotated[list[Path], typer.Argument(help="Results folders of one study.")],
    out: Annotated[Path, typer.Option(help="Folder for all their runs.")],
) -> None:
    """Put the runs of several results folders of one study, such as shards, into one."""
    from groundswell.commands_results import merge_command

    with clear_errors():
        raise typer.Exit(merge_command(folders, out))


def script(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file.")],
    slurm: Annotated[
        bool, typer.Option("--slurm", help="For the scheduler SLURM, the one there is so far.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Number of jobs in the array.")] = 10,
    time: Annotated[str, typer.Option(help="Time limit of a job.")] = "04:00:00",
    memory: Annotated[str, typer.Option(help="Memory of a job.")] = "4G",
    set_: Set = None,
    vary: Vary = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write.", show_default="standard output")
    ] = None,
) -> None:
    """Write a job-array script that runs a sweep on a cluster, a part of it in each job."""
    from groundswell.commands_results import Given, script_command

    with clear_errors():
        given = Given(set_ or [], vary or [])
        script_command(scenario, given, out, slurm=slurm, jobs=jobs, limit=time, memory=memory)


def report(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option(help="The file to write.", show_default="FOLDER/report.html")
    ] = None,
) -> None:
    """Write a page about a results folder: figures, tables, theory, and how it was made."""
    from groundswell.commands_results import report_command

    with clear_errors():
        report_command(folder, out)


def odd(
    scenario: Annotated[
        str,
        typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a library one."),
    ],
    out: Annotated[
        Path | None, typer.Option(help="File to write.", show_default="standard output")
    ] = None,
) -> None:
    """Write the ODD protocol of a scenario, a description for readers, as Markdown."""
    from groundswell.commands_results import odd_command

    with clear_errors():
        odd_command(scenario, out)
