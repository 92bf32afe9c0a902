"""What holds of everything that says who revises when."""

from __future__ import annotations

import numpy as np

from groundswell.agents.columns import Columns
from groundswell.data import Ints
from groundswell.testing.laws import Subject, demand, given, law, returned
from groundswell.testing.places import place
from groundswell.testing.sameness import follows_its_generator, repeated

SIZES = (1, 2, 40)
ROUNDS = range(20)
MANY = 300


@law("activation")
def it_names_users(subject: Subject) -> None:
    """`users` returns rows of users, the same again from the same seed."""
    for users in SIZES:
        columns = place(subject.component, users).columns
        with given(f"{users} users"):
            found = repeated(lambda those: _revising(subject, those), columns)
            demand(
                found.ndim == 1 and found.dtype == np.int64,
                f"it returns {found.dtype} of shape {found.shape}",
                "return an array of int64",
            )
            demand(
                ((found >= 0) & (found < users)).all(),
                f"it returns {found[:9]}",
                f"rows of users go from 0 to {users - 1}",
            )


@law("activation")
def another_seed_is_another_round(subject: Subject) -> None:
    """What is random about `users` comes from `rng`."""
    columns = place(subject.component).columns
    with given(f"{columns.users} users"):
        follows_its_generator(lambda rng: subject.component.users(columns, rng))


@law("activation")
def somebody_revises(subject: Subject) -> None:
    """Where anybody may revise, somebody does at some time."""
    columns = place(subject.component).columns
    may = subject.component.may_revise(columns)
    with given(f"{columns.users} users, {MANY} rounds"):
        demand(
            not may.any() or any(len(_revising(subject, columns, seed)) for seed in range(MANY)),
            f"nobody revises, and `may_revise` says of {np.count_nonzero(may)} users that they may",
            "return rows of users, or have `may_revise` return False for all who never do",
        )


@law("activation")
def at_once_means_once(subject: Subject) -> None:
    """Who acts at once acts once: it says whether users take turns, and names none twice if not."""
    one_by_one = getattr(subject.kind, "one_by_one", None)
    demand(
        isinstance(one_by_one, bool),
        f"one_by_one is {one_by_one!r}",
        "set one_by_one = True if each user sees the moves before it, else False",
    )
    columns = place(subject.component).columns
    for number in ROUNDS if not one_by_one else ():
        found = _revising(subject, columns, number)
        with given(f"{columns.users} users, seed {number}"):
            demand(
                len(np.unique(found)) == len(found),
                "it names users twice",
                "name each once, or set one_by_one = True",
            )


@law("activation")
def only_those_who_may_revise_do(subject: Subject) -> None:
    """`may_revise` is true of everybody who ever revises."""
    columns = place(subject.component).columns
    may = returned(subject.component.may_revise(columns), np.ndarray)
    demand(
        may.shape == (columns.users,) and may.dtype == bool,
        f"`may_revise` returns {may.dtype} of shape {may.shape}",
        "return a bool per user",
    )
    for number in ROUNDS:
        with given(f"{columns.users} users, seed {number}"):
            found = _revising(subject, columns, number)
            demand(
                may[found].all(),
                f"users {found[~may[found]][:5]} revise, of whom `may_revise` says they do not",
                "have `may_revise` return True for whoever has any chance",
            )


def _revising(subject: Subject, columns: Columns, seed: int = 1) -> Ints:
    return returned(subject.component.users(columns, np.random.default_rng(seed)), np.ndarray)
