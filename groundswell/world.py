"""The world of one run before anything happens: data, ties, per-user settings, seeds.

Building it is what finds everything wrong with the data a scenario names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from groundswell.agents.coincidence import Coincidence
from groundswell.agents.columns import Columns
from groundswell.agents.network import Network
from groundswell.agents.population import Population, Rows, Source
from groundswell.agents.seeding import communities
from groundswell.agents.ties import Ties, no_ties
from groundswell.agents.traits import numeric
from groundswell.blocks import within
from groundswell.data import Floats, Ints, Points
from groundswell.dealing import draw_settings, place_users, without_nodes
from groundswell.groups import Grouping
from groundswell.machine import refuse_beyond_memory
from groundswell.problems import InputError, Locate, Problems
from groundswell.randomness import Streams
from groundswell.reuse import reused
from groundswell.scenario import Scenario


@dataclass(frozen=True)
class World:
    """What a run starts from.

    Parameters
    ----------
    source
        Where data points come from.
    rows
        The users' data.
    fresh
        Points of P0 to measure on: the whole law with weights if the learner is exact.
    ties
        Who is tied to whom.
    columns
        The users' attributes: settings that differ, ``joined``, ``committed``, ``removed``.
    compliance_order
        The order of users in which members comply.
    groupings
        The ways to group points that are to be measured.
    known
        The numeric features of each user, which settings may be read from.
    remarks
        What a user should know about how data and settings were dealt out.
    """

    source: Source
    rows: Rows
    fresh: Points
    ties: Ties
    columns: Columns
    compliance_order: Ints
    groupings: tuple[Grouping, ...]
    known: dict[str, Floats]
    remarks: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know about the data: rows dropped, columns read in an unusual way."""
        return (*self.source.notes, *self.ties.notes, *self.remarks)


def build_world(
    scenario: Scenario,
    streams: Streams,
    locate: Locate = lambda key: "scenario",
    *,
    ahead: bool = False,
) -> World:
    """Read the data and draw everything that a run starts from, as it is in round 0.

    With `ahead` what the schedule will draw in later rounds is looked at too.

    Raises
    ------
    ScenarioError
        With all problems of the data at once.
    """
    problems, plan, scenario = Problems(), scenario, scenario.at(0)
    population = without_nodes(problems, scenario)
    source = _open_source(problems, scenario, population, streams)
    users = _count_users(problems, scenario, source)
    if source is None or users is None:
        problems.raise_any(locate)
        raise AssertionError("unreachable: what is missing was a problem")
    try:
        refuse_if_too_large(population, scenario.network, users, scenario.measure.test_users)
    except InputError as error:  # stop before anything large is made
        problems.add(error.key, str(error))
        problems.raise_any(locate)

    ties = _build_ties(problems, scenario, users, streams)
    rows, notes = place_users(problems, scenario, source, users, ties, streams)
    learner = getattr(scenario.platform, "learner", None)
    if learner is not None:
        with problems.at("platform", "learner"):
            learner.check_size(len(rows.points))
            learner.check_points(rows.points, source.schema)
    columns = Columns(users)
    known = _numeric_columns(source, rows, users)
    notes += draw_settings(problems, scenario, columns, streams, known, ties)
    for number in plan.telling_rounds if ahead else ():
        found = Problems()
        draw_settings(found, plan.at(number), Columns(users), streams, known, ties, scenario)
        for problem in found.found:
            problems.add(plan.scheduled(problem.key), f"in round {number}: {problem.message}")
        if found.found:
            break
    _choose_seeds(problems, scenario, columns, ties, streams)
    problems.raise_any(locate)
    return World(
        source=source,
        rows=rows,
        fresh=_fresh(scenario, source, streams),
        ties=no_ties(users) if ties is None else ties,
        columns=columns,
        compliance_order=streams("compliance").permutation(users),
        groupings=tuple(Grouping.of(source.schema, by) for by in scenario.measure.groups),
        known=known,
        remarks=notes,
    )


def _open_source(
    problems: Problems, scenario: Scenario, population: Population, streams: Streams
) -> Source | None:
    """Open the data, and compare what is planned with what they hold."""
    collective, rng = scenario.collective, streams("population.source")
    source = problems.attempt(
        ("population",),
        lambda: reused("source", population, streams, lambda: population.open(rng)),
    )
    if source is None:
        return None
    _check_plan(problems, scenario, source)
    if problems.found:
        return source
    if population.coincidence:
        source = Coincidence(source, collective.signal, population.coincidence)
    _check_parameters(problems, scenario, source, streams)
    return source


