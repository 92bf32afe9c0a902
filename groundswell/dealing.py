"""Dealing out: which user holds which data, and what its settings are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from groundswell.agents.columns import Columns
from groundswell.agents.homophily import Homophily
from groundswell.agents.limits import limits
from groundswell.agents.population import Population, Rows, Source
from groundswell.agents.table import Table
from groundswell.agents.ties import Ties
from groundswell.agents.traits import trait
from groundswell.data import Floats, Ints, Schema
from groundswell.problems import InputError, Problems, dotted
from groundswell.randomness import Streams
from groundswell.scenario import Scenario, per_user


class Placed(NamedTuple):
    """The users' data, and what a user should know about how they were dealt out."""

    rows: Rows
    notes: tuple[str, ...] = ()


def without_nodes(problems: Problems, scenario: Scenario) -> Population:
    """Return the population; a column that says who is which node is not one to learn from."""
    population, column = scenario.population, scenario.network.node
    if column is None:
        return population
    with problems.at("network", "node"):
        if not isinstance(population, Table):
            raise InputError(
                f"users of a '{population}' population do not say which node they are; works: table"
            )
        return population.beside(column)
    return population  # type: ignore[unreachable]  # the error was noted


def place_users(
    problems: Problems, scenario: Scenario, source: Source, users: int, ties: Ties | None,
    streams: Streams,
) -> Placed:  # fmt: skip
    """Return the data of each user; by chance where there are no ties because they are wrong."""
    seats = None if ties is None else _seats(problems, scenario, ties)
    if seats is not None:
        return Placed(source.rows_of(seats, streams("population")))
    placed = Placed(source.rows(users, streams("population")))
    if ties is None or scenario.network.homophily is None:
        return placed
    rng = streams("network.homophily")
    return _beside_their_likes(
        problems, scenario.network.homophily, placed.rows, source.schema, ties, rng
    )


def draw_settings(
    problems: Problems, scenario: Scenario, columns: Columns, streams: Streams,
    known: dict[str, Floats], ties: Ties | None, before: Scenario | None = None,
) -> tuple[str, ...]:  # fmt: skip
    """Draw settings that differ between users, each from its own stream, into their columns.

    Those that go with the degree or a column are dealt out by rank, where there are ties. Values
    outside the limits of their settings are problems. Where the scenario was another one `before`,
    only what has changed is drawn. Returns what a user should know about the dealing.
    """
    drawn = dict(per_user(before)) if before else {}
    settings = {key: one for key, one in per_user(scenario) if drawn.get(key) != one}
    notes = []
    for key, setting in settings.items():
        column, name, correlation = str(key[-1]), dotted(key), setting.correlation()
        with problems.at(*key):
            columns[column] = setting.draw(columns.users, streams(name), known)
        if correlation is not None and ties is not None:
            with problems.at(*key, "correlate"):
                partner = correlation.values(known, ties.degree)
                rng = streams(f"{name}.correlate")
                columns[column], reached = correlation.dealt(columns[column], partner, rng)
                notes += [f"{name}: {note}" for note in correlation.notes(reached)]
    for key, limit in limits(scenario):
        if key in settings and str(key[-1]) in columns:  # which it is not if it cannot be drawn
            with problems.at(*key):
                limit.check(columns[str(key[-1])])
    return tuple(notes)


def _seats(problems: Problems, scenario: Scenario, ties: Ties) -> Ints | None:
    """Return which user of the table is on each node, None where nothing or nonsense says so."""
    column, population = scenario.network.node, scenario.population
    is_wrong = any(problem.key == ("network", "node") for problem in problems.found)
    if column is None or is_wrong or not isinstance(population, Table):
        return None
    return problems.attempt(("network", "node"), lambda: population.seats(column, ties.names))


def _beside_their_likes(
    problems: Problems, homophily: Homophily, rows: Rows, schema: Schema, ties: Ties,
    rng: np.random.Generator,
) -> Placed:  # fmt: skip
    key = ("network", "homophily")
    alike = problems.attempt(
        (*key, "column"), lambda: trait(schema, rows, ties.users, homophily.column)
    )
    dealt = None
    if alike is not None:
        dealt = problems.attempt(key, lambda: homophily.dealt(ties, alike, rng))
    if dealt is None:
        return Placed(rows)
    whose, reached = dealt
    return Placed(_exchanged(rows, whose), (homophily.note(reached),))


def _exchanged(rows: Rows, whose: Ints) -> Rows:
    """Give each user the data of another."""
    new = np.empty_like(whose)
    new[whose] = np.arange(len(whose))
    owner = new[rows.owner]
    order = np.argsort(owner, kind="stable")
    return Rows(rows.points.where(order), owner[order])
