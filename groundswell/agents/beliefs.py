"""What users believe about success if they join and if they stay out (dynamics.md section 3).

Without spill-over everything a user believes to gain is S. What outsiders get is taken off: the
share γ of the benefit (`spillover`), or, with γ "measured", what the placebo brings them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from groundswell.agents.columns import Columns, compact
from groundswell.agents.gains import By, Gain
from groundswell.agents.limits import Probability
from groundswell.agents.ties import Ties
from groundswell.component import Component
from groundswell.data import Floats, Ints

TOLD_APART = 0.5
"""Of one user's share: α that are nearer to each other count as the same."""

Curve = Callable[[Floats], Floats]
Spillover = Annotated[float, Field(ge=0)] | Literal["measured"]


class News(NamedTuple):
    """What users hear of a round.

    Users may have smoothed it each in its own way, so that S and placebo may be arrays.
    """

    alpha: float
    success: float | Floats
    placebo: float | Floats

    def gain(self, spillover: Spillover) -> float | Floats:
        """Return (1-γ)S, or S less the placebo, which outsiders get where γ is measured.

        >>> News(0.1, 0.75, 0.25).gain(0.0), News(0.1, 0.75, 0.25).gain("measured")
        (0.75, 0.5)
        """
        if spillover == "measured":
            return self.success - self.placebo
        return (1 - spillover) * self.success


Memory = tuple[News, ...]
"""What is remembered of the rounds so far, the last one last."""


@dataclass(frozen=True)
class Observed:
    """What users know when they decide.

    Parameters
    ----------
    memory
        What they remember of past rounds.
    columns, ties
        Who they are, and their neighbours.
    curve
        The platform's response α -> S where it is known, else None.
    """

    memory: Memory
    columns: Columns
    ties: Ties
    curve: Curve | None = None

    def success(self, shares: Floats) -> Floats:
        """Return the platform's known response."""
        if self.curve is None:
            raise ValueError("these beliefs need a response platform")
        return self.curve(shares)


class Belief(Component):
    """What users believe about S if they join and if they stay out."""

    part: ClassVar[str] = "belief"
    default_kind = "last"
    needs_curve: ClassVar[bool] = False
    """Works only where the platform's response is a known curve."""
    needs_ties: ClassVar[bool] = False
    """Says nothing to users without neighbours."""
    weighs_ties: ClassVar[bool] = False
    """Can tell ties of different weight apart."""
    compares_placebo: ClassVar[bool] = False
    """Can take off what outsiders were measured to get, not only a share of S."""

    def remember(self, memory: Memory, news: News, columns: Columns) -> Memory:
        """Return what is remembered when a round's news has been heard: the news alone."""
        return (news,)

    def ahead(self, memory: Memory, news: News, columns: Columns, rounds: int) -> list[Memory]:
        """Return what will be remembered if the same news comes for some rounds more.

        Gains will be one of, or lie between, those believed with these.
        """
        return [self.remember(memory, news, columns)]

    def gain(self, observed: Observed, spillover: Spillover) -> Gain:
        """Return S((j+1)/N) - γ S(j/N) as each user believes it."""
        raise NotImplementedError


class Last(Belief):
    """Last round's success, whatever one does: nobody thinks it moves S.

    The gain is (1-γ) S_{t-1}, or S_{t-1} less the placebo with measured spill-over.
    """

    kind: Literal["last"] = "last"
    compares_placebo = True

    def gain(self, observed: Observed, spillover: Spillover) -> Gain:
        """Return the gain of the last round, the same for everybody."""
        table = np.atleast_1d(np.asarray(observed.memory[-1].gain(spillover)))
        return Gain(table, _from_the_top(observed.columns), By.NOTHING)


class Smoothed(Belief):
    """An average of past success in which a round counts the less the longer it is ago.

    Ŝ_t = (1-η) Ŝ_{t-1} + η S_t with Ŝ_0 = S_0, and likewise for the placebo; the gain is (1-γ) Ŝ,
    or Ŝ less the smoothed placebo. Source: adaptive expectations (Cagan 1956; Nerlove 1958).
    """

    kind: Literal["smoothed"] = "smoothed"
    compares_placebo = True
    rate: Probability
    """Weight η of the last round: 1 is the same as "last", 0 never learns anything after S_0."""

    def remember(self, memory: Memory, news: News, columns: Columns) -> Memory:
        """Blend the news into what each user thought before."""
        before, rate = memory[-1] if memory else news, compact(columns["rate"])
        success, placebo = (
            (1 - rate) * old + rate * new
            for old, new in zip(before[1:], news[1:], strict=True)
        )  # fmt: skip
        return (News(news.alpha, success, placebo),)

    def ahead(self, memory: Memory, news: News, columns: Columns, rounds: int) -> list[Memory]:
        """Return the next average and what it tends to; it moves straight from one to the other."""
        return [self.remember(memory, news, columns), self.remember((), news, columns)]

    def gain(self, observed: Observed, spillover: Spillover) -> Gain:
        """Return each user's own average, or the one that all have."""
        table, columns = np.asarray(observed.memory[-1].gain(spillover)), observed.columns
        if len(table) < columns.users:
            return Gain(table, _from_the_top(columns), By.NOTHING)
        start = columns.derive("seen.own", lambda: np.arange(columns.users))
        return Gain(table, start, By.NOTHING)


