"""From what pydantic finds wrong, and from contradictions between sections, to problems."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from types import NoneType
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from groundswell.component import Component
from groundswell.problems import Key, Locate, Problem, ScenarioError, did_you_mean

ModelT = TypeVar("ModelT", bound=BaseModel)


def validated(
    cls: type[ModelT], settings: Mapping[str, Any], locate: Locate = lambda key: "scenario"
) -> ModelT:
    """Validate settings.

    Raises
    ------
    ScenarioError
        With every problem at once.
    """
    try:
        return cls.model_validate(dict(settings))
    except ValidationError as error:
        raise ScenarioError(problems_of(cls, settings, error), locate) from None


def problems_of(cls: type[BaseModel], settings: Any, error: ValidationError) -> list[Problem]:
    """Say in plain words what pydantic found wrong, one problem per key."""
    messages: dict[Key, list[str]] = {}
    for found in error.errors(include_url=False):
        key = _real_key(settings, found["loc"], found["type"])
        message = _message(cls, settings, key, found)
        if message not in messages.setdefault(key, []):
            messages[key].append(message)
    return [Problem(key, _joined(texts)) for key, texts in messages.items()]


def nest(title: str, error: ValidationError | None, extra: list[Problem]) -> ValidationError:
    """Return a validation error with further problems added."""
    details: list[InitErrorDetails] = []
    for found in error.errors() if error is not None else []:
        kind = PydanticCustomError(found["type"], _escaped(found["msg"]), found.get("ctx"))
        details.append(InitErrorDetails(type=kind, loc=found["loc"], input=found["input"]))
    for problem in extra:
        kind = PydanticCustomError("contradiction", _escaped(problem.message))
        details.append(InitErrorDetails(type=kind, loc=problem.key, input=None))
    return ValidationError.from_exception_data(title, details)


@lru_cache(maxsize=1024)
def split_key(dotted: str) -> Key:
    """Split a dotted key as TOML does, so that parts may be quoted.

    Raises
    ------
    ScenarioError
        If it is not a key.

    >>> split_key('collective.signal.features."native-country"')
    ('collective', 'signal', 'features', 'native-country')
    """
    parts: list[str] = []
    try:
        inner: Any = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        inner = None
    while isinstance(inner, dict) and len(inner) == 1:
        ((name, inner),) = inner.items()
        parts.append(name)
    if inner != 0:  # a comment, or more than a key
        raise ScenarioError([Problem((dotted,), "not a key; write it like 'platform.kind'")])
    return tuple(parts)


def override(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with values changed, by dotted key; a new kind starts afresh."""
    result: dict[str, Any] = copied(settings)
    by_key = [(split_key(dotted), value) for dotted, value in changes.items()]
    # Outer tables before what is in them, and of one table its kind first: parameters follow.
    for key, value in sorted(by_key, key=lambda item: (len(item[0]), item[0][-1] != "kind")):
        _set(result, key, copied(value))
    return result


def _set(settings: dict[str, Any], key: Key, value: Any) -> None:
    table = settings
    for depth, part in enumerate(key[:-1], start=1):
        inner = table.setdefault(str(part), {})
        if isinstance(inner, str):  # a bare kind
            inner = table[str(part)] = {"kind": inner}
        if not isinstance(inner, dict):
            raise ScenarioError([Problem(key, f"{'.'.join(map(str, key[:depth]))} is no table")])
        table = inner
    if key[-1] == "kind" and table.get("kind", default_kind(key[:-1], settings)) != value:
        table.clear()
    table[str(key[-1])] = value


def default_kind(key: Key, settings: Any = None) -> str | None:
    """Return the kind of a table of a scenario that does not name one, None if it must.

    >>> default_kind(("decision",))
    'best-response'
    """
    from groundswell.scenario import Scenario

    outer: Any = Scenario
    for part in key[:-1]:
        settings = settings.get(part) if isinstance(settings, Mapping) else None
        outer = _named(_annotation(outer, part), settings)
    found: Any = _annotation(outer, key[-1]) if key else None
    is_part = isinstance(found, type) and issubclass(found, Component)
    return found.default_kind if is_part else None


def copied(value: Any) -> Any:
    """Return a value whose tables may be changed."""
    if isinstance(value, Mapping):
        return {name: copied(inner) for name, inner in value.items()}
    return value


def _real_key(settings: Any, loc: Key, kind: str) -> Key:
    """Cut off what pydantic adds to a location: the members of a union it tried."""
    key: Key = ()
    for part in loc:
        missing = kind in {"missing", "contradiction"} and part == loc[-1]
        inside = (isinstance(settings, Mapping) and part in settings) or (
            isinstance(settings, list | tuple) and isinstance(part, int) and part < len(settings)
        )
        if not inside and not missing and kind != "contradiction":
            break
        key = (*key, part)
        settings = settings[part] if inside else None
    return key


def _message(cls: type[BaseModel], settings: Any, key: Key, found: Any) -> str:
    if found["type"] == "missing":
        return "is missing; it has no default"
    if found["type"] == "extra_forbidden":
        return f"unknown key{did_you_mean(key[-1], _fields_at(cls, settings, key[:-1]))}"
    if found["type"] == "too_short":
        least, there = found["ctx"]["min_length"], found["ctx"]["actual_length"]
        return f"should hold at least {least}, found {there}"
    message: str = found["msg"].removeprefix("Value error, ")
    if not message.startswith("Input should be "):
        return message
    shown = repr(found["input"])
    limit = 60
    shown = shown if len(shown) < limit else shown[:limit] + "..."
    return f"{message.removeprefix('Input ')}, found {shown}"


def _joined(texts: list[str]) -> str:
    """Join what the members of a union each expected."""
    first, *others = texts
    if not others or ", found " not in first:
        return "; ".join(texts)
    expected, _, found = first.rpartition(", found ")
    more = [text.removeprefix("should be ").rpartition(", found ")[0] for text in others]
    return f"{' or '.join([expected, *more])}, found {found}"


def _fields_at(cls: type[BaseModel], settings: Any, key: Key) -> list[str]:
    """Return the known keys of the table at a place."""
    current: Any = cls
    for part in key:
        settings = settings.get(part) if isinstance(settings, Mapping) else None
        current = _named(_annotation(current, part), settings)
    return list(current.model_fields) if hasattr(current, "model_fields") else []


def _annotation(current: Any, part: str | int) -> Any:
    field = current.model_fields.get(part) if hasattr(current, "model_fields") else None
    annotation = field.annotation if field is not None else None
    inside = [one for one in get_args(annotation) if one is not NoneType]
    optional = len(inside) == 1 and NoneType in get_args(annotation)
    return inside[0] if optional else annotation


def _named(current: Any, settings: Any) -> Any:
    """Return the component that settings name, if they are those of a part."""
    if not (isinstance(current, type) and issubclass(current, Component)):
        return current
    named = isinstance(settings, Mapping)
    kind = settings.get("kind") if named else settings
    kind = current.default_kind if kind is None else kind
    return current.kinds.get(kind) if isinstance(kind, str) else None


def _escaped(text: str) -> str:
    # Braces in a custom error's message are its placeholders.
    return text.replace("{", "(").replace("}", ")")
