"""What the commands do and print."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic.fields import FieldInfo
from rich.console import Console
from rich.markup import escape

from groundswell.component import PARTS, Component, load_plugins
from groundswell.problems import InputError, Problem, ScenarioError, did_you_mean
from groundswell.scenario import Scenario
from groundswell.scenarios.loading import LIBRARY, Loaded, Origin, library, load_with_origin
from groundswell.scenarios.values import several, typed
from groundswell.settings_errors import split_key
from groundswell.sweep_settings import Sweep

OK, FAILED, INTERRUPTED = 0, 1, 130
NO_OPTIONS: Mapping[str, str] = MappingProxyType({})
console = Console(highlight=False, soft_wrap=True)


def parse_changes(pairs: list[str]) -> dict[str, Any]:
    """Read ``key=value`` pairs; values are TOML, and text may go without quotes.

    Raises
    ------
    ScenarioError
        If a pair has no equals sign.

    >>> parse_changes(["rounds=5", "platform.learner.kind=knn", "collective.seeds=[1, 2]"])
    {'rounds': 5, 'platform.learner.kind': 'knn', 'collective.seeds': [1, 2]}
    """
    return {key: typed(text) for key, text in _pairs(pairs, "--set", "KEY=VALUE")}


def parse_grid(pairs: list[str]) -> dict[str, list[Any]]:
    """Read ``key=a,b,c`` pairs as lists of the sweep's grid.

    Raises
    ------
    ScenarioError
        If a pair has no equals sign.

    >>> parse_grid(["payoff.cost=0.1,0.2"])
    {'sweep.grid."payoff.cost"': [0.1, 0.2]}
    """
    values = _pairs(pairs, "--vary", "KEY=A,B,C")
    return {f"sweep.grid.{json.dumps(key)}": several(text) for key, text in values}


def _pairs(pairs: list[str], option: str, form: str) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.strip():
            raise ScenarioError([Problem((), f"expected {form}, found '{pair}'")], lambda _: option)
        yield key.strip(), text


def run_command(
    source: str,
    changes: Mapping[str, Any],
    out: Path | None,
    workers: int,
    *,
    quiet: bool,
    swept: bool,
    options: Mapping[str, str] = NO_OPTIONS,
    checkpoint: int | None = None,
) -> int:
    """Run a scenario or its sweep, print a summary, and return the exit code.

    Of the changes, `options` names those that were given by an option of their own, and by which.
    """
    from groundswell.progress import Bars, Lines
    from groundswell.scenarios.checkpoint import notes as checkpoint_notes
    from groundswell.scenarios.checkpoint import with_checkpoints
    from groundswell.scenarios.running import Silent, check_data, execute
    from groundswell.scenarios.sweeping import replicates, swept_tasks, without_sweep
    from groundswell.summary import print_summary

    loaded = _loaded(source, changes, options)
    scenario, origin = loaded.scenario, loaded.origin
    work = swept_tasks(scenario, origin) if swept else replicates(scenario, origin)
    world = check_data(work, origin, scenario if swept else None)
    scenario = scenario if swept else without_sweep(scenario)
    folder = out or _default_folder(scenario, quiet=quiet)
    notes = list(world.notes)
    if checkpoint is not None:
        work = with_checkpoints(work, folder, checkpoint)
        notes += [note for note, _ in checkpoint_notes(work)]
    progress = Silent() if quiet else Bars() if sys.stderr.isatty() else Lines()
    if not quiet:
        for note in notes:
            console.print(f"note: {note}", markup=False)
    try:
        result = execute(scenario, work, out=folder, workers=workers, progress=progress)
    except KeyboardInterrupt:
        console.print(f"interrupted; the runs that had ended are in {folder}", markup=False)
        return INTERRUPTED
    if quiet:
        console.print(str(folder), markup=False)
    else:
        print_summary(result, console)
    return FAILED if (result.runs["status"] == "failed").any() else OK


def plan_command(
    source: str, changes: Mapping[str, Any], workers: int, options: Mapping[str, str]
) -> None:
    """Check a sweep, do its first run, and print what all would take; nothing is written."""
    from groundswell.planning import plan, print_plan
    from groundswell.scenarios.running import check_data
    from groundswell.scenarios.sweeping import swept_tasks

    loaded = _loaded(source, changes, options)
    work = swept_tasks(loaded.scenario, loaded.origin)
    check_data(work, loaded.origin, loaded.scenario)
    print_plan(plan(work), workers, console)


def check_command(source: str, changes: Mapping[str, Any]) -> None:
    """Check a scenario, its data and its sweep."""
    from groundswell.scenarios.running import check_data
    from groundswell.scenarios.sweeping import replicates, tasks
    from groundswell.summary import counted

    loaded = load_with_origin(source, changes)
    scenario = loaded.scenario
    work = tasks(scenario, loaded.origin)
    world = check_data(replicates(scenario, loaded.origin), loaded.origin)
    if scenario.sweep != Sweep():
        check_data(work, loaded.origin, scenario)
    for note in world.notes:
        console.print(f"note: {note}", markup=False)
    seeds = int(world.columns["joined"].sum())
    console.print(
        f"ok: {escape(scenario.name)}: {world.columns.users:,} users, {world.ties.count:,} ties, "
        f"{seeds:,} seeds, {counted(scenario.rounds, 'round')}, {counted(len(work), 'run')}"
    )


def new_command(name: str) -> None:
    """Write a commented scenario."""
    if not name.strip():
        raise InputError("a scenario needs a name, such as: groundswell new my-study")
    name = name.removesuffix(".toml") or name
    path = Path(f"{slug(name)}.toml")
    template = (LIBRARY.parent / "template.toml").read_text(encoding="utf-8")
    text = template.replace('name = "template"', f"name = {json.dumps(name, ensure_ascii=False)}")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(f"'{path}' exists already; choose another name") from None
    except OSError as error:
        raise InputError(f"cannot write '{path}': {error.strerror}") from None
    console.print(f"wrote {path}\nrun it with: groundswell run {path}", markup=False)


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


def slug(name: str) -> str:
    """Return a name as part of a path.

    >>> slug("A collective of Facebook users: 1 %")
    'a-collective-of-facebook-users-1'
    """
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-")[:80] or "scenario"


def _default_folder(scenario: Scenario, *, quiet: bool) -> Path:
    """Return results/NAME, or the next free one where that holds something else."""
    from groundswell.scenarios.folder import next_free, refusal

    wanted = Path("results") / slug(scenario.name)
    folder = next_free(wanted, scenario)
    if folder != wanted and not quiet:
        console.print(f"note: {refusal(wanted, scenario)}; these go to {folder}", markup=False)
    return folder


def _loaded(source: str, changes: Mapping[str, Any], options: Mapping[str, str]) -> Loaded:
    given = Origin("--set", {split_key(key): option for key, option in options.items()})
    return load_with_origin(source, changes, given=given)


def _print_parameters(component: type[Component]) -> None:
    for name, field in component.model_fields.items():
        if name == "kind":
            continue
        default = (
            "required"
            if field.is_required()
            else f"default {_shown(field.get_default(call_default_factory=True))}"
        )
        bounds = "".join(f", {bound}" for bound in _bounds(field))
        console.print(f"    {name} ({default}{bounds}): {field.description or ''}", markup=False)


def _shown(value: Any) -> str:
    if isinstance(value, Component):
        settings = value.model_dump()
        return str(settings["value"] if settings["kind"] == "constant" else settings["kind"])
    return "none" if value is None else json.dumps(value, ensure_ascii=False)


def _bounds(field: FieldInfo) -> list[str]:
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "multiple_of": "multiple of"}
    return [
        f"{sign} {getattr(mark, name):g}"
        for mark in field.metadata
        for name, sign in signs.items()
        if getattr(mark, name, None) is not None
    ]
