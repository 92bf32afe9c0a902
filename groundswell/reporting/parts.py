"""What a scenario is made of: its sections and components, with their settings as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple

from pydantic import BaseModel

from groundswell.agents.decision import Fixed
from groundswell.agents.distribution import Constant, Distribution
from groundswell.component import Settings
from groundswell.problems import Key, ScenarioError, dotted
from groundswell.scenario import Scenario
from groundswell.scenarios.loading import Origin
from groundswell.scenarios.points import points

SECTIONS = ("population", "network", "payoff", "decision", "collective", "platform", "stop")
"""The sections of a scenario that are parts of the model, in the order of a description."""
MOST_VALUES = 12
MOST_VARIANTS = 1000


class Setting(NamedTuple):
    """A setting of a part: its name, its value as text, and what it means."""

    name: str
    value: str
    meaning: str


class Part(NamedTuple):
    """A part of the model: a section of a scenario, or a component in it."""

    key: Key
    settings: Settings
    swept: bool
    """Whether only some points of the sweep have it."""

    @property
    def title(self) -> str:
        """What it is: ``Learner: naive-bayes``, ``Payoff``."""
        kind = getattr(self.settings, "kind", None)
        part = getattr(type(self.settings), "part", None) or str(self.key[-1])
        name = part.replace("_", " ").capitalize()
        return f"{name}: {kind}" if kind else name

    @property
    def place(self) -> str:
        """Where it stands in a scenario file."""
        return dotted(self.key)


def parts(scenario: Scenario) -> list[Part]:
    """Return the parts of a model, each once, and those that only its sweep has after them."""
    found: dict[tuple[type, str], Part] = {}
    classes: set[type] = set()
    for swept, variant in enumerate(variants(scenario)):
        for name in SECTIONS:
            for key, settings in _walk((name,), getattr(variant, name)):
                kind = type(settings)
                repeats = (swept and kind in classes) or _idle(key, variant)
                about = "" if isinstance(settings, Distribution) else dotted(key)
                if not repeats:
                    found.setdefault((kind, about), Part(key, settings, bool(swept)))
        classes |= {kind for kind, _ in found}
    return list(found.values())


def settings(part: Part, scenario: Scenario) -> list[Setting]:
    """Return the settings of a part that have no part of their own."""
    told = {**schedule(scenario), **varied(scenario)}
    rows = []
    for name, field in type(part.settings).model_fields.items():
        value = getattr(part.settings, name)
        has_own = isinstance(value, BaseModel) and not isinstance(value, Distribution)
        place = dotted((*part.key, name))
        if name != "kind" and not has_own:
            rows.append(Setting(name, told.get(place) or text(value), field.description or ""))
    return rows


def text(value: Any) -> str:
    """Return the value of a setting as a reader would write it.

    >>> text(None), text(0.5), text((1, 2))
    ('none', '0.5', '[1, 2]')
    """
    if isinstance(value, Constant):
        return text(value.value)
    if isinstance(value, BaseModel):
        return _settings_text(value)
    if isinstance(value, list | tuple):
        more = f", ... {len(value):,} in all" if len(value) > MOST_VALUES else ""
        return f"[{', '.join(text(one) for one in value[:MOST_VALUES])}{more}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {text(one)}" for key, one in value.items()) + "}"
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _settings_text(value: BaseModel) -> str:
    """Return what a part is, and its settings that are not as they are by default."""
    given = []
    for name, field in type(value).model_fields.items():
        one = getattr(value, name)
        if name != "kind" and (
            field.is_required() or one != field.get_default(call_default_factory=True)
        ):
            given.append(f"{name} = {text(one)}")
    kind = str(getattr(value, "kind", ""))
    return f"{kind} ({', '.join(given)})".strip() if given else kind or "as by default"


def varied(scenario: Scenario) -> dict[str, str]:
    """Return what a sweep varies, by dotted key, and how, in words; a table's are in its file."""
    sweep = scenario.sweep
    listed = {**sweep.grid, **sweep.zip}
    found = {key: f"varied: {text(values)[1:-1]}" for key, values in listed.items()}
    if sweep.design is not None:
        for key, one in sweep.design.ranges.items():
            scale = ", on a logarithmic scale" if one.log else ""
            found[key] = f"varied: {text(one.low)} to {text(one.high)}{scale}"
    return found


def schedule(scenario: Scenario) -> dict[str, str]:
    """Return what changes over the rounds, by dotted key, and how, in words."""
    return {
        key: f"{', '.join(f'{text(v)} in round {n:,}' for n, v in course.points)} ("
        f"{'linear' if course.between == 'linear' else 'constant'} between)"
        for key, course in scenario.schedule.items()
    }


def variants(scenario: Scenario) -> Iterator[Scenario]:
    """Yield the scenario, and it with each combination of the words and tables of its sweep."""
    base = scenario.replace({"sweep": {}})
    yield base
    worded = {key: one for key, one in scenario.sweep.grid.items() if any(map(_is_worded, one))}
    part = scenario.replace({"sweep": {"grid": worded, "zip": dict(scenario.sweep.zip)}})
    for point in islice(points(part, Origin()), MOST_VARIANTS):
        with suppress(ScenarioError):  # numbers that would go with it were left out
            yield base.replace(point)


def _is_worded(value: Any) -> bool:
    return isinstance(value, str | dict | list | tuple)


def _walk(key: Key, section: Settings) -> Iterator[tuple[Key, Settings]]:
    """Yield a section and the parts in it; a constant is a number, not a part."""
    if isinstance(section, Constant):
        return
    yield key, section
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Settings):
            yield from _walk((*key, name), value)


def _idle(key: Key, scenario: Scenario) -> bool:
    """Return whether a part does nothing: nobody makes mistakes, decides, or forms beliefs."""
    rule = scenario.decision
    idle: dict[Key, bool] = {
        ("collective", "mistaken_signal"): not scenario.collective.mistakes,
        ("decision", "activation"): isinstance(rule, Fixed),
        ("payoff", "belief"): not rule.forms_beliefs,
    }
    return idle.get(tuple(key[:2]), False)
