r"""Exact success of a collective against the Bayes learner, when P0 is finite and known **[D]**.

P0 is a table ``p0`` of shape [cells, labels] that sums to 1, the signal g an integer array ``to``
that sends each cell to a cell, idempotent: ``to[to] == to``. All curves are staircases: they step
where cells change their answers, and are flat between.

Conventions, shared with the exact learner:

- ties go to the lowest label;
- a cell the platform never saw gets the most frequent label of the training set;
- for ε > 0 the learner is the contamination adversary of `groundswell.analysis.bounds`, which
  may answer any label within k = ε/(1-ε) of the most probable one, ties included, and any label
  at all where it has no data.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundswell.analysis.bounds import FloatArray, checked, plain
from groundswell.analysis.parameters import IntArray, base_table, label_index, signal_map

BoolArray = NDArray[np.bool_]

SAME = 1e-12
"""Weights closer than this share of their cell, and jumps closer than this, differ by rounding
only: they tie. The exact learner has the same rule."""


def feature_label(
    alpha: ArrayLike, p0: ArrayLike, to: ArrayLike, target: int, epsilon: float = 0.0
) -> float | FloatArray:
    """Success of the feature-label strategy: members submit (g(x), y*).

    Σ_{x∈X*} G(x)·1[α·G(x) > (1-α)·δ_x·P0(x)] with G(x) = P0(g(X)=x) and the signed gap
    δ_x = max_{y≠y*} P0(y|x) - P0(y*|x); for ε > 0, ((1-ε)δ_x + ε)/(1-2ε) replaces δ_x  [D].
    At equality, ε = 0, the lowest of the labels that tie is answered.

    Parameters
    ----------
    alpha : array_like
        Shares α in [0, 1].
    p0, to, target : array_like, array_like, int
        P0 [cells, labels], the signal, and the column of the target label.
    epsilon : float
        How far the learner is from Bayes-optimal, in [0, ½).

    Returns
    -------
    float or ndarray
        Pr[f(g(x)) = y*] on fresh points of P0.

    Raises
    ------
    ValueError
        If P0 is no distribution, g not idempotent, or a number outside its domain.

    Examples
    --------
    >>> feature_label([0, 0.4, 0.5, 0.6], p0=[[1.0, 0.0]], to=[0], target=1)
    array([0., 0., 0., 1.])
    """
    base, share = base_table(p0), checked("alpha", alpha, 0, 1)[..., None]
    reached = _reached(base.sum(axis=1), to)
    for_target = share * reached + (1 - share) * base[:, label_index(target, base)]
    return plain(_won(for_target, 1 - share, base, target, epsilon) @ reached)


def feature_only(
    alpha: ArrayLike, p0: ArrayLike, to: ArrayLike, target: int, epsilon: float = 0.0
) -> float | FloatArray:
    """Success of the feature-only strategy: (g(x), y) if y = y*, and (x, y) otherwise.

    Σ_{x∈X*} G(x)·1[α·H(x) + (1-α)·P0(x,y*) > max_{y≠y*} P0(x,y)] with H(x) = P0(g(X)=x, Y=y*):
    rows of other labels stay where they are, so their weight at x is P0(x,y) at every α  [D].

    Parameters
    ----------
    alpha, p0, to, target, epsilon : array_like, array_like, array_like, int, float
        As in `feature_label`.

    Returns
    -------
    float or ndarray
        Pr[f(g(x)) = y*] on fresh points of P0.

    Raises
    ------
    ValueError
        If P0 is no distribution, g not idempotent, or a number outside its domain.

    Examples
    --------
    >>> feature_only([0.3, 0.4], p0=[[0.1, 0.0], [0.6, 0.3]], to=[0, 0], target=1)
    array([0., 1.])
    """
    base, share = base_table(p0), checked("alpha", alpha, 0, 1)[..., None]
    wanted = base[:, label_index(target, base)]
    for_target = share * _reached(wanted, to) + (1 - share) * wanted
    won = _won(for_target, np.ones_like(share), base, target, epsilon)
    return plain(won @ _reached(base.sum(axis=1), to))


def erasing(
    alpha: ArrayLike, p0: ArrayLike, to: ArrayLike, epsilon: float = 0.0
) -> float | FloatArray:
    """Success of the erasing strategy: members submit (x, y_g(x)), ``y_g(x) = argmax P0(·|g(x))``.

    Where every g(x) has P0(g(x)) > 0, x answers as g(x) does once
    max_y P0(y|x) - P0(y_g(x)|x) < α/(1-α), so S = 1 for every α > ½  [D]. Where P0(g(x)) = 0 the
    members take the most frequent label of P0, the platform that of its training set; these may
    differ, and then no α need suffice. For ε > 0 the adversary chooses one answer per cell so that
    as few points as possible agree with their signal cell.

    Parameters
    ----------
    alpha, p0, to, epsilon : array_like, array_like, array_like, float
        As in `feature_label`.

    Returns
    -------
    float or ndarray
        Pr[f(x) = f(g(x))] on fresh points of P0.

    Raises
    ------
    ValueError
        If P0 is no distribution, g not idempotent, or a number outside its domain.

    Examples
    --------
    >>> erasing([0.2, 0.4], p0=[[0.3, 0.1], [0.2, 0.4]], to=[0, 0])
    array([0.4, 1. ])
    """
    base, shares = base_table(p0), checked("alpha", alpha, 0, 1)
    signal, k = signal_map(to, len(base)), _tolerance(epsilon)
    mass = base.sum(axis=1)
    answers = np.where(mass > 0, base.argmax(axis=1), base.sum(axis=0).argmax())[signal]
    collective = np.zeros_like(base)
    collective[np.arange(len(base)), answers] = mass
    success = [
        _agreement(_possible(share * collective + (1 - share) * base, k), mass, signal)
        for share in shares.flat
    ]
    return plain(np.reshape(success, shares.shape))


def jumps(p0: ArrayLike, to: ArrayLike, target: int, epsilon: float = 0.0) -> FloatArray:
    """Shares α at which the feature-label curve steps up, in ascending order.

    A signal cell x falls at E/(G(x) + E), E its signed gap δ_x·P0(x) (as the learner sees it). A
    single signal cell gives one jump, at Δξ/(1 + Δξ)  [D]. The jump at 0 is there if S(0) is less
    than S just above: a tie at x, or a cell no honest point is in.

    Parameters
    ----------
    p0, to, target, epsilon : array_like, array_like, int, float
        As in `feature_label`.

    Returns
    -------
    ndarray
        The shares, each once, in [0, 1).

    Raises
    ------
    ValueError
        If P0 is no distribution, g not idempotent, or a number outside its domain.

    Examples
    --------
    >>> jumps([[0.2, 0.05], [0.5, 0.25]], to=[0, 0], target=1)
    array([0.13043478])
    """
    base, k = base_table(p0), _tolerance(epsilon)
    wanted, mass = base[:, label_index(target, base)], base.sum(axis=1)
    started = _won(wanted, np.ones(1), base, target, epsilon)
    reached, rival = _reached(mass, to), np.delete(base, target, axis=1).max(axis=1, initial=0)
    late = (reached > 0) & ~started
    resistance = np.maximum(0, (rival - wanted + k * mass) / (1 - k))[late]
    shares = np.sort(resistance / (reached[late] + resistance))
    return shares[np.diff(shares, prepend=-1) > SAME]


def _tolerance(epsilon: float) -> float:
    return float(checked("epsilon", epsilon, 0, 0.5, "[)")) / (1 - epsilon)


def _reached(weight: FloatArray, to: ArrayLike) -> FloatArray:
    """Return how much of the weight of all cells the signal sends to each."""
    total = np.bincount(signal_map(to, len(weight)), weight, minlength=len(weight))
    return total.astype(np.float64)


def _won(
    for_target: FloatArray, others: FloatArray, base: FloatArray, target: int, epsilon: float
) -> BoolArray:
    """Whether each cell answers y*, given the weight of y* and how far other labels are scaled."""
    # Lower labels win ties. Where there is none, -1 loses every comparison.
    lower = others * base[:, :target].max(axis=1, initial=-1)
    higher = others * base[:, target + 1 :].max(axis=1, initial=-1)
    total = for_target + others * np.delete(base, target, axis=1).sum(axis=1)
    k, slack = _tolerance(epsilon), SAME * total
    if k > 0:
        return np.asarray(for_target - np.maximum(lower, higher) > k * total + slack)
    usual = base.sum(axis=0).argmax() == target
    leads = (for_target > lower + slack) & (for_target >= higher - slack)
    return np.asarray(np.where(total > 0, leads, usual))


def _possible(mixture: FloatArray, k: float) -> BoolArray:
    """Which answers the learner may give at each cell: one without ε, several with."""
    mass = mixture.sum(axis=1)
    behind, slack = (mixture.max(axis=1) - mixture.T).T, SAME * mass[:, None]
    if k > 0:
        return np.asarray(behind <= k * mass[:, None] + slack)
    answer = np.where(mass > 0, (behind <= slack).argmax(axis=1), mixture.sum(axis=0).argmax())
    return np.asarray(answer[:, None] == np.arange(mixture.shape[1]))


def _agreement(possible: BoolArray, mass: FloatArray, signal: IntArray) -> float:
    """Return the smallest share of points that answer as their signal cell does."""
    sure = np.where(possible.sum(axis=1, keepdims=True) == 1, possible, False) * mass[:, None]
    own = np.arange(len(signal)) == signal
    agreeing = np.zeros(possible.shape)
    np.add.at(agreeing, signal[~own], sure[~own])
    worst = np.where(possible, agreeing, np.inf).min(axis=1)
    return float((mass + worst)[own].sum())
