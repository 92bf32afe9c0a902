"""An organiser: someone who brings in members over the rounds, on a budget."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field, WithJsonSchema

from groundswell.agents.seeding import most_joined_neighbours, ranked
from groundswell.agents.ties import Ties
from groundswell.component import Settings
from groundswell.data import Bools
from groundswell.problems import InputError


def _count_or_share(amount: float) -> float:
    if amount < 0:
        raise ValueError(f"should be a count or a share, not negative, found {amount}")
    if isinstance(amount, float) and amount > 1:
        raise ValueError(
            f"is a share if it has a decimal point, at most 1.0, found {amount}; "
            "write a count without the point"
        )
    return amount


COUNT_OR_SHARE = {
    "anyOf": [
        {"type": "integer", "minimum": 0},
        {"type": "number", "minimum": 0, "maximum": 1},
    ]
}
CountOrShare = Annotated[
    int | float, AfterValidator(_count_or_share), WithJsonSchema(COUNT_OR_SHARE)
]
"""How many of the users: an integer is a count, a float a share, to the nearest user."""


def counted(amount: float, users: int, what: str) -> int:
    """Return how many of N users a count or share is.

    Raises
    ------
    InputError
        If there are not so many users.

    >>> counted(3, 50, "seeds"), counted(0.1, 50, "seeds")
    (3, 5)
    """
    count = amount if isinstance(amount, int) else round(amount * users)
    if count > users:
        raise InputError(f"{count:,} {what} among {users:,} users")
    return count


class Organiser(Settings):
    """Someone who recruits outsiders, so many a round; what they are then is what seeds are.

    Recruits come in at the start of a round, before anybody decides: users who revise in that
    round see them as members. Who is recruited is a member whatever it pays, and never leaves if
    seeds are ``committed``. In a round with fewer outsiders than recruits, the rest of that round's
    budget is lost.
    """

    budget: CountOrShare
    """Users recruited in all: an integer is a count, a float a share of all users."""
    rounds: int = Field(1, ge=1)
    """Rounds the budget is spread over, as evenly as can be."""
    start: int = Field(1, ge=1)
    """The first of them."""
    by: Literal["random", "degree", "core", "community", "neighbours"] = "random"
    """Whom it asks: random outsiders; those first who come first in seeding of that name; or those
    with most members among their neighbours."""

    def quota(self, round_: int, users: int) -> int:
        """Return how many of N users it may recruit in a round.

        >>> organiser = Organiser(budget=5, rounds=3)
        >>> [organiser.quota(round_, 100) for round_ in range(5)]
        [0, 1, 2, 2, 0]
        """
        budget = counted(self.budget, users, "recruits")
        spent = [
            budget * min(max(rounds, 0), self.rounds) // self.rounds
            for rounds in (round_ - self.start, round_ - self.start + 1)
        ]
        return spent[1] - spent[0]

    @property
    def last_round(self) -> int:
        """The last round in which it may recruit."""
        return self.start + self.rounds - 1

    def recruits(
        self, round_: int, ties: Ties, joined: Bools, free: Bools, rng: np.random.Generator
    ) -> Bools:
        """Return who is recruited in a round.

        Parameters
        ----------
        round_
            The round, from 1.
        ties
            Who is tied to whom, with their communities if these decide.
        joined
            Who is a member.
        free
            Who could become one.
        rng
            Decides between equals.
        """
        order = rng.permutation(ties.users)
        if self.by == "neighbours":
            order = most_joined_neighbours(ties, joined, order)
        else:
            order = ranked(ties, self.by, order)
        chosen = np.zeros_like(joined)
        chosen[order[free[order]][: self.quota(round_, ties.users)]] = True
        return chosen
