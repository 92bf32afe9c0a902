"""What holds of every distribution of a setting over users."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import numpy as np

from groundswell.agents.distribution import Continuous
from groundswell.data import Floats
from groundswell.problems import InputError
from groundswell.testing.laws import Subject, demand, given, law
from groundswell.testing.places import numbers
from groundswell.testing.sameness import follows_its_generator, repeated

SIZES = range(61)


@law("distribution")
def one_number_per_user(subject: Subject) -> None:
    """`draw` returns a finite float64 per user, the same again from the same seed."""
    tried = 0
    for users in SIZES:
        with given(f"{users} users"):
            try:
                values = repeated(lambda known, n=users: _drawn(subject, n, known), numbers(users))
            except InputError:
                continue
            tried += users > 0
            demand(
                isinstance(values, np.ndarray) and values.shape == (users,),
                f"it returns {np.shape(values)}",
                f"return an array of shape ({users},)",
            )
            demand(
                values.dtype == np.float64 and np.isfinite(values).all(),
                f"it returns {values.dtype}: {values[:5]}",
                "return finite numbers in float64",
            )
    demand(
        tried,
        f"it refuses every number of users from 1 to {SIZES[-1]}",
        "check one for so many users, or with a column that is there: pass schema=",
    )


@law("distribution")
def another_seed_is_another_draw(subject: Subject) -> None:
    """What is random about `draw` comes from `rng`."""
    for users in reversed(SIZES):  # with few users two seeds may well give the same
        with given(f"{users} users"), suppress(InputError):
            follows_its_generator(partial(subject.component.draw, users, columns=numbers(users)))
            return


@law("distribution")
def quantiles_rise(subject: Subject) -> None:
    """F⁻¹ rises, and F is its inverse."""
    if not isinstance(subject.component, Continuous):
        return
    p = np.linspace(0.001, 0.999, 333)
    x = subject.component.inverse(p)
    with given("p from 0.001 to 0.999"):
        demand((np.diff(x) >= 0).all(), "`inverse` falls somewhere", "return quantiles")
        back = subject.component.cdf(x)
        demand(
            (back >= p - 1e-9).all() and (np.diff(back) >= 0).all(),
            "F(F⁻¹(p)) is below p",
            "have `cdf` return F(x) = sup{p: F⁻¹(p) <= x}, or leave it out",
        )


def _drawn(subject: Subject, users: int, known: dict[str, Floats]) -> Floats:
    rng = np.random.default_rng(1)
    drawn: Floats = subject.component.draw(users, rng, known)
    return drawn
