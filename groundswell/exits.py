"""How commands end where something went wrong."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from groundswell.problems import InputError, ScenarioError, printable

WRONG = 2
"""Exit code where what a user gave, or the machine, does not let a command do its work."""
UNREAD = 141
"""Exit code that shells expect where whoever read the output has stopped, such as ``head``."""


@contextmanager
def clear_errors() -> Iterator[None]:
    """Print what is wrong without a traceback, and exit with 2; 130, 143 or 141 on signals."""
    try:
        yield
        sys.stdout.flush()
    except (ScenarioError, InputError) as error:
        _end(str(error))
    except KeyboardInterrupt as error:
        _end("interrupted", getattr(error, "exit_code", 130))
    except BrokenPipeError:
        _write_no_more()
        raise typer.Exit(UNREAD) from None
    except UnicodeEncodeError as error:  # half a character, as a file system may hold
        _end(f"cannot be written as UTF-8: {ascii(error.object)[:200]}; rename it")
    except MemoryError:
        _end("this machine has too little free memory for that; runs that had ended are stored")
    except OSError as error:
        _write_no_more()
        what = f"use '{error.filename}'" if error.filename else "go on"
        _end(f"cannot {what}: {error.strerror or error}; runs that had ended are stored")


def _end(message: str, code: int = WRONG) -> NoReturn:
    typer.echo(printable(message), err=True)
    raise typer.Exit(code) from None


def _write_no_more() -> None:
    """Send what cannot be printed nowhere: Python would try again at its end, and complain."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def prepare_streams() -> None:
    """Let everything be printed: α where it cannot be, and all of it where nobody reads."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started this process
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def read_names_as_utf8() -> None:
    """Start again in Python's UTF-8 mode where names of files were to be ASCII only.

    Elsewhere names are UTF-8 or, as in Latin-1, mean something whatever they hold.
    """
    if sys.getfilesystemencoding() == "ascii" and os.environ.get("PYTHONUTF8") != "1":
        os.environ["PYTHONUTF8"] = "1"  # workers are to read them so, too
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
