"""What a setting changes, run by run: paired contrasts under common random numbers.

Runs with the same seed and replicate have the same users, ties and seeds, whatever is varied
(``design.md``, section 7), so their difference has what varies as its only cause, and much of the
scatter between replicates cancels. Intervals are those of the mean difference, by Student's t and
by the bootstrap; where outcomes are either large or small, look at
`groundswell.analysis.tipping.probability` too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from groundswell.analysis.arguments import names
from groundswell.analysis.bounds import FloatArray
from groundswell.analysis.intervals import NAN, bootstrap, student
from groundswell.analysis.tables import Measurements, grouped, last_rounds, require, settings

if TYPE_CHECKING:
    import pandas as pd

PAIR = ("seed", "replicate")


def paired(
    source: Measurements,
    between: str,
    *,
    baseline: Any = None,
    value: str = "alpha",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Compare the values of one setting, pair by pair.

    Parameters
    ----------
    source : Result or DataFrame
        A sweep, of which the last round of each run counts; or a table with one row per run that
        has ``seed`` and ``replicate``, such as `groundswell.analysis.tipping.settled` or `stacked`
        make.
    between : str
        Column of the setting whose values are compared.
    baseline : optional
        The value the others are compared with; by default the first.
    value : str
        Column to compare.
    by : str or sequence of str, optional
        Column, or columns whose combinations are taken apart; by default all other settings that
        vary in a result, and none in a table.
    level : float
        What intervals are to cover.
    resamples : int
        Number of bootstrap resamples of pairs.
    rng : int or numpy.random.Generator
        Randomness of the bootstrap.

    Returns
    -------
    DataFrame
        One row per combination of `by` and value of `between` that is not the baseline: these
        columns, ``baseline``, ``pairs`` (how many; a run without its partner is left out),
        ``difference`` (mean of value minus baseline), ``low`` and ``high`` (t interval),
        ``boot_low`` and ``boot_high`` (percentile bootstrap), ``sd`` of the differences, and
        ``correlation`` within pairs: the higher, the more common random numbers have saved. NaN
        where there are too few pairs to say.

    Raises
    ------
    ValueError
        If a column is missing, nothing pairs, or several runs would be the same half of a pair.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"seed": 7, "replicate": [0, 1, 2] * 2, "rule": list("aaabbb"),
    ...                       "alpha": [0.1, 0.5, 0.9, 0.2, 0.7, 0.9]})
    >>> paired(table, "rule")[["rule", "baseline", "pairs", "difference", "low", "high"]].round(3)
      rule baseline  pairs  difference    low   high
    0    b        a      3         0.1 -0.148  0.348
    """
    import pandas as pd

    others = [name for name in settings(source) if name != between]
    by = others if by is None else names(by)
    table = last_rounds(source)
    require(table, [between, value, *PAIR, *by])
    table = table.dropna(subset=[value])
    if baseline is None and len(table):
        baseline = table[between].iloc[0]
    draws = np.random.default_rng(rng)
    rows = []
    for named, group in grouped(table, by):
        halves = _halves(group, between, value)
        for other in halves.columns.drop(baseline, errors="ignore"):
            both = halves.reindex(columns=[baseline, other]).dropna().to_numpy(dtype=float)
            if len(both):
                found = _contrast(both, level, resamples, draws)
                rows.append({**named, between: other, "baseline": baseline, **found})
    if not rows:
        raise ValueError(f"no two runs differ in '{between}' only, one of them at {baseline!r}")
    return pd.DataFrame(rows)


def stacked(scenarios: Mapping[str, Measurements]) -> pd.DataFrame:
    """Return the last rounds of the runs of several scenarios in one table, for `paired`.

    Pairs share seed and replicate, so give the scenarios the same seed.

    Parameters
    ----------
    scenarios : mapping of str to Result or DataFrame
        Results by the name that they are to have in the column ``scenario``.

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"seed": 7, "replicate": [0, 1], "alpha": [0.1, 0.2]})
    >>> both = stacked({"before": one, "after": one.assign(alpha=[0.3, 0.5])})
    >>> paired(both, "scenario")[["scenario", "baseline", "difference"]]
      scenario baseline  difference
    0    after   before        0.25
    """
    import pandas as pd

    tables = [last_rounds(source).assign(scenario=name) for name, source in scenarios.items()]
    return pd.concat(tables, ignore_index=True)


def _halves(group: pd.DataFrame, between: str, value: str) -> pd.DataFrame:
    """Return values by pair (rows) and by what is compared (columns, in order)."""
    if group.duplicated([*PAIR, between]).any():
        raise ValueError(
            f"several runs have one seed, replicate and '{between}'; say by what else they differ"
        )
    halves = group.pivot(index=list(PAIR), columns=between, values=value)
    return halves[group[between].unique()]


def _contrast(
    both: FloatArray, level: float, resamples: int, rng: np.random.Generator
) -> dict[str, float]:
    """Describe the differences between the second column and the first."""
    difference = both[:, 1] - both[:, 0]
    low, high = student(difference, level)
    boot_low, boot_high = bootstrap(difference, rng, level, resamples)
    scatter = len(both) > 1 and bool((np.ptp(both, axis=0) > 0).all())
    return {
        "pairs": len(both),
        "difference": float(difference.mean()),
        "low": low,
        "high": high,
        "boot_low": boot_low,
        "boot_high": boot_high,
        "sd": float(difference.std(ddof=1)) if len(both) > 1 else NAN,
        "correlation": float(np.asarray(np.corrcoef(both.T))[0, 1]) if scatter else NAN,
    }
