"""What users are called must not matter: the law of a rule is the same under other numbers.

Rules that meet nobody at random do the same to the bit. Those that do pick "the third neighbour",
who is another one under other numbers; what they do is compared in distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from groundswell.agents.decision import Decision
from groundswell.agents.payoff import Payoff
from groundswell.agents.situation import Situation
from groundswell.data import Bools, Floats, Ints
from groundswell.testing.decisions import payoffs
from groundswell.testing.laws import Subject, demand, given, law
from groundswell.testing.places import Place, kinds_of_ties, place

SEEDS = range(3)
TRIALS = 300
APART = 5 * np.sqrt(0.5 / TRIALS)
"""Five standard errors of the difference of two shares of so many trials, at their largest."""
ADVICE = "let nothing depend on a user's row but its columns and ties"


@dataclass(frozen=True)
class Trial:
    """A round of users, and of the same users under other names."""

    rule: Decision
    here: Place
    name: Ints
    order: Ints
    payoff: Payoff

    def dealt(self, rng: np.random.Generator) -> Floats:
        """Return the random numbers of a round."""
        return rng.random((len(self.order), self.rule.draws))

    def at_home(self, draws: Floats) -> Bools:
        """Return who is a member after a round."""
        return self.rule.revise(self._home, self.order, draws).joined

    def renamed(self, draws: Floats) -> Bools:
        """Return the same of the same users under other names."""
        return self.rule.revise(self._away, self.name[self.order], draws).joined[self.name]

    @cached_property
    def _home(self) -> Situation:
        return self.here.situation(self.payoff)

    @cached_property
    def _away(self) -> Situation:
        return self.here.renamed(self.name).situation(self.payoff)


@law("decision")
def names_of_users_mean_nothing(subject: Subject) -> None:
    """Users called something else do the same, exactly or (if it meets at random) in law."""
    first, *_ = games = payoffs(subject)
    others = [
        (place(subject.component, ties=ties), first) for ties in kinds_of_ties(subject.component)
    ]
    for here, payoff in [*((place(subject.component), game) for game in games), *others]:
        for seed, activation in product(SEEDS, ("synchronous", "sequential")):
            rng = np.random.default_rng(seed)
            name, order = rng.permutation(here.users), rng.permutation(here.users)
            with given(f"{here.name}, {activation}, belief '{payoff.belief}'"):
                rule = subject.component.replace(activation={"kind": activation})
                _compare(Trial(rule, here, name, order, payoff))


@law("activation")
def all_have_their_turn(subject: Subject) -> None:
    """Users called something else revise as often."""
    here = place(subject.component)
    name = np.random.default_rng(1).permutation(here.users)
    gap = np.abs(_often(subject, here, 1) - _often(subject, here.renamed(name), 2)[name])
    with given(f"{here.users} users, {TRIALS} rounds"):
        demand(
            (gap < APART).all(),
            f"user {gap.argmax()} revises in {gap.max():.0%} more or fewer of the rounds when all "
            "users are given other numbers",
            ADVICE,
        )


def _often(subject: Subject, here: Place, seed: int) -> Floats:
    """Return in which share of rounds each user revises."""
    rng, rounds = np.random.default_rng(seed), np.zeros(here.users)
    for _ in range(TRIALS):
        rounds[subject.component.users(here.columns, rng)] += 1
    return rounds / TRIALS


def _compare(trial: Trial) -> None:
    rng = np.random.default_rng(7)
    draws = trial.dealt(rng)
    one, other = trial.at_home(draws), trial.renamed(draws)
    if np.array_equal(one, other):
        return
    demand(
        trial.rule.draws,
        f"users {np.flatnonzero(one != other)[:5]} do something else when all users are given "
        "other numbers",
        ADVICE,
    )
    gap = np.zeros(trial.here.users)
    for _ in range(TRIALS):
        gap += trial.at_home(trial.dealt(rng))
        gap -= trial.renamed(trial.dealt(rng))
    gap = np.abs(gap / TRIALS)
    demand(
        (gap < APART).all(),
        f"user {gap.argmax()} joins {gap.max():.0%} more or less often when all users are given "
        "other numbers",
        ADVICE,
    )
