"""Pure Nash equilibria of the participation game, their welfare, and the price of anarchy.

In a pure Nash equilibrium no member would gain by leaving, Δu_i < 0, and no outsider by joining,
Δu_i > 0 (`groundswell.analysis.finite_game`). On the complete graph all that matters to a user is
how many others are members, so which profiles with n members are equilibria follows from two
questions, who would have to be in and who would have to be out **[D]**: thousands of users are no
problem. With arbitrary ties all 2^N profiles are looked at.

The prices of anarchy and of stability are those of Koutsoupias and Papadimitriou (1999) and of
Anshelevich et al. (2004), for welfare, which is to be large.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from groundswell.analysis.bounds import FloatArray
from groundswell.analysis.finite_game import BoolArray, Game, advantages, profiles

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")


def equilibria(of: Game) -> pd.DataFrame:
    """List the pure Nash equilibria on the complete graph by their number of members.

    Parameters
    ----------
    of : Game
        The game; any number of users, who may differ in everything.

    Returns
    -------
    DataFrame
        One row for each number of members at which there is an equilibrium: ``members``,
        ``alpha``, ``equilibria`` (how many profiles with so many members are one; Python integers,
        for they can be huge), ``strict`` (in how many of them everybody would lose by moving), and
        the least and largest ``welfare_low``, ``welfare_high`` (sum of payoffs) among them.

    Raises
    ------
    ValueError
        If the game is not on the complete graph.

    Examples
    --------
    >>> from groundswell.analysis.finite_game import game
    >>> rising = game(lambda alpha: alpha, cost=[0.1, 0.4, 0.9])
    >>> equilibria(rising)[["members", "equilibria", "strict", "welfare_high"]]
       members equilibria strict  welfare_high
    0        3          1      1           1.6
    """
    import pandas as pd

    _needs_everybody(of)
    rows = []
    for members, inside, outside in _neighbourhoods(of):
        count = _profiles(members, outside > 0, inside < 0)
        if not count:
            continue
        strict = _profiles(members, outside >= 0, inside <= 0)
        low, high = _welfare(of, members, outside > 0, inside < 0)
        rows.append((members, members / of.users, count, strict, low, high))
    columns = ["members", "alpha", "equilibria", "strict", "welfare_low", "welfare_high"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"equilibria": object, "strict": object})


def enumerate_equilibria(of: Game) -> BoolArray:
    """Return all profiles that are pure Nash equilibria, with whatever ties there are.

    Returns
    -------
    ndarray
        One row per equilibrium: who is a member.

    Raises
    ------
    ValueError
        If there are more than 18 users.

    Examples
    --------
    >>> from groundswell.analysis.finite_game import game
    >>> pair = game(lambda alpha: 0.0, [0.5, 0.5], peer_pressure=1, ties=[[0, 1], [1, 0]])
    >>> enumerate_equilibria(pair)
    array([[False, False],
           [ True,  True]])
    """
    states, gains = profiles(of.users), advantages(of)
    content = np.where(states, gains >= 0, gains <= 0).all(axis=1)
    return states[content]


class Prices(NamedTuple):
    """What it costs that everybody decides alone."""

    optimum: float
    """The largest welfare of any profile."""
    optimum_members: int
    """How many are members there."""
    best: float
    """The welfare of the best pure equilibrium; NaN if there is none."""
    worst: float
    """The welfare of the worst."""
    stability: float
    """Price of stability: the optimum divided by the best. NaN where a welfare is below 0, for
    which a ratio says nothing, and 1 where both are 0."""
    anarchy: float
    """Price of anarchy: the optimum divided by the worst; infinite if that is 0."""


def prices(of: Game) -> Prices:
    """Return the prices of anarchy and stability on the complete graph, pure equilibria only.

    Raises
    ------
    ValueError
        If the game is not on the complete graph.

    Examples
    --------
    A public good of which each brings a third at a cost of .5: nobody contributes.

    >>> from groundswell.analysis.finite_game import game
    >>> prices(game(lambda alpha: alpha, 0.5, spillover=1.0, users=3))
    Prices(optimum=1.5, optimum_members=3, best=0.0, worst=0.0, stability=inf, anarchy=inf)
    """
    found, nobody = equilibria(of), np.zeros(of.users, dtype=np.bool_)
    highest = [_welfare(of, members, nobody, nobody)[1] for members in range(of.users + 1)]
    members = int(np.argmax(highest))
    optimum, best, worst = highest[members], NAN, NAN
    if len(found):
        best, worst = float(found["welfare_high"].max()), float(found["welfare_low"].min())
    return Prices(optimum, members, best, worst, _ratio(optimum, best), _ratio(optimum, worst))


def _neighbourhoods(of: Game) -> Iterator[tuple[int, FloatArray, FloatArray]]:
    """Yield n, what each user gains by membership if it is one of n members, and beside n."""
    inside = np.zeros(of.users)  # nobody is one of no members
    for members in range(of.users):
        outside = of.advantage(members)
        yield members, inside, outside
        inside = outside
    yield of.users, inside, np.zeros(of.users)


def _profiles(members: int, must: BoolArray, never: BoolArray) -> int:
    """Return in how many ways so many members can hold all who must and none who must not."""
    if (must & never).any():
        return 0
    rest = members - int(must.sum())
    return math.comb(int((~must & ~never).sum()), rest) if rest >= 0 else 0


def _welfare(of: Game, members: int, must: BoolArray, never: BoolArray) -> tuple[float, float]:
    """Return the least and largest sum of payoffs of so many members, with all who must."""
    success = of.success[members]
    share = (members - 1) / max(of.users - 1, 1)
    outsider = of.spillover * of.benefit * success
    extra = of.benefit * success + of.selective_incentive + of.peer_pressure * share
    extra = extra - of.cost * of.exposure[members - 1] - outsider  # of no members none counts
    free, rest = np.sort(extra[~must & ~never]), members - int(must.sum())
    fixed = float(outsider.sum() + extra[must].sum())
    return fixed + float(free[:rest].sum()), fixed + float(free[len(free) - rest :].sum())


def _ratio(optimum: float, reached: float) -> float:
    if optimum < 0 or not reached >= 0:
        return NAN
    if reached == 0:
        return 1.0 if optimum == 0 else math.inf
    return optimum / reached


def _needs_everybody(of: Game) -> None:
    if of.ties is not None:
        raise ValueError("this needs the complete graph; see enumerate_equilibria for ties")
