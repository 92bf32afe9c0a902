"""Our round against that of other packages: the same members first, then times.

Once from about half the users, at random, who are made members anew before each round; and once in
a cascade, ten rounds in a row from a tenth of them. Making them members and the set-up are not
timed. Ours measures and records everything in a round, theirs only count their members. Peers come
one after the other, so that none pays for the objects of another, and turns with ours. Times are
CPU time of the one thread, medians over the turns.
"""

from __future__ import annotations

import gc
import os
import platform
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from importlib.metadata import version
from statistics import median
from time import process_time
from typing import Any, NamedTuple

import numpy as np

from benchmarks.markdown import table
from benchmarks.peers.contender import Contender, Ours, Peer
from groundswell.data import Bools
from groundswell.scenarios.keeping import forget

SIZES = (10_000, 100_000)


class Rival(NamedTuple):
    """A peer, where it is, whether members may leave, and how often a round of ours is to fit."""

    title: str
    place: str
    reversible: bool
    target: float

    @property
    def peer(self) -> type[Peer]:
        module, name = self.place.split(":")
        found: type[Peer] = getattr(import_module(f"benchmarks.peers.{module}"), name)
        return found


RIVALS = (
    Rival("Mesa, neighbour lists", "mesa_lists:MesaLists", True, 40),
    Rival("Mesa, discrete_space.Network", "mesa_network:MesaNetwork", True, 200),
    Rival("NDlib, ThresholdModel", "ndlib_threshold:NDlib", False, 40),
    Rival("CyNetDiff, LinearThresholdModel", "cynetdiff_threshold:CyNetDiff", False, 1),
)


class Task(NamedTuple):
    """Rounds in a row from a share of the users, how often anew in a turn, and how many turns."""

    share: float
    rounds: int
    starts: int
    turns: int


ROUND, CASCADE = Task(0.5, 1, 6, 3), Task(0.1, 10, 1, 3)


class Seconds(NamedTuple):
    """What the same work takes us and a peer."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        return self.theirs / self.ours


class Race(NamedTuple):
    """What was timed with one peer."""

    set_up: Seconds
    round: Seconds
    cascade: Seconds


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = process_time()
    return work(), process_time() - start


class Played(NamedTuple):
    """How many are members after each of some rounds, who is after the last, and the seconds."""

    counts: list[int]
    members: Bools
    seconds: float


def played(one: Contender, starts: Iterable[Bools], rounds: int) -> list[Played]:
    """Play so many rounds from each start."""
    found = []
    for joined in starts:
        one.start(joined)
        counts, seconds = timed(lambda: [one.round() for _ in range(rounds)])
        found.append(Played(counts, one.members(), seconds))
    return found


def compare(ours: Contender, theirs: Contender, users: int, task: Task) -> Seconds:
    """Time a task in turns; the first is not timed, and in all the members must be the same.

    Raises
    ------
    AssertionError
        If after some round there are more or fewer, or after the last there are others.
    """
    taken: list[tuple[float, ...]] = []
    for turn in range(task.turns + 1):
        starts = np.random.default_rng(turn).random((task.starts, users)) < task.share
        turns = [played(one, starts, task.rounds) for one in (ours, theirs)]
        for own, other in zip(*turns, strict=True):
            if own.counts != other.counts or (own.members != other.members).any():
                raise AssertionError(f"members: ours {own.counts}, theirs {other.counts}")
            taken.append((own.seconds, other.seconds))
    return Seconds(*map(median, zip(*taken[task.starts :], strict=True)))


def race(rival: Rival, users: int) -> Race:
    """Set up ours and a peer, and compare them."""
    seed = RIVALS.index(rival)  # its own, or the set-up of one race would serve the next
    ours, our_set_up = timed(lambda: Ours(users, seed, reversible=rival.reversible))
    theirs, their_set_up = timed(lambda: rival.peer(ours.ties, ours.thresholds))
    tasks = [compare(ours, theirs, users, task) for task in (CASCADE, ROUND)]
    for model in (ours.model, theirs):
        forget(model)
    return Race(Seconds(our_set_up, their_set_up), *reversed(tasks))


Races = Mapping[tuple[Rival, int], Race]


def rounds_of(races: Races) -> str:
    """Return the table of what rounds take."""
    rows = [
        (
            rival.title,
            f"{users:,}",
            f"{found.round.ours * 1e3:.2f} ms",
            f"{found.round.theirs * 1e3:.1f} ms",
            f"{found.round.ratio:.1f}",
            f"{found.cascade.ratio:.1f}",
            verdict(rival, users, found.round.ratio),
        )
        for (rival, users), found in races.items()
    ]
    header = "peer", "users", "our round", "their round", "times as fast", "in a cascade", "target"
    return table(header, rows)


def verdict(rival: Rival, users: int, ratio: float) -> str:
    """Return the target, which is one for most users, and whether it is met."""
    if users < SIZES[-1]:
        return ""
    return f"{rival.target:g}: {'met' if ratio >= rival.target else 'MISSED'}"


def set_ups_of(races: Races) -> str:
    """Return the table of what set-ups take."""
    rows = [
        (rival.title, f"{users:,}", f"{found.set_up.ours:.3f} s", f"{found.set_up.theirs:.3f} s")
        for (rival, users), found in races.items()
    ]
    return table(("peer", "users", "our set-up", "their set-up"), rows)


def main() -> None:
    for rival in RIVALS:
        race(rival, 1_000)  # what is compiled and imported once
    races = {}
    for users in SIZES:
        for rival in RIVALS:
            races[rival, users] = race(rival, users)
            gc.collect()
    versions = ", ".join(f"{name} {version(name)}" for name in ("mesa", "ndlib", "cynetdiff"))
    print(f"{rounds_of(races)}\n\n{set_ups_of(races)}\n")
    load = os.getloadavg()[0]
    print(f"Python {platform.python_version()}, {versions}; load of the machine: {load:.1f}")
