"""What a scenario may hold: printed for people, and as a schema for editors."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rich.markup import escape

from groundswell.commands import console
from groundswell.component import PARTS, Component, load_plugins
from groundswell.problems import InputError, did_you_mean
from groundswell.scenario import Scenario
from groundswell.scenarios.loading import library


def list_command(part: str | None, *, verbose: bool) -> None:
    """Show components, one line each; with parameters if verbose."""
    load_plugins()
    if part is not None and part not in PARTS:
        raise InputError(f"there is no part '{part}'{did_you_mean(part, PARTS)}")
    for name in [part] if part else PARTS:
        console.print(f"[bold]{name}[/bold]")
        for kind, component in PARTS[name].kinds.items():
            console.print(f"  {kind:<16} {escape(component.summary())}")
            if verbose:
                _print_parameters(component)
    if part is None:
        console.print("[bold]library scenarios[/bold]")
        for name in library():
            console.print(f"  {name}", markup=False)


def schema_command() -> None:
    """Print the JSON schema of scenario files."""
    load_plugins()
    schema = Scenario.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["properties"]["extends"] = {
        "type": "string",
        "description": "Scenario file whose settings this one changes.",
    }
    # What a file that extends another leaves out may be in that one.
    schema["anyOf"] = [{"required": ["extends"]}, {"required": schema.pop("required")}]
    print(json.dumps(schema, indent=2, ensure_ascii=False))  # noqa: T201  (rich would wrap it)


def _print_parameters(component: type[Component]) -> None:
    for name, field in component.model_fields.items():
        if name == "kind":
            continue
        default = (
            "required"
            if field.is_required()
            else f"default {shown(field.get_default(call_default_factory=True))}"
        )
        bounds = "".join(f", {bound}" for bound in limits(field.metadata))
        console.print(f"    {name} ({default}{bounds}): {field.description or ''}", markup=False)


def shown(value: Any) -> str:
    """Return a default as a scenario file has it."""
    if isinstance(value, Component):
        settings = value.model_dump()
        return str(settings["value"] if settings["kind"] == "constant" else settings["kind"])
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


def limits(marks: Iterable[Any]) -> list[str]:
    """Return the bounds among what marks a field: ``>= 0``, ``< 1``."""
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "multiple_of": "multiple of"}
    return [
        f"{sign} {getattr(mark, name):g}"
        for mark in marks
        for name, sign in signs.items()
        if getattr(mark, name, None) is not None
    ]
