"""Settings of users that go with their degree or a feature: dealt out by rank."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field, create_model

from groundswell.component import Settings
from groundswell.data import Floats, Ints
from groundswell.problems import InputError, did_you_mean

DEGREE = "degree"
"""Stands for the number of neighbours, beside the names of numeric columns."""
NEAR = 5e-4
"""How near a rank correlation must come; sampling error at a million users is twice that."""
MOST_HALVINGS = 30
WORTH_SAYING = 0.01

if TYPE_CHECKING:

    class _With(Settings):
        """The field ``with``, which cannot be written as a name in Python."""
else:
    _With = create_model(
        "_With",
        __base__=Settings,
        **{"with": (str, Field(description='"degree", or a numeric column of the population.'))},
    )


class Correlation(_With):
    """A rank correlation with the degree or with a feature.

    The values that the law gives, drawn or its quantiles, are dealt out by rank: in the order of
    scores r z + sqrt(1 - r²) e, where z are normal scores of the degree or feature and e normal
    noise (a Gaussian copula). r is such that Spearman's correlation of this deal is the one asked
    for. Users of equal degree or feature are told apart at random.
    """

    rank: float = Field(ge=-1, le=1)
    """Spearman's rank correlation."""

    @property
    def partner(self) -> str:
        """What the setting goes with."""
        name: str = getattr(self, "with")
        return name

    def values(self, columns: dict[str, Floats], degree: Ints) -> Floats:
        """Return the degree or feature of every user.

        Raises
        ------
        InputError
            If there is no such column, or a column called "degree", or it is the same everywhere.
        """
        name = self.partner
        if name == DEGREE and DEGREE in columns:
            raise InputError(
                f"'{DEGREE}' is the number of neighbours, and the data have a column of that name "
                "too; rename the column",
                key=("with",),
            )
        known = {**columns, DEGREE: degree.astype(np.float64)}
        if name not in known:
            hint = did_you_mean(name, [DEGREE, *columns])
            raise InputError(f"the population has no numeric column '{name}'{hint}", key=("with",))
        if len(np.unique(known[name])) == 1:
            raise InputError(
                f"everybody has the same '{name}', with which nothing can go", key=("with",)
            )
        return known[name]

    def dealt(
        self, values: Floats, partner: Floats, rng: np.random.Generator
    ) -> tuple[Floats, float]:
        """Return the values dealt out by rank, and the rank correlation that this makes.

        Parameters
        ----------
        values
            One value per user, in any order.
        partner
            The degree or feature of every user.
        rng
            Noise, and the order of users of equal degree or feature.

        Raises
        ------
        InputError
            If all values are the same.
        """
        if len(np.unique(values)) == 1:
            raise InputError("everybody gets the same value, which goes with nothing")
        users = len(values)
        z, e = _normal_scores(partner, rng.permutation(users)), rng.standard_normal(users)
        standing = _standardised(_average_ranks(partner))
        places = _standardised(np.arange(users, dtype=np.float64))

        def order(r: float) -> Ints:
            return np.argsort(r * z + np.sqrt(1 - r * r) * e, kind="stable")

        def reached(r: float) -> float:
            return float(places @ standing[order(r)] / users)

        r = _rising_to(self.rank, reached)
        dealt = np.empty(users)
        dealt[order(r)] = np.sort(values)
        return dealt, reached(r)

    def notes(self, reached: float) -> tuple[str, ...]:
        """Say what was reached, where that is not what was asked for."""
        if abs(reached - self.rank) <= WORTH_SAYING:
            return ()
        return (
            f"the rank correlation with '{self.partner}' is {reached:.3f} and not the "
            f"{self.rank:g} that was asked for: the users' '{self.partner}' allows no other",
        )


def _rising_to(target: float, function: Callable[[float], float]) -> float:
    """Return where in [-1, 1] a function that rises takes a value, or the end that is nearest."""
    low, high = -1.0, 1.0
    for end in (low, high):
        if (function(end) - target) * end <= 0:
            return end
    middle = 2 * np.sin(np.pi * target / 6)  # where normal variables have that rank correlation
    for _ in range(MOST_HALVINGS):
        found = function(middle)
        if abs(found - target) <= NEAR:
            break
        low, high = (middle, high) if found < target else (low, middle)
        middle = (low + high) / 2
    return float(middle)


def _average_ranks(values: Floats) -> Floats:
    """Return the ranks from 0, of equal values the mean of theirs."""
    _, which, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = np.cumsum(count) - (count + 1) / 2
    return ranks[which]


def _normal_scores(values: Floats, order: Ints) -> Floats:
    """Return the normal quantiles of the ranks; among equals the order decides."""
    from scipy.special import ndtri

    scores = np.empty(len(values))
    ascending = order[np.argsort(values[order], kind="stable")]
    scores[ascending] = ndtri((np.arange(len(values)) + 0.5) / len(values))
    return scores


def _standardised(values: Floats) -> Floats:
    centred: Floats = values - values.mean()
    return np.asarray(centred / np.sqrt(np.mean(centred**2)))
