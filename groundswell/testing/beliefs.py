"""What holds of every belief about success."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from groundswell.agents.beliefs import News, Observed, Spillover
from groundswell.data import Bools, Floats
from groundswell.testing.laws import Subject, demand, given, law
from groundswell.testing.places import Place, heard, place, places
from groundswell.testing.sameness import repeated

MORE_ROUNDS = 12


def _cases(subject: Subject) -> Iterator[tuple[str, Place, Spillover]]:
    measured: list[Spillover] = ["measured"] if subject.component.compares_placebo else []
    for here in places(subject.component):
        for spillover in (0.0, 0.2, *measured):
            yield f"{here.name}, spillover = {spillover}", here, spillover


@law("belief", over=_cases)
def one_gain_per_user(subject: Subject, here: Place, spillover: Spillover) -> None:
    """`gain` is a finite number per user, the same again for the same memory."""
    observed, joined = _observed(subject, here), here.columns["joined"]
    found = repeated(lambda known: _gains(subject, known, spillover, joined), observed)
    demand(
        found.shape == (here.users,) and np.isfinite(found).all(),
        f"it returns {found[:5]} of shape {found.shape}",
        "return a Gain whose table has finite numbers, and whose start has a place in it for each "
        "user",
    )


@law("belief", over=_cases)
def names_of_users_mean_nothing(subject: Subject, here: Place, spillover: Spillover) -> None:
    """Users called something else believe the same."""
    name = np.random.default_rng(2).permutation(here.users)
    one, other = (
        _gains(subject, _observed(subject, at), spillover, at.columns["joined"])
        for at in (here, here.renamed(name))
    )
    demand(
        np.array_equal(one, other[name]),
        "users that have been given other numbers believe something else",
        "let nothing depend on a user's row but its columns and ties",
    )


@law("belief")
def ahead_is_what_comes(subject: Subject) -> None:
    """If the same news comes again and again, gains stay between those that `ahead` announced."""
    here, belief = place(subject.component), subject.component
    joined, news = here.columns["joined"], heard()[0]
    observed = _observed(subject, here)
    announced = np.array([
        _gains(subject, _known(subject, here, memory), 0.2, joined)
        for memory in belief.ahead(observed.memory, news, here.columns, MORE_ROUNDS)
    ])  # fmt: skip
    memory, slack = observed.memory, 1e-9
    for number in range(MORE_ROUNDS):
        memory = belief.remember(memory, news, here.columns)
        gains = _gains(subject, _known(subject, here, memory), 0.2, joined)
        with given(f"{here.name}, round {number} of the same news"):
            between = (gains >= announced.min(axis=0) - slack) & (
                gains <= announced.max(axis=0) + slack
            )
            demand(
                between.all(),
                "users believe what `ahead` did not announce, so that runs would end too early",
                "have `ahead` return the memories at which gains are largest and smallest",
            )


def _observed(subject: Subject, here: Place) -> Observed:
    """Return what users know: the platform's curve only if the belief says that it needs one."""
    return here.observed(subject.component, curve=subject.component.needs_curve)


def _known(subject: Subject, here: Place, memory: tuple[News, ...]) -> Observed:
    curve = _observed(subject, here).curve
    return Observed(memory, here.columns, here.ties, curve)


def _gains(subject: Subject, observed: Observed, spillover: Spillover, joined: Bools) -> Floats:
    found: Floats = subject.component.gain(observed, spillover).of(joined, observed.ties)
    return found
