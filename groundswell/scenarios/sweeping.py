"""From a scenario to the runs it asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

from groundswell.problems import InputError, Key, Problem, Problems, ScenarioError, dotted
from groundswell.scenario import Scenario, Sweep
from groundswell.scenarios.identity import INERT
from groundswell.scenarios.loading import Origin, load_with_origin
from groundswell.scenarios.simulate import Task
from groundswell.schedule_checks import overlap
from groundswell.settings_errors import split_key

MOST_RUNS = 10_000_000

# Runs that differ in one of these only have one id, or are told apart in another way.
NOT_SWEPT = {
    "name": "does not affect the numbers of a run",
    "version": "does not affect the numbers of a run",
    "sweep": "a sweep cannot vary itself",
    "replicates": "set the number of replicates of the whole sweep: replicates = ...",
    "seed": "use replicates for runs with independent randomness: replicates = ...",
}


def tasks(scenario: Scenario, origin: Origin | None = None) -> list[Task]:
    """Return the runs of a sweep: every combination of its grid, every replicate.

    Parameters
    ----------
    scenario
        The scenario with its sweep.
    origin
        Where its settings were given, for messages and for relative paths among swept values.

    Raises
    ------
    ScenarioError
        If a swept key or value does not fit; all at once, before anything runs.
    """
    origin = origin or Origin()
    base = without_sweep(scenario)
    problems: dict[tuple[Key, str], Problem] = {}
    found: list[Task] = []
    met: dict[str, dict[str, Any]] = {}
    for point in _points(scenario, origin):
        try:
            variant = load_with_origin(base, point, given=origin.swept(point)).scenario
        except ScenarioError as error:
            for problem in error.problems:
                blamed = blame(scenario, point, problem, elsewhere=("sweep", "grid"))
                problems.setdefault((blamed.key, blamed.message), blamed)
            continue
        first = met.setdefault(variant.model_dump_json(exclude=INERT), point)
        if first is not point:
            same = Problem(("sweep", "grid"), f"{_shown(first)} and {_shown(point)} are the same")
            problems.setdefault((same.key, same.message), same)
        found += [
            Task(variant, replicate, len(found) + replicate, point)
            for replicate in range(variant.replicates)
        ]
    if problems:
        raise ScenarioError(problems.values(), origin.locate)
    return found


def swept_tasks(scenario: Scenario, origin: Origin) -> list[Task]:
    """Return the runs of a sweep that is asked for, so there must be one.

    Raises
    ------
    InputError
        If there is no grid.
    ScenarioError
        As `tasks`.
    """
    if not scenario.sweep.grid:
        raise InputError(f"'{scenario.name}' has no [sweep] grid to run; use 'run' instead")
    return tasks(scenario, origin)


def one_at_a_time(work: list[Task]) -> list[Task]:
    """Return the runs that differ from the first in one setting at most, a replicate of each.

    They meet every value of every swept setting, so checking their data finds what is wrong with
    any of them without building all combinations.
    """
    first = work[0].settings
    return [
        task
        for task in work
        if task.replicate == 0 and sum(first[k] != v for k, v in task.settings.items()) <= 1
    ]


def replicates(scenario: Scenario, origin: Origin | None = None) -> list[Task]:
    """Return the runs of a scenario without its sweep.

    Raises
    ------
    ScenarioError
        If there are too many.
    """
    base = without_sweep(scenario)
    _refuse_too_many(base.replicates, ("replicates",), origin or Origin())
    return [Task(base, replicate, replicate) for replicate in range(base.replicates)]


def without_sweep(scenario: Scenario) -> Scenario:
    """Return what `run` runs."""
    # Copied, not validated: settings that only the sweep makes use of are no mistake.
    return scenario.model_copy(update={"sweep": Sweep()})


def blame(
    scenario: Scenario, point: dict[str, Any], problem: Problem, elsewhere: Key | None = None
) -> Problem:
    """Blame the swept value that a problem is about, or what is elsewhere, or the key itself."""
    for swept, value in point.items():
        key = split_key(swept)
        index = [_text(one) for one in scenario.sweep.grid[swept]].index(_text(value))
        place: Key = ("sweep", "grid", swept, index)
        if problem.key and overlap(key, problem.key):
            return Problem(place, problem.message, problem.place)
        if key[-1] == "kind" and problem.key[: len(key) - 1] == key[:-1]:
            # Parameters come and go with the kind.
            message = f"with {_text(value)}, {dotted(problem.key)}: {problem.message}"
            return Problem(place, message, problem.place)
    if elsewhere is None or not problem.key:
        return Problem(elsewhere or problem.key, problem.message, problem.place)
    return Problem(elsewhere, f"{dotted(problem.key)}: {problem.message}", problem.place)


def _points(scenario: Scenario, origin: Origin) -> Iterator[dict[str, Any]]:
    grid = scenario.sweep.grid
    _check_grid(grid, origin)
    count = scenario.replicates
    for values in grid.values():
        count *= len(values)
    _refuse_too_many(count, ("sweep", "grid") if grid else ("replicates",), origin)
    return (dict(zip(grid, values, strict=True)) for values in product(*grid.values()))


def _check_grid(grid: dict[str, tuple[Any, ...]], origin: Origin) -> None:
    """Refuse what would give several runs one id, or no id at all."""
    problems = Problems()
    met: set[Key] = set()
    for swept, values in grid.items():
        place = ("sweep", "grid", swept)
        try:
            key = split_key(swept)
        except ScenarioError as error:
            problems.found += [Problem(place, problem.message) for problem in error.problems]
            continue
        if key[0] in NOT_SWEPT:
            problems.add(place, f"cannot be swept; {NOT_SWEPT[str(key[0])]}")
        if key in met:
            problems.add(place, "is the same setting as another key of the grid")
        met.add(key)
        texts = [_text(value) for value in values]
        for index, (text, value) in enumerate(zip(texts, values, strict=True)):
            if text in texts[:index]:
                problems.add(place, f"{text} is there more than once")
            if _holds_none(value):
                problems.add(place, "holds None; leave the setting out instead")
    problems.raise_any(origin.locate)


def _refuse_too_many(count: int, key: Key, origin: Origin) -> None:
    if count > MOST_RUNS:
        message = f"asks for {count:,} runs; at most {MOST_RUNS:,}"
        raise ScenarioError([Problem(key, message)], origin.locate)


def _holds_none(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_none, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_holds_none, value))
    return value is None


def _text(value: Any) -> str:
    """Write a value so that equal texts are equal values: 1 and 1.0 and true are three."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _shown(point: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {_text(value)}" for name, value in point.items())
