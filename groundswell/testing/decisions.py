"""What holds of every decision rule: what it returns, and that its two forms agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from groundswell.agents.beliefs import KnownCurve, Last, Neighbours
from groundswell.agents.payoff import Payoff
from groundswell.agents.situation import Situation
from groundswell.data import Bools, Floats, Ints
from groundswell.testing.laws import Subject, demand, given, law, returned
from groundswell.testing.places import Place, place, places
from groundswell.testing.sameness import repeated

SEEDS = range(8)
BELIEFS = (KnownCurve, Neighbours)
"""Beliefs that gains are looked up by, beside those that say the same to everybody."""
ALMOST_ONE = np.nextafter(1.0, 0.0)


def payoffs(subject: Subject) -> list[Payoff]:
    """Return participation games: all that a payoff may have, with every belief that counts."""
    beliefs: list[Any] = [belief() for belief in BELIEFS] if subject.kind.forms_beliefs else []
    games = [Payoff(spillover=0.2, safety=0.5, belief=belief) for belief in (Last(), *beliefs)]
    return [*games, Payoff()]


def _cases(subject: Subject) -> Iterator[tuple[str, Place, Payoff]]:
    first, *others = payoffs(subject)
    for here in places(subject.component):
        yield here.name, here, first
    ordinary = place(subject.component)
    for game in others:
        yield f"{ordinary.name}, belief '{game.belief}', safety {game.safety}", ordinary, game


@law("decision", over=_cases)
def wants_answers_for_each(subject: Subject, here: Place, payoff: Payoff) -> None:
    """`wants` returns a bool for each user it is asked about, the same again for the same draws."""

    def answers(at: Place, who: Ints, luck: Floats) -> Bools:
        return _wants(subject, at.situation(payoff), who, luck)

    users = np.arange(here.users)
    for asked in (users, users[::3], users[:0]):
        with given(f"{len(asked)} of them revise"):
            draws = dealt(subject, asked, 1)
            found = repeated(answers, here, asked, draws)
            demand(
                found.shape == asked.shape and found.dtype == bool,
                f"it returns {found.dtype} of shape {found.shape}",
                f"return a bool for each of `users`, shape {asked.shape}: index what you work "
                "out for everybody with [users]",
            )


@law("decision", over=_cases)
def each_is_asked_for_itself(subject: Subject, here: Place, payoff: Payoff) -> None:
    """What a user wants does not depend on who else revises at the same time, or in which order."""
    users = np.random.default_rng(4).permutation(here.users)
    draws = dealt(subject, users, 2)
    together = _wants(subject, here.situation(payoff), users, draws)
    for place_in_line in range(0, here.users, 7):
        one = slice(place_in_line, place_in_line + 1)
        alone = _wants(subject, here.situation(payoff), users[one], draws[one])
        with given(f"user {users[one][0]}"):
            demand(
                np.array_equal(together[one], alone),
                f"it wants {together[one][0]} among others and {alone[0]} by itself",
                "index by `users`: row i of `draws` belongs to user users[i]",
            )


@law("decision", over=_cases)
def both_forms_agree(subject: Subject, here: Place, payoff: Payoff) -> None:
    """`take_turns` does with one user what `wants` says of it."""
    for seed in SEEDS:
        free = np.flatnonzero(~_locked(here))
        users = np.random.default_rng(seed).permutation(free)[:1]
        if not len(users):
            continue
        draws = dealt(subject, users, seed)
        with given(f"user {users[0]}, draws {draws[0].round(3)}"):
            wanted = _wants(subject, here.situation(payoff), users, draws)
            joined = _after_turns(subject, here, payoff, users, draws)
            demand(
                joined[users[0]] == wanted[0],
                f"`wants` says {bool(wanted[0])}, and after `take_turns` it is "
                f"{bool(joined[users[0]])}",
                "have both call one function; `take_turns` changes `joined` in place",
            )


@law("decision", over=_cases)
def each_sees_the_moves_before(subject: Subject, here: Place, payoff: Payoff) -> None:
    """One turn after another: users see the moves before theirs, and have draws of their own."""
    order = np.random.default_rng(8).permutation(here.users)
    draws, locked = dealt(subject, order, 8), _locked(here)
    together = _after_turns(subject, here, payoff, order, draws)
    joined = here.columns["joined"].copy()
    for turn in range(here.users):
        now, one = here.after(joined.copy()).situation(payoff), slice(turn, turn + 1)
        subject.component.take_turns(now, order[one], draws[one], joined, locked)
        user = order[turn]
        demand(
            joined[user] == together[user],
            f"after {turn} turns of others user {user} is {'in' if together[user] else 'out'}, and "
            f"{'in' if joined[user] else 'out'} if the round starts where they left it",
            "look at `joined`, not at the round's start; row i of `draws` belongs to user order[i]",
        )


@law("decision", over=_cases)
def turns_move_those_in_order(subject: Subject, here: Place, payoff: Payoff) -> None:
    """`take_turns` moves users in `order` that are not locked, and no others."""

    def after(at: Place, who: Ints, luck: Floats) -> Bools:
        return _after_turns(subject, at, payoff, who, luck)

    everybody = np.arange(here.users)
    for order in (everybody[::2], everybody[:0], np.repeat(everybody[:1], 3)):
        with given(f"{len(order)} turns"):
            draws = dealt(subject, order, 5)
            joined = repeated(after, here, order, draws)
            moved = np.flatnonzero(joined != here.columns["joined"])
            demand(
                np.isin(moved, order).all(),
                f"users {np.setdiff1d(moved, order)[:5]} move without having a turn",
                "change joined[user] of the users in `order` only",
            )
            stuck = moved[_locked(here)[moved]]
            demand(
                not len(stuck),
                f"users {stuck[:5]} move, who are committed or have left for good",
                "skip locked users: order[~locked[order]]",
            )


@law("decision", over=_cases)
def books_are_kept(subject: Subject, here: Place, payoff: Payoff) -> None:
    """`revise` leaves committed seeds in, and those who left for good out."""
    users, columns = np.arange(here.users), here.columns
    for activation in ("synchronous", "sequential"):
        rule = subject.component.replace(activation={"kind": activation})
        with given(f"{activation}"):
            found = rule.revise(here.situation(payoff), users, dealt(subject, users, 6))
            demand(
                found.joined[columns["committed"]].all()
                and not (found.joined & columns["removed"]).any()
                and not (found.joined & found.removed).any()
                and (found.removed >= columns["removed"]).all(),
                "somebody who is committed leaves, or somebody who left for good comes back",
                "leave `revise` as it is, and let `take_turns` skip locked users",
            )


@law("decision", over=_cases)
def all_random_numbers_will_do(subject: Subject, here: Place, payoff: Payoff) -> None:
    """No random number in [0, 1) makes it fail, the first and the last included."""
    users = np.arange(here.users)
    for number in (0.0, ALMOST_ONE):
        draws = np.full((here.users, subject.component.draws), number)
        with given(f"all draws {number}"), np.errstate(all="raise", under="ignore"):
            wanted = _wants(subject, here.situation(payoff), users, draws)
            joined = _after_turns(subject, here, payoff, users[:1], draws[:1])
            free = not _locked(here)[0]
            demand(
                not free or joined[0] == wanted[0],
                "`wants` and `take_turns` disagree",
                "compare with < in both: draws lie in [0, 1), 0 included",
            )


@law("decision", over=_cases)
def at_rest_means_at_rest(subject: Subject, here: Place, payoff: Payoff) -> None:
    """Where `at_rest` says that nobody would move, nobody does, whatever the draws."""
    users = np.flatnonzero(~_locked(here))
    if not subject.component.at_rest(here.situation(payoff), users):
        return
    before = here.columns["joined"]
    for seed in SEEDS:
        with given(f"draws of seed {seed}"):
            wanted = _wants(subject, here.situation(payoff), users, dealt(subject, users, seed))
            demand(
                np.array_equal(wanted, before[users]),
                f"users {users[wanted != before[users]][:5]} would move, so that runs would "
                "end too early",
                "leave `at_rest` as it is, or have it return False where anybody may move",
            )


def dealt(subject: Subject, users: Ints, seed: int) -> Floats:
    """Return random numbers, one row for each revision."""
    return np.random.default_rng(seed).random((len(users), subject.component.draws))


def _locked(here: Place) -> Bools:
    locked: Bools = here.columns["committed"] | here.columns["removed"]
    return locked


def _wants(subject: Subject, situation: Situation, users: Ints, draws: Floats) -> Bools:
    return returned(subject.component.wants(situation, users, draws), np.ndarray)


def _after_turns(
    subject: Subject, here: Place, payoff: Payoff, order: Ints, draws: Floats
) -> Bools:
    """Return who is a member after some turns."""
    situation = here.situation(payoff)
    joined, locked = situation.joined.copy(), _locked(here)
    subject.component.take_turns(situation, order, draws, joined, locked)
    return joined
