"""What holds of every network."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from groundswell.agents.ties import Ties
from groundswell.problems import InputError
from groundswell.testing.laws import Subject, demand, given, law, returned
from groundswell.testing.sameness import follows_its_generator, repeated

SIZES = (1, 2, 3, 9, 16, 60)


@law("network")
def ties_are_well_formed(subject: Subject) -> None:
    """`build` returns ties between the users there are, or refuses their number."""
    tried, network = 0, subject.component
    for users in _sizes(subject):
        with given(f"{users} users"):
            try:
                ties = repeated(lambda n=users: _built(subject, n, np.random.default_rng(1)))
            except InputError:
                continue
            tried += 1
            _check_form(ties, users)
            _check_pairs(ties)
            demand(
                network.has_ties or not len(ties.indices),
                "`has_ties` is False, and there are ties",
                "leave `has_ties` as it is",
            )
            demand(
                _stored(subject, ties) <= 2 * network.expected_ties(users) + 30,
                f"there are {ties.count} ties, and `expected_ties` says "
                f"{network.expected_ties(users):g}",
                "have `expected_ties` return about how many there will be: what would not fit into "
                "memory is refused by it",
            )
    demand(
        tried,
        f"it refuses all of {list(_sizes(subject))} users",
        "have `size` return the number of users if only one will do",
    )


@law("network")
def another_seed_is_another_network(subject: Subject) -> None:
    """What is random about `build` comes from `rng`."""
    *_, users = _sizes(subject)
    with given(f"{users} users"), suppress(InputError):
        follows_its_generator(lambda rng: _built(subject, users, rng))


def _built(subject: Subject, users: int, rng: np.random.Generator) -> Ties:
    return returned(subject.component.build(users, rng), Ties)


def _stored(subject: Subject, ties: Ties) -> int:
    """Return the ties to be expected: all but those of files, and of a complete network."""
    theirs = ties.complete or subject.component.size() is not None
    return 0 if theirs else ties.count


def _sizes(subject: Subject) -> tuple[int, ...]:
    size = subject.component.size()
    return SIZES if size is None else (size,)


def _check_form(ties: Ties, users: int) -> None:
    demand(
        ties.users == users,
        f"it has {ties.users} users",
        "keep users without ties: from_pairs(users, a, b) does",
    )
    demand(
        ties.indptr.dtype == np.int64 and ties.indices.dtype == np.uint32,
        f"indptr is {ties.indptr.dtype}, indices are {ties.indices.dtype}",
        "build ties with from_pairs(users, a, b)",
    )
    demand(
        (np.diff(ties.indptr) >= 0).all() and ties.indptr[-1] == len(ties.indices),
        "indptr does not say where the neighbours of users are",
        "build ties with from_pairs(users, a, b)",
    )
    demand(
        ties.weights is None
        or (ties.weights.shape == ties.indices.shape and (ties.weights > 0).all()),
        "weights are not one positive number per tie",
        "give each pair a weight: from_pairs(users, a, b, weights)",
    )


def _check_pairs(ties: Ties) -> None:
    code = ties.rows * ties.users + ties.indices if not ties.complete else np.zeros(0)
    demand(
        (np.diff(code) > 0).all() and (ties.indices < ties.users).all(),
        "neighbours are not ascending, twice there, or beyond the last user",
        "build ties with from_pairs(users, a, b), users numbered from 0",
    )
    demand(
        not (ties.rows == ties.indices).any() if not ties.complete else True,
        "somebody is tied to itself",
        "build ties with from_pairs(users, a, b), which drops such pairs",
    )
    turned = np.sort(ties.indices.astype(np.int64) * ties.users + ties.rows) if len(code) else code
    demand(
        ties.directed or np.array_equal(turned, code),
        "some ties go one way only",
        "build ties with from_pairs(users, a, b), or with directed=True",
    )
