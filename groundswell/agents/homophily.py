"""Homophily: like is tied to like, measured by Newman's coefficient, made by moving users."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from groundswell.agents.ties import Ties
from groundswell.agents.traits import Trait
from groundswell.agents.waves import along_a_wave
from groundswell.component import Settings
from groundswell.data import Floats, Ints
from groundswell.problems import InputError

PROPOSALS = 50
"""Exchanges proposed per user before looking whether they still help."""
COOLING = np.geomspace(0.2, 0.02, 20)
"""Heat of the exchanges after a new start, times the number of users, whose share of r it is."""
MOST_PROPOSALS = 1_000_000
"""Exchanges proposed at each heat at most, so that a million users take minutes, not hours."""

COLD = np.zeros(0)
"""No exchange leads away from the target."""


class Homophily(Settings):
    """Users who are tied are alike: data are dealt to users so that they are.

    The ties stay as they are; two users at a time exchange their data, where this brings the
    assortativity coefficient r nearer to the target. Where no exchange helps any more, all users
    are placed anew, sorted along the ties, and exchanges go on from there, first also some that
    lead away (simulated annealing; Kirkpatrick, Gelatt & Vecchi 1983). For numbers, r is the
    correlation across ties; for categories, (e - a) / (1 - a), where e is the share of ties within
    categories and a that expected if ends of ties met at random (Newman 2003). Directions and
    weights play no part.
    """

    column: str
    """Feature in which users are alike; "class" is the label of a user's data."""
    target: float = Field(ge=-1, le=1)
    """Coefficient r to reach: 0 is none, 1 all ties between equals, below 0 opposites attract."""
    tolerance: float = Field(0.005, gt=0)
    """How near is near enough. Where it cannot be reached, a note says what was."""

    def dealt(self, ties: Ties, trait: Trait, rng: np.random.Generator) -> tuple[Ints, float]:
        """Return whose data each user gets, and the coefficient r that this makes.

        Parameters
        ----------
        ties
            Who is tied to whom.
        trait
            What the users are like.
        rng
            Proposes exchanges.

        Raises
        ------
        InputError
            If there are no ties, or everybody is alike.
        """
        if not ties.count:
            raise InputError("there are no ties across which users could be alike")
        if len(np.unique(trait.values)) == 1:
            raise InputError("everybody is the same in it", key=("column",))
        either = ties.either_way()
        whose = np.arange(ties.users)
        reached = self._exchanged(whose, trait, either, rng)
        if abs(reached - self.target) > self.tolerance:
            again = _new_start(trait, either, rng, alike=self.target > reached)
            nearer = self._exchanged(again, trait, either, rng, COOLING / ties.users)
            if abs(nearer - self.target) < abs(reached - self.target):
                return again, nearer
        return whose, reached

    def _exchanged(
        self, whose: Ints, trait: Trait, ties: Ties, rng: np.random.Generator, heats: Floats = COLD
    ) -> float:
        """Let users exchange data, changing ``whose``, until that helps no more; return r."""
        from groundswell.agents.graph_kernels import exchange

        values = _scaled(trait)[whose]

        def exchanged(heat: float, proposals: int) -> float:
            return exchange(
                whose, values, trait.categories, self.target, self.tolerance, heat, proposals,
                ties.indptr, ties.indices, rng,
            )  # fmt: skip

        for heat in heats:
            exchanged(heat, min(PROPOSALS * ties.users, MOST_PROPOSALS))
        before, reached = np.inf, exchanged(0.0, PROPOSALS * ties.users)
        while (
            abs(reached - self.target) > self.tolerance
            and abs(before - reached) >= self.tolerance / 10
        ):
            before, reached = reached, exchanged(0.0, PROPOSALS * ties.users)
        return reached

    def note(self, reached: float) -> str:
        """Say how alike users are that are tied."""
        asked = "" if abs(reached - self.target) <= self.tolerance else (
            f" and not the {self.target:g} that was asked for: no exchange was found that helps"
        )  # fmt: skip
        return (
            f"homophily: across ties, the assortativity of '{self.column}' is {reached:.3f}{asked}"
        )


def assortativity(ties: Ties, trait: Trait) -> float:
    """Return Newman's coefficient r of a trait across ties, NaN if all ends of ties are alike."""
    either = ties.either_way()
    a, b = trait.values[either.rows], trait.values[either.indices]
    if trait.categories:
        share = np.bincount(a.astype(np.int64), minlength=trait.categories) / max(len(a), 1)
        expected = float(share @ share)
        return float((np.mean(a == b) - expected) / (1 - expected)) if expected < 1 else np.nan
    variance = np.var(a)
    return float(np.mean((a - a.mean()) * (b - b.mean())) / variance) if variance else np.nan


def _new_start(trait: Trait, ties: Ties, rng: np.random.Generator, *, alike: bool) -> Ints:
    """Return whose data each user gets if all are sorted along the ties; equals at random.

    Of two orders the better one: a wave, and that of the users' numbers, along which rings,
    lattices and blocks are built.
    """
    users = rng.permutation(ties.users)
    ascending = users[np.argsort(trait.values[users], kind="stable")]
    starts = []
    for places in (along_a_wave(ties, alike=alike, rng=rng), np.arange(ties.users)):
        whose = np.empty_like(users)
        whose[places] = ascending
        starts.append(whose)
    reached = [assortativity(ties, Trait(trait.values[one], trait.categories)) for one in starts]
    return starts[int(np.argmax(reached) if alike else np.argmin(reached))]


def _scaled(trait: Trait) -> np.ndarray:
    """Return the values, numbers in units in which sums of squares lose no digits."""
    values = trait.values.copy()
    return values if trait.categories else (values - values.mean()) / values.std()
