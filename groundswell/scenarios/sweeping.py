"""From a scenario to the runs it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from groundswell.problems import InputError, Key, Problem, ScenarioError, dotted
from groundswell.scenario import Scenario
from groundswell.scenarios.identity import INERT
from groundswell.scenarios.loading import Origin, load_with_origin
from groundswell.scenarios.point_table import TABLE, read_points
from groundswell.scenarios.points import Point, home, points, refuse_too_many
from groundswell.scenarios.simulate import Task
from groundswell.schedule_checks import overlap
from groundswell.settings_errors import split_key
from groundswell.sweep_settings import Sweep, as_text

MOST_PROBLEMS = 50
MANY_VALUES = 50


def tasks(scenario: Scenario, origin: Origin | None = None) -> list[Task]:
    """Return the runs of a sweep: every point, every replicate.

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
    problems = _Found(scenario)
    found: list[Task] = []
    met: dict[bytes, Point] = {}
    for point, variant in _variants(scenario, origin, problems):
        settings = variant.model_dump_json(exclude=INERT)
        first = met.setdefault(sha256(settings.encode()).digest(), point)
        if first is not point:
            problems.same(first, point)
        found += [
            Task(variant, replicate, len(met) - 1, point) for replicate in range(variant.replicates)
        ]
    if problems.found:
        raise ScenarioError(problems.found.values(), origin.locate)
    return found


def _variants(
    scenario: Scenario, origin: Origin, problems: _Found
) -> Iterator[tuple[Point, Scenario]]:
    """Yield the points at which the scenario is valid, until too much is wrong with others."""
    base, given = without_sweep(scenario), None
    for point in points(scenario, origin):
        given = given or origin.swept({key: scenario.sweep.place(key) for key in point})
        try:
            variant = load_with_origin(base, point, given=given).scenario
            yield point, _sharing(variant, base, point)
        except ScenarioError as error:
            problems.add(point, error)
        if problems.enough():
            return


def _sharing(variant: Scenario, base: Scenario, point: Point) -> Scenario:
    """Return a variant that keeps no copy of sections in which it is the base, to save memory."""
    varied = {split_key(key)[0] for key in point}
    same = {name: getattr(base, name) for name in Scenario.model_fields if name not in varied}
    return variant.model_copy(update=same)


class _Found:
    """What is wrong with the points of a sweep: each thing once, however many points have it."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.home = home(scenario.sweep)
        self.found: dict[tuple[Key, str | None, str], Problem] = {}

    def enough(self) -> bool:
        """Return whether nobody would read more, and say that there may be more."""
        if len(self.found) < MOST_PROBLEMS:
            return False
        self._note(Problem(self.home, "may have more problems; these are the first"))
        return True

    def add(self, point: Point, error: ScenarioError) -> None:
        """Note the problems of a point."""
        for problem in error.problems:
            self._note(blame(self.scenario, point, problem, elsewhere=self.home))

    def same(self, one: Point, other: Point) -> None:
        """Note that two points are one run."""
        self._note(Problem(self.home, f"{shown(one)} and {shown(other)} are the same"))

    def _note(self, problem: Problem) -> None:
        message, of_value, _ = problem.message.partition(", found ")
        # Numbers differ from point to point of a design; what they are told is the same. And
        # what is wrong with a key is not wrong with each of its values.
        about = re.sub(r"[\d.]+", "", message)
        key = tuple(part for part in problem.key if of_value or isinstance(part, str))
        place = problem.place if of_value else None
        self.found.setdefault((key, place, about), problem)


def swept_tasks(scenario: Scenario, origin: Origin) -> list[Task]:
    """Return the runs of a sweep that is asked for, so there must be one.

    Raises
    ------
    InputError
        If nothing varies.
    ScenarioError
        As `tasks`.
    """
    if scenario.sweep == Sweep():
        raise InputError(
            f"'{scenario.name}' has no [sweep] to run, such as a grid; use 'run' instead, or name "
            "values with --vary KEY=A,B,C"
        )
    return tasks(scenario, origin)


def one_at_a_time(work: list[Task]) -> list[Task]:
    """Return runs that meet every value of every swept setting, a replicate of each.

    Checking their data finds what is wrong with any of the values without building all
    combinations. Of numbers that take many values, the smallest and the largest must do.
    """
    each = [task for task in work if task.replicate == 0] or work[:1]
    to_meet = {
        (key, text)
        for key in work[0].settings
        for text in _to_meet([task.settings[key] for task in each])
    }
    chosen = []
    for task in each:
        new = to_meet & {(key, as_text(value)) for key, value in task.settings.items()}
        if new or task is each[0]:
            chosen.append(task)
        to_meet -= new
    return chosen


def _to_meet(values: list[Any]) -> set[str]:
    """Return the values of a setting that are to be met, as text."""
    numbers = [value for value in values if isinstance(value, int | float)]
    texts = set(map(as_text, values))
    if len(texts) > MANY_VALUES and len(numbers) == len(values):
        return {as_text(min(numbers)), as_text(max(numbers))}
    return texts


def replicates(scenario: Scenario, origin: Origin | None = None) -> list[Task]:
    """Return the runs of a scenario without its sweep.

    Raises
    ------
    ScenarioError
        If there are too many.
    """
    base = without_sweep(scenario)
    refuse_too_many(base.replicates, ("replicates",), origin or Origin())
    return [Task(base, replicate) for replicate in range(base.replicates)]


def without_sweep(scenario: Scenario) -> Scenario:
    """Return what `run` runs."""
    # Copied, not validated: settings that only the sweep makes use of are no mistake.
    return scenario.model_copy(update={"sweep": Sweep()})


def blame(
    scenario: Scenario, point: Point, problem: Problem, elsewhere: Key | None = None
) -> Problem:
    """Blame the swept value that a problem is about, or what is elsewhere, or the key itself."""
    for swept, value in point.items():
        key = split_key(swept)
        if problem.key and overlap(key, problem.key):
            return _blamed(scenario, swept, value, problem.message, problem.place)
        if key[-1] == "kind" and problem.key[: len(key) - 1] == key[:-1]:
            # Parameters come and go with the kind.
            message = f"with {as_text(value)}, {dotted(problem.key)}: {problem.message}"
            return _blamed(scenario, swept, value, message, problem.place)
    if elsewhere is None or not problem.key:
        return Problem(elsewhere or problem.key, problem.message, problem.place)
    return Problem(elsewhere, f"{dotted(problem.key)}: {problem.message}", problem.place)


def _blamed(scenario: Scenario, swept: str, value: Any, message: str, place: str | None) -> Problem:
    """Return a problem of a swept value, where it stands."""
    key = scenario.sweep.place(swept, value)
    if key != TABLE:
        return Problem(key, message, place)
    table = read_points(str(scenario.sweep.table))
    return Problem(split_key(swept), message, place or table.place(swept, value))


def shown(point: Point) -> str:
    """Return a point in words."""
    return ", ".join(f"{name} = {as_text(value)}" for name, value in point.items())


def in_order(work: Sequence[Task]) -> list[Task]:
    """Put runs that share users and ties next to each other, so that these are made once."""
    numbers: dict[str, int] = {}  # for there may be as many keys as runs

    def shared(task: Task) -> tuple[int, int]:
        parts = task.scenario.network.model_dump_json(), task.scenario.population.model_dump_json()
        return task.replicate, numbers.setdefault("".join(parts), len(numbers))

    return sorted(work, key=shared)
