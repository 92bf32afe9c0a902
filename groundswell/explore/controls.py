"""What can be changed on the page: controls, made from the schema of a scenario.

A part is a menu of its registered kinds, a number with two limits a slider, one with less a box, a
choice a menu, a switch a checkbox. Lists and tables have no control: they are set in a file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel

from groundswell.agents.distribution import Constant
from groundswell.component import Component, required_fields
from groundswell.scenario import Scenario
from groundswell.scenarios.values import typed

Schema = Mapping[str, Any]
Form = Literal["slider", "number", "menu", "checkbox", "text"]

LEFT_OUT = {"version", "name", "replicates", "schedule", "sweep"}
"""Settings of a scenario that are not about the one run that the page shows."""
MOST_STEPS = 1000
"""A slider has no more positions; wider limits get a box."""
STEPS = 100
"""Positions of a slider for numbers that are not whole."""
START = 0.1
"""Where numbers without a default start, if their limits let them."""
SAME = {"mean": "value", "value": "mean"}
"""Parameters that go on as each other when a kind changes."""


@dataclass(frozen=True)
class Control:
    """One setting that can be changed.

    Parameters
    ----------
    key
        Its dotted key.
    form
        How it is changed.
    value
        What it is now, None where it is left open.
    help
        What it means.
    low, high, step
        Limits and step of a slider.
    options
        What a menu offers.
    whole
        The number is a whole one.
    starts
        For a menu of kinds: what is to be set for each of them.
    """

    key: str
    form: Form
    value: Any
    help: str = ""
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0
    options: tuple[str, ...] = ()
    whole: bool = False
    starts: Mapping[str, Any] | None = None

    @property
    def label(self) -> str:
        """The key without its section, in words.

        >>> Control("decision.activation.revision", "slider", 0.3).label
        'activation: revision'
        """
        section, *inner = self.key.split(".")
        words = ": ".join(inner or [section]).replace("_", " ")
        return f"{words}: distribution" if self.starts and "constant" in self.starts else words

    def setting(self, value: Any) -> Any:
        """Return what a scenario is to hold for a value of the control, None if it is left open.

        >>> rounds = Control("rounds", "number", 30)
        >>> rounds.setting("5"), rounds.setting("")
        (5, None)
        """
        if self.starts is not None:
            return self.starts[value]
        if self.form == "slider" and not self.whole:
            return float(f"{value:.6g}")
        if value == "":
            return None
        return typed(value) if self.form == "number" else value


def controls(scenario: Scenario) -> dict[str, list[Control]]:
    """Return all controls of a scenario, by section; single settings are the section "run".

    >>> import groundswell as gs
    >>> found = controls(gs.load("quickstart"))
    >>> [control.key for control in found["platform"]][:4]
    ['platform', 'platform.learner', 'platform.learner.strength', 'platform.learner.iterations']
    """
    sections: dict[str, list[Control]] = {"run": []}
    for control in _of(scenario):
        inside = control.key.partition(".")[0]
        section = inside if isinstance(getattr(scenario, inside), BaseModel) else "run"
        sections.setdefault(section, []).append(control)
    return sections


def _of(settings: BaseModel, key: str = "") -> Iterator[Control]:
    """Find the controls of a section."""
    properties = _properties(type(settings))
    for name, field in type(settings).model_fields.items():
        if name == "kind" or (not key and name in LEFT_OUT):
            continue
        value, here = getattr(settings, name), f"{key}.{name}" if key else name
        description = " ".join((field.description or "").split())
        if isinstance(value, Component):
            yield _menu_of_kinds(value, here, description)
        if isinstance(value, Constant):
            yield from _leaf(here, value.value, _limits(field.metadata), "The number.")
        elif isinstance(value, BaseModel):
            yield from _of(value, here)
        else:
            yield from _leaf(here, value, properties[name], description)


@lru_cache(maxsize=256)
def _properties(settings: type[BaseModel]) -> dict[str, Schema]:
    properties: dict[str, Schema] = settings.model_json_schema()["properties"]
    return properties


def _limits(marks: list[Any]) -> Schema:
    """Return the limits of a setting that may differ between users, as a schema has them."""
    names = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum"}
    found = {
        word: getattr(mark, name)
        for mark in marks
        for name, word in names.items()
        if getattr(mark, name, None) is not None
    }
    return {"type": "number", **found}


def _leaf(key: str, value: Any, schema: Schema, description: str) -> Iterator[Control]:
    """Yield the control of a single setting, if it is one that has a control."""
    kind = _fitting(schema, value)
    if "enum" in kind:
        yield Control(key, "menu", value, description, options=tuple(kind["enum"]))
    elif kind.get("type") == "boolean":
        yield Control(key, "checkbox", value, description)
    elif kind.get("type") in {"integer", "number"}:
        yield _number(key, value, kind, description)
    elif kind.get("type") == "string" and "const" not in kind:
        yield Control(key, "text", value, description)


def _number(key: str, value: Any, schema: Schema, description: str) -> Control:
    whole = schema["type"] == "integer"
    low = schema.get("minimum", schema.get("exclusiveMinimum", -math.inf))
    high = schema.get("maximum", schema.get("exclusiveMaximum", math.inf))
    step = schema.get("multipleOf", 1) if whole else (high - low) / STEPS
    if value is None or not 0 < (high - low) / step <= MOST_STEPS:
        return Control(key, "number", value, description, whole=whole)
    # What a limit excludes is one step away from it.
    low += step if "exclusiveMinimum" in schema else 0
    high -= step if "exclusiveMaximum" in schema else 0
    return Control(key, "slider", value, description, low, high, step, whole=whole)


def _fitting(schema: Schema, value: Any) -> Schema:
    """Return which of several schemas a value is of; the first one where it is left open."""
    types = {bool: "boolean", int: "integer", float: "number", str: "string"}
    for one in schema.get("anyOf", [schema]):
        if value is None or one.get("type") in {types.get(type(value)), None} or "enum" in one:
            return dict(one)
    return {}


def _menu_of_kinds(component: Component, key: str, description: str) -> Control:
    kind = str(component)
    starts = {
        name: start
        for name, cls in component.kinds.items()
        if (start := _start(cls, component)) is not None or name == kind
    }
    return Control(key, "menu", kind, description, options=tuple(starts), starts=starts)


def _start(cls: type[Component], old: Component | None = None) -> Any:
    """Return the setting that a menu makes of a kind, None if only a user could know it.

    Required parameters go on as they are where the old kind has them too.
    """
    carried = old.model_dump() if old is not None else {}
    carried |= {new: carried[name] for new, name in SAME.items() if name in carried}
    found = {"kind": cls.model_fields["kind"].default}
    for name in required_fields(cls):
        if name not in carried:
            carried[name] = _first(cls, name)
        if carried[name] is None:
            return None
        found[name] = carried[name]
    if issubclass(cls, Constant):
        return found["value"]
    return found if len(found) > 1 else found["kind"]


def _first(cls: type[Component], name: str) -> Any:
    """Return a value that a required parameter can start with, None if there is none to guess."""
    annotation, schema = cls.model_fields[name].annotation, _properties(cls)[name]
    if isinstance(annotation, type) and issubclass(annotation, Component):
        return next(filter(None, map(_start, annotation.kinds.values())), None)
    if schema.get("type") == "integer":
        return schema.get("minimum", 1)
    return START if schema.get("type") == "number" else None
