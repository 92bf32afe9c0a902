"""Who revises in a round, and whether all at once or one after another."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from groundswell.agents.columns import Columns
from groundswell.agents.distribution import constant
from groundswell.agents.limits import Probability
from groundswell.component import Component
from groundswell.data import Bools, Ints


class Activation(Component):
    """Who revises when; part of a decision rule's definition, for it changes the results."""

    part: ClassVar[str] = "activation"
    default_kind = "inertial"
    one_by_one: ClassVar[bool]
    """Each user sees the moves before it; otherwise all act on the state at the round's start."""

    def users(self, columns: Columns, rng: np.random.Generator) -> Ints:
        """Return the rows of the users that revise this round, in order."""
        raise NotImplementedError

    def may_revise(self, columns: Columns) -> Bools:
        """Return who will ever revise: everybody."""
        return np.ones(columns.users, dtype=bool)


class Synchronous(Activation):
    """Everyone revises at once on the state at the start of the round."""

    kind: Literal["synchronous"] = "synchronous"
    one_by_one = False

    def users(self, columns: Columns, rng: np.random.Generator) -> Ints:
        """Return everybody."""
        return columns.everybody


class Inertial(Activation):
    """Each user revises with some probability, on the state at the start of the round."""

    kind: Literal["inertial"] = "inertial"
    one_by_one = False
    revision: Probability = constant(0.2)
    """Probability of revising in a round, λ."""

    def users(self, columns: Columns, rng: np.random.Generator) -> Ints:
        """Return each user with its probability."""
        return np.flatnonzero(rng.random(columns.users) < columns["revision"])

    def may_revise(self, columns: Columns) -> Bools:
        """Return who has a probability above 0."""
        may: Bools = columns["revision"] > 0
        return may


class Sequential(Activation):
    """A fresh random permutation each round; each user sees the moves before it."""

    kind: Literal["sequential"] = "sequential"
    one_by_one = True

    def users(self, columns: Columns, rng: np.random.Generator) -> Ints:
        """Return a random permutation of everybody."""
        return rng.permutation(columns.users)


class Random(Activation):
    """N revisions a round, each by a uniformly drawn user, each seeing the moves before it."""

    kind: Literal["random"] = "random"
    one_by_one = True

    def users(self, columns: Columns, rng: np.random.Generator) -> Ints:
        """Return N users drawn with repetition."""
        return rng.integers(columns.users, size=columns.users)
