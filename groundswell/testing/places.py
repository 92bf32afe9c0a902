"""What components are tried on: data of each form, and users on small networks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from groundswell.agents.beliefs import News, Observed
from groundswell.agents.columns import Columns
from groundswell.agents.distribution import Constant
from groundswell.agents.payoff import Payoff
from groundswell.agents.situation import Situation
from groundswell.agents.tally import Tally
from groundswell.agents.ties import Ties, complete_ties, from_pairs, no_ties
from groundswell.component import Component
from groundswell.data import Bools, Column, Features, Floats, Ints, Points, Schema
from groundswell.platform.curve import LogisticCurve
from groundswell.platform.learners.base import TrainingSet
from groundswell.problems import InputError
from groundswell.scenario import per_user

LABELS = ("a", "b", "c")
SCHEMAS = {
    "columns": Schema(
        "columns",
        (Column("age"), Column("city", ("Bern", "Lima", "Oslo", "Rome")), Column("wage")),
        LABELS,
    ),
    "images": Schema("images", tuple(Column(f"pixel{i}") for i in range(5)), LABELS),
    "cells": Schema("cells", (Column("cell", ("0", "1", "2", "3")),), LABELS),
    "text": Schema("text", (Column("text"),), LABELS),
}
WORDS = ("nurse", "night", "ward", "code", "bug", "stack", "law", "court", "judge")
WORDS_ABOUT = 3
"""So many words in a row go with one label."""
WORDS_EACH = 6
USERS = 40
SPREAD = {
    "benefit": (0.5, 1.5),
    "cost": (0.0, 0.8),
    "selective_incentive": (0.0, 0.1),
    "peer_pressure": (0.0, 0.6),
}
"""Between what the columns of the participation game lie."""


def features(schema: Schema, y: Ints, rng: np.random.Generator) -> Features:
    """Return features from which labels can be told; a category more than labels never occurs."""
    if schema.form == "text":
        return _documents(y, rng)
    X, labels = np.empty((len(y), len(schema.columns))), len(schema.labels)
    for place, column in enumerate(schema.columns):
        if column.categories is None:
            # Each label has a column of its own; where there are too few it is a matter of degree.
            own = len(schema.columns) >= labels
            high = y == place % labels if own else y / (labels - 1)
            X[:, place] = 0.15 + 0.7 * high + rng.uniform(-0.1, 0.1, len(y))
        else:
            X[:, place] = y % min(len(column.categories), labels)
    return X


def _documents(y: Ints, rng: np.random.Generator) -> Features:
    about = y * WORDS_ABOUT % len(WORDS)
    words = np.array(WORDS)[about[:, None] + rng.integers(WORDS_ABOUT, size=(len(y), WORDS_EACH))]
    documents = np.empty((len(y), 1), dtype=object)
    documents[:, 0] = [" ".join(document) for document in words]
    return documents


def points(schema: Schema, count: int = 90, seed: int = 0, noise: float = 0.0) -> Points:
    """Return points whose label follows from their features but for some noise.

    With noise, so large a share of labels is drawn anew.
    """
    rng, labels = np.random.default_rng(seed), len(schema.labels)
    y = rng.permutation(np.arange(count) % labels)
    X, other = features(schema, y, rng), rng.random(count) < noise
    return Points(X, np.where(other, rng.integers(labels, size=count), y))


def training(data: Points, schema: Schema) -> TrainingSet:
    """Return points to train on, none of them planted."""
    return TrainingSet(data, np.zeros(len(data), dtype=bool), schema)


@dataclass(frozen=True)
class Place:
    """Users on a network: what they are like, who is a member, and what happened so far.

    Parameters
    ----------
    name
        What it is, for messages.
    columns
        The users' attributes.
    ties
        Who is tied to whom.
    """

    name: str
    columns: Columns
    ties: Ties

    @property
    def users(self) -> int:
        """Number of users."""
        return self.columns.users

    def observed(self, belief: Component, *, curve: bool = True) -> Observed:
        """Return what users of some belief know after four rounds."""
        memory: tuple[News, ...] = ()
        for news in heard():
            memory = belief.remember(memory, news, self.columns)  # type: ignore[attr-defined]
        return Observed(memory, self.columns, self.ties, LogisticCurve() if curve else None)

    def situation(self, payoff: Payoff | None = None) -> Situation:
        """Return what users see when they decide."""
        payoff = Payoff(spillover=0.2, safety=0.5) if payoff is None else payoff
        gain = payoff.belief.gain(self.observed(payoff.belief), payoff.spillover)
        return Situation(self.columns, Tally(self.ties), gain, payoff, 0.6, 0.1)

    def renamed(self, name: Ints) -> Place:
        """Return the same users under other numbers: user i is called ``name[i]``."""
        columns, old = Columns(self.users), np.argsort(name)
        for column in self.columns:
            columns[column] = self.columns[column][old]
        ties = self.ties
        if not ties.complete:
            a, b, weights = name[ties.indices], name[ties.rows], ties.weights
            ties = from_pairs(self.users, a, b, weights, directed=ties.directed)
        return Place(f"{self.name}, renamed", columns, ties)

    def after(self, joined: Bools) -> Place:
        """Return the same users when others are members."""
        return self._with(joined=joined)

    def with_joined(self, joined: Bools, name: str) -> Place:
        """Return the same users with other members, nobody committed or removed."""
        nobody = np.zeros(self.users, dtype=bool)
        return replace(self._with(joined=joined, committed=nobody, removed=nobody), name=name)

    def _with(self, **states: Bools) -> Place:
        columns = Columns(self.users)
        for column in self.columns:
            columns[column] = states.get(column, self.columns[column])
        return replace(self, columns=columns)


def heard() -> list[News]:
    """Return the news of four rounds."""
    rng = np.random.default_rng(3)
    return [News(*rng.random(3).tolist()) for _ in range(4)]


def place(component: Component, users: int = USERS, ties: str = "sparse") -> Place:
    """Return users with what a component asks of each of them.

    What is one number for everybody differs here, between half of it and all of it.
    """
    rng, columns = np.random.default_rng(users), Columns(users)
    for name, ends in SPREAD.items():
        columns[name] = rng.uniform(*ends, users)
    for key, setting in per_user(component):
        values = setting.draw(users, rng, numbers(users))
        same_for_all = isinstance(setting, Constant)
        columns[str(key[-1])] = values * rng.uniform(0.5, 1, users) if same_for_all else values
    for name, share in {"joined": 0.4, "committed": 0.1, "removed": 0.1}.items():
        columns[name] = rng.random(users) < share
    columns["removed"] = columns["removed"] & ~columns["joined"]
    columns["committed"] = columns["committed"] & columns["joined"]
    return Place(f"{users} users, {ties} ties", columns, _ties(users, ties))


def places(component: Component) -> Iterator[Place]:
    """Return users in ordinary places, and in those at the limits."""
    sparse = place(component)
    yield sparse
    for ties in ("no", "complete", *kinds_of_ties(component)):
        yield place(component, ties=ties)
    yield place(component, users=1, ties="no")
    for joined, what in ((True, "all"), (False, "none")):
        everybody = np.full(sparse.users, joined)
        yield sparse.with_joined(everybody, f"{sparse.name}, {what} joined")


def kinds_of_ties(component: Component) -> list[str]:
    """Return ties that only some components can be on: with weights only those that see them."""
    return ["directed", "weighted"] if getattr(component, "weighs_ties", False) else ["directed"]


def _ties(users: int, ties: str) -> Ties:
    if ties == "no":
        return no_ties(users)
    if ties == "complete":
        return complete_ties(users)
    rng = np.random.default_rng(11)
    a, b = rng.integers(users, size=(2, users * 3 // 2))
    weights = 1.0 + (a + b) % 3 if ties == "weighted" else None
    return from_pairs(users, a, b, weights, directed=ties == "directed")


@cache
def _known(users: int) -> dict[str, Floats]:
    rng = np.random.default_rng(5)
    return {"age": rng.uniform(18, 80, users), "wage": rng.lognormal(8, 1, users)}


def numbers(users: int) -> dict[str, Floats]:
    """Return the numeric columns of a population, as distributions see them."""
    return dict(_known(users))


def fitting(component: Component, schemas: tuple[Schema, ...]) -> list[Schema]:
    """Return the schemas that a component does not refuse."""
    forms = getattr(component, "forms", ("cells", "images", "columns", "text"))
    found = []
    for schema in schemas:
        if schema.form in forms:
            try:
                component.check(schema)  # type: ignore[attr-defined]
            except InputError:
                continue
            found.append(schema)
    return found
