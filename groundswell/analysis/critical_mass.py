"""The critical mass: the smallest share α of a collective at which its success reaches S*.

Measured from a sweep (`from_sweep`), by bisection on a curve α -> S that trains only where it must
(`bisect`), and known exactly for a finite P0 (`exact`); `beside_theory` puts what was measured
beside the bound of Hardt et al. (ICML 2023).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from groundswell.analysis import bounds, staircase
from groundswell.analysis.bounds import checked
from groundswell.analysis.isotonic import ROUNDING, Sweep
from groundswell.analysis.tables import Curve, Measurements, grouped, measured

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")


def from_sweep(
    source: Measurements,
    success: float = 0.9,
    *,
    by: str | Sequence[str] | None = None,
    value: str = "success",
    resamples: int = 1000,
    level: float = 0.95,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Read the critical mass from a sweep over α.

    Success never falls with α in theory, while measurements scatter: the fit is the isotonic
    regression of success on α (least squares among non-decreasing functions), linear between the
    shares that were measured. The interval is a percentile bootstrap over whole replicates (a
    seed and replicate with all its shares), so it does not take neighbouring shares of one
    replicate, which have users and fresh points in common, for independent measurements.

    Parameters
    ----------
    source : Result or DataFrame
        A sweep over ``collective.seeds`` or the like, of which the last round of each run counts;
        or a table with columns ``alpha`` and ``success``, and ``seed`` and ``replicate`` where
        rows belong together, such as ``SuccessCurve.table()``.
    success : float
        S*, the success to reach.
    by : str or sequence of str, optional
        Columns whose combinations are taken apart; by default all settings that vary in a
        result beside ``collective.seeds``, and none in a table.
    value : str
        The column to take for success, such as ``"success_others"`` or ``"lift"``.
    resamples : int
        Number of bootstrap resamples.
    level : float
        What the interval is to cover, in (0, 1).
    rng : int or numpy.random.Generator
        Randomness of the bootstrap.

    Returns
    -------
    DataFrame
        One row per combination of `by`: these columns, then ``target`` (S*), ``critical_mass``,
        ``low`` and ``high`` (ends of the interval), ``reached`` (share of the resamples that reach
        S*), ``replicates`` and ``shares`` (how many there were). NaN stands for more than the
        largest measured share: S* was not reached; with fewer than two replicates there is no
        interval, and ``low``, ``high`` and ``reached`` are NaN. Where S* is reached at the
        smallest measured share already, that share is returned, so 0 if α = 0 was measured.

    Raises
    ------
    ValueError
        If a column is missing, or nothing was measured.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"alpha": [0.0, 0.1, 0.2], "success": [0.0, 0.5, 1.0]})
    >>> from_sweep(table, 0.25)["critical_mass"].item()
    0.05
    """
    import pandas as pd

    by, table = measured(source, by, value)
    draws = np.random.default_rng(rng)
    rows = []
    for named, group in grouped(table, by):
        found = Sweep.of(group, value).critical_mass(success, resamples, level, draws)
        rows.append({**named, "target": success, **found})
    return pd.DataFrame(rows)


class Bracket(NamedTuple):
    """What a bisection found: S(low) < S* <= S(high), as measured."""

    low: float
    """A share that does not reach S*; equal to `high` where the search could not go lower."""
    high: float
    """A share that reaches it."""
    success_low: float
    """S at `low`."""
    success_high: float
    """S at `high`."""
    evaluations: int
    """How many shares the curve was asked for."""

    @property
    def critical_mass(self) -> float:
        """The smallest share found to reach S*."""
        return self.high


