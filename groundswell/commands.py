"""What the commands do and print."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic.fields import FieldInfo
from rich.console import Console
from rich.markup import escape

from groundswell.component import PARTS, Component, load_plugins
from groundswell.problems import InputError, Problem, ScenarioError, did_you_mean
from groundswell.scenario import Scenario
from groundswell.scenarios.loading import LIBRARY, Origin, library, load_with_origin

if TYPE_CHECKING:
    from groundswell.scenarios.result import Result
    from groundswell.scenarios.running import Progress
    from groundswell.scenarios.shards import Shard

OK, FAILED = 0, 1
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
    changes: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.strip():
            problem = Problem((), f"expected KEY=VALUE, found '{pair}'")
            raise ScenarioError([problem], lambda key: "--set")
        try:
            changes[key.strip()] = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            changes[key.strip()] = text.strip()
    return changes


@dataclass(frozen=True)
class How:
    """How runs are done and shown, as the options of ``run`` and ``sweep`` say."""

    out: Path | None = None
    workers: int = 1
    dask: str | None = None
    retry_failed: bool = False
    quiet: bool = False
    json: bool = False
    shard: str | None = None


def run_command(
    source: str, changes: Mapping[str, Any], how: How, *, swept: bool, options: Iterable[str] = ()
) -> int:
    """Run a scenario or its sweep, print a summary, and return the exit code.

    Of the changes, `options` names those that were given by an option of their own.
    """
    from groundswell.scenarios import engines
    from groundswell.scenarios.interrupts import Interrupted
    from groundswell.scenarios.running import check_data, execute
    from groundswell.scenarios.shards import Shard
    from groundswell.scenarios.sweeping import replicates, swept_tasks, without_sweep

    shard = Shard.parse(how.shard) if how.shard else None
    progress = _progress(how)
    given = Origin("--set", {(name,): f"--{name}" for name in options})
    loaded = load_with_origin(source, changes, given=given)
    scenario, origin = loaded.scenario, loaded.origin
    work = swept_tasks(scenario, origin) if swept else replicates(scenario, origin)
    world = check_data(work, origin, scenario if swept else None)
    scenario = scenario if swept else without_sweep(scenario)
    with ExitStack() as stack:
        executor = stack.enter_context(engines.dask(how.dask)) if how.dask else None
        folder = how.out or _default_folder(scenario, shard, how)
        _print_notes(world.notes, how)
        try:
            result = execute(
                scenario,
                shard.part(work) if shard else work,
                out=folder,
                workers=how.workers,
                executor=executor,
                progress=progress,
                retry_failed=how.retry_failed,
            )
        except Interrupted as stop:
            said = f"interrupted; the runs that had ended are in {folder}"
            note = Console(stderr=how.json, highlight=False, soft_wrap=True)
            note.print(f"{said}\nthe same command goes on with the others", markup=False)
            return stop.exit_code
    _print_result(result, how)
    return FAILED if result.statuses.get("failed") else OK


def _progress(how: How) -> Progress:
    from groundswell.progress import Bars, Lines, Objects
    from groundswell.scenarios.running import Silent

    if how.quiet and how.json:
        raise InputError("--quiet and --json: each says what is printed; give one of them")
    if how.json:
        return Objects()
    return Silent() if how.quiet else Bars() if sys.stderr.isatty() else Lines()


def _print_notes(notes: Iterable[str], how: How) -> None:
    for note in () if how.quiet or how.json else notes:
        console.print(f"note: {note}", markup=False)


def _print_result(result: Result, how: How) -> None:
    from groundswell.summary import print_json, print_summary

    if how.json:
        print_json(result)
    elif how.quiet:
        console.print(str(result.folder), markup=False)
    else:
        print_summary(result, console)


def check_command(source: str, changes: Mapping[str, Any]) -> None:
    """Check a scenario, its data and its sweep."""
    from groundswell.scenarios.running import check_data
    from groundswell.scenarios.sweeping import replicates, tasks

    loaded = load_with_origin(source, changes)
    scenario = loaded.scenario
    work = tasks(scenario, loaded.origin)
    world = check_data(replicates(scenario, loaded.origin), loaded.origin)
    if scenario.sweep.grid:
        check_data(work, loaded.origin, scenario)
    for note in world.notes:
        console.print(f"note: {note}", markup=False)
    seeds = int(world.columns["joined"].sum())
    console.print(
        f"ok: {escape(scenario.name)}: {world.columns.users:,} users, {world.ties.count:,} ties, "
        f"{seeds:,} seeds, {_counted(scenario.rounds, 'round')}, {_counted(len(work), 'run')}"
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


def _default_folder(scenario: Scenario, shard: Shard | None, how: How) -> Path:
    """Return results/NAME, or the next free one where that holds something else."""
    from groundswell.scenarios.folder import next_free, refusal

    wanted = Path("results") / slug(scenario.name)
    if shard is not None:
        wanted = shard.folder(wanted)
    folder = next_free(wanted, scenario)
    if folder != wanted:
        _print_notes([f"{refusal(wanted, scenario)}; these go to {folder}"], how)
    return folder


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


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
