"""Types of settings, named as somebody who writes scenario files does."""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from groundswell.component import Component
from groundswell.listing import limits

PLAIN = {
    bool: "true or false",
    int: "integer",
    float: "number",
    str: "text",
    Any: "any value",
    types.NoneType: "none",
}


def type_of(annotation: Any) -> str:
    """Name a type as somebody who writes scenario files does.

    >>> type_of(tuple[float, ...] | None)
    'list of number, or none'
    """
    origin = get_origin(annotation)
    if origin in GENERIC:
        return GENERIC[origin](get_args(annotation))
    if annotation in PLAIN:
        return PLAIN[annotation]
    if issubclass(annotation, Component):
        return f"[{annotation.part}]({annotation.part}.md)"
    return f"[table](scenario.md#{annotation.__name__.lower()})"


def bounded(arguments: tuple[Any, ...]) -> str:
    """Name an annotated type with its bounds."""
    marks = [mark for one in arguments[1:] for mark in getattr(one, "metadata", [one])]
    return " ".join([type_of(arguments[0]), *limits(marks)])


def choice(arguments: tuple[Any, ...]) -> str:
    """Name the values that a literal may have."""
    return " or ".join(f"`{json.dumps(value)}`" for value in arguments)


def either(arguments: tuple[Any, ...]) -> str:
    """Name the types of a union."""
    return ", or ".join(type_of(one) for one in arguments)


def listed(arguments: tuple[Any, ...]) -> str:
    """Name a list, of any length or of one."""
    if arguments[-1] is Ellipsis:
        return f"list of {type_of(arguments[0])}"
    return f"list [{', '.join(type_of(one) for one in arguments)}]"


def mapping(arguments: tuple[Any, ...]) -> str:
    """Name a table with keys that the user chooses."""
    return f"table of {type_of(arguments[1])}"


GENERIC: dict[Any, Callable[[tuple[Any, ...]], str]] = {
    Annotated: bounded,
    Literal: choice,
    Union: either,
    types.UnionType: either,
    tuple: listed,
    dict: mapping,
}
