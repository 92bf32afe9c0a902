"""What is wrong with a scenario or its data, and where.

Every problem a user can cause ends up as a `Problem`; a `ScenarioError` carries all of them at
once and prints one line each: ``file:line: key: what is wrong``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

Key = tuple[str | int, ...]
MadeT = TypeVar("MadeT")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters but tabulators and line feeds."""
Locate = Callable[[Key], str]
LONGEST_NAME = 80
"""Characters of a known name that are shown."""


def dotted(key: Key) -> str:
    """Write a key the way a user would.

    >>> dotted(("population", "p0", 2))
    'population.p0[2]'
    """
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def printable(text: str) -> str:
    r"""Return text without what would steer a terminal, such as escape sequences in a name.

    >>> printable("a \x1b[2J name")
    'a �[2J name'
    """
    return CONTROLS.sub("�", text)


def did_you_mean(found: object, known: Iterable[object]) -> str:
    """Name the nearest known spelling, or list what is known while the list is short.

    >>> did_you_mean("logistics", ["logistic", "knn"])
    "; did you mean 'logistic'?"
    """
    names = [str(name) for name in known]
    near = get_close_matches(str(found), names, n=1)
    if near:
        return f"; did you mean '{near[0]}'?"
    if not names:
        return ""
    shown = ", ".join(map(_short, names[:12])) + (", ..." if len(names) > 12 else "")  # noqa: PLR2004
    return f"; known: {shown}"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: the key it concerns and a sentence that says what to do."""

    key: Key
    message: str
    place: str | None = None
    """Where it stands (``file:line``) if not at the key itself, e.g. in a data file."""


class InputError(ValueError):
    """Something a user gave cannot be used; raised where it is found.

    Parameters
    ----------
    message
        What is wrong, what was found, what to do.
    key
        The setting concerned, relative to whoever catches the error.
    place
        ``file`` or ``file:line`` of the data at fault, if it is not the setting itself.
    more
        What else is wrong beside it.
    """

    def __init__(
        self,
        message: str,
        key: Key = (),
        place: str | None = None,
        more: Iterable[InputError] = (),
    ) -> None:
        super().__init__(message)
        self.more = list(more)
        self.key = key
        self.place = place


class ScenarioError(ValueError):
    """All the problems of a scenario. Its text has one line per problem."""

    def __init__(self, problems: Iterable[Problem], locate: Locate = lambda key: "scenario"):
        self.problems = sorted(problems, key=lambda problem: _order(problem, locate))
        self.lines = [_line(problem, locate) for problem in self.problems]
        super().__init__("\n".join(self.lines))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.problems, self.lines)


class Problems:
    """Collects problems, so that a user sees all of them at once."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, key: Key, message: str) -> None:
        """Note one problem."""
        self.found.append(Problem(key, message))

    @contextmanager
    def at(self, *key: str | int) -> Iterator[None]:
        """Turn an `InputError` of the block into a problem of this key, and go on."""
        try:
            yield
        except InputError as error:
            for one in (error, *error.more):
                self.found.append(Problem((*key, *one.key), str(one), one.place))

    def attempt(self, key: Key, make: Callable[[], MadeT]) -> MadeT | None:
        """Return what a function makes, None if it fails with an `InputError`, which is noted."""
        with self.at(*key):
            return make()
        return None  # type: ignore[unreachable]  # the error was noted

    def raise_any(self, locate: Locate = lambda key: "scenario") -> None:
        """Raise a `ScenarioError` if anything was found."""
        if self.found:
            raise ScenarioError(self.found, locate)


def _line(problem: Problem, locate: Locate) -> str:
    place = problem.place or locate(problem.key)
    key = dotted(problem.key)
    return _on_one_line(": ".join(part for part in (place, key, problem.message) if part))


def _on_one_line(text: str) -> str:
    """Write line ends and whatever else a terminal would not show as Python would.

    >>> _on_one_line("Genève" + chr(10) + chr(27)) == "Genève" + chr(92) + "n" + chr(92) + "x1b"
    True
    """
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..."


def _order(problem: Problem, locate: Locate) -> tuple[str, int]:
    """Sort by file, then by line."""
    file, _, line = (problem.place or locate(problem.key)).rpartition(":")
    return (file, int(line)) if line.isdigit() else (line, 0)


def _restore(problems: list[Problem], lines: list[str]) -> ScenarioError:
    error = ScenarioError(problems)
    error.lines = lines
    error.args = ("\n".join(lines),)
    return error
