"""What a law is: a function that demands something of a component, and says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from groundswell.data import Schema

ANY_PART = "any part"
ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Subject:
    """What is checked.

    Parameters
    ----------
    component
        The component, with its parameters.
    schemas
        What the data look like that it is tried on.
    """

    component: Any
    schemas: tuple[Schema, ...]

    @property
    def kind(self) -> Any:
        """Its class."""
        return type(self.component)


Law = Callable[[Subject], None]
Check = Callable[..., None]
Inputs = Callable[[Subject], Iterable[tuple[Any, ...]]]
LAWS: dict[str, list[Law]] = {}
"""Laws by part, in the order in which they are written; the first line of each is what it says."""


def law(part: str, over: Inputs | None = None) -> Callable[[Check], Check]:
    """Make a function a law of a part.

    Parameters
    ----------
    part
        Name of the part.
    over
        What the law is tried on: returns inputs, each with its description first. The function
        gets the subject and what follows the description; without it, only the subject.
    """

    def register(function: Check) -> Check:
        @wraps(function)
        def of_all(subject: Subject) -> None:
            for description, *inputs in over(subject) if over is not None else ():
                with given(description):
                    function(subject, *inputs)

        LAWS.setdefault(part, []).append(of_all if over is not None else function)
        return function

    return register


class BrokenError(AssertionError):
    """A component does not do what a law demands.

    Parameters
    ----------
    found
        What it does instead.
    advice
        What to do about it.
    """

    def __init__(self, found: str, advice: str) -> None:
        super().__init__(found)
        self.found, self.advice = found, advice
        self.inputs: list[str] = []


def demand(holds: object, found: str, advice: str) -> None:
    """Say that a law is broken unless something holds.

    Raises
    ------
    BrokenError
        If it does not.
    """
    if not holds:
        raise BrokenError(found, advice)


def returned(found: object, kind: type[ResultT]) -> ResultT:
    """Return what a component has returned, having seen that it is of the kind promised.

    Raises
    ------
    BrokenError
        If it is something else: laws go on to use it.
    """
    if not isinstance(found, kind):
        name = "None" if found is None else f"a {type(found).__name__}"
        raise BrokenError(f"it returns {name}", f"return a {kind.__module__}.{kind.__name__}")
    return found


@contextmanager
def given(description: str) -> Iterator[None]:
    """Name the input that the block tries, for the message if a law is broken there."""
    try:
        yield
    except Exception as error:
        named: Any = error
        named.inputs = [description, *getattr(error, "inputs", [])]
        raise
