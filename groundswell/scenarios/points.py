"""The points of a sweep: what its grid, its zip and its design make together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Any

from groundswell.problems import Key, Problem, Problems, ScenarioError, dotted
from groundswell.scenario import Scenario
from groundswell.scenarios.loading import Origin
from groundswell.scenarios.point_table import TABLE, PointTable, read_points
from groundswell.schedule_checks import overlap
from groundswell.settings_errors import split_key
from groundswell.sweep_settings import Sweep, as_text

MOST_RUNS = 10_000_000

# Runs that differ in one of these only have one id, or are told apart in another way.
NOT_SWEPT = {
    "name": "does not affect the numbers of a run",
    "version": "does not affect the numbers of a run",
    "sweep": "a sweep cannot vary itself",
    "replicates": "set the number of replicates of the whole sweep: replicates = ...",
    "seed": "use replicates for runs with independent randomness: replicates = ...",
}

Point = dict[str, Any]
"""Values of the swept settings, by dotted key."""


def points(scenario: Scenario, origin: Origin) -> Iterator[Point]:
    """Return the points of a sweep; points of a design that are equal count once.

    Raises
    ------
    ScenarioError
        If a key cannot be swept, or there would be too many runs; before any point is made.
    """
    sweep = scenario.sweep
    table = _table(sweep, origin)
    _check(scenario, table, origin)
    together = prod(map(len, sweep.grid.values())) * _rows(sweep.zip)
    size = sweep.design.size if sweep.design else len(table.rows) if table else 1
    place = home(sweep) if sweep != Sweep() else ("replicates",)
    refuse_too_many(scenario.replicates * together * size, place, origin)
    return _combined(_blocks(sweep, table, scenario.seed))


def home(sweep: Sweep) -> Key:
    """Return the key of what is to blame for what is wrong with no swept setting alone."""
    parts = [name for name in Sweep.model_fields if getattr(sweep, name)]
    return ("sweep", *parts) if len(parts) == 1 else ("sweep",)


def refuse_too_many(count: int, key: Key, origin: Origin) -> None:
    """Refuse more runs than anybody could want.

    Raises
    ------
    ScenarioError
        With their number.
    """
    if count > MOST_RUNS:
        message = f"asks for {count:,} runs; at most {MOST_RUNS:,}"
        raise ScenarioError([Problem(key, message)], origin.locate)


Block = tuple[tuple[str, ...], Sequence[tuple[Any, ...]]]
"""Settings that vary together: their dotted keys, and a row of values for each point."""


def _blocks(sweep: Sweep, table: PointTable | None, seed: int) -> Iterator[Block]:
    for key, values in sweep.grid.items():
        yield (key,), [(value,) for value in values]
    if sweep.zip:
        yield tuple(sweep.zip), list(zip(*sweep.zip.values(), strict=True))
    if table:
        yield table.keys, table.rows
    if sweep.design:
        yield tuple(sweep.design.ranges), list(dict.fromkeys(sweep.design.spread(seed)))


def _combined(blocks: Iterator[Block]) -> Iterator[Point]:
    keys: list[str] = []
    rows = []
    for names, values in blocks:
        keys += names
        rows.append(values)
    for chosen in product(*rows):
        yield dict(zip(keys, (value for row in chosen for value in row), strict=True))


def _rows(zipped: dict[str, tuple[Any, ...]]) -> int:
    return len(next(iter(zipped.values()))) if zipped else 1


def _table(sweep: Sweep, origin: Origin) -> PointTable | None:
    if sweep.table is None:
        return None
    try:
        return read_points(sweep.table)
    except ScenarioError as error:
        raise ScenarioError(error.problems, origin.locate) from None


def _check(scenario: Scenario, table: PointTable | None, origin: Origin) -> None:
    """Refuse what would give several runs one id, or no id at all."""
    problems = Problems()
    keys: list[tuple[str, Key, str | None]] = [
        (key, place, None) for key, place in scenario.sweep.swept()
    ]
    scheduled = [split_key(key) for key in scenario.schedule]
    if table:
        keys += [(key, TABLE, f"{table.path}:1") for key in table.keys]
    met: dict[Key, str] = {}
    for swept, place, file in keys:
        try:
            key = split_key(swept)
        except ScenarioError as error:
            problems.found += [Problem(place, one.message, file) for one in error.problems]
            continue
        message = _unfit(key, met.get(key), scheduled if file else [])
        if message:
            problems.found.append(Problem(place, f"'{swept}' {message}" if file else message, file))
        met[key] = dotted(place)
    _check_values(scenario.sweep, problems)
    problems.raise_any(origin.locate)


def _unfit(key: Key, other: str | None, scheduled: list[Key]) -> str | None:
    """Return why a setting cannot be swept, None if it can."""
    if key[0] in NOT_SWEPT:
        return f"cannot be swept; {NOT_SWEPT[str(key[0])]}"
    if other is not None:
        return f"is the same setting as '{other}'; leave one of them out"
    if any(overlap(one, key) for one in scheduled):
        return "cannot be swept, for the schedule sets it; leave one of them out"
    return None


def _check_values(sweep: Sweep, problems: Problems) -> None:
    for swept, values in sweep.grid.items():
        _check_distinct(("sweep", "grid", swept), values, problems)
    if sweep.zip:
        _check_distinct(("sweep", "zip"), list(zip(*sweep.zip.values(), strict=True)), problems)


def _check_distinct(place: Key, values: Sequence[Any], problems: Problems) -> None:
    met = set()
    for value in values:
        text = as_text(value)
        if text in met:
            problems.add(place, f"{text} is there more than once")
        if _holds_none(value):
            problems.add(place, "holds None; leave the setting out instead")
        met.add(text)


def _holds_none(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_none, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_holds_none, value))
    return value is None
