r"""Lower bounds on a collective's success, and the critical masses that follow from them.

A leaf of pure functions: numbers or arrays in (they broadcast), a float or an array out.

*H* is Hardt, Mazumdar, Mendler-Dünner and Zrnic, "Algorithmic Collective Action in Machine
Learning", ICML 2023. **[H~]** marks a result of H *reconstructed* from sources about it and proven
anew: ours to answer for, not the paper's wording. **[D]** marks results derived here.

Notation. α is the collective's share of the training rows, ξ the ``uniqueness``, Δ the ``gap``,
p the ``positivity``, τ the ``distance`` and ε the learner's suboptimality, ``epsilon``:
at each x the learner may act as if ``P̃(·|x) = (1-ε)P(·|x) + εQ(·|x)``, for any Q. Such a learner
can return another label than y* at x exactly when y* leads by at most k = ε/(1-ε).

Values below 0, where a bound is vacuous, are returned as they are. A critical mass is the infimum
of the shares whose bound reaches the wanted success; 0 says that every positive share does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def checked(
    name: str, value: ArrayLike, low: float, high: float, brackets: str = "[]"
) -> FloatArray:
    """Return `value` as an array; ``"(]"``: all above `low`, none above `high`, none NaN.

    Raises
    ------
    ValueError
        If a number is outside the interval.

    Examples
    --------
    >>> checked("alpha", 1.5, 0, 1, "(]")
    Traceback (most recent call last):
        ...
    ValueError: alpha must lie in (0, 1], found 1.5
    """
    array: FloatArray = np.asarray(value, dtype=np.float64)
    above = array >= low if brackets[0] == "[" else array > low
    below = array <= high if brackets[1] == "]" else array < high
    if not (above & below).all():
        wrong = array[~(above & below)].flat[0]
        domain = f"{brackets[0]}{low:g}, {high:g}{brackets[1]}"
        raise ValueError(f"{name} must lie in {domain}, found {wrong!s}")
    return array


def plain(result: ArrayLike) -> float | FloatArray:
    """Return numbers as Python floats and arrays as they are."""
    array = np.asarray(result, dtype=np.float64)
    return array if array.ndim else float(array)


def fraction(part: ArrayLike, whole: ArrayLike) -> FloatArray:
    """Divide `part` by `whole`; nothing is no part of anything, so 0/0 is 0."""
    top, bottom = np.broadcast_arrays(np.asarray(part), np.asarray(whole))
    return np.asarray(np.divide(top, bottom, out=np.zeros(top.shape), where=top > 0))


def _unit(name: str, value: ArrayLike) -> FloatArray:
    return checked(name, value, 0, 1)


def _epsilon(value: ArrayLike) -> FloatArray:
    return checked("epsilon", value, 0, 0.5, "[)")


def feature_label(
    alpha: ArrayLike, *, uniqueness: ArrayLike, gap: ArrayLike, epsilon: ArrayLike = 0.0
) -> float | FloatArray:
    r"""Lower bound on S(α) when members submit (g(x), y*).

    1 - ((1-α)/α)·[((1-ε)Δ + ε)/(1-2ε)]·ξ  [H~ Thm 1, reconstructed].

    A signal point x is lost only if α·G(x) <= (1-α)·P0(x)·((1-ε)Δ + ε)/(1-2ε), G(x) = P0(g(X)=x);
    summing over the lost points gives the bound. Under an adversary with a total-variation ball
    around ``P(·|x)`` put (Δ+2ε)/(1-2ε) for the bracket [D].

    Parameters
    ----------
    alpha, epsilon : array_like
        α in (0, 1], ε in [0, ½).
    uniqueness : array_like
        ξ = P0(X*), the share of honest points that already carry the signal, in [0, 1].
    gap : array_like
        Δ, by how much another label leads y* at most on signal points, in [0, 1].

    Returns
    -------
    float or ndarray
        The bound, at most 1; vacuous where it is below 0.

    Raises
    ------
    ValueError
        If an argument is NaN or outside its domain.

    Examples
    --------
    >>> round(feature_label(0.01, uniqueness=0.002, gap=0.9), 4)
    0.8218
    """
    share, signal = checked("alpha", alpha, 0, 1, "(]"), _unit("uniqueness", uniqueness)
    resistance = _resistance(_unit("gap", gap), _epsilon(epsilon))
    return plain(1 - resistance * signal * (1 - share) / share)


def feature_label_mass(
    success: ArrayLike, *, uniqueness: ArrayLike, gap: ArrayLike, epsilon: ArrayLike = 0.0
) -> float | FloatArray:
    r"""Critical mass of the feature-label strategy: where its bound reaches `success`.

    ((1-ε)Δ + ε)ξ / ((1-S*)(1-2ε) + ((1-ε)Δ + ε)ξ)  [H~ Cor 2, reconstructed].

    Parameters
    ----------
    success, uniqueness, gap, epsilon : array_like
        S* in [0, 1]; the rest as in `feature_label`.

    Returns
    -------
    float or ndarray
        The mass. It is 0 where nothing resists (ξ = 0, or Δ = ε = 0), also for S* = 1: there the
        bound is 1 at every positive share. Otherwise S* = 1 takes everybody.

    Raises
    ------
    ValueError
        If an argument is NaN or outside its domain.

    Examples
    --------
    >>> round(feature_label_mass(0.9, uniqueness=0.002, gap=0.9), 4)
    0.0177
    """
    wanted, signal = _unit("success", success), _unit("uniqueness", uniqueness)
    resistance = _resistance(_unit("gap", gap), _epsilon(epsilon)) * signal
    return plain(fraction(resistance, 1 - wanted + resistance))


def _resistance(gap: FloatArray, epsilon: FloatArray) -> FloatArray:
    """Return the gap that an ε-contaminating learner makes of it."""
    return np.asarray(((1 - epsilon) * gap + epsilon) / (1 - 2 * epsilon))


def feature_only(
    alpha: ArrayLike, *, uniqueness: ArrayLike, positivity: ArrayLike, epsilon: ArrayLike = 0.0
) -> float | FloatArray:
    r"""Lower bound on S(α) when members submit (g(x), y) if y = y*, and (x, y) otherwise.

    1 - max(0, (1-p) - (1-2ε)(1-α)p)·ξ / ((1-2ε)αp)  [D], valid for every α in (0, 1].

    (Theorem 3 of H, as reconstructed, has another bracket, proven here for α <= 1/(2-p) only.)
    Where y* leads already, (1-p) <= (1-2ε)p, the bound falls with α although S = 1 throughout.

    Parameters
    ----------
    alpha, uniqueness, epsilon : array_like
        As in `feature_label`.
    positivity : array_like
        p = inf P0(y*|x), how common y* is at least, in (0, 1].

    Returns
    -------
    float or ndarray
        The bound, at most 1; vacuous where it is below 0.

    Raises
    ------
    ValueError
        If an argument is NaN or outside its domain.

    Examples
    --------
    >>> round(feature_only(0.1, uniqueness=0.002, positivity=0.3), 4)
    0.9713
    """
    share, signal = checked("alpha", alpha, 0, 1, "(]"), _unit("uniqueness", uniqueness)
    p, clear = checked("positivity", positivity, 0, 1, "(]"), 1 - 2 * _epsilon(epsilon)
    # Divided out: rounding would not leave the bracket monotone in α.
    return plain(1 - np.maximum(0, ((1 - p) - clear * p) * signal / (clear * p * share) + signal))


def feature_only_mass(
    success: ArrayLike, *, uniqueness: ArrayLike, positivity: ArrayLike, epsilon: ArrayLike = 0.0
) -> float | FloatArray:
    r"""Critical mass of the feature-only strategy: where its bound reaches `success`.

    ((1-p) - (1-2ε)p)ξ / ((1-2ε)p((1-S*) - ξ))  [D].

    Parameters
    ----------
    success, uniqueness, positivity, epsilon : array_like
        S* in [0, 1]; the rest as in `feature_only`.

    Returns
    -------
    float or ndarray
        The mass: 0 where y* leads already, (1-p) < (1-2ε)p, where ξ = 0, for then the bound is 1,
        and at equality if 1-ξ >= S*, for there the bound is 1-ξ at every share. Otherwise NaN where
        no share suffices: where ξ >= 1-S* or the formula exceeds 1.

    Raises
    ------
    ValueError
        If an argument is NaN or outside its domain.

    Examples
    --------
    >>> round(feature_only_mass(0.9, uniqueness=0.002, positivity=0.3), 4)
    0.0272
    >>> feature_only_mass(0.9, uniqueness=0.2, positivity=0.3)
    nan
    """
    wanted, signal = _unit("success", success), _unit("uniqueness", uniqueness)
    p, clear = checked("positivity", positivity, 0, 1, "(]"), 1 - 2 * _epsilon(epsilon)
    lead = clear * p - (1 - p)
    resistance, room = -lead * signal, clear * p * ((1 - wanted) - signal)
    with np.errstate(divide="ignore", invalid="ignore"):
        mass = np.where(resistance <= room, resistance / room, np.nan)  # resistance < 0: at once
    at_once = (lead > 0) | (signal == 0) | ((lead == 0) & (room >= 0))
    return plain(np.where(at_once, 0.0, mass))


def erasing(
    alpha: ArrayLike, *, distance: ArrayLike, epsilon: ArrayLike = 0.0
) -> float | FloatArray:
    r"""Lower bound on S(α) when members submit (x, the Bayes label of g(x)).

    1 - 2(1-α)τ / (α - k), k = ε/(1-ε), for α > k  [D; follows Theorem 5 of H at ε = 0, whose
    constant for ε > 0 is unknown here].

    Parameters
    ----------
    alpha, epsilon : array_like
        α in (k, 1], ε in [0, ½).
    distance : array_like
        ``τ = E max_y |P0(y|x) - P0(y|g(x))|``, how much the signal tells, in [0, 1].

    Returns
    -------
    float or ndarray
        The bound, at most 1; vacuous where it is below 0.

    Raises
    ------
    ValueError
        If an argument is NaN or outside its domain, which for α includes α <= k: so few members
        cannot outvote the learner's own error.

    Examples
    --------
    >>> round(erasing(0.3, distance=0.05), 4)
    0.7667
    """
    share, far = checked("alpha", alpha, 0, 1, "(]"), _unit("distance", distance)
    tolerance = _epsilon(epsilon) / (1 - np.asarray(epsilon))
    margin = share - tolerance
    if not (margin > 0).all():
        pairs = np.broadcast_arrays(share, tolerance)
        found, least = (pair[margin <= 0].flat[0] for pair in pairs)
        raise ValueError(f"alpha must exceed ε/(1-ε) = {least:g}, found {found!s}")
    return plain(1 - 2 * (1 - share) * far / margin)


def erasing_mass(
    success: ArrayLike, *, distance: ArrayLike, epsilon: ArrayLike = 0.0
) -> float | FloatArray:
    r"""Critical mass of the erasing strategy: where its bound reaches `success`.

    (2τ + k(1-S*)) / (1-S*+2τ), k = ε/(1-ε)  [D].

    Parameters
    ----------
    success, distance, epsilon : array_like
        S* in [0, 1]; the rest as in `erasing`.

    Returns
    -------
    float or ndarray
        The mass. Where τ = 0 it is k, also for S* = 1: every share above k reaches it, k does not.

    Raises
    ------
    ValueError
        If an argument is NaN or outside its domain.

    Examples
    --------
    >>> erasing_mass(0.5, distance=0.25)
    0.5
    """
    wanted, far = _unit("success", success), _unit("distance", distance)
    tolerance = _epsilon(epsilon) / (1 - np.asarray(epsilon))
    return plain(tolerance + (1 - tolerance) * fraction(2 * far, 1 - wanted + 2 * far))
