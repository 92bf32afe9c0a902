"""How the collective starts, and which of its members do their part."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from groundswell.agents.signal import NoSignal, Signal
from groundswell.agents.strategy import NoStrategy, Strategy
from groundswell.agents.ties import Ties
from groundswell.component import Settings
from groundswell.data import Bools, Ints
from groundswell.problems import InputError

Users = Annotated[tuple[int, ...], Field(strict=False)]


def _count_or_share(seeds: float) -> float:
    if seeds < 0:
        raise ValueError(f"should be a count or a share, not negative, found {seeds}")
    if isinstance(seeds, float) and seeds > 1:
        raise ValueError(
            f"'seeds' is a share if it has a decimal point, at most 1.0, found {seeds}; "
            "write a count without the point"
        )
    return seeds


COUNT_OR_SHARE = {
    "anyOf": [
        {"type": "integer", "minimum": 0},
        {"type": "number", "minimum": 0, "maximum": 1},
    ]
}
Seeds = Annotated[int | float, AfterValidator(_count_or_share), WithJsonSchema(COUNT_OR_SHARE)]


class Collective(Settings):
    """The collective: its seeds and what it asks of members."""

    seeds: Seeds = 0.01
    """Members at the start: an integer is a count, a float a share (to the nearest user)."""
    seeding: Literal["random", "degree", "users", "neighbourhood"] = "random"
    """Who they are: random users, those with most neighbours, given ``users``, or a random user
    and its nearest, breadth first."""
    users: Users | None = None
    """The seeds with ``seeding = "users"``; the one in the middle with "neighbourhood"."""
    committed: bool = True
    """Seeds never leave."""
    compliance: float = Field(1.0, ge=0, le=1)
    """Share q of the members that plant: of n exactly ⌊qn⌋, in one random order of users."""
    strategy: Strategy = NoStrategy()
    """What members submit."""
    signal: Signal = NoSignal()
    """What they plant."""
    mistakes: float = Field(0.0, ge=0, le=1)
    """Share of the planting members that plant ``mistaken_signal`` instead; they count in α."""
    mistaken_signal: Signal = NoSignal()
    """The wrong version of the signal."""

    @model_validator(mode="after")
    def _seeds_are_consistent(self) -> Collective:
        if self.seeding == "users" and not self.users:
            raise ValueError("'seeding = \"users\"' needs 'users', the list of seeds")
        default = type(self).model_fields["seeds"].default
        if self.seeding == "users" and self.seeds not in {default, len(set(self.users or ()))}:
            raise ValueError(
                f"'users' names {len(set(self.users or ()))} seeds and 'seeds' says {self.seeds}; "
                "leave 'seeds' out"
            )
        if self.seeding in {"random", "degree"} and self.users is not None:
            raise ValueError(f"'users' has no meaning with seeding = '{self.seeding}'")
        if self.seeding == "neighbourhood" and len(self.users or ()) > 1:
            raise ValueError("'neighbourhood' grows around one user; name one in 'users'")
        if self.users is not None and min(self.users, default=0) < 0:
            raise ValueError(f"'users' are numbered from 0, found {min(self.users)}")
        return self

    def number_of_seeds(self, users: int) -> int:
        """Return how many of N users are seeds.

        Raises
        ------
        InputError
            If there are more seeds than users.
        """
        if self.seeding == "users":
            return len(set(self.users or ()))
        count = self.seeds if isinstance(self.seeds, int) else round(self.seeds * users)
        if count > users:
            raise InputError(f"{count:,} seeds among {users:,} users", key=("seeds",))
        return count

    def choose_seeds(self, ties: Ties, rng: np.random.Generator) -> Bools:
        """Return who is a member at the start.

        Raises
        ------
        InputError
            If the seeds do not fit the users.
        """
        if self.users and max(self.users) >= ties.users:
            raise InputError(
                f"users go from 0 to {ties.users - 1}, found {max(self.users)}", key=("users",)
            )
        count = self.number_of_seeds(ties.users)
        # Drawn whatever the seeding, so that it breaks ties between equal degrees too.
        order = rng.permutation(ties.users)
        if self.seeding == "users":
            order = np.unique(np.array(self.users))
        elif self.seeding == "degree":
            order = order[np.argsort(-ties.degree[order], kind="stable")]
        elif self.seeding == "neighbourhood":
            order = breadth_first(ties, int(self.users[0] if self.users else order[0]), count)
        joined = np.zeros(ties.users, dtype=bool)
        joined[order[:count]] = True
        return joined

    def planters(self, joined: Bools, order: Ints) -> Bools:
        """Return which members plant.

        Parameters
        ----------
        joined
            Who is a member.
        order
            The fixed random order in which members comply.
        """
        if self.compliance == 1:
            return joined
        return _first_share(self.compliance, order[joined[order]], joined)

    def mistaken(self, planting: Bools, order: Ints) -> Bools:
        """Return which of the planting members got the signal wrong: the last to comply first."""
        last_first = order[::-1]
        return _first_share(self.mistakes, last_first[planting[last_first]], planting)


def _first_share(share: float, users: Ints, like: Bools) -> Bools:
    """Mark the first ⌊share · n⌋ of n users."""
    # Rounding first keeps 0.29 * 100 = 28.999999999999996 from losing one.
    count = math.floor(round(share * len(users), 9))
    marked = np.zeros_like(like)
    marked[users[:count]] = True
    return marked


def breadth_first(ties: Ties, start: int, count: int) -> Ints:
    """Return up to ``count`` users nearest to a user, itself first, neighbours in order."""
    if ties.complete:
        return np.concatenate([[start], ties.neighbours(start)])[:count]
    found = {start: None}
    frontier = [start]
    while frontier and len(found) < count:
        frontier = [
            neighbour
            for user in frontier
            for neighbour in ties.neighbours(user).tolist()
            if neighbour not in found and found.setdefault(neighbour) is None
        ]
    return np.array(list(found), dtype=np.int64)[:count]
