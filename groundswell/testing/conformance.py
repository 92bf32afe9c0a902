"""`check_component`: the laws of the parts of a scenario, tried on small inputs."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from importlib import import_module
from inspect import getdoc

from threadpoolctl import threadpool_limits

import groundswell.stopping  # noqa: F401  (the part "stop" is there)
from groundswell.component import PARTS, Component
from groundswell.data import Schema
from groundswell.testing.laws import ANY_PART, LAWS, BrokenError, Law, Subject
from groundswell.testing.places import SCHEMAS
from groundswell.testing.sameness import SEEDS, global_seed

MOST = 4
"""So many broken laws are reported in full."""
SUITES = (
    "settings", "distributions", "activations", "beliefs", "decisions", "relabelling", "networks",
    "populations", "signals", "strategies", "learners", "weight_rules", "platforms", "curves",
    "runs",
)  # fmt: skip


class ConformanceError(AssertionError):
    """A component breaks laws of its part; the text has a paragraph for each."""


def check_component(component: Component, *, schema: Schema | None = None) -> None:
    """Check that a component keeps the laws of its part.

    Usual mistakes break one. What passes need not be right: no law knows what it is meant to do.

    Parameters
    ----------
    component
        The component with its parameters, such as ``MyRule(threshold=0.3)``. Check one with each
        setting that changes what it does.
    schema
        What its data look like, for components that name columns, labels or categories: at least
        one column and two labels. By default the data have the labels "a", "b", "c" and, by form:
        "columns" the numbers ``age`` and ``wage`` and the category ``city`` (Bern, Lima, Oslo,
        Rome), "images" five pixels ``pixel0``, ..., "cells" four cells, "text" a few words.

    Raises
    ------
    ConformanceError
        If it breaks any: an `AssertionError` that says which, on what input, and what to do. Also
        if there is nothing to check: no component, or a schema that no data can be made for.

    >>> from groundswell.agents.decision import Threshold
    >>> from groundswell.agents.distribution import constant
    >>> check_component(Threshold(threshold=constant(0.3)))
    """
    if not isinstance(component, Component):
        raise ConformanceError(_no_component(component))
    if schema is not None:
        _refuse(schema)
    subject = Subject(component, tuple(SCHEMAS.values()) if schema is None else (schema,))
    laws = _laws(component.part)
    with threadpool_limits(limits=1):
        broken = [text for one in laws if (text := _broken(one, subject))]
    if broken:
        raise ConformanceError(_report(component, broken, len(laws)))


def _refuse(schema: object) -> None:
    """Refuse what no data can be made for."""
    if not isinstance(schema, Schema):
        raise ConformanceError(f"schema= takes a groundswell.data.Schema, found {schema!r}")
    if schema.form not in SCHEMAS:
        forms = ", ".join(f"'{form}'" for form in SCHEMAS)
        raise ConformanceError(f"schema= has the form '{schema.form}'; works: {forms}")
    if not schema.columns or len(schema.labels) < 2:  # noqa: PLR2004
        found = f"{len(schema.columns)} columns and {len(schema.labels)} labels"
        raise ConformanceError(f"schema= needs a column and two labels, found {found}")


def _report(component: Component, broken: list[str], laws: int) -> str:
    """Return what is wrong: the first laws in full, for others often follow from them."""
    settings = component.model_dump(exclude_defaults=True)
    named = f"{component.part} '{component}'{f' with {settings}' if settings else ''}"
    head = f"{named} breaks {len(broken)} of the {laws} laws of its part:"
    more = [text.splitlines()[0] for text in broken[MOST:]]
    also = [f"  and {len(more)} more, which may follow from these:", *more] if more else []
    return "\n\n".join([head, *broken[:MOST], *(["\n".join(also)] if also else [])])


def _laws(part: str) -> list[Law]:
    for suite in SUITES:
        import_module(f"groundswell.testing.{suite}")
    found = [*LAWS[ANY_PART], *LAWS.get(part, [])]
    return sorted(found, key=lambda one: SUITES.index(one.__module__.rpartition(".")[2]))


def _broken(law: Law, subject: Subject) -> str | None:
    """Return how a component breaks a law, None if it keeps it."""
    try:
        with global_seed(SEEDS[0]):  # what is found is found again
            law(subject)
    except BrokenError as error:
        return _paragraph(law, error.inputs, error.found, error.advice)
    except Exception as error:  # whatever a component raises is a finding
        inputs = getattr(error, "inputs", [])
        last = traceback.extract_tb(error.__traceback__)[-1]
        found = f"{type(error).__name__}: {error} ({last.filename}:{last.lineno})"
        return _paragraph(
            law, inputs, found, "it has to work there, or refuse with an InputError if it cannot"
        )
    return None


def _paragraph(law: Law, inputs: Iterable[str], found: str, advice: str) -> str:
    lines = {
        "law": (getdoc(law) or law.__name__).splitlines()[0],
        "input": ", ".join(inputs),
        "found": found,
        "to do": advice,
    }
    return "\n".join(f"  {name + ':':<7}{text}" for name, text in lines.items() if text)


def _no_component(found: object) -> str:
    if isinstance(found, type) and issubclass(found, Component):
        return f"check_component takes a component, not its class: {found.__name__}(...)"
    return f"check_component takes a component (one of {', '.join(PARTS)}), found {found!r}"