class Slope(Belief):
    """Last round's success, and what the last rounds say one user more or less would change.

    The gain is (1-γ) S_{t-1} + (1 - (1-γ) x_i) d/N, where d is the least-squares slope of S on α
    over the last rounds, 0 if it is negative or if these rounds have not seen two different α (that
    differ by half a user's share: discounted memories approach their α for ever, in tiny steps):
    S is taken as linear near n/N, with S((j+1)/N) and S(j/N) read off that line. Constructed here,
    after least-squares learning (Marcet & Sargent 1989).
    """

    kind: Literal["slope"] = "slope"
    window: int = Field(ge=2)
    """Number of rounds the slope is taken over."""

    def remember(self, memory: Memory, news: News, columns: Columns) -> Memory:
        """Keep the last rounds."""
        return (*memory, news)[-self.window :]

    def ahead(self, memory: Memory, news: News, columns: Columns, rounds: int) -> list[Memory]:
        """Return the windows to come, until the news fills them; one if they have no slope."""
        flat = not tells_apart([heard.alpha for heard in (*memory, news)], columns.users)
        ahead = []
        for _ in range(1 if flat else min(self.window, rounds)):
            memory = self.remember(memory, news, columns)
            ahead.append(memory)
        return ahead

    def gain(self, observed: Observed, spillover: Spillover) -> Gain:
        """Return the gain of outsiders and that of members."""
        if spillover == "measured":
            raise ValueError("'slope' beliefs need the spill-over as a number")
        last, users = observed.memory[-1], observed.columns.users
        push = self.slope(observed.memory, users) / users
        own = np.array([0.0, 1.0])
        table = last.gain(spillover) + (1 - (1 - spillover) * own) * push
        return Gain(table, _from_the_top(observed.columns), By.OWN)

    @staticmethod
    def slope(memory: Memory, users: int) -> float:
        """Return d.

        >>> flat = News(0.0, 0.25, 0.0)
        >>> Slope.slope((flat, flat, News(0.5, 0.25, 0.0), News(0.5, 0.75, 0.0)), 9)
        0.5
        >>> Slope.slope((News(0.5, 0.25, 0.0), News(0.5, 0.75, 0.0)), 9)
        0.0
        """
        alpha, success = (np.array([news[i] for news in memory], dtype=float) for i in (0, 1))
        if not tells_apart(alpha, users):
            return 0.0
        from_mean = alpha - alpha.mean()
        return max(0.0, float(from_mean @ (success - success.mean()) / (from_mean @ from_mean)))


class Neighbours(Belief):
    """The platform's known response at the share of one's neighbours that have joined.

    The gain is (1-γ) S(m_i/k_i), with S(0) for users without neighbours; a user does not count
    itself, and does not think it moves S. All neighbours count alike, so that ties with weights are
    refused. Source: users who take what they see around them for the whole, as in majority
    illusions (Lerman, Yan & Wu 2016).
    """

    kind: Literal["neighbours"] = "neighbours"
    needs_curve = True
    needs_ties = True

    def gain(self, observed: Observed, spillover: Spillover) -> Gain:
        """Return the known (1-γ) S at every share a user may see."""
        if spillover == "measured":
            raise ValueError("a known response has no placebo to measure")
        columns, degree = observed.columns, observed.ties.degree
        shares = columns.derive("seen.shares", lambda: _shares_by_degree(degree)[0])
        start = columns.derive("seen.start", lambda: _shares_by_degree(degree)[1])
        return Gain((1 - spillover) * observed.success(shares), start, By.NEIGHBOURS)


class KnownCurve(Belief):
    """The platform's known response at the current number of other members.

    The gain is S((j+1)/N) - γ S(j/N): a user counts itself among the members it would join.
    """

    kind: Literal["curve"] = "curve"
    needs_curve = True

    def gain(self, observed: Observed, spillover: Spillover) -> Gain:
        """Return the known gain for j = 0..N-1 other members."""
        if spillover == "measured":
            raise ValueError("a known response has no placebo to measure")
        columns, share = observed.columns, spillover

        def gains() -> Floats:
            success = observed.success(np.arange(columns.users + 1) / columns.users)
            return success[1:] - share * success[:-1]

        table = columns.derive("seen.gains", gains, observed.curve, share)
        return Gain(table, _from_the_top(columns), By.OTHERS)


def tells_apart(alpha: ArrayLike, users: int) -> bool:
    """Return whether shares differ by half a user or more."""
    return bool(np.ptp(alpha) >= TOLD_APART / users)


def _from_the_top(columns: Columns) -> Ints:
    return np.broadcast_to(np.int64(0), columns.users)


def _shares_by_degree(degree: Ints) -> tuple[Floats, Ints]:
    """Return 0/k, 1/k, ... k/k for every degree k that occurs, and where a user's shares start.

    >>> shares, start = _shares_by_degree(np.array([2, 0, 2]))
    >>> shares.tolist(), start.tolist()
    ([0.0, 0.0, 0.5, 1.0], [1, 0, 1])
    """
    degrees, which = np.unique(degree, return_inverse=True)
    start = np.cumsum(degrees + 1) - (degrees + 1)
    shares = [np.arange(k + 1) / max(k, 1) for k in degrees]
    return np.concatenate(shares), start[which]
