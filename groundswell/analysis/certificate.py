r"""What a collective can promise from its own rows alone, with high probability.

The setting is that of Gauthier, Bach and Jordan, "Statistical Collusion by Collectives on Learning
Platforms", ICML 2025 (**[G]**): of N users with independent rows from P0, n pool theirs, agree on a
strategy and submit; the platform trains on all N rows, its answer at x being some label whose count
there is (nearly) the largest. All members play the strategy, and they are exchangeable with
everybody else: a collective that recruits by its data cannot use these.

`hoeffding` is Theorem 3.3 of [G], whose statement was read in the ICML text. `binomial` is **[D]**
and much tighter for small collectives and rare signals, because a cell that none of n members is in
weighs at most about log(1/δ)/n, where Hoeffding's inequality allows √(log(1/δ)/2n).

**Proof of `hoeffding`** (ours; the paper's appendix was not at hand). Write m = #X*, K = #Y, R(k) =
√(log(1/δ')/2k), δ' = δ/(2 + 2m + 2mK), G(x) = P0(g(X)=x), D(x) = max_{y≠y*} P0(x,y) - P0(x,y*). On
signal cells y* leads by at least (n/N)·Ĝ(x) - ((N-n)/N)·D̂_rest(x), hats being shares of members'
rows and of the rest's. Hoeffding with probability δ' each: Ĝ is within R(n) of G, two sides for m
cells; each P0(x,y) is within R(n) of the members' share on the one side that matters, mK events,
and within R(N-n) of the rest's, another mK. So f = y* on B = {x: (n/N)(G - R(n)) - ((N-n)/N)(D +
2R(N-n)) > slack}, and the cells that pass the test below lie in B. B depends on P0 only; so two
more events turn the members' share of B into P0's, and P0's into that of the fresh points.

**Slack.** [G] defines an ε-suboptimal learner by a total-variation ball of radius ε on the joint
law, and prints ε/(1-ε). Such a learner can undo a lead of 2ε, which is more [D]: with one cell, P0
all of the other label, α = 0.6, ε = 0.1, y* leads by 0.2 > ε/(1-ε) = 0.11, yet moving 0.1 from y*
to the other label ties them, so the printed bound is near 1 while success may be 0. The printed
slack is right for the contamination of `groundswell.analysis.bounds`; ``adversary`` chooses.

**Proof of `binomial`.** Members' submitted rows are known exactly. For each signal cell, exact
(Clopper-Pearson) one-sided limits bound P0(x,y*) below, P0(x,y) above for y ≠ y*, and P0(x) above:
m(K+1) events; each limit gives a quantile that the rest's count respects, m(K+1) more. Where y*'s
count exceeds each other's by more than the slack after all that, f = y*. The certified set A
depends on members' rows, so its mass is bounded below at level δ'·2^-m, for all 2^m sets at once;
given A, fresh points are independent of it, one last event. 2 + 2m + 2mK in all, as above.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from groundswell.analysis.bounds import FloatArray, checked
from groundswell.analysis.parameters import IntArray, count_table, label_index, signal_map

Adversary = Literal["contamination", "total-variation"]
Strategy = Literal["feature-label", "feature-only"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A lower bound on success that holds with probability at least 1 - δ."""

    success: float
    """The bound; at or below 0 it promises nothing."""
    cells: NDArray[np.int64]
    """The signal cells that are certain to answer y*, ascending."""


@dataclass(frozen=True, slots=True)
class _Pool:
    """Members' rows, and what the collective knows besides."""

    counts: IntArray
    signal: IntArray
    target: int
    users: int
    fresh: float
    epsilon: float
    level: float
    """δ', the probability spent on each single event."""

    @property
    def members(self) -> int:
        return int(self.counts.sum())

    @property
    def others(self) -> int:
        return self.users - self.members

    @property
    def marked(self) -> IntArray:
        """The signal cells X*."""
        return np.unique(self.signal)

    def reaching(self, weight: NDArray[np.generic]) -> FloatArray:
        """Return how much of the cells' weight the signal sends to each signal cell."""
        return np.bincount(self.signal, weight)[self.marked].astype(np.float64)


