"""Which user holds which data: any, one like those it is tied to, or the one a table says."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from groundswell.agents.population import Population, Rows, Source
from groundswell.agents.table import Table
from groundswell.agents.ties import Ties
from groundswell.agents.traits import trait
from groundswell.data import Ints
from groundswell.problems import InputError, Problems
from groundswell.randomness import Streams
from groundswell.scenario import Scenario


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


def is_sound(problems: Problems, section: str) -> bool:
    """Whether nothing was found wrong with a section of the scenario so far."""
    return not any(problem.key[:1] == (section,) for problem in problems.found)


def place_users(
    problems: Problems, scenario: Scenario, source: Source, ties: Ties, streams: Streams
) -> Placed:
    """Return the data of each user."""
    network, population, rng = scenario.network, scenario.population, streams("population")
    is_built = is_sound(problems, "network")
    if network.node is not None and isinstance(population, Table) and is_built:
        column = network.node
        seats = problems.attempt(("network", "node"), lambda: population.seats(column, ties.names))
        if seats is not None:
            return Placed(source.rows_of(seats, rng))
    rows = source.rows(ties.users, rng)
    homophily = network.homophily
    if homophily is None or not is_built:
        return Placed(rows)
    key = ("network", "homophily")
    alike = problems.attempt(
        (*key, "column"), lambda: trait(source.schema, rows, ties.users, homophily.column)
    )
    if alike is None:
        return Placed(rows)
    with problems.at(*key):
        whose, reached = homophily.dealt(ties, alike, streams("network.homophily"))
        return Placed(_exchanged(rows, whose), (homophily.note(reached),))
    return Placed(rows)  # type: ignore[unreachable]  # the error was noted


def _exchanged(rows: Rows, whose: Ints) -> Rows:
    """Give each user the data of another."""
    new = np.empty_like(whose)
    new[whose] = np.arange(len(whose))
    owner = new[rows.owner]
    order = np.argsort(owner, kind="stable")
    return Rows(rows.points.where(order), owner[order])
