"""How commands end where something went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from groundswell.problems import InputError, ScenarioError


@contextmanager
def clear_errors() -> Iterator[None]:
    """Print what a user did wrong without a traceback, and exit with 2; 130 or 143 on signals."""
    try:
        yield
    except (ScenarioError, InputError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt as error:
        typer.echo("interrupted", err=True)
        raise typer.Exit(getattr(error, "exit_code", 130)) from None