def hoeffding(
    cells: ArrayLike,
    labels: ArrayLike,
    to: ArrayLike,
    target: int,
    *,
    n_labels: int,
    users: int,
    fresh: float = np.inf,
    epsilon: float = 0.0,
    delta: float = 0.05,
    adversary: Adversary = "contamination",
) -> Certificate:
    """Certify the feature-label strategy by Hoeffding's inequality [G Thm 3.3].

    The members' share of signal cells x with
    (n/N)(Ĝ(x) - 2R(n)) - ((N-n)/N)(D̂(x) + 2R(n) + 2R(N-n)) - slack > 0, less R(n) + R(fresh).

    Parameters
    ----------
    cells, labels : array_like
        Cell and label of each member's own row, before the strategy, integers from 0.
    to, target, n_labels : array_like, int, int
        The signal on all cells, the target label, and how many labels there are, seen or not.
    users : int
        N, members included.
    fresh : float
        On how many fresh points success is measured; infinite for the probability under P0.
    epsilon, adversary : float, str
        ε in [0, ½), and what such a learner may do: the slack is ε/(1-ε) or 2ε.
    delta : float
        δ, how likely the bound may fail, in (0, 1).

    Returns
    -------
    Certificate
        The bound, and the cells it counts.

    Raises
    ------
    ValueError
        If a number is outside its domain, or nobody is outside the collective.

    Examples
    --------
    >>> cells, labels = [0] * 5_000 + [1] * 5_000, [0] * 10_000
    >>> round(hoeffding(cells, labels, [1, 1], 1, n_labels=2, users=20_000).success, 3)
    0.984
    """
    counts, signal = _rows(cells, labels, to, n_labels)
    pool = _pool(counts, signal, target, users=users, fresh=fresh, epsilon=epsilon, delta=delta)
    share, counts = pool.members / users, counts[pool.marked]
    rival = np.delete(counts, target, axis=1).max(axis=1, initial=0)
    behind = (rival - counts[:, target]) / pool.members
    own, rest = _radius(pool.members, pool.level), _radius(pool.others, pool.level)
    planted = pool.reaching(pool.counts.sum(axis=1)) / pool.members
    joint = _one_of("adversary", adversary, get_args(Adversary)) == "total-variation"
    slack = 2 * epsilon if joint else epsilon / (1 - epsilon)
    lead = share * (planted - 2 * own) - (1 - share) * (behind + 2 * own + 2 * rest)
    won = lead > slack
    return Certificate(
        float(planted[won].sum() - own - _radius(fresh, pool.level)), pool.marked[won]
    )


def binomial(
    cells: ArrayLike,
    labels: ArrayLike,
    to: ArrayLike,
    target: int,
    *,
    n_labels: int,
    users: int,
    strategy: Strategy = "feature-label",
    fresh: float = np.inf,
    epsilon: float = 0.0,
    delta: float = 0.05,
    adversary: Adversary = "contamination",
) -> Certificate:
    """Certify a planting strategy by exact binomial limits [D].

    Parameters
    ----------
    cells, labels, to, target, n_labels, users : array_like and int
        As in `hoeffding`.
    strategy : str
        Whether members submit (g(x), y*), or that only if y = y* and (x, y) otherwise.
    fresh, epsilon, delta : float
        As in `hoeffding`.
    adversary : str
        The slack is ε/(1-ε) of the rows at x (contamination at each x), or 2ε of all rows.

    Returns
    -------
    Certificate
        The bound, never below 0, and the cells it counts.

    Raises
    ------
    ValueError
        If a number is outside its domain, or nobody is outside the collective.

    Examples
    --------
    >>> cells, labels = [0] * 300, [0] * 300
    >>> round(binomial(cells, labels, [1, 1], 1, n_labels=2, users=10_000).success, 3)
    0.981
    """
    counts, signal = _rows(cells, labels, to, n_labels)
    pool = _pool(counts, signal, target, users=users, fresh=fresh, epsilon=epsilon, delta=delta)
    for_target, rivals, total = _worst_counts(pool, strategy)
    joint = _one_of("adversary", adversary, get_args(Adversary)) == "total-variation"
    allowed = 2 * epsilon * users if joint else total * (epsilon / (1 - epsilon))
    won = for_target - rivals.max(axis=1, initial=0) > allowed
    return Certificate(_mass(pool, won), pool.marked[won])


