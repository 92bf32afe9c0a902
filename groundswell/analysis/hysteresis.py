"""Hysteresis: whether collectives take another way back than they came.

A parameter, such as the cost, goes one way and back again. Where a collective tips at one value on
the way there and at another on the way back, the two branches enclose an area: the state depends on
the past, not on the parameter alone. Theory's branches are `groundswell.analysis.bifurcation`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from groundswell.analysis.tables import Measurements, all_rounds, last_rounds, require

if TYPE_CHECKING:
    import pandas as pd

SAME = 1e-9
"""Values of a parameter that are nearer to each other, times the largest of them, are one."""


def loop(
    source: Measurements, parameter: str, *, value: str = "alpha", start: str | None = None
) -> pd.DataFrame:
    """Return the two branches along which a value follows a parameter.

    Parameters
    ----------
    source : Result or DataFrame
        Either a schedule: runs in which the parameter changes over the rounds, one way and then
        back. Of each stretch of rounds with one value the last round counts; where it turns the
        branches meet. Values that differ by rounding only, as those of a ramp up and down do, are
        one. Or a sweep: runs over several values of the parameter from a small and from a large
        collective; the last rounds count.
    parameter : str
        Column of the parameter; of a result, also the dotted key of a setting that its scenario's
        ``[schedule]`` changes.
    value : str
        Column of what follows it.
    start : str, optional
        For a sweep: the column that tells where a run started, such as ``"collective.seeds"``,
        with two values, of which the smaller is the forward branch.

    Returns
    -------
    DataFrame
        One row per value of the parameter, ascending: the parameter, ``forward`` and ``backward``
        (means over runs; NaN where a branch has none) and ``gap``, backward minus forward.

    Raises
    ------
    ValueError
        If a column is missing, or there are not two branches: in no run does the parameter turn,
        or in one it turns more than once.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"round": range(5), "cost": [1, 2, 3, 2, 1],
    ...                       "alpha": [1.0, 0.9, 0.0, 0.1, 1.0]})
    >>> loop(table, "cost")
       cost  forward  backward  gap
    0     1      1.0       1.0  0.0
    1     2      0.9       0.1 -0.8
    2     3      0.0       0.0  0.0
    """
    points = _of_schedule(source, parameter) if start is None else _of_sweep(source, start)
    require(points, [parameter, value])
    branches = points.pivot_table(index=parameter, columns="branch", values=value, aggfunc="mean")
    if set(branches.columns) != {"backward", "forward"}:
        raise ValueError(f"'{parameter}' does not go one way and back again; there is no loop")
    table = branches[["forward", "backward"]].rename_axis(columns=None).reset_index()
    return table.assign(gap=table["backward"] - table["forward"])


def area(branches: pd.DataFrame) -> float:
    """Return the area that two branches enclose, by trapezia; positive if backward lies above.

    Parameters
    ----------
    branches : DataFrame
        What `loop` returned. Values of the parameter that only one branch has are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> area(pd.DataFrame({"cost": [1.0, 2.0, 3.0], "gap": [0.0, -0.8, 0.0]}))
    -0.8
    """
    from scipy.integrate import trapezoid

    both = branches.dropna(subset=["gap"])
    return float(trapezoid(both["gap"], both.iloc[:, 0]))


def _of_schedule(source: Measurements, parameter: str) -> pd.DataFrame:
    """Return the last round of each stretch of one parameter value, with its branch."""
    import pandas as pd

    table = all_rounds(source)
    require(table, [parameter])
    table = table.dropna(subset=[parameter])
    if not (table[parameter].dtype.kind in "iuf" and np.isfinite(table[parameter]).all()):
        raise ValueError(f"'{parameter}' must hold finite numbers")
    table = table.assign(**{parameter: _matched(table[parameter].to_numpy())})
    parts = []
    for _, run in table.groupby("run", sort=False):
        held = run[run[parameter].ne(run[parameter].shift(-1))]
        directions = np.sign(np.diff(held[parameter]))
        turns = 1 + np.flatnonzero(np.diff(directions))
        if len(turns) > 1:
            rounds = ", ".join(str(each) for each in held["round"].iloc[turns])
            raise ValueError(
                f"'{parameter}' turns more than once, after rounds {rounds}; take the rounds of "
                "one way there and back"
            )
        for turn in turns:
            there, back = held.iloc[: turn + 1], held.iloc[turn:]
            parts += [there.assign(branch="forward"), back.assign(branch="backward")]
    return pd.concat(parts) if parts else table.assign(branch="none")


def _matched(values: NDArray[Any]) -> NDArray[Any]:
    """Return values with the least of those that are equal but for rounding in place of each."""
    distinct = np.unique(values)
    apart = np.diff(distinct, prepend=-np.inf) > SAME * np.abs(distinct).max(initial=0)
    least = distinct[apart]
    return np.asarray(least[np.searchsorted(least, values, side="right") - 1])


def _of_sweep(source: Measurements, start: str) -> pd.DataFrame:
    """Return the last round of each run, with the branch that its start means."""
    table = last_rounds(source)
    require(table, [start])
    starts = sorted(table[start].unique())
    if len(starts) != 2:  # noqa: PLR2004
        raise ValueError(f"'{start}' must have two values, a small and a large, not {len(starts)}")
    return table.assign(branch=np.where(table[start] == starts[0], "forward", "backward"))
