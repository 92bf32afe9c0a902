"""What the platform trains on: which rounds' submissions, and how much they weigh."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from groundswell.component import Component
from groundswell.data import Bools, Ints, Points, concatenate


class Submissions:
    """What users submitted, in one round or in several put together.

    Parameters
    ----------
    points
        The points as submitted, with weights where they differ; or what returns them, which is
        asked when somebody looks.
    planted
        Which of them were passed through the strategy, shape (points,).
    owner
        Which user each came from, shape (points,).
    groups
        The group each was in as its user held it, a column for each way to group points, shape
        (points, ways); None where nobody asks.
    """

    def __init__(
        self,
        points: Points | Callable[[], Points],
        planted: Bools,
        owner: Ints,
        groups: Ints | None = None,
    ) -> None:
        self._points = points
        self.planted, self.owner, self.groups = planted, owner, groups

    @cached_property
    def points(self) -> Points:
        """The points as submitted."""
        return self._points if isinstance(self._points, Points) else self._points()

    @property
    def share(self) -> float:
        """The share of planted points, by weight."""
        return self.points.share(self.planted)

    def where(self, keep: Bools) -> Submissions:
        """Return some of them."""
        groups = None if self.groups is None else self.groups[keep]
        return Submissions(self.points.where(keep), self.planted[keep], self.owner[keep], groups)

    def without_leavers(self, joined: Bools) -> Submissions:
        """Return them without the planted rows of users who are not members."""
        keep = ~self.planted | joined[self.owner]
        return self if keep.all() else self.where(keep)


class Memory(Component):
    """Which submissions the platform trains on."""

    part: ClassVar[str] = "memory"
    default_kind = "current"

    def rounds(self) -> int | None:
        """Return how many rounds are remembered, None for all."""
        return None

    def weight(self, age: int) -> float:
        """Return the weight of a submission made so many rounds ago."""
        return 1.0

    @property
    def weighted(self) -> bool:
        """Whether submissions weigh differently."""
        return False


class Current(Memory):
    """The submissions of this round only."""

    kind: Literal["current"] = "current"

    def rounds(self) -> int:
        """Return one."""
        return 1


class Window(Memory):
    """The submissions of the last rounds, all with the same weight."""

    kind: Literal["window"] = "window"
    length: int = Field(5, ge=1)
    """Number of rounds, this one included."""

    def rounds(self) -> int:
        """Return the length of the window."""
        return self.length


class All(Memory):
    """All submissions so far, all with the same weight."""

    kind: Literal["all"] = "all"


class Discounted(Memory):
    """All submissions so far; each round they weigh less by a factor."""

    kind: Literal["discounted"] = "discounted"
    discount: float = Field(0.8, gt=0, le=1)
    """Factor by which a submission's weight falls each round."""

    def rounds(self) -> int | None:
        """Return the rounds whose weight is not lost beside that of the newest."""
        if self.discount == 1:
            return None
        return math.ceil(math.log(sys.float_info.epsilon) / math.log(self.discount))

    def weight(self, age: int) -> float:
        """Return the discount to the power of the age."""
        return float(self.discount**age)

    @property
    def weighted(self) -> bool:
        """Older ones weigh less."""
        return True


def recall(memory: Memory, history: Sequence[Submissions]) -> Submissions:
    """Put together what a platform trains on.

    Parameters
    ----------
    memory
        How it remembers.
    history
        Submissions by round, this round's last.
    """
    newest_first = list(reversed(history))[: memory.rounds()]
    if len(newest_first) == 1 and not memory.weighted:
        return newest_first[0]
    parts = [batch.points for batch in newest_first]
    if memory.weighted:
        parts = [part.scaled(memory.weight(age)) for age, part in enumerate(parts)]
    groups = [batch.groups for batch in newest_first if batch.groups is not None]
    return Submissions(
        concatenate(parts),
        np.concatenate([batch.planted for batch in newest_first]),
        np.concatenate([batch.owner for batch in newest_first]),
        np.concatenate(groups) if groups else None,
    )
