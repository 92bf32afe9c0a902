"""How many replicates an interval of given width needs, judged from those of a pilot study."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from groundswell.analysis.bounds import FloatArray, checked
from groundswell.analysis.intervals import student, wilson
from groundswell.analysis.outcomes import When, outcomes, setting_names
from groundswell.analysis.tables import Measurements, grouped

if TYPE_CHECKING:
    import pandas as pd


def replicates_needed(
    source: Measurements | ArrayLike,
    half_width: float,
    *,
    value: str = "alpha",
    level: float = 0.95,
    by: str | Sequence[str] | None = None,
    when: When = "last",
    table: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return how many replicates the mean of an outcome needs for an interval of given width.

    What is true or false is a probability with a Wilson interval, everything else a mean with
    Student's. Both take the pilot at its word: runs to come are independent and scatter as those
    that are there, so that the width is met on average and may be missed a little in a given study.
    Where outcomes have two peaks, as near a tipping point, a pilot of a few runs may have seen one
    of them only. Student's interval of a mean also takes the mean of that many replicates as
    normal.

    Parameters
    ----------
    source : array_like, Result or DataFrame
        Outcomes of a pilot, or what they are found in.
    half_width : float
        Half of the width wanted, in units of the outcome.
    value, when, table
        Where the outcome is, as for `groundswell.analysis.outcomes.outcomes`.
    level : float
        What the interval is to cover.
    by : str or sequence of str, optional
        Columns that tell points apart; by default all settings that vary in a result.

    Returns
    -------
    DataFrame
        A row per point: `by`, then ``runs`` (of the pilot), ``mean``, ``sd``, ``half_width`` (of
        its interval now; NaN for a single number) and ``needed``, how many replicates in all; NaN
        for a single number, which scatters in no known way.

    Raises
    ------
    ValueError
        If a column is missing, or `half_width` is not above 0.

    Examples
    --------
    >>> replicates_needed([0.1, 0.2, 0.3], half_width=0.05).round(3)
       runs  mean   sd  half_width  needed
    0     3   0.2  0.1       0.248      18
    >>> replicates_needed([True, False, True, True], half_width=0.1).round(3)
       runs  mean   sd  half_width  needed
    0     4  0.75  0.5       0.327      87
    """
    import pandas as pd

    checked("half_width", half_width, 0, np.inf, "()")
    if hasattr(source, "series") or isinstance(source, pd.DataFrame):
        by = setting_names(source, by)
        found = outcomes(source, value, when, table)
    else:
        by, found = [], pd.DataFrame({value: np.asarray(source)})
    found = found.dropna(subset=[value])
    if found.empty:
        raise ValueError(f"no run has a measured {value}")
    whether = found[value].map(lambda one: isinstance(one, bool | np.bool_)).all()
    row = _of_probability if whether else _of_mean
    return pd.DataFrame(
        [
            {**named, **row(part[value].to_numpy(dtype=float), half_width, level)}
            for named, part in grouped(found, by)
        ]
    )


def for_mean(sd: float, half_width: float, level: float = 0.95) -> int:
    """Return the smallest n >= 2 with t · sd / √n at most the half width, t of n - 1 degrees.

    >>> for_mean(0.1, 0.05), for_mean(0.1, 0.01)
    (18, 387)
    """
    from scipy.special import ndtri, stdtrit

    tail = (1 + float(checked("level", level, 0, 1, "()"))) / 2
    # t is above z: no fewer than z asks for will do.
    number: int = max(2, math.ceil((ndtri(tail) * sd / half_width) ** 2))
    while stdtrit(number - 1, tail) * sd / math.sqrt(number) > half_width:
        number += 1
    return number


def for_probability(share: float, half_width: float, level: float = 0.95) -> int:
    """Return the smallest n for which Wilson's interval of a share is no wider.

    >>> for_probability(0.5, 0.1), for_probability(0.0, 0.1)
    (93, 16)
    """
    from scipy.special import ndtri

    z2 = float(ndtri((1 + float(checked("level", level, 0, 1, "()"))) / 2)) ** 2

    def too_wide(number: int) -> bool:
        spread = math.sqrt(share * (1 - share) * number * z2 + z2**2 / 4)
        return spread / (number + z2) > half_width

    high = 1
    while too_wide(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if too_wide(middle) else (low, middle)
    return high


def _of_mean(values: FloatArray, half_width: float, level: float) -> dict[str, Any]:
    low, high = student(values, level)
    sd = float(values.std(ddof=1)) if len(values) > 1 else np.nan
    needed = for_mean(sd, half_width, level) if len(values) > 1 else np.nan
    return _row(values, sd, (high - low) / 2, needed)


def _of_probability(values: FloatArray, half_width: float, level: float) -> dict[str, Any]:
    """Judge by the centre of the pilot's interval: 5 of 5 do not mean that it always happens."""
    low, high = (float(end) for end in wilson(values.sum(), len(values), level))
    sd = float(values.std(ddof=1)) if len(values) > 1 else np.nan
    return _row(values, sd, (high - low) / 2, for_probability((low + high) / 2, half_width, level))


def _row(values: FloatArray, sd: float, radius: float, needed: float) -> dict[str, Any]:
    mean = float(values.mean())
    return {"runs": len(values), "mean": mean, "sd": sd, "half_width": radius, "needed": needed}
