"""Decision rules for users who act one after another, each seeing the moves before it.

Compiled like all of `groundswell.agents.kernels`. Every function lets the users of ``order``
revise in that order and changes ``joined``; ``locked`` users never move. Random numbers are dealt
out beforehand, one row per revision, whether it comes to anything or not.
"""

from __future__ import annotations

from groundswell.agents.gains import By
from groundswell.agents.kernels import compiled
from groundswell.agents.situation import Game, Graph
from groundswell.data import Bools, Floats, Ints

# Compiled code takes plain numbers more gladly than members of an enumeration.
OTHERS, NEIGHBOURS, OWN = int(By.OTHERS), int(By.NEIGHBOURS), int(By.OWN)


@compiled
def joined_neighbours(user: int, members: int, joined: Bools, graph: Graph) -> int:
    """Count a user's joined neighbours."""
    if graph.complete:
        return members - int(joined[user])
    count = 0
    for k in range(graph.indptr[user], graph.indptr[user + 1]):
        count += joined[graph.indices[k]]
    return count


@compiled
def joined_share(user: int, members: int, joined: Bools, graph: Graph) -> float:
    """Return the share of a user's neighbours, by weight, that have joined; 0 if there are none."""
    seen = 0.0
    if len(graph.units) == 0:
        seen += joined_neighbours(user, members, joined, graph)
    else:
        for k in range(graph.indptr[user], graph.indptr[user + 1]):
            seen += graph.units[k] * joined[graph.indices[k]]
    return float(seen / graph.total[user])


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
def advantage(user: int, members: int, joined: Bools, graph: Graph, game: Game) -> float:
    """Return Δu_i on the state as it is."""
    others = members - int(joined[user])
    look = game.start[user]
    if game.by == OTHERS:
        look += others
    elif game.by == NEIGHBOURS:
        look += joined_neighbours(user, members, joined, graph)
    elif game.by == OWN:
        look += int(joined[user])
    return float(
        game.benefit[user] * game.gain[look]
        + game.incentive[user]
        + game.pressure[user] * joined_share(user, members, joined, graph)
        - game.cost[user] * game.exposure[others]
    )


@compiled
def payoff(user: int, members: int, joined: Bools, graph: Graph, game: Game) -> float:
    """Return π_i at the success last heard of, on the state as it is."""
    if not joined[user]:
        return float(game.outside[user])
    return float(
        game.benefit[user] * game.success
        + game.incentive[user]
        + game.pressure[user] * joined_share(user, members, joined, graph)
        - game.cost[user] * game.exposure[members - 1]
    )


@compiled
def threshold_turns(
    order: Ints,
    joined: Bools,
    locked: Bools,
    need: Ints,
    of_everybody: bool,
    reversible: bool,
    graph: Graph,
) -> None:
    """Revise one by one: in if enough others are."""
    members = joined.sum()
    for user in order:
        if locked[user] or (joined[user] and not reversible):
            continue
        count = members if of_everybody else joined_neighbours(user, members, joined, graph)
        wants = count >= need[user]
        members += int(wants) - int(joined[user])
        joined[user] = wants


@compiled
def share_turns(
    order: Ints, joined: Bools, locked: Bools, threshold: Floats, reversible: bool, graph: Graph
) -> None:
    """Revise one by one: in if a large enough share of their neighbours is, by weight."""
    members = joined.sum()
    for user in order:
        if locked[user] or (joined[user] and not reversible):
            continue
        wants = joined_share(user, members, joined, graph) >= threshold[user]
        members += int(wants) - int(joined[user])
        joined[user] = wants


@compiled
def best_response_turns(
    order: Ints, joined: Bools, locked: Bools, graph: Graph, game: Game
) -> None:
    """Revise one by one: in if it pays, out if it costs, as before if neither."""
    members = joined.sum()
    for user in order:
        if locked[user]:
            continue
        pays = advantage(user, members, joined, graph, game)
        wants = pays > 0 or (pays == 0 and joined[user])
        members += int(wants) - int(joined[user])
        joined[user] = wants


@compiled
def logit_turns(
    order: Ints,
    taste: Floats,
    joined: Bools,
    locked: Bools,
    rationality: Floats,
    graph: Graph,
    game: Game,
) -> None:
    """Revise one by one: in if rationality times advantage exceeds the taste of the moment."""
    members = joined.sum()
    for position, user in enumerate(order):
        if locked[user]:
            continue
        pays = advantage(user, members, joined, graph, game)
        wants = taste[position] < rationality[user] * pays
        members += int(wants) - int(joined[user])
        joined[user] = wants


@compiled
def imitation_turns(
    order: Ints,
    meeting: Floats,
    taste: Floats,
    joined: Bools,
    locked: Bools,
    noise: Floats,
    graph: Graph,
    game: Game,
) -> None:
    """Revise one by one: copy somebody whose payoff is ahead by more than the taste says."""
    members = joined.sum()
    for position, user in enumerate(order):
        other = someone(user, meeting[position], graph)
        if locked[user] or other < 0 or joined[other] == joined[user]:
            continue
        ahead = payoff(other, members, joined, graph, game) - payoff(
            user, members, joined, graph, game
        )
        if taste[position] < ahead / noise[user]:
            members += int(joined[other]) - int(joined[user])
            joined[user] = joined[other]


@compiled
def contagion_turns(
    order: Ints,
    draws: Floats,
    resistance: Floats,
    joined: Bools,
    locked: Bools,
    escape: Floats,
    recovery: Floats,
    for_good: bool,
    graph: Graph,
) -> None:
    """Revise one by one: catch it from joined neighbours, or recover, perhaps for good."""
    members = joined.sum()
    for position, user in enumerate(order):
        if locked[user]:
            continue
        if joined[user]:
            wants = not draws[position] < recovery[user]
            locked[user] = for_good and not wants
        else:
            count = joined_neighbours(user, members, joined, graph)
            wants = count * escape[user] < resistance[position]
        members += int(wants) - int(joined[user])
        joined[user] = wants


@compiled
def voter_turns(order: Ints, meeting: Floats, joined: Bools, locked: Bools, graph: Graph) -> None:
    """Revise one by one: do as a random neighbour does."""
    for position, user in enumerate(order):
        other = someone(user, meeting[position], graph)
        if not locked[user] and other >= 0:
            joined[user] = joined[other]
