"""What users who choose by logit do in the long run: exact stationary laws of a potential game.

A user that revises joins with probability 1/(1+exp(-β·Δu_i)), seeing the current number of others
(beliefs ``curve``; Blume 1993). On the complete graph with a common b and J, users who revise one
at a time (``random``, and ``sequential``, for each step leaves the law as it is) play an exact
potential game, and in the long run

    π(x) ∝ exp(β·Φ(x)),   Φ(x) = Σ_{j<n} g(j) - Σ_i c_i x_i,   g(j) = Δu without the cost    **[D]**

Summed over all profiles with n members this takes N² steps, for thousands of users with private
costs. `groundswell.analysis.markov` has the laws of other games and of users who move at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from groundswell.analysis.bounds import FloatArray, checked
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
        On the complete graph, with a common benefit and peer pressure; costs and incentives may be
        private.
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
    beta = checked_rationality(rationality)
    weights = beta * _potential(of) + _elementary(beta * (of.selective_incentive - of.cost))
    law = np.exp(weights - weights.max())
    return np.asarray(law / law.sum())


def gibbs_profiles(of: Game, rationality: float) -> FloatArray:
    """Return the same for each of the 2^N profiles, in the order of `finite_game.profiles`.

    Examples
    --------
    >>> from groundswell.analysis.finite_game import game
    >>> gibbs_profiles(game(lambda alpha: 0.0, [0.0, 100.0]), rationality=1.0).round(6)
    array([0.5, 0.5, 0. , 0. ])
    """
    beta = checked_rationality(rationality)
    states = profiles(of.users)
    private = states @ (of.selective_incentive - of.cost)
    weights = beta * (_potential(of)[states.sum(axis=1)] + private)
    law = np.exp(weights - weights.max())
    return np.asarray(law / law.sum())


def checked_rationality(rationality: float) -> float:
    """Return β, or say what is wrong with it."""
    return float(checked("rationality", rationality, 0, np.inf, "[)"))


def _potential(of: Game) -> FloatArray:
    """Return Σ_{j<n} g(j) for n = 0, ..., N, without what is private."""
    alike = np.ptp(of.benefit) == 0 and np.ptp(of.peer_pressure) == 0
    if of.ties is not None or not alike:
        raise ValueError("this needs the complete graph and a common benefit and peer pressure")
    share = np.arange(of.users) / max(of.users - 1, 1)
    gain = of.benefit[0] * of.push + of.peer_pressure[0] * share
    return np.concatenate([[0.0], np.cumsum(gain)])


def _elementary(weights: FloatArray) -> FloatArray:
    """Return log Σ exp(Σ_{i∈A} w_i) over all sets A of n users, for n = 0, ..., N.

    These are elementary symmetric polynomials, by adding one user after the other.
    """
    sums = np.full(len(weights) + 1, -np.inf)
    sums[0] = 0.0
    for known, weight in enumerate(weights, 1):
        sums[1 : known + 1] = np.logaddexp(sums[1 : known + 1], sums[:known] + weight)
    return sums
