"""Whether and when collectives tip: take-off, settling, collapse, and how likely they are.

Everything reads time series of runs: a result, or a table with columns ``run``, ``round`` and the
one that is asked for. Each function returns one row per run, with the run's seed, replicate and
varied settings in front, so that tables can be merged, grouped, and contrasted
(`groundswell.analysis.contrasts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from groundswell.analysis.arguments import names, whole
from groundswell.analysis.bounds import FloatArray, checked
from groundswell.analysis.intervals import wilson
from groundswell.analysis.tables import Measurements, Rounds, grouped, per_run, settings

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")


def take_off(source: Measurements, level: float = 0.5, *, value: str = "alpha") -> pd.DataFrame:
    """Return when each run took off.

    Parameters
    ----------
    source : Result or DataFrame
        Runs with their rounds.
    level : float
        What has to be reached, such as a target for ``success``.
    value : str
        The column to watch.

    Returns
    -------
    DataFrame
        ``reached`` (first round with a value of at least `level`), ``steepest`` (round of the
        largest rise over the round before, the first of equals) and ``rise`` (how large it was);
        NaN where it never happened.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> take_off(pd.DataFrame({"round": [0, 1, 2, 3], "alpha": [0.0, 0.1, 0.6, 0.7]}))
       run  reached  steepest  rise
    0    0        2         2   0.5
    """

    def described(rounds: Rounds, values: FloatArray) -> dict[str, Any]:
        rises = np.diff(values, prepend=values[:1])
        rose = bool((rises > 0).any())
        return {
            "reached": _first(rounds, values >= level),
            "steepest": int(rounds[rises.argmax()]) if rose else NAN,
            "rise": float(rises.max()) if rose else NAN,
        }

    return per_run(source, value, described)


def settled(
    source: Measurements, *, value: str = "alpha", window: int = 10, tolerance: float = 0.01
) -> pd.DataFrame:
    """Return where each run settled, and since when.

    A run has settled if in its last `window` rounds no value is further than `tolerance` from
    their mean. It has since the first round from which on this holds of all values.

    Parameters
    ----------
    source, value
        As in `take_off`.
    window : int
        How many rounds at the end count; a shorter run has not settled.
    tolerance : float
        How far values may be from their mean.

    Returns
    -------
    DataFrame
        ``settled``, ``since`` (a round; NaN if not settled) and ``level``, the mean over the last
        `window` rounds, settled or not.

    Raises
    ------
    ValueError
        If a column is missing, or there is no window.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"round": range(6), "alpha": [0.0, 0.1, 0.6, 0.7, 0.7, 0.7]})
    >>> settled(table, window=2)
       run  settled  since  level
    0    0     True      3    0.7
    """
    window = whole("window", window, 1)
    checked("tolerance", tolerance, 0, np.inf, "[)")

    def described(rounds: Rounds, values: FloatArray) -> dict[str, Any]:
        level = float(values[-window:].mean())
        # Means of equal numbers may be off by rounding.
        near = np.abs(values - level) <= tolerance + 1e-12
        rests = len(values) >= window and bool(near[-window:].all())
        return {
            "settled": rests,
            "since": _since(rounds, near) if rests else NAN,
            "level": level,
        }

    return per_run(source, value, described)


def collapse(
    source: Measurements,
    high: float = 0.5,
    low: float = 0.1,
    *,
    value: str = "alpha",
    window: int = 10,
) -> pd.DataFrame:
    """Return which collectives collapsed: were large, and ended small.

    Parameters
    ----------
    source, value
        As in `take_off`.
    high, low : float
        A run has collapsed if it came to at least `high` and ended, by the mean of its last
        rounds, at no more than `low`.
    window : int
        How many rounds at the end count.

    Returns
    -------
    DataFrame
        ``peak`` and ``peak_round`` (largest value, and when first), ``final`` (mean over the last
        `window` rounds), ``collapsed``, and ``since``, the first round after the peak from which on
        no value exceeds `low`; NaN where it has not collapsed, or not for good.

    Raises
    ------
    ValueError
        If a column is missing, or `low` is not below `high`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"round": range(5), "alpha": [0.2, 0.8, 0.4, 0.05, 0.0]})
    >>> collapse(table, window=2)
       run  peak  peak_round  final  collapsed  since
    0    0   0.8           1  0.025       True      3
    """
    window = whole("window", window, 1)
    checked("low", low, -np.inf, high, "()")

    def described(rounds: Rounds, values: FloatArray) -> dict[str, Any]:
        final, peak = float(values[-window:].mean()), int(values.argmax())
        fell = bool(values[peak] >= high and final <= low)
        return {
            "peak": float(values[peak]),
            "peak_round": int(rounds[peak]),
            "final": final,
            "collapsed": fell,
            "since": _since(rounds, values <= low) if fell else NAN,
        }

    return per_run(source, value, described)


def probability(
    source: Measurements,
    level: float = 0.5,
    *,
    by: str | Sequence[str] | None = None,
    value: str = "alpha",
    window: int = 10,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return how likely a collective is to tip, and what becomes of it if it does and if not.

    Where a collective either takes off or dies, the mean over all runs describes neither.

    Parameters
    ----------
    source, value
        As in `take_off`.
    level : float
        A run has tipped if the mean of its last rounds is at least this.
    by : str or sequence of str, optional
        Column, or columns whose combinations are taken apart, such as the number of seeds; by
        default all settings that vary in a result, and none in a table.
    window : int
        How many rounds at the end count.
    confidence : float
        What the interval is to cover.

    Returns
    -------
    DataFrame
        One row per combination of `by`: these columns, then ``runs``, ``tipped`` (how many),
        ``probability``, ``low`` and ``high`` (its Wilson interval), and the mean final value of
        all, ``mean``, of those that tipped, ``mean_tipped``, and of the others, ``mean_not``; NaN
        where there are none.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"run": [1, 2, 3], "round": 9, "alpha": [0.9, 0.1, 0.7]})
    >>> probability(table).round(2)
       runs  tipped  probability   low  high  mean  mean_tipped  mean_not
    0     3       2         0.67  0.21  0.94  0.57          0.8       0.1
    """
    import pandas as pd

    by = settings(source) if by is None else names(by)
    window = whole("window", window, 1)
    ends = per_run(source, value, lambda _, x: {"end": float(x[-window:].mean())}, keep=by)
    rows = []
    for named, group in grouped(ends, by):
        final = group["end"].to_numpy()
        tipped = final >= level
        rows.append(
            {
                **named,
                "runs": len(final),
                "tipped": int(tipped.sum()),
                "probability": float(tipped.mean()),
                "mean": float(final.mean()),
                "mean_tipped": _mean(final[tipped]),
                "mean_not": _mean(final[~tipped]),
            }
        )
    table = pd.DataFrame(rows)
    low, high = wilson(table["tipped"], table["runs"], confidence)
    table.insert(len(by) + 3, "low", low)
    table.insert(len(by) + 4, "high", high)
    return table


def _first(rounds: Rounds, true: NDArray[np.bool_]) -> float:
    return int(rounds[true.argmax()]) if true.any() else NAN


def _since(rounds: Rounds, true: NDArray[np.bool_]) -> float:
    """Return the round since which something has been true until the end."""
    false = np.flatnonzero(~true)
    start = false[-1] + 1 if len(false) else 0
    return int(rounds[start]) if start < len(rounds) else NAN


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if len(values) else NAN
