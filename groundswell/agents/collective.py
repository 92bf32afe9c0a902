"""How the collective starts, and which of its members do their part."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from groundswell.agents.columns import Columns
from groundswell.agents.organiser import CountOrShare, Organiser, counted
from groundswell.agents.seeding import breadth_first, known_communities, ranked
from groundswell.agents.signal import NoSignal, Signal
from groundswell.agents.strategy import NoStrategy, Strategy
from groundswell.agents.ties import Ties
from groundswell.component import Settings
from groundswell.data import Bools, Ints
from groundswell.problems import InputError, did_you_mean
from groundswell.randomness import Streams

Users = Annotated[tuple[int | str, ...], Field(strict=False)]
MOST_TO_COMPARE = 10_000
"""Ids that a misspelt one is compared with; more would take seconds."""
Seeding = Literal["random", "degree", "core", "community", "users", "neighbourhood"]


class Collective(Settings):
    """The collective: its seeds and what it asks of members."""

    seeds: CountOrShare = 0.01
    """Members at the start: an integer is a count, a float a share (to the nearest user). Left out,
    all that ``users`` or ``community`` name are seeds."""
    seeding: Seeding = "random"
    """Who they are: random users; those who influence most others ("degree"), or are in the
    innermost core of ties ("core"); whole communities, the largest first, of the last one random
    users ("community"); given ``users``; or a random user and its nearest, breadth first
    ("neighbourhood"), drawn from those with so many users in reach. Equals are told apart at
    random. Communities are the blocks of a stochastic-block network, else found by label
    propagation, and shown in the column of that name; they, cores and neighbourhoods go by ties in
    either direction."""
    users: Users | None = None
    """The seeds with ``seeding = "users"``; the one in the middle with "neighbourhood". A number
    counts users from 0, text is the id that the network's file gives a user."""
    community: int | None = Field(None, ge=0)
    """The community the seeds are of with ``seeding = "community"``, numbered from 0: all of it,
    or as many random users of it as ``seeds`` says."""
    organiser: Organiser | None = None
    """Who brings in more members as rounds go by; nobody by default."""
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
        named = len(set(self.users or ()))
        if self.seeding == "users" and not self.seeds_are_all_named and self.seeds != named:
            raise ValueError(
                f"'users' names {named} seeds and 'seeds' says {self.seeds}; leave 'seeds' out"
            )
        if self.seeding not in {"users", "neighbourhood"} and self.users is not None:
            raise ValueError(f"'users' has no meaning with seeding = '{self.seeding}'")
        if self.seeding == "neighbourhood" and len(self.users or ()) > 1:
            raise ValueError("'neighbourhood' grows around one user; name one in 'users'")
        numbers = [user for user in self.users or () if isinstance(user, int)]
        if min(numbers, default=0) < 0:
            raise ValueError(f"'users' are numbered from 0, found {min(numbers)}")
        if self.seeding != "community" and self.community is not None:
            raise ValueError(f"'community' has no meaning with seeding = '{self.seeding}'")
        return self

    @model_serializer(mode="wrap")
    def _without_idle_seeds(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out the default of ``seeds`` where it is not what counts: it would look given."""
        settings: dict[str, Any] = write(self)
        if self.seeds_are_all_named:
            settings.pop("seeds", None)
        return settings

    @property
    def seeds_are_all_named(self) -> bool:
        """Whether all the users named, or all of the community, are seeds: no number is given."""
        named = self.seeding == "users" or self.community is not None
        return named and "seeds" not in self.model_fields_set

    @property
    def needs_communities(self) -> bool:
        """Whether the communities of users decide who joins."""
        organised = self.organiser is not None and self.organiser.by == "community"
        return organised or self.seeding == "community"

    @property
    def choices_by_ties(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        """Settings by which users are chosen by their ties: keys and what they say."""
        chosen: list[tuple[tuple[str, ...], str]] = [(("seeding",), self.seeding)]
        if self.organiser is not None:
            chosen.append((("organiser", "by"), self.organiser.by))
        return tuple((key, by) for key, by in chosen if by not in {"random", "users"})

    def choose_seeds(self, ties: Ties, rng: np.random.Generator) -> Bools:
        """Return who is a member at the start.

        Raises
        ------
        InputError
            If the seeds do not fit the users.
        """
        # Drawn whatever the seeding, so that it breaks ties between equal degrees too.
        order = rng.permutation(ties.users)
        if self.seeding == "users":
            chosen = np.unique(self._named(ties))
        elif self.seeding == "neighbourhood":
            chosen = self._around_one(ties, order)
        elif self.community is not None:
            chosen = self._of_community(ties, self.community, order)
        else:
            chosen = ranked(ties, self.seeding, order)[: self._count(ties.users)]
        joined = np.zeros(ties.users, dtype=bool)
        joined[chosen] = True
        return joined

    def recruit(self, round_: int, columns: Columns, ties: Ties, streams: Streams) -> None:
        """Let the organiser bring in the recruits of a round: they are what seeds are."""
        if self.organiser is None:
            return
        joined: Bools = columns["joined"]
        free, rng = ~joined & ~columns["removed"], streams("organiser", round_)
        recruits = self.organiser.recruits(round_, ties, joined, free, rng)
        columns["joined"] = joined | recruits
        columns["committed"] = columns["committed"] | (recruits & self.committed)

    def check_seeds(self, users: int) -> None:
        """Refuse more seeds than there are users.

        Raises
        ------
        InputError
            If there are.
        """
        if self.seeding != "users":
            self._count(users)

    def check_budget(self, users: int) -> None:
        """Refuse an organiser's budget for more users than there are.

        Raises
        ------
        InputError
            If it is.
        """
        if self.organiser is not None:
            self.organiser.quota(self.organiser.start, users)

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
        if not self.mistakes:
            return np.zeros_like(planting)
        last_first = order[::-1]
        return _first_share(self.mistakes, last_first[planting[last_first]], planting)

    def _count(self, users: int) -> int:
        try:
            return counted(self.seeds, users, "seeds")
        except InputError as error:
            raise InputError(str(error), key=("seeds",)) from None

    def _named(self, ties: Ties) -> Ints:
        """Return the rows of the users that are named, each once."""
        position = {name: row for row, name in enumerate(ties.names)}
        rows: dict[int, int] = {}
        for i, user in enumerate(self.users or ()):
            if isinstance(user, int) and user >= ties.users:
                quoted = f"; the id is written '{user}', in quotes" if str(user) in position else ""
                raise InputError(
                    f"users go from 0 to {ties.users - 1}, found {user}{quoted}", ("users",)
                )
            if isinstance(user, str) and user not in position:
                few = ties.ids is not None and ties.users <= MOST_TO_COMPARE
                hint = did_you_mean(user, position) if few else ""
                raise InputError(f"there is no user with the id '{user}'{hint}", ("users", i))
            row = user if isinstance(user, int) else position[user]
            if rows.setdefault(row, i) != i:
                said = f"{user!r} is named before, in users[{rows[row]}]; name each user once"
                raise InputError(said, ("users", i))
        return np.array(list(rows))

    def _around_one(self, ties: Ties, order: Ints) -> Ints:
        """Return the seeds of a neighbourhood: around the user named, or a random one with room."""
        count, size = self._count(ties.users), np.bincount(ties.parts)[ties.parts]
        middle = self._named(ties) if self.users else order
        roomy = middle[size[middle] >= count]
        if not len(roomy):
            most = f"{int(size[middle].max()):,} users"
            why = f"no connected part of the network has more than {most}"
            if self.users:
                why = f"'{self.users[0]}' is in a connected part of the network that has {most}"
            raise InputError(f"{count:,} seeds around one user, and {why}", key=("seeds",))
        return breadth_first(ties, int(roomy[0]), count)

    def _of_community(self, ties: Ties, community: int, order: Ints) -> Ints:
        """Return the seeds of a community."""
        communities = known_communities(ties)
        last = int(communities.max())
        if community > last:
            raise InputError(
                f"communities go from 0 to {last}, found {community}", key=("community",)
            )
        theirs: Ints = order[communities[order] == community]
        if self.seeds_are_all_named:
            return theirs
        count = self._count(ties.users)
        if count > len(theirs):
            raise InputError(
                f"{count:,} seeds in community {community}, which has {len(theirs):,} users",
                key=("seeds",),
            )
        return theirs[:count]


def _first_share(share: float, users: Ints, like: Bools) -> Bools:
    """Mark the first ⌊share · n⌋ of n users."""
    # Rounding first keeps 0.29 * 100 = 28.999999999999996 from losing one.
    count = math.floor(round(share * len(users), 9))
    marked = np.zeros_like(like)
    marked[users[:count]] = True
    return marked