def _worst_counts(pool: _Pool, strategy: Strategy) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the least rows of y*, the most of each other label and in all, at signal cells."""
    counts, target = pool.counts[pool.marked], pool.target
    honest = np.delete(counts, target, axis=1)
    if _one_of("strategy", strategy, get_args(Strategy)) == "feature-label":
        planted, kept = pool.reaching(pool.counts.sum(axis=1)), np.zeros_like(honest)
    else:
        planted, kept = pool.reaching(pool.counts[:, target]), honest
    return (
        planted + _fewest(pool, counts[:, target]),
        kept + _most(pool, honest),
        planted + kept.sum(axis=1) + _most(pool, counts.sum(axis=1)),
    )


def _fewest(pool: _Pool, found: IntArray) -> FloatArray:
    """Return the least rows that the others can be expected to have where members have `found`."""
    rate = _at_least(found, pool.members, pool.level)
    return np.asarray(stats.binom.ppf(pool.level, pool.others, rate), dtype=np.float64)


def _most(pool: _Pool, found: IntArray) -> FloatArray:
    """Return the most rows that the others can be expected to have where members have `found`."""
    rate = 1 - _at_least(pool.members - found, pool.members, pool.level)
    return np.asarray(stats.binom.ppf(1 - pool.level, pool.others, rate), dtype=np.float64)


def _at_least(found: ArrayLike, trials: int, level: float) -> FloatArray:
    """Return the lower Clopper-Pearson limit, below the true rate with probability 1 - level."""
    some = np.maximum(found, 1)
    limit = stats.beta.ppf(level, some, trials - some + 1)
    return np.where(np.asarray(found) > 0, limit, 0.0)


def _mass(pool: _Pool, won: NDArray[np.bool_]) -> float:
    """Return a lower bound on the share of fresh points that the signal sends to `won` cells."""
    sent = int(pool.reaching(pool.counts.sum(axis=1))[won].sum())
    rate = float(_at_least(sent, pool.members, pool.level * 0.5 ** len(won)))
    if np.isinf(pool.fresh):
        return rate
    return float(stats.binom.ppf(pool.level, int(pool.fresh), rate) / pool.fresh)


def _radius(rows: float, level: float) -> float:
    """Return R(k) = √(log(1/δ')/2k), how far an average of k rows can be off on one side."""
    return float(np.sqrt(np.log(1 / level) / (2 * rows)))


def _rows(
    cells: ArrayLike, labels: ArrayLike, to: ArrayLike, n_labels: int
) -> tuple[IntArray, IntArray]:
    signal = signal_map(to, len(np.atleast_1d(to)))
    return count_table(cells, labels, len(signal), n_labels), signal


def _pool(
    counts: IntArray,
    signal: IntArray,
    target: int,
    *,
    users: int,
    fresh: float,
    epsilon: float,
    delta: float,
) -> _Pool:
    if users <= counts.sum():
        raise ValueError(f"users must exceed the {counts.sum()} members, found {users}")
    checked("fresh", fresh, 1, np.inf)
    checked("epsilon", epsilon, 0, 0.5, "[)")
    events = 2 + 2 * len(np.unique(signal)) * (1 + counts.shape[1])
    level = float(checked("delta", delta, 0, 1, "()")) / events
    return _Pool(counts, signal, label_index(target, counts), users, fresh, epsilon, level)


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, found {value}")
    return value
