"""The command ``groundswell``: parse, call, print."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from groundswell.problems import InputError, ScenarioError

app = typer.Typer(
    name="groundswell",
    help="Simulate algorithmic collective action: run scenario files, study how a collective "
    "forms, export time series.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

Source = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a library one.")
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change a setting, e.g. platform.learner.kind=knn."
    ),
]
Out = Annotated[
    Path | None, typer.Option(help="Folder for the results.", show_default="results/NAME")
]
Seed = Annotated[int | None, typer.Option(help="Seed, instead of the scenario's.")]
Replicates = Annotated[int | None, typer.Option(help="Number of runs with independent randomness.")]
Folder = Annotated[Path, typer.Argument(help="A results folder.")]
Vary = Annotated[
    list[str] | None,
    typer.Option(
        "--vary", metavar="KEY=A,B,C", help="Values of a setting, added to the sweep's grid."
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Do one run, say what all would take, write nothing.")
]
Workers = Annotated[int, typer.Option(min=1, help="Number of processes; results do not change.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the folder only.")]


@app.command()
def run(
    scenario: Source,
    set_: Set = None,
    seed: Seed = None,
    replicates: Replicates = None,
    workers: Workers = 1,
    out: Out = None,
    checkpoint: Annotated[
        int | None,
        typer.Option(min=1, help="Save the state every so many rounds, to go on after a kill."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Run a scenario (all its replicates, without its sweep) and save the results."""
    from groundswell.commands import run_command

    with clear_errors():
        changes, options = _changes(set_, seed=seed, replicates=replicates)
        code = run_command(
            scenario, changes, out, workers,
            quiet=quiet, swept=False, options=options, checkpoint=checkpoint,
        )  # fmt: skip
        raise typer.Exit(code)


@app.command()
def sweep(
    scenario: Source,
    set_: Set = None,
    vary: Vary = None,
    seed: Seed = None,
    replicates: Replicates = None,
    workers: Workers = 1,
    dry_run: DryRun = False,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Run every point of a scenario's sweep and save the results."""
    from groundswell.commands import parse_grid, plan_command, run_command

    with clear_errors():
        changes, options = _changes(set_, seed=seed, replicates=replicates)
        grid = parse_grid(vary or [])
        changes, options = changes | grid, options | dict.fromkeys(grid, "--vary")
        if dry_run:
            plan_command(scenario, changes, workers, options)
            return
        raise typer.Exit(
            run_command(scenario, changes, out, workers, quiet=quiet, swept=True, options=options)
        )


@app.command()
def check(scenario: Source, set_: Set = None) -> None:
    """Say everything that is wrong with a scenario and its data, or what it would run."""
    from groundswell.commands import check_command

    with clear_errors():
        check_command(scenario, _changes(set_)[0])


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the scenario; NAME.toml is written.")],
) -> None:
    """Write a commented scenario file to start from."""
    from groundswell.commands import new_command

    with clear_errors():
        new_command(name)


@app.command("list")
def list_(
    part: Annotated[str | None, typer.Argument(help="Part of a scenario, e.g. learner.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show parameters.")] = False,
) -> None:
    """Show the kinds of every part, and the library scenarios."""
    from groundswell.commands import list_command

    with clear_errors():
        list_command(part, verbose=verbose)


@app.command()
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
    from groundswell.archiving import repeat_command

    with clear_errors():
        raise typer.Exit(repeat_command(folder, runs, run or [], workers, quiet=quiet))


@app.command()
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
    from groundswell.archiving import bundle_command

    with clear_errors():
        bundle_command(folder, out, digests_only=digests_only)


@app.command()
def schema() -> None:
    """Print the JSON schema of scenario files, for editors."""
    from groundswell.commands import schema_command

    with clear_errors():
        schema_command()


def _changes(pairs: list[str] | None, **options: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Return all changes, and by which option those were given that have one of their own."""
    from groundswell.commands import parse_changes

    given = {name: value for name, value in options.items() if value is not None}
    return parse_changes(pairs or []) | given, {name: f"--{name}" for name in given}


@contextmanager
def clear_errors() -> Iterator[None]:
    """Print what a user did wrong without a traceback, and exit with 2; with 130 on Ctrl-C."""
    try:
        yield
    except (ScenarioError, InputError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        raise typer.Exit(130) from None


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # α cannot be written everywhere
            stream.reconfigure(errors="replace")
    app()
