"""Who recruits whom: how many exposures joining took, and whose credit it is.

Everything here and in `groundswell.analysis.trees` reads a table of joins: that of a result,
``result.ties``, where ``measure.ties = true``, or one of your own. It has a row for each time a
user becomes a member, in the order in which it happened, with the columns

- ``run``, ``round``, ``user``;
- ``exposures``: how many of its neighbours were members at that moment;
- ``recruiter`` (optional): the member that is given credit, missing where there is none, as for
  seeds (round 0) and users who join without exposure;
- ``join`` (optional): a number that in its run no other join has;
- ``credit`` (optional): with it, a join has one row for each credited neighbour, one after the
  other, and its credits sum to 1. Without it, each row is a join of its own.

Nobody can see, not even in a simulation, which of several neighbours made a user join. Sharing the
credit between them (`shared`) makes no tree; drawing one of them (`drawn`, and the package itself
in ``result.ties``) makes trees, each as good as another. How many recruits a member has on average
is the same. Users may leave and join again: members are counted once for each time.

Examples
--------
On a ring with three ties a side, users join through two members; of each two, one has three:

>>> import groundswell as gs
>>> ring = gs.load("complex-contagion").replace({"decision.threshold": 2.0, "rounds": 9})
>>> joins = gs.run(ring.replace({"measure.ties": True})).ties
>>> joins.tail(2)[["round", "join", "user", "exposures"]]
    round  join  user  exposures
41      9    41   710          3
42      9    42   711          2
>>> complex_share(joins, at_least=3).round(3)
   joins  several  share    low   high
0     36       18    0.5  0.345  0.655
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from groundswell.analysis.arguments import names
from groundswell.analysis.bounds import FloatArray, checked
from groundswell.analysis.intervals import wilson
from groundswell.analysis.tables import grouped, require

if TYPE_CHECKING:
    import pandas as pd

JOIN = ["run", "round", "user"]
CREDIT_LOST = 1e-6
"""Credits that do not sum to 1 by more than this are wrong."""


def exposures(joins: pd.DataFrame) -> pd.DataFrame:
    """Return how many joined neighbours users had when they joined, by round.

    Parameters
    ----------
    joins : DataFrame
        The joins; seeds (round 0) are left out.

    Returns
    -------
    DataFrame
        ``round``, ``joins`` (how many, over all runs), and ``mean``, ``median``, ``least`` and
        ``most`` of their exposures.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"run": 0, "round": [0, 1, 1, 2], "user": [5, 6, 7, 8],
    ...                       "exposures": [0, 1, 1, 3]})
    >>> exposures(table)
       round  joins  mean  median  least  most
    0      1      2   1.0     1.0      1     1
    1      2      1   3.0     3.0      3     3
    """
    found = _recruits(joins).groupby("round")["exposures"]
    return found.agg(
        joins="size", mean="mean", median="median", least="min", most="max"
    ).reset_index()


def complex_share(
    joins: pd.DataFrame, at_least: int = 2, *, by: str | Sequence[str] = (), level: float = 0.95
) -> pd.DataFrame:
    """Return the share of joins that took several exposures: complex contagion.

    It says how much contagion was complex in what happened; where many neighbours join at once it
    is high also if one of them would have been enough.

    Parameters
    ----------
    joins : DataFrame
        The joins; seeds (round 0) are left out.
    at_least : int
        How many exposures are several.
    by : str or sequence of str
        Column, or columns whose combinations are taken apart, such as ``"run"``.
    level : float
        What the interval is to cover if joins are independent, which within a run they are not
        quite.

    Returns
    -------
    DataFrame
        The columns of `by`, ``joins``, ``several`` (how many took them), ``share``, and ``low`` and
        ``high``, its Wilson interval. NaN if nobody joined.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"run": 0, "round": [0, 1, 1, 2], "user": [5, 6, 7, 8],
    ...                       "exposures": [0, 1, 1, 3]})
    >>> complex_share(table).round(3)
       joins  several  share    low   high
    0      3        1  0.333  0.061  0.792
    """
    import pandas as pd

    by = names(by)
    require(joins, by)
    rows = []
    for named, group in grouped(_recruits(joins), by):
        several = int((group["exposures"] >= at_least).sum())
        low, high = wilson(several, len(group), level)
        share = several / len(group) if len(group) else np.nan
        counts = {"joins": len(group), "several": several, "share": share}
        rows.append({**named, **counts, "low": float(low), "high": float(high)})
    return pd.DataFrame(rows)


def shared(exposed: pd.DataFrame) -> pd.DataFrame:
    """Give each of a joiner's joined neighbours the same share of the credit.

    Parameters
    ----------
    exposed : DataFrame
        ``run``, ``round``, ``user`` and ``neighbours``: an array of those who were members when the
        user joined.

    Returns
    -------
    DataFrame
        The table of joins, with ``exposures``, ``recruiter`` and ``credit``.

    Examples
    --------
    >>> import pandas as pd
    >>> exposed = pd.DataFrame({"run": 0, "round": [0, 1], "user": [5, 6]})
    >>> shared(exposed.assign(neighbours=[[], [5, 7]]))
       run  round  user  exposures  recruiter  credit
    0    0      0     5          0       <NA>     1.0
    1    0      1     6          2          5     0.5
    2    0      1     6          2          7     0.5
    """
    require(exposed, [*JOIN, "neighbours"])
    counts = exposed["neighbours"].map(len)
    table = exposed.assign(exposures=counts, credit=1 / counts.clip(lower=1))
    table = table.explode("neighbours", ignore_index=True)
    table["recruiter"] = table["neighbours"].astype("Int64")
    return table[[*JOIN, "exposures", "recruiter", "credit"]]


def drawn(joins: pd.DataFrame, rng: int | np.random.Generator) -> pd.DataFrame:
    """Draw one recruiter for each join, in proportion to the credit, so that there are trees.

    Parameters
    ----------
    joins : DataFrame
        The joins, with ``recruiter``.
    rng : int or numpy.random.Generator
        Source of the draws.

    Returns
    -------
    DataFrame
        One row per join, without ``credit``.

    Raises
    ------
    ValueError
        If a column is missing, or the credits of a join do not sum to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"run": 0, "round": [0, 1, 1], "user": [5, 6, 6],
    ...                       "recruiter": [pd.NA, 5, 7], "credit": [1.0, 0.5, 0.5]})
    >>> len(drawn(table, rng=0))
    2
    """
    credit, join = credited(joins)
    clocks = np.random.default_rng(rng).exponential(size=len(credit))
    # The first of several exponential clocks to ring is each with a chance in proportion to its
    # rate.
    order = np.lexsort((clocks / credit, join))
    return (
        joins.iloc[order[_first(join)]]
        .drop(columns="credit", errors="ignore")
        .reset_index(drop=True)
    )


def credited(joins: pd.DataFrame) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return the credit of each row, and the number of the join to which it belongs, from 0.

    Raises
    ------
    ValueError
        If a column is missing, or the credits of a join do not sum to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> credited(pd.DataFrame({"run": 0, "round": [1, 1], "user": 6, "credit": [0.5, 0.5]}))
    (array([0.5, 0.5]), array([0, 0]))
    """
    require(joins, JOIN)
    numbered = "join" in joins
    if "credit" not in joins and not numbered:
        return np.ones(len(joins)), np.arange(len(joins))
    credit = checked("credit", joins.get("credit", np.ones(len(joins))), 0, 1, "(]")
    apart = joins[[*JOIN, "join"] if numbered else JOIN]
    starts = apart.ne(apart.shift()).any(axis=1).to_numpy(copy=True)
    if not numbered:  # a user may join several times in a round
        for rows in np.split(np.arange(len(credit)), np.flatnonzero(starts)[1:]):
            if abs(credit[rows].sum() - 1) >= CREDIT_LOST:
                starts[rows] = _restarts(credit[rows])
    join: NDArray[np.int64] = np.cumsum(starts) - 1
    if (abs(np.bincount(join, credit) - 1) >= CREDIT_LOST).any():
        raise ValueError("the credits of each join must sum to 1, its rows following each other")
    return credit, join


def _restarts(credit: FloatArray) -> list[bool]:
    """Return with which rows a join begins: the first, and each after one that completes a join."""
    begins, given = [], 1.0
    for share in credit.tolist():
        begins.append(abs(given - 1) < CREDIT_LOST)
        given = share if begins[-1] else given + share
    return begins


def _recruits(joins: pd.DataFrame) -> pd.DataFrame:
    """Return one row per join, seeds left out."""
    require(joins, ["exposures"])
    _, join = credited(joins)
    return joins[_first(join) & (joins["round"] > 0)]


def _first(join: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which rows are the first of their join."""
    return np.diff(join, prepend=-1) > 0
