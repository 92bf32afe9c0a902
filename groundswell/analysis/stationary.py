"""What users who choose by logit do in the long run: exact stationary laws of a potential game.

A user that revises joins with probability 1/(1+exp(-β·Δu_i)), seeing the current number of others
(beliefs ``curve``; Blume 1993). On the complete graph with a common b and J, users who revise one
at a time (``random``, and ``sequential``, for each step leaves the law as it is) play an exact
potential game, and in the long run

    π(x) ∝ exp(β·Φ(x)),   Φ(x) = Σ_{j<n} g(j) - Σ_i c_i x_i,   g(j) = Δu without the cost    **[D]**

With safety in numbers the cost c must be common too, and c·(1-(j+1)/N)^a is part of g(j): of two
users who join one after the other the first bears more of its cost, so that with private costs
their order matters, and there is no potential.

Summed over all profiles with n members this takes N² steps, for thousands of users with private
costs. `groundswell.analysis.markov` has the laws of other games and of users who move at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from groundswell.analysis.arguments import number
from groundswell.analysis.bounds import FloatArray
from groundswell.analysis.finite_game import Game, profiles


class Moments(NamedTuple):
    """Mean and standard deviation of the share of members."""

    mean: float
    sd: float


def moments(law: FloatArray) -> Moments:
    """Return mean and standard deviation of α = n/N under a law of n.

    Examples
    --------
    >>> moments(np.array([0.5, 0.0, 0.5]))
    Moments(mean=0.5, sd=0.5)
    """
    share = np.arange(len(law)) / (len(law) - 1)
    mean = float(law @ share)
    return Moments(mean, float(np.sqrt(law @ (share - mean) ** 2)))


def gibbs(of: Game, rationality: float) -> FloatArray:
    """Return the stationary law of the number of members of users that move one at a time.

    Parameters
    ----------
    of : Game
        On the complete graph, with a common benefit and peer pressure; incentives may be private,
        and without safety in numbers costs too.
    rationality : float
        β >= 0.

    Returns
    -------
    ndarray
        The probability of n = 0, ..., N members.

    Raises
    ------
    ValueError
        If the game has no such law.

    Examples
    --------
    >>> from groundswell.analysis.finite_game import game
    >>> gibbs(game(lambda alpha: alpha, 0.6, users=2), rationality=0.0)
    array([0.25, 0.5 , 0.25])
    """
    common, private = _scaled_potential(of, rationality)
    return _normalised(common + _elementary(private))


def gibbs_profiles(of: Game, rationality: float) -> FloatArray:
    """Return the same for each of the 2^N profiles, in the order of `finite_game.profiles`.

    Examples
    --------
    >>> from groundswell.analysis.finite_game import game
    >>> gibbs_profiles(game(lambda alpha: 0.0, [0.0, 100.0]), rationality=1.0).round(6)
    array([0.5, 0.5, 0. , 0. ])
    """
    states = profiles(of.users)
    common, private = _scaled_potential(of, rationality)
    return _normalised(common[states.sum(axis=1)] + states @ private)


def times_rationality(rationality: float, payoffs: ArrayLike) -> FloatArray:
    """Return β·Δu, infinite where it is too large a number: that is as good as certain.

    Raises
    ------
    ValueError
        If β is negative or not finite.
    """
    beta = number("rationality", rationality, 0, np.inf, "[)")
    with np.errstate(over="ignore"):
        return np.asarray(beta * np.asarray(payoffs))


def _scaled_potential(of: Game, rationality: float) -> tuple[FloatArray, FloatArray]:
    """Return β times the potential of n = 0, ..., N members, and what each adds of its own."""
    alike = np.ptp(of.benefit) == 0 and np.ptp(of.peer_pressure) == 0
    if of.ties is not None or not alike:
        raise ValueError("this needs the complete graph and a common benefit and peer pressure")
    if of.safety and np.ptp(of.cost):
        raise ValueError(
            "private costs with safety in numbers have no potential; see markov.chain, or give "
            "all the same cost"
        )
    share = np.arange(of.users) / max(of.users - 1, 1)
    gain = of.benefit[0] * of.push + of.peer_pressure[0] * share
    private = of.selective_incentive - of.cost
    if of.safety:
        gain, private = gain - of.cost[0] * of.exposure, of.selective_incentive
    common = np.concatenate([[0.0], np.cumsum(gain)])
    largest = 4 * (np.abs(common).max() + np.abs(private).sum())  # of a difference of weights
    if not np.isfinite(times_rationality(rationality, largest)):
        raise ValueError("rationality times payoffs is too large a number; take a smaller one")
    return times_rationality(rationality, common), times_rationality(rationality, private)


def _normalised(weights: FloatArray) -> FloatArray:
    """Return the law with these logarithms, but for a constant."""
    law = np.exp(weights - weights.max())
    return np.asarray(law / law.sum())


def _elementary(weights: FloatArray) -> FloatArray:
    """Return log Σ exp(Σ_{i∈A} w_i) over all sets A of n users, for n = 0, ..., N.

    These are elementary symmetric polynomials, by adding one user after the other.
    """
    sums = np.full(len(weights) + 1, -np.inf)
    sums[0] = 0.0
    for known, weight in enumerate(weights, 1):
        sums[1 : known + 1] = np.logaddexp(sums[1 : known + 1], sums[:known] + weight)
    return sums
