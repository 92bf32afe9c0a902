"""Decision rules for users who act one after another, each seeing the moves before it.

Compiled like all of `groundswell.agents.kernels`. Every function lets the users of ``order``
revise in that order and changes ``joined``; ``locked`` users never move. Random numbers are dealt
out beforehand, one row per revision, whether it comes to anything or not. ``counts`` are joined
neighbours, brought up to date with each move; empty where nobody asks, or everybody is tied.
"""

from __future__ import annotations

from typing import Any

import numpy as np

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
def joined_neighbours(user: int, members: int, joined: Bools, counts: Counts, graph: Graph) -> int:
    """Return how many of a user's neighbours have joined."""
    return members - int(joined[user]) if graph.complete else int(counts[user])


@compiled
def joined_share(user: int, members: int, joined: Bools, counts: Counts, graph: Graph) -> float:
    """Return the share of a user's neighbours, by weight, that have joined; 0 if there are none."""
    seen = 0.0
    if len(graph.units) == 0:
        seen += joined_neighbours(user, members, joined, counts, graph)
    else:
        for k in range(graph.indptr[user], graph.indptr[user + 1]):
            seen += graph.units[k] * joined[graph.indices[k]]
    return float(seen / graph.total[user])


@compiled
def move(user: int, wants: bool, members: int, joined: Bools, counts: Counts, graph: Graph) -> int:
    """Let a user do as it wants, and others see it; return how many members there are then."""
    if wants == joined[user]:
        return members
    joined[user] = wants
    step = 1 if wants else -1
    if len(counts) > 0:
        for k in range(np.uint64(graph.influences[user]), np.uint64(graph.influences[user + 1])):
            counts[graph.influenced[k]] += step
    return members + step


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
def advantage(
    user: int, members: int, joined: Bools, counts: Counts, graph: Graph, game: Game
) -> float:
    """Return Δu_i on the state as it is."""
    others = members - int(joined[user])
    look = of(game.start, user)
    if game.by == OTHERS:
        look += others
    elif game.by == NEIGHBOURS:
        look += joined_neighbours(user, members, joined, counts, graph)
    elif game.by == OWN:
        look += int(joined[user])
    pressed = 0.0
    if game.presses:
        pressed = of(game.pressure, user) * joined_share(user, members, joined, counts, graph)
    return float(
        of(game.benefit, user) * game.gain[look]
        + of(game.incentive, user)
        + pressed
        - of(game.cost, user) * of(game.exposure, others)
    )


@compiled
def advantages(
    users: Ints, joined: Bools, counts: Counts, graph: Graph, game: Game, found: Floats
) -> None:
    """Fill in Δu_i of some users on the state as it is."""
    members = joined.sum()
    for position, user in enumerate(users):
        found[position] = advantage(user, members, joined, counts, graph, game)


@compiled
def payoff(
    user: int, members: int, joined: Bools, counts: Counts, graph: Graph, game: Game
) -> float:
    """Return π_i at the success last heard of, on the state as it is."""
    if not joined[user]:
        return float(of(game.outside, user))
    pressed = 0.0
    if game.presses:
        pressed = of(game.pressure, user) * joined_share(user, members, joined, counts, graph)
    return float(
        of(game.benefit, user) * game.success
        + of(game.incentive, user)
        + pressed
        - of(game.cost, user) * of(game.exposure, members - 1)
    )


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
    members = joined.sum()
    for user in order:
        if locked[user] or (joined[user] and not reversible):
            continue
        seen = members
        if not of_everybody:
            seen = joined_neighbours(user, members, joined, counts, graph)
        wants = seen >= need[user]
        members = move(user, wants, members, joined, counts, graph)


@compiled
def share_turns(
    order: Ints,
    joined: Bools,
    locked: Bools,
    threshold: Parameter,
    reversible: bool,
    counts: Counts,
    graph: Graph,
) -> None:
    """Revise one by one: in if a large enough share of their neighbours is, by weight."""
    members = joined.sum()
    for user in order:
        if locked[user] or (joined[user] and not reversible):
            continue
        wants = joined_share(user, members, joined, counts, graph) >= of(threshold, user)
        members = move(user, wants, members, joined, counts, graph)


@compiled
def best_response_turns(
    order: Ints, joined: Bools, locked: Bools, counts: Counts, graph: Graph, game: Game
) -> None:
    """Revise one by one: in if it pays, out if it costs, as before if neither."""
    members = joined.sum()
    for user in order:
        if locked[user]:
            continue
        pays = advantage(user, members, joined, counts, graph, game)
        wants = pays > 0 or (pays == 0 and joined[user])
        members = move(user, wants, members, joined, counts, graph)


@compiled
def logit_turns(
    order: Ints,
    taste: Floats,
    joined: Bools,
    locked: Bools,
    rationality: Parameter,
    counts: Counts,
    graph: Graph,
    game: Game,
) -> None:
    """Revise one by one: in if rationality times advantage exceeds the taste of the moment."""
    members = joined.sum()
    for position, user in enumerate(order):
        if locked[user]:
            continue
        pays = advantage(user, members, joined, counts, graph, game)
        wants = taste[position] < of(rationality, user) * pays
        members = move(user, wants, members, joined, counts, graph)


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
    members = joined.sum()
    for position, user in enumerate(order):
        other = someone(user, meeting[position], graph)
        if locked[user] or other < 0 or joined[other] == joined[user]:
            continue
        theirs = payoff(other, members, joined, counts, graph, game)
        ahead = theirs - payoff(user, members, joined, counts, graph, game)
        if taste[position] < ahead / of(noise, user):
            members = move(user, joined[other], members, joined, counts, graph)


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
    members = joined.sum()
    for position, user in enumerate(order):
        if locked[user]:
            continue
        if joined[user]:
            wants = not draws[position] < of(recovery, user)
            locked[user] = for_good and not wants
        else:
            count = joined_neighbours(user, members, joined, counts, graph)
            wants = count * of(escape, user) < resistance[position]
        members = move(user, wants, members, joined, counts, graph)


@compiled
def voter_turns(order: Ints, meeting: Floats, joined: Bools, locked: Bools, graph: Graph) -> None:
    """Revise one by one: do as a random neighbour does."""
    for position, user in enumerate(order):
        other = someone(user, meeting[position], graph)
        if not locked[user] and other >= 0:
            joined[user] = joined[other]
