"""What users are called must not matter: the law of a rule is the same under other numbers.

Rules that meet nobody at random do the same to the bit. Those that do pick "the third neighbour",
who is another one under other numbers; what they do is compared in distribution.
"""

from __future__ import annotations

import numpy as np

from groundswell.data import Bools, Floats, Ints
from groundswell.testing.decisions import dealt, payoffs
from groundswell.testing.laws import Subject, demand, given, law
from groundswell.testing.places import Place, place

SEEDS = range(3)
TRIALS = 300
APART = 5 * np.sqrt(0.5 / TRIALS)
"""Five standard errors of the difference of two shares of so many trials, at their largest."""
ADVICE = "let nothing depend on a user's row but its columns and ties"


@law("decision")
def names_of_users_mean_nothing(subject: Subject) -> None:
    """Users called something else do the same, exactly or (if it meets at random) in law."""
    here = place(subject.component)
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        name, order = rng.permutation(here.users), rng.permutation(here.users)
        for activation in ("synchronous", "sequential"):
            with given(f"{here.name}, {activation}"):
                _compare(subject, here, name, activation, order)


def _compare(subject: Subject, here: Place, name: Ints, activation: str, order: Ints) -> None:
    one, other = _both(subject, here, name, activation, order, dealt(subject, order, 7))
    if np.array_equal(one, other[name]):
        return
    demand(
        subject.component.draws,
        f"users {np.flatnonzero(one != other[name])[:5]} do something else when all users are "
        "given other numbers",
        ADVICE,
    )
    gap = np.abs(_shares(subject, here, name, activation, order))
    demand(
        (gap < APART).all(),
        f"user {gap.argmax()} joins {gap.max():.0%} more or less often when all users are given "
        "other numbers",
        ADVICE,
    )


def _both(
    subject: Subject, here: Place, name: Ints, activation: str, order: Ints, draws: Floats
) -> tuple[Bools, Bools]:
    """Return who is a member after one round, here and with users renamed."""
    rule = subject.component.replace(activation={"kind": activation})
    one = rule.revise(here.situation(payoffs()[1]), order, draws)
    other = rule.revise(here.renamed(name).situation(payoffs()[1]), name[order], draws)
    return one.joined, other.joined


def _shares(subject: Subject, here: Place, name: Ints, activation: str, order: Ints) -> Floats:
    """Return the difference between the shares of trials in which each user is a member."""
    rule, there = subject.component.replace(activation={"kind": activation}), here.renamed(name)
    at_home, renamed = (at.situation(payoffs()[1]) for at in (here, there))
    gap = np.zeros(here.users)
    for trial in range(TRIALS):
        draws = [dealt(subject, order, seed) for seed in (2 * trial, 2 * trial + 1)]
        gap += rule.revise(at_home, order, draws[0]).joined
        gap -= rule.revise(renamed, name[order], draws[1]).joined[name]
    return gap / TRIALS
