"""The command ``groundswell``: parse, call, print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from groundswell.cli_results import (
    Set,
    Vary,
    Workers,
    bundle,
    export,
    merge,
    odd,
    repeat,
    report,
    script,
)
from groundswell.exits import clear_errors, prepare_streams, read_names_as_utf8

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
Out = Annotated[
    Path | None, typer.Option(help="Folder for the results.", show_default="results/NAME")
]
Seed = Annotated[int | None, typer.Option(help="Seed, instead of the scenario's.")]
Replicates = Annotated[int | None, typer.Option(help="Number of runs with independent randomness.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Do one run, say what all would take, write nothing.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the folder only.")]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print a JSON object for each run that ends, and one at the end."),
]
RetryFailed = Annotated[
    bool, typer.Option("--retry-failed", help="Do runs again that are there as failed.")
]
Dask = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Let the workers of a dask scheduler do the runs."),
]
Shard = Annotated[
    str | None,
    typer.Option(metavar="I/N", help="Do part I of N only, every N-th run; see merge."),
]


@app.command()
def run(
    scenario: Source,
    set_: Set = None,
    seed: Seed = None,
    replicates: Replicates = None,
    workers: Workers = 1,
    dask: Dask = None,
    out: Out = None,
    checkpoint: Annotated[
        int | None,
        typer.Option(min=1, help="Save the state every so many rounds, to go on after a kill."),
    ] = None,
    retry_failed: RetryFailed = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Run a scenario (all its replicates, without its sweep) and save the results.

    The same command again does what is missing.
    """
    from groundswell.commands import How, run_command

    with clear_errors():
        changes, options = _changes(set_, seed=seed, replicates=replicates)
        how = How(out, workers, dask, retry_failed, quiet, json, checkpoint=checkpoint)
        raise typer.Exit(run_command(scenario, changes, how, swept=False, options=options))


@app.command()
def sweep(
    scenario: Source,
    set_: Set = None,
    vary: Vary = None,
    seed: Seed = None,
    replicates: Replicates = None,
    workers: Workers = 1,
    dry_run: DryRun = False,
    dask: Dask = None,
    shard: Shard = None,
    out: Out = None,
    retry_failed: RetryFailed = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Run every point of a scenario's sweep and save the results.

    The same command again does what is missing.
    """
    from groundswell.commands import How, parse_grid, plan_command, run_command

    with clear_errors():
        changes, options = _changes(set_, seed=seed, replicates=replicates)
        grid = parse_grid(vary or [])
        changes, options = changes | grid, options | dict.fromkeys(grid, "--vary")
        if dry_run:
            plan_command(scenario, changes, workers, options)
            return
        how = How(out, workers, dask, retry_failed, quiet, json, shard)
        raise typer.Exit(run_command(scenario, changes, how, swept=True, options=options))


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
    from groundswell.listing import list_command

    with clear_errors():
        list_command(part, verbose=verbose)


@app.command()
def schema() -> None:
    """Print the JSON schema of scenario files, for editors."""
    from groundswell.listing import schema_command

    with clear_errors():
        schema_command()


@app.command()
def explore(
    source: Annotated[
        str,
        typer.Argument(
            metavar="[SCENARIO]",
            help="A scenario file, the name of a library one, or a results folder.",
        ),
    ] = "quickstart",
    set_: Set = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on this machine; 0 for any that is free.")
    ] = 8765,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open a browser, or only serve.")
    ] = True,
) -> None:
    """Play with a scenario, or look at a results folder, on a page in the browser."""
    from groundswell.explore.command import explore_command

    with clear_errors():
        explore_command(source, _changes(set_)[0], port, browser=browser)


def _changes(pairs: list[str] | None, **options: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Return all changes, and by which option those were given that have one of their own."""
    from groundswell.commands import parse_changes

    given = {name: value for name, value in options.items() if value is not None}
    return parse_changes(pairs or []) | given, {name: f"--{name}" for name in given}


for command in (report, odd, export, repeat, bundle, merge, script):
    app.command()(command)


def main() -> None:
    """Run the command line."""
    read_names_as_utf8()
    prepare_streams()
    app()
