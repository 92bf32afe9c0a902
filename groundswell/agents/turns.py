"""Decision rules for users who act one after another, each seeing the moves before it.

Compiled like all of `groundswell.agents.kernels`. Every function lets the users of ``order``
revise in that order and changes ``joined``; ``locked`` users never move. Random numbers are dealt
out beforehand, one row per revision, whether it comes to anything or not. ``counts`` are joined
neighbours, brought up to date with each move; empty where nobody asks, or everybody is tied.

Arrays are taken out of their tuples before a loop: in it numba would count references to each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.agents.gains import By
from groundswell.agents.kernels import compiled
from groundswell.agents.situation import Game, Graph, Parameter
from groundswell.agents.ties import Counts
from groundswell.data import Bools, Floats, Ints

# Compiled code takes plain numbers more gladly than members of an enumeration.
OTHERS, NEIGHBOURS, OWN = int(By.OTHERS), int(By.NEIGHBOURS), int(By.OWN)


@compiled
def of(parameter: Parameter, user: int) -> Any:
    """Return a user's value."""
    return parameter.values[user * parameter.step]


@compiled
def show(
    user: int, step: int, counts: Counts, influences: Ints, influenced: NDArray[np.uint32]
) -> None:
    """Let those see it whom a user influences that has joined (step 1) or left (-1)."""
    if len(counts) > 0:
        for k in range(np.uint64(influences[user]), np.uint64(influences[user + 1])):
            counts[influenced[k]] += step


@compiled
def weight_joined(user: int, joined: Bools, graph: Graph) -> float:
    """Return the weight of a user's joined neighbours, one added to the other in user order."""
    weight = 0.0
    for k in range(graph.indptr[user], graph.indptr[user + 1]):
        weight += graph.units[k] * joined[graph.indices[k]]
    return weight


@compiled
def someone(user: int, draw: float, graph: Graph) -> int:
    """Return a random neighbour, or anybody else where all may meet; -1 if there is nobody."""
    if graph.anybody:
        others = len(graph.degree) - 1
        other = int(draw * others)
        return -1 if others == 0 else other + int(other >= user)
    neighbours = graph.degree[user]
    if neighbours == 0:
        return -1
    return int(graph.indices[graph.indptr[user] + int(draw * neighbours)])


@compiled
def threshold_turns(
    order: Ints,
    joined: Bools,
    locked: Bools,
    need: Counts,
    of_everybody: bool,
    reversible: bool,
    counts: Counts,
    graph: Graph,
) -> None:
    """Revise one by one: in if enough others are."""
    influences, influenced, complete = graph.influences, graph.influenced, graph.complete
    members = joined.sum()
    for user in order:
        own = joined[user]
        if locked[user] or (own and not reversible):
            continue
        if of_everybody:
            seen = members
        elif complete:
            seen = members - own
        else:
            seen = np.int64(counts[user])
        wants = seen >= need[user]
        if wants != own:
            joined[user] = wants
            members += 1 if wants else -1
            show(user, 1 if wants else -1, counts, influences, influenced)


@compiled
def share_turns(
    order: Ints, joined: Bools, locked: Bools, threshold: Parameter, reversible: bool, graph: Graph
) -> None:
    """Revise one by one: in if a large enough share of their neighbours is, by weight."""
    least, step = threshold
    for user in order:
        if not locked[user] and (reversible or not joined[user]):
            share = weight_joined(user, joined, graph) / graph.total[user]
            joined[user] = share >= least[user * step]


