"""What holds of the settings of every component."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import tomlkit
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from groundswell.agents.distribution import Distribution
from groundswell.component import LARGEST, PARTS
from groundswell.testing.laws import ANY_PART, Subject, demand, given, law

FAR = int(LARGEST)
"""A number that anything with bounds refuses, with one sign or the other."""
ANY = "any number"
MISSPELT = "no_such_setting"


@law(ANY_PART)
def it_is_registered(subject: Subject) -> None:
    """A scenario that names its kind gets this class."""
    kind = getattr(subject.component, "kind", None)
    demand(
        isinstance(kind, str) and subject.kind.kinds.get(kind) is subject.kind,
        f"kind = {kind!r} stands for {subject.kind.kinds.get(str(kind))}",
        'give the class a kind of its own: kind: Literal["my-kind"] = "my-kind"',
    )


@law(ANY_PART)
def it_says_what_it_is(subject: Subject) -> None:
    """The class and each of its parameters have a docstring."""
    own, inherited = subject.kind.__doc__, {base.__doc__ for base in subject.kind.__mro__[1:]}
    demand(
        own and own.strip() and own not in inherited,
        "the class has no docstring of its own",
        "say in its first line what it is: `groundswell list` and the reference show it",
    )
    for name, field in _parameters(subject):
        demand(
            field.description,
            f"the parameter '{name}' has no docstring",
            f'write one below it: {name}: ... and on the next line """What it is.""" (in a file: '
            "what is typed at a prompt has none)",
        )


@law(ANY_PART)
def numbers_have_bounds(subject: Subject) -> None:
    """Numbers that make no sense are refused when the scenario is read."""
    for name, field in _parameters(subject):
        if not _is_number(field.annotation):
            continue
        for wrong in (float("nan"), float("inf")):
            demand(
                _refuses(subject, name, wrong),
                f"{name} = {wrong} is accepted",
                "annotate it as float, and leave allow_inf_nan as it is",
            )
        bounded = _refuses(subject, name, FAR) or _refuses(subject, name, -FAR)
        demand(
            bounded or ANY in (field.description or "").lower(),
            f"{name} = {FAR:.0e} and {name} = {-FAR:.0e} are both accepted",
            f"give it bounds, such as Field(ge=0), or Probability, Positive or NotNegative from "
            f'groundswell.agents.limits; if any will do, say "{ANY}" in its docstring',
        )


@law(ANY_PART)
def misspelt_settings_are_refused(subject: Subject) -> None:
    """Settings that it does not have, and values of the wrong type, are refused."""
    with given(f"{MISSPELT} = 1"):
        demand(
            _refuses(subject, MISSPELT, 1),
            "it is accepted",
            'leave model_config\'s extra = "forbid" as it is',
        )
    for name, _ in _parameters(subject):
        with given(f"{name} = something that is neither number, text, list nor table"):
            demand(
                _refuses(subject, name, object()),
                "it is accepted",
                "give the parameter a type, not Any",
            )


@law(ANY_PART)
def it_cannot_be_changed(subject: Subject) -> None:
    """A component is what its scenario says: nothing about it changes later."""
    for name in subject.kind.model_fields:
        try:
            setattr(subject.component, name, getattr(subject.component, name))
        except ValidationError:
            continue
        demand(
            holds=False,
            found=f"'{name}' can be set",
            advice="leave model_config's frozen = True as it is; keep state in what `open`, `fit` "
            "or `start` return",
        )
    demand(
        hash_or_none(subject.component) == hash_or_none(subject.component.replace()),
        "two with the same settings have different hashes",
        "leave __hash__ as it is",
    )


@law(ANY_PART)
def it_survives_toml(subject: Subject) -> None:
    """Written into a scenario file and read again it is the same."""
    text = tomlkit.dumps({"it": without_none(subject.component.model_dump(mode="json"))})
    with given(text.strip().replace("\n", "; ")):
        again = PARTS[subject.kind.part].from_settings(tomllib.loads(text)["it"])
        demand(
            again == subject.component,
            f"it comes back as {again!r}",
            "use numbers, text, lists and tables, and other components; lists are tuples with "
            "Field(strict=False)",
        )


def hash_or_none(value: object) -> int | None:
    """Return a hash, None where a table or list has none."""
    try:
        return hash(value)
    except TypeError:
        return None


def without_none(value: Any) -> Any:
    """Leave out what is not set: TOML has no word for it."""
    if isinstance(value, dict):
        return {name: without_none(inner) for name, inner in value.items() if inner is not None}
    return value


def _parameters(subject: Subject) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in subject.kind.model_fields.items():
        if name != "kind":
            yield name, field


def _refuses(subject: Subject, name: str, value: object) -> bool:
    """Return whether a value of a setting is refused as it should be: with a ValidationError."""
    settings = {**subject.component.model_dump(), name: value}
    with given(f"{name} = {value}"):
        try:
            subject.kind.model_validate(settings)
        except ValidationError:
            return True
    return False


def _is_number(annotation: Any) -> bool:
    """Return whether a parameter is a number, or may be one."""
    if get_origin(annotation) is Annotated:
        return _is_number(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:  # text beside numbers makes them names
        kinds = get_args(annotation)
        return str not in kinds and any(map(_is_number, kinds))
    return annotation in {int, float} or annotation is Distribution
