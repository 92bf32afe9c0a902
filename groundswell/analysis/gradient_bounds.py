r"""What a collective that submits gradients can promise: distances to its target parameters θ*.

The parametric half of `groundswell.analysis.bounds`, whose notation, source tags and manners
(numbers or arrays in, a float or an array out, `ValueError` outside the domain) it shares. All of
it is **[D]**: derived here after Theorems 7 and 10 of H, whose exact wording was not at hand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from groundswell.analysis.bounds import FloatArray, checked, fraction, plain


def _size(name: str, value: ArrayLike) -> FloatArray:
    return checked(name, value, 0, np.inf, "[)")


def _positive(name: str, value: ArrayLike) -> FloatArray:
    return checked(name, value, 0, np.inf, "()")


def gradient_neutralizing_mass(base_gradient: ArrayLike, reach: ArrayLike) -> float | FloatArray:
    r"""Critical mass of gradient strategies.

    B / (B + Gmax)  [D, after Theorems 7 and 10 of H].

    Parameters
    ----------
    base_gradient : array_like
        B = ‖E_P0 ∇ℓ(θ*)‖, the pull of honest data at the target parameters. For gradient control:
        the largest such pull along the path to the target.
    reach : array_like
        Gmax, how long a mean gradient the collective can produce against that pull: the largest t
        with -t·∇/‖∇‖ in the convex hull of realisable gradients.

    Returns
    -------
    float or ndarray
        The mass; 0 where B = 0, since nothing is left to neutralise.

    Raises
    ------
    ValueError
        If an argument is NaN, negative or infinite.

    Examples
    --------
    >>> gradient_neutralizing_mass(1.0, 3.0)
    0.25
    """
    pull = _size("base_gradient", base_gradient)
    return plain(fraction(pull, pull + _size("reach", reach)))


def gradient_neutralizing_distance(
    alpha: ArrayLike, *, base_gradient: ArrayLike, reach: ArrayLike, convexity: ArrayLike
) -> float | FloatArray:
    r"""Upper bound on ‖θ̂ - θ*‖ when members neutralise the base gradient at θ*, convex loss.

    ((1-α)B - α·Gmax)/μ, and 0 from the critical mass on  [D, after Theorem 7 of H].

    Parameters
    ----------
    alpha : array_like
        The collective's share α of the training rows, in (0, 1].
    base_gradient, reach : array_like
        B and Gmax, as in `gradient_neutralizing_mass`.
    convexity : array_like
        μ > 0, the strong convexity of the loss.

    Returns
    -------
    float or ndarray
        The distance that is left at most.

    Raises
    ------
    ValueError
        If an argument is NaN or outside its domain.

    Examples
    --------
    >>> gradient_neutralizing_distance(0.125, base_gradient=1.0, reach=3.0, convexity=2.0)
    0.25
    """
    share, mu = checked("alpha", alpha, 0, 1, "(]"), _positive("convexity", convexity)
    enough = share >= gradient_neutralizing_mass(base_gradient, reach)
    left = (1 - share) * np.asarray(base_gradient) - share * np.asarray(reach)
    return plain(np.where(enough, 0.0, np.maximum(0, left) / mu))


def gradient_control_rate(
    alpha: ArrayLike, *, base_gradient: ArrayLike, reach: ArrayLike, distance: ArrayLike
) -> float | FloatArray:
    r"""Rate C(α) at which a collective that answers every step draws the parameters to θ*.

    (α·Gmax - (1-α)B) / ‖θ_0 - θ*‖  [D, after Theorem 10 of H].

    Parameters
    ----------
    alpha : array_like
        The collective's share α of each step's gradient, in (0, 1].
    base_gradient : array_like
        B, the largest ‖E_P0 ∇ℓ‖ along the path.
    reach : array_like
        Gmax, the norm that bounds the collective's gradients.
    distance : array_like
        ‖θ_0 - θ*‖ > 0, how far the target is at the start.

    Returns
    -------
    float or ndarray
        The rate; negative below the critical mass, where nothing is promised.

    Raises
    ------
    ValueError
        If an argument is NaN or outside its domain.

    Examples
    --------
    >>> gradient_control_rate(0.5, base_gradient=1.0, reach=3.0, distance=2.0)
    0.5
    """
    share, start = checked("alpha", alpha, 0, 1, "(]"), _positive("distance", distance)
    pull, push = _size("base_gradient", base_gradient), _size("reach", reach)
    return plain((share * push - (1 - share) * pull) / start)


def gradient_control_distance(
    alpha: ArrayLike,
    *,
    base_gradient: ArrayLike,
    reach: ArrayLike,
    distance: ArrayLike,
    step: ArrayLike,
    steps: ArrayLike,
) -> float | FloatArray:
    r"""Upper bound on ‖θ_T - θ*‖ after T steps of gradient control.

    (1 - ηC(α))^T·‖θ_0 - θ*‖, for ηC <= 1  [D, after Theorem 10 of H].

    Parameters
    ----------
    alpha, base_gradient, reach, distance : array_like
        As in `gradient_control_rate`.
    step : array_like
        η > 0, the learner's step size.
    steps : array_like
        T >= 0, the number of steps.

    Returns
    -------
    float or ndarray
        The bound; vacuous (at least ‖θ_0 - θ*‖) where the rate is not positive.

    Raises
    ------
    ValueError
        If an argument is NaN or outside its domain, or if ηC > 1: the collective would overshoot.

    Examples
    --------
    >>> gradient_control_distance(
    ...     0.5, base_gradient=1.0, reach=3.0, distance=2.0, step=1.0, steps=3
    ... )
    0.25
    """
    rate = gradient_control_rate(alpha, base_gradient=base_gradient, reach=reach, distance=distance)
    stride = checked("step times C(alpha)", _positive("step", step) * rate, -np.inf, 1)
    return plain((1 - stride) ** _size("steps", steps) * np.asarray(distance, dtype=np.float64))


def reach(gradients: ArrayLike, direction: ArrayLike) -> float:
    r"""How long a mean gradient a collective can produce against a direction, Gmax.

    The largest t with -t·d/‖d‖ in the convex hull of the gradients [D]: members who submit
    different points, or mix at random, reach every point of the hull and no other. The norm of
    the largest single gradient is no substitute; for a logistic loss it is many times too long.

    Parameters
    ----------
    gradients : array_like
        Gradients of the points members may submit, shape (points, parameters).
    direction : array_like
        d, the pull of honest data, shape (parameters,).

    Returns
    -------
    float
        Gmax; negative where members can at best weaken the pull, -inf where the line along d
        misses the hull, by more than the solver's 1e-7 of the largest number.

    Raises
    ------
    ValueError
        If the shapes do not fit, a number is not finite, or d = 0.

    Examples
    --------
    >>> round(reach([[2.0, 1.0], [-4.0, 1.0], [-4.0, -1.0], [9.0, -1.0]], [3.0, 0.0]), 12)
    4.0
    """
    rows = np.asarray(gradients, dtype=np.float64)
    along = np.asarray(direction, dtype=np.float64)
    if rows.ndim != 2 or not len(rows) or along.shape != rows.shape[1:]:  # noqa: PLR2004
        raise ValueError(f"gradients {rows.shape} and direction {along.shape} do not fit")
    if not (np.isfinite(rows).all() and np.isfinite(along).all() and along.any()):
        raise ValueError("gradients and direction must be finite, and direction not 0")
    scale = np.abs(rows).max() or 1.0
    unit = along / np.linalg.norm(along)
    # Unknowns: the weight of each gradient, and t. The last equation says that weights sum to 1.
    equations = np.vstack([np.column_stack([rows.T / scale, unit]), np.ones(len(rows) + 1)])
    equations[-1, -1] = 0
    return _longest(equations) * float(scale)


def _longest(equations: FloatArray) -> float:
    from scipy.optimize import linprog

    unknowns, right = equations.shape[1], np.zeros(len(equations))
    right[-1] = 1
    bounds = [(0, None)] * (unknowns - 1) + [(None, None)]
    found = linprog(-np.eye(unknowns)[-1], A_eq=equations, b_eq=right, bounds=bounds)
    if found.x is None:
        return -np.inf
    # The solver stops at 1e-7; the equations of the gradients it chose give t to rounding.
    chosen = np.append(found.x[:-1] > 0, True)
    exact = np.linalg.lstsq(equations[:, chosen], right, rcond=None)[0]
    holds = np.allclose(equations[:, chosen] @ exact, right, rtol=0, atol=1e-12)
    sound = holds and exact[:-1].min() >= -1e-12  # noqa: PLR2004
    return float(exact[-1] if sound else found.x[-1])