def bisect(
    curve: Curve,
    success: float = 0.9,
    *,
    low: float = 0.0,
    high: float = 1.0,
    tolerance: float = 1e-4,
) -> Bracket:
    """Find the critical mass on a curve α -> S, asking for as few shares as it takes.

    It takes 2 + log2((high - low) / tolerance) shares. If success never falls with α, the bracket
    holds the critical mass. If it does fall in places, for noise or for good, the bracket holds
    *a* share at which it comes to reach S*, not always the first; every share that was asked for
    obeys S(low) < S* <= S(high), nothing is said about the others. Average the curve over
    replicates, or use `from_sweep`, where noise matters.

    Parameters
    ----------
    curve : callable
        α -> S, such as ``groundswell.success_curve(scenario)``, which moves α to the nearest
        share that whole users can have and never trains the same share twice.
    success : float
        S*, the success to reach.
    low, high : float
        Where to search; S(high) must reach S*.
    tolerance : float
        Largest width of the bracket, > 0.

    Returns
    -------
    Bracket
        Its ends, S there, and the number of evaluations. If S(low) reaches S* already, both ends
        are `low`.

    Raises
    ------
    ValueError
        If S(high) < S*, or `low`, `high`, `tolerance` make no interval.

    Examples
    --------
    >>> found = bisect(lambda alpha: float(alpha >= 0.3), 0.5, tolerance=0.01)
    >>> found.low < 0.3 <= found.high, found.evaluations
    (True, 9)
    """
    checked("low", low, 0, high, "[)")
    checked("high", high, 0, 1)
    checked("tolerance", tolerance, 0, math.inf, "()")
    at_low = float(curve(low))
    if at_low >= success:
        return Bracket(low, low, at_low, at_low, 1)
    at_high, evaluations = float(curve(high)), 2
    if not at_high >= success:
        raise ValueError(f"S({high:g}) = {at_high:g} does not reach {success:g}")
    while high - low > tolerance and low < (middle := (low + high) / 2) < high:
        at_middle, evaluations = float(curve(middle)), evaluations + 1
        if at_middle >= success:
            high, at_high = middle, at_middle
        else:
            low, at_low = middle, at_middle
    return Bracket(low, high, at_low, at_high, evaluations)


def exact(success: float, p0: ArrayLike, to: ArrayLike, target: int, epsilon: float = 0.0) -> float:
    """Critical mass of the feature-label strategy on a known finite P0, from the exact staircase.

    Parameters
    ----------
    success : float
        S* in [0, 1].
    p0, to, target, epsilon
        As in `groundswell.analysis.staircase.feature_label`.

    Returns
    -------
    float
        The infimum of the shares that reach S*: where the staircase jumps to it **[D]**. 0 if
        S(0) or S just above 0 reaches it; NaN if no share does.

    Raises
    ------
    ValueError
        As `groundswell.analysis.staircase.feature_label`.

    Examples
    --------
    >>> round(exact(0.9, p0=[[0.81, 0.09], [0.1, 0.0]], to=[1, 1], target=1), 6)
    0.090909
    """
    wanted = float(checked("success", success, 0, 1)) - ROUNDING
    steps = np.append(0.0, staircase.jumps(p0, to, target, epsilon))
    # The curve is flat between jumps, so its value half-way is its value just above the jump.
    above = (steps + np.append(steps[1:], 1.0)) / 2
    heights = np.asarray(staircase.feature_label(above, p0, to, target, epsilon))
    if staircase.feature_label(0.0, p0, to, target, epsilon) >= wanted:
        return 0.0
    reached = heights >= wanted
    return float(steps[reached.argmax()]) if reached.any() else NAN


def beside_theory(
    measured: pd.DataFrame | Bracket | float,
    success: float = 0.9,
    *,
    uniqueness: float | str,
    gap: float | str,
    epsilon: float | str = 0.0,
    exact_mass: float = NAN,
) -> pd.DataFrame:
    """Put measured critical masses of the feature-label strategy beside what theory says.

    Parameters
    ----------
    measured : DataFrame, Bracket or float
        What `from_sweep` or `bisect` found, or a number.
    success : float
        S*, where `measured` has no column ``target``.
    uniqueness, gap, epsilon : float or str
        ξ, Δ and ε; or the column of `measured` that holds them.
    exact_mass : float
        What `exact` says, where P0 is known.

    Returns
    -------
    DataFrame
        `measured` with the columns ``bound_mass`` (where the bound, Theorem 1 of Hardt et al.
        as reconstructed, reaches S*), ``exact_mass`` and ``ratio`` (measured
        to bound: at most 1 where the bound holds; NaN where both are 0). The bound speaks of the
        Bayes learner; beside a trained one it is for comparison.

    Raises
    ------
    ValueError
        If a parameter is outside its domain.

    Examples
    --------
    >>> beside_theory(0.05, 0.9, uniqueness=0.01, gap=1.0).round(4)
       critical_mass  bound_mass  exact_mass  ratio
    0           0.05      0.0909         NaN   0.55
    """
    import pandas as pd

    if not isinstance(measured, pd.DataFrame):
        mass = measured.critical_mass if isinstance(measured, Bracket) else measured
        measured = pd.DataFrame({"critical_mass": [float(mass)]})
    given = {"uniqueness": uniqueness, "gap": gap, "epsilon": epsilon}
    numbers = {name: measured[v] if isinstance(v, str) else v for name, v in given.items()}
    bound = bounds.feature_label_mass(measured.get("target", success), **numbers)
    ratio = measured["critical_mass"] / bound
    return measured.assign(bound_mass=bound, exact_mass=exact_mass, ratio=ratio)
