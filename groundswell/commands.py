"""What the commands do and print."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from groundswell.files import write_text
from groundswell.problems import InputError, Problem, ScenarioError, printable
from groundswell.scenario import Scenario
from groundswell.scenarios.loading import LIBRARY, Loaded, Origin, load_with_origin
from groundswell.scenarios.values import several, typed
from groundswell.settings_errors import split_key
from groundswell.sweep_settings import Sweep

if TYPE_CHECKING:
    from groundswell.scenarios.result import Result
    from groundswell.scenarios.running import Progress
    from groundswell.scenarios.shards import Shard

OK, FAILED = 0, 1
NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


DEVICE = re.compile(r"con|prn|aux|nul|(com|lpt)[\d¹²³]")
"""Names that Windows takes for devices."""


class Printer(Console):
    """A console that no name can steer, and that leaves it to `clear_errors` if nobody reads."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print, without control characters."""
        super().print(*(printable(x) if isinstance(x, str) else x for x in objects), **options)

    def on_broken_pipe(self) -> None:
        """Raise what Python raises."""
        raise BrokenPipeError


console = Printer(highlight=False, soft_wrap=True)


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
        If a pair has no equals sign, or a key is given twice.

    >>> parse_grid(["payoff.cost=0.1,0.2"])
    {'sweep.grid."payoff.cost"': [0.1, 0.2]}
    """
    grid: dict[str, list[Any]] = {}
    for key, text in _pairs(pairs, "--vary", "KEY=A,B,C"):
        dotted = f"sweep.grid.{json.dumps(key)}"
        if dotted in grid:
            problem = Problem((), f"'{key}' is given twice; give all its values at once")
            raise ScenarioError([problem], lambda _: "--vary")
        grid[dotted] = several(text)
    return grid


def _pairs(pairs: list[str], option: str, form: str) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.strip():
            raise ScenarioError([Problem((), f"expected {form}, found '{pair}'")], lambda _: option)
        yield key.strip(), text


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
    checkpoint: int | None = None


def run_command(
    source: str,
    changes: Mapping[str, Any],
    how: How,
    *,
    swept: bool,
    options: Mapping[str, str] = NO_OPTIONS,
) -> int:
    """Run a scenario or its sweep, print a summary, and return the exit code.

    Of the changes, `options` names those that were given by an option of their own, and by which.
    """
    from groundswell.scenarios import checkpoint, engines
    from groundswell.scenarios.interrupts import Interrupted
    from groundswell.scenarios.running import check_data, execute
    from groundswell.scenarios.shards import Shard
    from groundswell.scenarios.sweeping import replicates, swept_tasks, without_sweep

    if how.dask and how.checkpoint is not None:
        raise InputError(
            "--checkpoint saves beside the results, where --dask workers are not; give one"
        )
    shard = Shard.parse(how.shard) if how.shard else None
    progress = progress_of(how)
    loaded = _loaded(source, changes, options)
    scenario, origin = loaded.scenario, loaded.origin
    work = swept_tasks(scenario, origin) if swept else replicates(scenario, origin)
    world = check_data(work, origin, scenario if swept else None)
    scenario = scenario if swept else without_sweep(scenario)
    with ExitStack() as stack:
        executor = stack.enter_context(engines.dask(how.dask)) if how.dask else None
        folder = how.out or _default_folder(scenario, shard, how)
        notes = list(world.notes)
        if how.checkpoint is not None:
            work = checkpoint.with_checkpoints(work, folder, how.checkpoint)
            notes += [note for note, _ in checkpoint.notes(work)]
        _print_notes(notes, how)
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
            _print_interruption(folder, how)
            return stop.exit_code
    _print_result(result, how)
    return FAILED if result.statuses.get("failed") else OK


def progress_of(how: How) -> Progress:
    """Return what shows how far the work is."""
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


def _print_interruption(folder: Path, how: How) -> None:
    from groundswell.scenarios.result import open_results
    from groundswell.summary import print_json

    said = f"interrupted; the runs that had ended are in {folder}"
    note = Console(stderr=how.json or how.quiet, highlight=False, soft_wrap=True)
    note.print(f"{said}\nthe same command goes on with the others", markup=False)
    if how.json:
        print_json(open_results(folder), interrupted=True)


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
    if path.exists():
        raise InputError(f"'{path}' exists already; choose another name")
    write_text(path, text)
    console.print(f"wrote {path}\nrun it with: groundswell run {path}", markup=False)


def slug(name: str) -> str:
    """Return a name as part of a path.

    >>> slug("A collective of Facebook users: 1 %")
    'a-collective-of-facebook-users-1'
    """
    text = re.sub(r"[^\w]+", "-", name.lower()).strip("-")[:80] or "scenario"
    return f"{text}-" if DEVICE.fullmatch(text) else text


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


def _loaded(source: str, changes: Mapping[str, Any], options: Mapping[str, str]) -> Loaded:
    given = Origin("--set", {split_key(key): option for key, option in options.items()})
    return load_with_origin(source, changes, given=given)
