"""Hypothesis strategies for the fields of components, from their types and bounds."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import numpy as np
from annotated_types import Ge, Gt, Le, Lt, MultipleOf
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from groundswell import scenario  # noqa: F401  (registers all kinds)
from groundswell.agents.population import Population
from groundswell.component import LARGEST, Component
from groundswell.data import Schema
from groundswell.platform.learners.scikit import ALLOWED
from groundswell.settings_errors import validated

Values = st.SearchStrategy[Any]
DATA = Path(__file__).parent / "data"
"""The data files that scenarios name."""

MOST = {
    "users": 40, "rounds": 4, "replicates": 2, "test_users": 60, "retrain_every": 3, "length": 3,
    "side": 6, "degree": 4, "mean_degree": 6.0, "ties": 4, "within": 4.0, "between": 2.0,
    "blocks": 4, "cells": 6, "labels": 4, "words": 30, "features": 12, "slabs": 5,
    "epochs": 3, "identification_epochs": 2, "batch": 64, "dimension": 4, "steps": 5, "trees": 4,
    "iterations": 30, "ngrams": 2, "candidates": 10, "leaves": 8, "start": 3, "community": 3,
    "window": 4, "seed": 2**63 - 1,
}  # fmt: skip
"""Upper ends that keep runs short."""
LIKELY = (4, 6, 7)
"""Digits at which an optional field is given."""

GIVEN = ("strategy", "signal", "degree", "ties", "mean_degree", "bound", "Boosting.rounds")
"""Fields that are always given: little happens without them, or too much (100 rounds of trees)."""
RARE = (
    "homophily",
    "node",
    "correlate",
    "test_path",
    "community",
    "validation",
    "warm_start",
    "users",
)
"""Fields that are given once in ten times: much is refused with them."""


class Context(NamedTuple):
    """What the population of a scenario holds, for settings that name it."""

    form: str
    schema: Schema
    users: int
    theory: str = "bayes"
    """The theory of the learner, for strategies that only work with one of their own."""

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Context:
        """Open the population that settings describe; no data where they are refused."""
        try:
            there = {"path": str(DATA / settings["path"])} if "path" in settings else {}
            kind = Population.of_kind(settings["kind"])
            population: Any = validated(kind, {**settings, **there})
            schema = population.open(np.random.default_rng(0)).schema
        except ValueError:  # said when the scenario is loaded
            return cls("none", Schema("none"), 1)
        return cls(population.form, schema, settings.get("users") or 30)

    @property
    def numeric(self) -> list[str]:
        """Names of numeric columns, or what is none."""
        return [self.schema.columns[i].name for i in self.schema.numeric] or ["x"]

    @property
    def categorical(self) -> list[str]:
        """Names of categorical columns, or what is none."""
        return [self.schema.columns[i].name for i in self.schema.categorical] or ["c"]

    @property
    def columns(self) -> list[str]:
        """Names of all columns, or what is none."""
        return [column.name for column in self.schema.columns] or ["x"]


def mostly(usual: Values, rare: Values) -> Values:
    """Draw from one strategy nine times in ten."""
    return st.integers(0, 9).flatmap(lambda n: rare if n == 7 else usual)


def component(part: type[Component], context: Context) -> Values:
    """Return settings of a random kind of a part, mostly one that fits the data."""
    kinds = list(part.kinds.values())
    fitting = [one for one in kinds if _fits(one, context)]
    drawn = mostly(st.sampled_from(fitting or kinds), st.sampled_from(kinds))
    return drawn.flatmap(lambda kind: section(kind, context))


def _fits(kind: type[Component], context: Context) -> bool:
    """Say whether a kind can use the data, and a strategy the learner."""
    fits = context.form in getattr(kind, "forms", (context.form,))
    return fits and (kind.part != "strategy" or getattr(kind, "theory", "") == context.theory)


@st.composite
def section(draw: st.DrawFn, model: type[BaseModel], context: Context) -> dict[str, Any]:
    """Return settings of a section: all fields that are required, some of the others."""
    settings: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if name == "kind":
            settings[name] = field.default
        elif field.is_required() or draw(_given(name, f"{model.__name__}.{name}")):
            value = draw(field_values(model, name, field, context))
            if value is not None:
                settings[name] = value
    return settings


def _given(*names: str) -> Values:
    if any(name in GIVEN for name in names):
        return st.just(True)
    digits = LIKELY[-1:] if names[0] in RARE else LIKELY
    return st.integers(0, 9).map(lambda digit: digit in digits)


def field_values(model: type[BaseModel], name: str, field: FieldInfo, context: Context) -> Values:
    """Return values of a field."""
    named = NAMED.get(f"{model.__name__}.{name}") or NAMED.get(name)
    if named is not None:
        return named(context)
    return values(field.annotation, tuple(field.metadata), name, context)


def values(kind: Any, limits: tuple[Any, ...], name: str, context: Context) -> Values:
    """Return values of a type."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        more = [one for mark in inside[1:] for one in getattr(mark, "metadata", [mark])]
        return values(inside[0], (*limits, *more), name, context)
    if origin in {Union, UnionType}:
        return st.one_of([values(one, limits, name, context) for one in inside])
    if origin is Literal:
        return st.sampled_from(inside)
    if origin is tuple:
        return st.lists(values(inside[0], (), name, context), min_size=1, max_size=4)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        is_part = issubclass(kind, Component) and "part" in kind.__dict__
        return component(kind, context) if is_part else section(kind, context)
    simple: dict[Any, Values] = {
        NoneType: st.none(), bool: st.booleans(), str: st.sampled_from(["x", "c", "⟡", "a b"]),
        int: numbers(int, limits, name), float: numbers(float, limits, name),
    }  # fmt: skip
    return simple[kind]


