"""From a scenario to the runs it asks for."""

from __future__ import annotations

from itertools import product
from typing import Any

from groundswell.problems import Locate, Problem, ScenarioError
from groundswell.scenario import Scenario, Sweep
from groundswell.scenarios.loading import load_with_origin
from groundswell.scenarios.simulate import Task

MOST_RUNS = 10_000_000


def tasks(scenario: Scenario, locate: Locate = lambda key: "scenario") -> list[Task]:
    """Return the runs of a sweep: every combination of its grid, every replicate.

    Raises
    ------
    ScenarioError
        If a swept key or value does not fit; all at once, before anything runs.
    """
    base = scenario.replace({"sweep": {}}) if scenario.sweep != Sweep() else scenario
    points = _points(scenario, locate)
    problems: dict[tuple[Any, str], Problem] = {}
    found: list[Task] = []
    for point in points:
        try:
            variant = load_with_origin(base.replace(point)).scenario if point else base
        except ScenarioError as error:
            for problem in error.problems:
                where = _swept_key(scenario, problem)
                problems.setdefault((where, problem.message), Problem(where, problem.message))
            continue
        found += [
            Task(variant, replicate, len(found) + replicate, point)
            for replicate in range(variant.replicates)
        ]
    if problems:
        raise ScenarioError(problems.values(), locate)
    return found


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


def replicates(scenario: Scenario) -> list[Task]:
    """Return the runs of a scenario without its sweep."""
    base = scenario.replace({"sweep": {}}) if scenario.sweep != Sweep() else scenario
    return [Task(base, replicate, replicate) for replicate in range(base.replicates)]


def _points(scenario: Scenario, locate: Locate) -> list[dict[str, Any]]:
    grid = scenario.sweep.grid
    count = scenario.replicates
    for values in grid.values():
        count *= len(values)
    if count > MOST_RUNS:
        message = f"asks for {count:,} runs; at most {MOST_RUNS:,}"
        raise ScenarioError([Problem(("sweep", "grid"), message)], locate)
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def _swept_key(scenario: Scenario, problem: Problem) -> tuple[str | int, ...]:
    """Blame the swept setting that a problem is about, else the grid."""
    key = ".".join(map(str, problem.key))
    for swept in scenario.sweep.grid:
        if key.startswith(swept) or swept.startswith(key):
            return ("sweep", "grid", swept)
    return ("sweep", "grid")
