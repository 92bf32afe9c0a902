"""Snapshots of networks: who is a member, and who is tied to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundswell.analysis.bounds import FloatArray
from groundswell.analysis.plots.labels import counted
from groundswell.analysis.plots.reading import spread
from groundswell.analysis.plots.style import axes_of, style
from groundswell.problems import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_TIES = 3000
"""So many ties are drawn."""


class Layout(NamedTuple):
    """Where some users of a network are drawn."""

    users: NDArray[np.int64]
    """Which users."""
    places: FloatArray
    """Where they are, shape (users drawn, 2)."""
    ties: NDArray[np.int64]
    """Ties between them, as pairs of their positions in `users`, shape (ties drawn, 2)."""
    of_users: int
    """How many users there are."""
    of_ties: int
    """How many ties there are between those that are drawn."""
    complete: bool
    """Whether everybody is tied to everybody, and no tie is drawn."""


def network_layout(ties: Any, *, most: int = 500) -> Layout:
    """Choose users of a network and where to draw them; the same each time.

    Of a large network that is a neighbourhood: some user, its neighbours, theirs, and so on.

    Parameters
    ----------
    ties : Ties
        In compressed sparse rows: ``indptr``, ``indices`` and ``complete``, as of
        ``model.ties``.
    most : int
        How many users at most.

    Returns
    -------
    Layout
    """
    users = np.sort(_neighbourhood(ties, most))
    pairs = _pairs(ties, users)
    drawn, count = pairs[spread(len(pairs), MOST_TIES)], len(ties.indptr) - 1
    return Layout(users, _places(len(users), pairs), drawn, count, len(pairs), ties.complete)


@style()
def network(ties: Any, joined: ArrayLike, *, most: int = 500, ax: Axes | None = None) -> Axes:
    """Draw users and their ties, members filled.

    Parameters
    ----------
    ties : Ties or Layout
        The ties, or what `network_layout` made of them, which saves time where the same network is
        drawn again.
    joined : array_like of bool
        For each user of the network whether it is a member.
    most : int
        How many users are drawn at most.
    ax : Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there is not one value for each user.
    """
    layout = ties if isinstance(ties, Layout) else network_layout(ties, most=most)
    members = np.asarray(joined, dtype=bool)
    if members.shape != (layout.of_users,):
        raise InputError(
            f"'joined' must say of each of {layout.of_users:,} users whether it is a member, "
            f"found shape {members.shape}"
        )
    ax = axes_of(ax)
    # One broken line: ties on their own would make the figure many times larger.
    ends = np.insert(layout.places[layout.ties], 2, np.nan, axis=1).reshape(-1, 2)
    ax.plot(ends[:, 0], ends[:, 1], color="0.8", linewidth=0.4, zorder=1)
    inside = members[layout.users]
    for is_member, colour, edge, name in (
        (False, "white", "0.45", "outsiders"),
        (True, "#D55E00", "black", "members"),
    ):
        at = layout.places[inside == is_member]
        ax.scatter(
            at[:, 0],
            at[:, 1],
            s=14,
            color=colour,
            edgecolor=edge,
            linewidth=0.5,
            zorder=2,
            label=name,
        )
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.legend(loc="lower left", bbox_to_anchor=(1, 0))
    ax.set_title(_said(layout))
    return ax


def _neighbourhood(ties: Any, most: int) -> NDArray[np.int64]:
    """Return users breadth first from one that is drawn at random, always the same."""
    count = len(ties.indptr) - 1
    if count <= most or ties.complete:
        return np.arange(min(count, most))
    order = np.random.default_rng(0).permutation(count)
    found: dict[int, None] = {}
    for start in order.tolist():
        queue = [start]
        while queue and len(found) < most:
            later = []
            for user in queue:
                if user not in found and len(found) < most:
                    found[user] = None
                    later += ties.indices[ties.indptr[user] : ties.indptr[user + 1]].tolist()
            queue = later
        if len(found) == most:
            break
    return np.fromiter(found, dtype=np.int64)


def _pairs(ties: Any, users: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the ties between some users, each once; none where everybody is tied to everybody."""
    if ties.complete:
        return np.empty((0, 2), dtype=np.int64)
    position = {user: place for place, user in enumerate(users.tolist())}
    pairs = {
        (min(place, other), max(place, other))
        for user, place in position.items()
        for neighbour in ties.indices[ties.indptr[user] : ties.indptr[user + 1]].tolist()
        if (other := position.get(neighbour)) is not None
    }
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def _places(users: int, pairs: NDArray[np.int64]) -> FloatArray:
    """Return places of users by springs; in a circle where no ties are drawn."""
    import networkx as nx

    graph = nx.empty_graph(users)
    graph.add_edges_from(pairs.tolist())
    found = nx.spring_layout(graph, seed=0) if len(pairs) else nx.circular_layout(graph)
    return np.array([found[user] for user in range(users)], dtype=float)


def _said(layout: Layout) -> str:
    """Return what is drawn of how much."""
    shown, drawn = len(layout.users), len(layout.ties)
    parts = [f"{shown:,} of {layout.of_users:,} users"]
    if shown == layout.of_users:
        parts = [counted(shown, "user")]
    elif drawn:
        parts.append("a neighbourhood")
    if layout.complete:
        parts.append("everybody tied to everybody")
    if drawn < layout.of_ties:
        parts.append(f"{drawn:,} of {layout.of_ties:,} ties")
    return ", ".join(parts)