def _count_users(problems: Problems, scenario: Scenario, source: Source | None) -> int | None:
    before = len(problems.found)
    size = problems.attempt(("network",), scenario.network.size)
    if source is None or len(problems.found) > before:
        return None
    return problems.attempt((), lambda: number_of_users(scenario.population, size))


def number_of_users(population: Population, network_size: int | None) -> int:
    """Return N: ``population.users``, else the network's size, else the data's.

    Raises
    ------
    InputError
        If nothing says how many users there are, or if two say different things.
    """
    users = population.users
    if users is not None and network_size is not None and users != network_size:
        raise InputError(
            f"{users:,} users, but the network has {network_size:,}; leave 'users' out or make "
            "them equal",
            key=("population", "users"),
        )
    users = users or network_size or population.size()
    if users is None:
        raise InputError(
            "is missing, and neither the network nor the data says how many users there are",
            key=("population", "users"),
        )
    return users


def refuse_if_too_large(
    population: Population, network: Network, users: int, test_users: int = 0
) -> None:
    """Refuse what this machine's memory cannot hold, before any of it is made.

    Raises
    ------
    InputError
        With the memory it would need.
    """
    # Per user: its data (held, planted, submitted) and about 16 attributes; per tie: the pair and
    # its rows one way, the other way and both ways while the network is built (32 bits each).
    points = 24 * population.width()
    needed = users * (points + 128) + 28 * network.expected_ties(users)
    refuse_beyond_memory(f"{users:,} users", needed, ("population", "users"))
    if population.form != "none" and population.size() is None:  # others hold no more than they do
        what = f"{test_users:,} points to measure on"
        refuse_beyond_memory(what, test_users * points, ("measure", "test_users"))


def _check_plan(problems: Problems, scenario: Scenario, source: Source) -> None:
    collective, measure = scenario.collective, scenario.measure
    if source.schema.form == "none":
        return
    for name in ("signal", "mistaken_signal"):
        with problems.at("collective", name):
            getattr(collective, name).check(source.schema)
    with problems.at("collective", "strategy"):
        collective.strategy.check(source.schema)
    learner = getattr(scenario.platform, "learner", None)
    if learner is not None:
        with problems.at("platform", "learner"):
            learner.check(source.schema)
    for i, by in enumerate(measure.groups):
        with problems.at("measure", "groups", i):
            Grouping.of(source.schema, by)
    for name, columns in measure.blocks.items():
        with problems.at("measure", "blocks", name):
            within(source.schema, columns)


def _build_ties(
    problems: Problems, scenario: Scenario, users: int, streams: Streams
) -> Ties | None:
    """Return the ties, with communities if these decide anything; None if they cannot be."""
    network, rng = scenario.network, streams("network")
    ties = problems.attempt(
        ("network",),
        lambda: reused("ties", network, streams, lambda: network.build(users, rng), users),
    )
    if ties is None or ties.communities is not None or not scenario.collective.needs_communities:
        return ties
    return reused("communities", network, streams, lambda: _with_communities(ties, streams), users)


def _with_communities(ties: Ties, streams: Streams) -> Ties:
    return replace(ties, communities=communities(ties, streams("communities")))


def _choose_seeds(
    problems: Problems, scenario: Scenario, columns: Columns, ties: Ties | None, streams: Streams
) -> None:
    """Choose the seeds; where ties are wrong, say only whether there are too many."""
    collective = scenario.collective
    with problems.at("collective", "organiser", "budget"):
        collective.check_budget(columns.users)
    with problems.at("collective"):
        if ties is None:
            collective.check_seeds(columns.users)
            return
        columns["joined"] = collective.choose_seeds(ties, streams("seeds"))
        columns["committed"] = columns["joined"] & collective.committed
        columns["removed"] = np.zeros(columns.users, dtype=bool)
        if ties.communities is not None:
            columns["community"] = ties.communities


def _check_parameters(
    problems: Problems, scenario: Scenario, source: Source, streams: Streams
) -> None:
    learner, strategy = getattr(scenario.platform, "learner", None), scenario.collective.strategy
    if learner is None or strategy.theory == "bayes":
        return
    objective = learner.objective(source.schema, streams("learner.without"))
    with problems.at("collective", "strategy"):
        strategy.check_parameters(objective.size)


def _numeric_columns(source: Source, rows: Rows, users: int) -> dict[str, Floats]:
    """Return each numeric feature per user, averaged over the rows of a user."""
    return {source.schema.columns[i].name: numeric(rows, users, i) for i in source.schema.numeric}


def _fresh(scenario: Scenario, source: Source, streams: Streams) -> Points:
    learner = getattr(scenario.platform, "learner", None)
    if learner is not None and learner.exact and source.law is not None:
        return source.law
    return source.fresh(scenario.measure.test_users, streams("measure"))