@cache
def numbers(kind: type, limits: tuple[Any, ...], name: str) -> Values:
    """Return numbers between the bounds of a field, often the bounds themselves."""
    low = [float(one.ge) for one in limits if isinstance(one, Ge)]
    above = [float(one.gt) for one in limits if isinstance(one, Gt)]
    high = [float(one.le) for one in limits if isinstance(one, Le)]
    below = [float(one.lt) for one in limits if isinstance(one, Lt)]
    if kind is int:
        step = next((int(one.multiple_of) for one in limits if isinstance(one, MultipleOf)), 1)
        least = int(max([*low, *(one + 1 for one in above)], default=-3))
        most = int(min([MOST.get(name, least + 9), *high, *(one - 1 for one in below)]))
        whole = st.integers(-(-least // step), max(most, least) // step).map(lambda n: n * step)
        return st.one_of(st.sampled_from([least, max(most, least) // step * step]), whole)
    tiny = 1e-9
    least_ = max([*low, *(one + tiny for one in above)], default=0.0)
    most_ = min([*high, *(one - tiny for one in below)], default=MOST.get(name, 1.0))
    usual = st.one_of(
        st.floats(least_, max(most_, least_)), st.sampled_from([least_, max(most_, least_)])
    )
    if high or below or name in MOST:
        return usual
    beyond = [3.0, 1e3, 1e9, LARGEST] + ([] if low or above else [-3.0, -1e9, -LARGEST])
    return mostly(usual, st.sampled_from(beyond))


def _labels(context: Context) -> Values:
    labels = [*context.schema.labels] or ["a"]
    numbers_ = [int(label) for label in labels if label.isdigit()]
    return mostly(st.sampled_from(numbers_ or labels), st.sampled_from(["nobody", *labels]))


def _features(context: Context) -> Values:
    def value(name: str) -> Values:
        found = [one.categories for one in context.schema.columns if one.name == name]
        return (
            st.sampled_from(found[0])
            if found and found[0]
            else mostly(st.floats(-2, 2), st.just(LARGEST))
        )

    one = st.sampled_from(context.columns).flatmap(
        lambda name: st.tuples(st.just(name), value(name))
    )
    return st.lists(one, min_size=1, max_size=3).map(dict)


def _shifts(context: Context) -> Values:
    return st.dictionaries(
        st.sampled_from(context.numeric), st.floats(-2, 2), min_size=1, max_size=2
    )


def _count_or_share(context: Context) -> Values:
    return st.one_of(
        st.integers(0, context.users), st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0)
    )


def _p0(context: Context) -> Values:
    rows = st.lists(st.lists(st.integers(0, 4), min_size=2, max_size=2), min_size=1, max_size=4)

    def scaled(table: list[list[int]]) -> list[list[float]]:
        total = sum(map(sum, table)) or 1
        return [[count / total for count in row] for row in table]

    return rows.map(scaled)


def _distribution_values(context: Context) -> Values:
    count = mostly(st.just(context.users), st.integers(1, 40))
    return count.flatmap(lambda n: st.lists(st.floats(-1, 1), min_size=n, max_size=n))


def _cells(context: Context) -> Values:
    cells = context.schema.columns[0].categories if context.schema.columns else None
    count = len(cells or "x")
    return st.lists(st.integers(0, count - 1), min_size=count, max_size=count)


def _listed(most: Callable[[Context], int]) -> Callable[[Context], Values]:
    return lambda context: st.lists(st.integers(0, most(context)), min_size=1, max_size=4)


NAMED: dict[str, Callable[[Context], Values]] = {
    "target": _labels,
    "Homophily.target": lambda context: st.sampled_from([-1.0, -0.3, 0.0, 0.5, 1.0]),
    "seeds": _count_or_share,
    "budget": _count_or_share,
    "p0": _p0,
    "SetFeatures.features": _features,
    "Shift.features": _shifts,
    "Values.values": _distribution_values,
    "TableCurve.alpha": lambda context: st.sampled_from([[0.0, 1.0], [0.1, 0.4], [0.0, 0.5]]),
    "TableCurve.success": lambda context: st.lists(st.floats(0, 1), min_size=2, max_size=2),
    "parameters": lambda context: st.just({}),
    "estimator": lambda context: st.sampled_from(ALLOWED),
    "hidden": lambda context: st.lists(st.integers(1, 4), max_size=2),
    "Cells.to": _cells,
    "bound": lambda context: st.floats(0.01, 10.0),
    "StochasticBlock.blocks": lambda context: st.one_of(
        st.integers(1, 4), st.just([context.users // 2, -(-context.users // 2)])
    ),
    "pixels": _listed(lambda context: max(len(context.schema.columns) - 1, 0)),
    "column": lambda context: st.sampled_from([*context.columns, "class"]),
    "FromColumn.column": lambda context: st.sampled_from(context.numeric),
    "with": lambda context: st.sampled_from(["degree", *context.numeric]),
    "groups": lambda context: st.lists(
        st.sampled_from(["class", *context.categorical]), min_size=1, max_size=2, unique=True
    ),
    "GroupDRO.groups": lambda context: st.sampled_from(
        ["label", "collective", *context.categorical]
    ),
    "Measure.blocks": lambda context: st.dictionaries(
        st.sampled_from(["one", "two"]),
        st.lists(st.sampled_from(context.columns), min_size=1, max_size=3, unique=True),
        min_size=1,
        max_size=2,
    ),
    "Collective.users": _listed(lambda context: context.users - 1),
    "path": lambda context: st.sampled_from(["people.csv"]),
    "test_path": lambda context: st.just("people.csv"),
    "EdgeList.path": lambda context: st.sampled_from(["ties.txt", "weighted.txt"]),
    "Text.path": lambda context: st.just("documents.csv"),
    "Text.text": lambda context: st.just("text"),
    "label": lambda context: st.sampled_from(["y", "y", "c"]),
    "Table.features": lambda context: st.just(["x", "c", "z"]),
    "user": lambda context: st.just("id"),
    "node": lambda context: st.just("id"),
    "missing": lambda context: st.just("?"),
    "Named.name": lambda context: st.sampled_from(["karate", "florentine-families"]),
}
"""Strategies of fields that name something, by class and field or by field alone."""