@compiled
def advantage_turns(
    order: Ints,
    taste: Floats,
    rationality: Parameter,
    joined: Bools,
    locked: Bools,
    counts: Counts,
    graph: Graph,
    game: Game,
) -> None:
    """Revise one by one: in if it pays, out if it costs, as before if neither.

    With tastes of the moment: in if rationality times advantage exceeds them.
    """
    influences, influenced, total = graph.influences, graph.influenced, graph.total
    complete, counted, weighted = graph.complete, len(counts) > 0, len(graph.units) > 0
    gain, by, presses, tasting = game.gain, game.by, game.presses, len(taste) > 0
    start, start_step = game.start
    exposure, exposure_step = game.exposure
    benefit, benefit_step = game.benefit
    incentive, incentive_step = game.incentive
    pressure, pressure_step = game.pressure
    cost, cost_step = game.cost
    rational, rational_step = rationality
    members = joined.sum()
    for position, user in enumerate(order):
        if locked[user]:
            continue
        own = joined[user]
        others = members - own
        seen = others if complete else np.int64(0)
        if counted:
            seen = np.int64(counts[user])
        look = start[user * start_step]
        if by == OTHERS:
            look += others
        elif by == NEIGHBOURS:
            look += seen
        elif by == OWN:
            look += own
        pressed = 0.0
        if presses:
            weight = weight_joined(user, joined, graph) if weighted else float(seen)
            pressed = pressure[user * pressure_step] * (weight / total[user])
        pays = (
            benefit[user * benefit_step] * gain[look]
            + incentive[user * incentive_step]
            + pressed
            - cost[user * cost_step] * exposure[others * exposure_step]
        )
        if tasting:
            wants = taste[position] < rational[user * rational_step] * pays
        else:
            wants = pays > 0 or (pays == 0 and own)
        if wants != own:
            joined[user] = wants
            members += 1 if wants else -1
            show(user, 1 if wants else -1, counts, influences, influenced)


@compiled
def imitation_turns(
    order: Ints,
    meeting: Floats,
    taste: Floats,
    joined: Bools,
    locked: Bools,
    noise: Parameter,
    counts: Counts,
    graph: Graph,
    game: Game,
) -> None:
    """Revise one by one: copy somebody whose payoff is ahead by more than the taste says."""
    influences, influenced, weighted = graph.influences, graph.influenced, len(graph.units) > 0
    members = joined.sum()
    for position, user in enumerate(order):
        other = someone(user, meeting[position], graph)
        if locked[user] or other < 0 or joined[other] == joined[user]:
            continue
        member, outsider = (user, other) if joined[user] else (other, user)
        pressed = 0.0
        if game.presses:
            seen = float(members - 1) if graph.complete else 0.0
            if weighted:
                seen = weight_joined(member, joined, graph)
            elif not graph.complete:
                seen = float(counts[member])
            pressed = of(game.pressure, member) * (seen / graph.total[member])
        inside = (
            of(game.benefit, member) * game.success
            + of(game.incentive, member)
            + pressed
            - of(game.cost, member) * of(game.exposure, members - 1)
        )
        outside = of(game.outside, outsider)
        ahead = outside - inside if joined[user] else inside - outside
        if taste[position] < ahead / of(noise, user):
            joined[user] = joined[other]
            members += 1 if joined[user] else -1
            show(user, 1 if joined[user] else -1, counts, influences, influenced)


@compiled
def contagion_turns(
    order: Ints,
    draws: Floats,
    resistance: Floats,
    joined: Bools,
    locked: Bools,
    escape: Parameter,
    recovery: Parameter,
    for_good: bool,
    counts: Counts,
    graph: Graph,
) -> None:
    """Revise one by one: catch it from joined neighbours, or recover, perhaps for good."""
    influences, influenced, complete = graph.influences, graph.influenced, graph.complete
    escaping, escape_step = escape
    recovering, recovery_step = recovery
    members = joined.sum()
    for position, user in enumerate(order):
        own = joined[user]
        if locked[user]:
            continue
        if own:
            wants = not draws[position] < recovering[user * recovery_step]
            locked[user] = for_good and not wants
        else:
            seen = members if complete else np.int64(counts[user])
            wants = seen * escaping[user * escape_step] < resistance[position]
        if wants != own:
            joined[user] = wants
            members += 1 if wants else -1
            show(user, 1 if wants else -1, counts, influences, influenced)


@compiled
def voter_turns(order: Ints, meeting: Floats, joined: Bools, locked: Bools, graph: Graph) -> None:
    """Revise one by one: do as a random neighbour does."""
    for position, user in enumerate(order):
        other = someone(user, meeting[position], graph)
        if not locked[user] and other >= 0:
            joined[user] = joined[other]
