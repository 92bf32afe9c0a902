"""Critical slowing down: early warnings of a transition in what goes before it.

Near a fold a system returns ever more slowly from small disturbances, so that its fluctuations grow
and resemble the round before: variance and lag-1 autocorrelation rise (Scheffer et al. 2009). They
are taken in a rolling window, and their trend is Kendall's τ (Dakos et al. 2012).

Neighbouring windows share most of their rounds, so the usual p-values of τ do not hold: compare it
with that of runs which did not tip, or see how it is spread over replicates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from groundswell.analysis.arguments import whole
from groundswell.analysis.bounds import FloatArray
from groundswell.analysis.tables import Measurements, all_rounds, require

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")
COLUMNS = ["run", "round", "variance", "autocorrelation"]
SHORTEST = 4
"""With fewer rounds, nothing is left of a window without its line."""


def indicators(
    source: Measurements,
    window: int,
    *,
    value: str = "alpha",
    before: pd.DataFrame | None = None,
    detrend: bool = True,
) -> pd.DataFrame:
    """Return variance and lag-1 autocorrelation in a rolling window.

    Parameters
    ----------
    source : Result or DataFrame
        Runs with their rounds.
    window : int
        Rounds in a window, at least 4; half of those before the transition is usual.
    value : str
        The column to watch.
    before : DataFrame, optional
        Where each run's transition is, such as `groundswell.analysis.tipping.take_off` finds:
        columns ``run`` and ``reached``. Rounds from there on are left out, for the jump itself
        would look like a rise in variance; runs without transition keep all.
    detrend : bool
        Whether to take a least-squares line out of each window first, lest a steady rise be taken
        for slowness.

    Returns
    -------
    DataFrame
        ``run``, ``round`` (the last of the window), ``variance`` (mean square) and
        ``autocorrelation`` (NaN in a window in which nothing moves). Runs that are too short have
        no rows.

    Raises
    ------
    ValueError
        If a column is missing, or the window is too short.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"round": range(6), "alpha": [0, 1, 0, 2, 0, 3]})
    >>> indicators(table, 4, detrend=False).round(3)
       run  round  variance  autocorrelation
    0    0      3     0.688           -0.477
    1    0      4     0.688           -0.750
    2    0      5     1.688           -0.602
    """
    import pandas as pd

    window = whole("window", window, SHORTEST)
    table = all_rounds(source)
    require(table, [value])
    ends = {} if before is None else before.set_index("run")["reached"].dropna().to_dict()
    parts = []
    for run, group in table.dropna(subset=[value]).groupby("run", sort=False):
        rounds = group[group["round"] < ends.get(run, np.inf)]
        if len(rounds) >= window:
            parts.append(_rolling(run, rounds, value, window, detrend))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


def trend(table: pd.DataFrame) -> pd.DataFrame:
    """Return Kendall's τ of each indicator against time, for each run.

    Parameters
    ----------
    table : DataFrame
        What `indicators` returned.

    Returns
    -------
    DataFrame
        ``run``, ``windows`` (how many), ``variance`` and ``autocorrelation``: 1 where an indicator
        always rises, -1 where it always falls, NaN where it does neither.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"round": [3, 4, 5], "variance": [1, 2, 3],
    ...                       "autocorrelation": [0.1, 0.3, 0.2]})
    >>> trend(table.assign(run=7)).round(3)
       run  windows  variance  autocorrelation
    0    7        3       1.0            0.333
    """
    import pandas as pd

    require(table, COLUMNS)
    rows = []
    for run, group in table.groupby("run", sort=False):
        rises = {name: _tau(group["round"], group[name]) for name in COLUMNS[2:]}
        rows.append({"run": run, "windows": len(group), **rises})
    return pd.DataFrame(rows, columns=["run", "windows", *COLUMNS[2:]])


def _rolling(run: Any, group: pd.DataFrame, value: str, window: int, detrend: bool) -> pd.DataFrame:
    """Return the indicators of one run."""
    import pandas as pd

    values = group[value].to_numpy(dtype=float)
    windows = np.lib.stride_tricks.sliding_window_view(values, window)
    rest = _without_line(windows) if detrend else windows - windows.mean(axis=1, keepdims=True)
    power = (rest**2).sum(axis=1)
    moves = power > np.finfo(float).eps * (windows**2).sum(axis=1)
    echo = (rest[:, 1:] * rest[:, :-1]).sum(axis=1)
    correlation = np.divide(echo, power, out=np.full(len(power), NAN), where=moves)
    return pd.DataFrame(
        {
            "run": run,
            "round": group["round"].to_numpy()[window - 1 :],
            "variance": power / window,
            "autocorrelation": correlation,
        }
    )


def _without_line(windows: FloatArray) -> FloatArray:
    """Return what is left of each window when its least-squares line is taken out."""
    time = np.arange(windows.shape[1]) - (windows.shape[1] - 1) / 2
    slope = windows @ time / (time @ time)
    return np.asarray(windows - windows.mean(axis=1, keepdims=True) - slope[:, None] * time)


def _tau(rounds: pd.Series[int], values: pd.Series[float]) -> float:
    from scipy.stats import kendalltau

    known = values.notna()
    if values[known].nunique() <= 1:
        return NAN
    return float(kendalltau(rounds[known], values[known]).statistic)
