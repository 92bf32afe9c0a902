"""Which settings an outcome depends on, and how much of it is chance.

`morris` reads a sweep with ``[sweep.morris]``, `sobol` and `interactions` one with
``[sweep.saltelli]``; SALib makes these designs and estimates from them. An outcome is one number
per run: a column of ``series`` in the last or another round, or any table with a row per run.
Outcomes of replicates are averaged, so that indices are those of the expected outcome; what chance
adds, `seed_share` says. The noise left in averages counts as interaction of all settings: it
raises total indices and σ, and more replicates lower it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from groundswell.analysis.bounds import FloatArray, checked
from groundswell.analysis.outcomes import When, complete, outcomes, replicated, setting_names
from groundswell.analysis.replicates import replicates_needed
from groundswell.analysis.tables import Measurements

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES = 500

__all__ = ["interactions", "morris", "replicates_needed", "seed_share", "sobol"]


def morris(
    result: Any,
    value: str = "alpha",
    *,
    when: When = "last",
    table: pd.DataFrame | None = None,
    level: float = 0.95,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Return elementary effects: how much each setting moves an outcome (Morris 1991).

    An effect is the change of the outcome per change of the setting, which counts 1 from one end of
    its range to the other (of its logarithm, if it is spread over that).

    Parameters
    ----------
    result : Result
        Of a sweep with ``[sweep.morris]``.
    value, when, table
        The outcome, as for `groundswell.analysis.outcomes.outcomes`.
    level : float
        What intervals are to cover.
    rng
        For the bootstrap behind them.

    Returns
    -------
    DataFrame
        A row per setting: ``parameter``, ``mu`` (mean effect, with its sign), ``mu_star`` (mean of
        its size: 0 where the setting does not matter), ``sigma`` (how effects differ from place to
        place: interactions, curvature, and noise), and ``mu_star_conf``, half the width of the
        interval of ``mu_star``.

    Raises
    ------
    ValueError
        If it is another sweep, or runs are missing.
    """
    import pandas as pd
    from SALib.analyze import morris as salib

    design = _design(result, "morris")
    found = salib.analyze(
        design.problem(),
        design.unit(result.scenario.seed),
        _averages(result, design, value, when, table),
        num_resamples=RESAMPLES,
        conf_level=float(checked("level", level, 0, 1, "()")),
        num_levels=design.levels,
        seed=np.random.default_rng(rng),
    )
    columns = ("mu", "mu_star", "sigma", "mu_star_conf")
    return pd.DataFrame({"parameter": list(design.ranges)} | _columns(found, columns))


def sobol(
    result: Any,
    value: str = "alpha",
    *,
    when: When = "last",
    table: pd.DataFrame | None = None,
    level: float = 0.95,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Return Sobol indices: what share of an outcome's variance each setting is behind.

    Settings are taken as independent and uniform over their ranges.

    Parameters
    ----------
    result : Result
        Of a sweep with ``[sweep.saltelli]``.
    value, when, table, level, rng
        As in `morris`.

    Returns
    -------
    DataFrame
        A row per setting: ``parameter``, ``S1`` (the share that would go if the setting alone were
        known), ``ST`` (the share that would stay if all others were), and ``S1_conf`` and
        ``ST_conf``, half the widths of their bootstrap intervals. Estimates of what is 0 may be
        below it.

    Raises
    ------
    ValueError
        If it is another sweep, runs are missing, or all outcomes are equal.
    """
    import pandas as pd

    found, design = _saltelli(result, value, when, table, level, rng)
    columns = ("S1", "S1_conf", "ST", "ST_conf")
    return pd.DataFrame({"parameter": list(design.ranges)} | _columns(found, columns))


def interactions(
    result: Any,
    value: str = "alpha",
    *,
    when: When = "last",
    table: pd.DataFrame | None = None,
    level: float = 0.95,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Return second-order Sobol indices: the shares that pairs have beyond their single ones.

    Parameters
    ----------
    result : Result
        Of a sweep with ``[sweep.saltelli]`` and ``second_order = true``.
    value, when, table, level, rng
        As in `morris`.

    Returns
    -------
    DataFrame
        A row per pair: ``parameter``, ``other``, ``S2`` and ``S2_conf``.

    Raises
    ------
    ValueError
        As in `sobol`, or if the design has no points for pairs.
    """
    import pandas as pd

    found, design = _saltelli(result, value, when, table, level, rng)
    if not design.second_order:
        raise ValueError("the design has no points for pairs; set second_order = true")
    pairs = list(combinations(range(len(design.ranges)), 2))
    names = list(design.ranges)
    return pd.DataFrame(
        {
            "parameter": [names[one] for one, _ in pairs],
            "other": [names[other] for _, other in pairs],
            **{key: [float(found[key][pair]) for pair in pairs] for key in ("S2", "S2_conf")},
        }
    )


def seed_share(
    source: Measurements,
    value: str = "alpha",
    *,
    by: str | Sequence[str] | None = None,
    when: When = "last",
    table: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what share of an outcome's variance is due to the seed.

    By the law of total variance, Var Y = Var E[Y|x] + E Var[Y|x] over the points x that were run,
    each counting the same, and over seeds. Both terms are estimated without bias, also where the
    replicates of all points share their random numbers, as those of a sweep do: the first by the
    mean covariance of two replicates over the points, the second by the mean variance at a point.

    Parameters
    ----------
    source : Result or DataFrame
        Runs of at least two replicates.
    value, when, table
        As in `morris`.
    by : str or sequence of str, optional
        Columns that tell points apart; by default all settings that vary in a result.

    Returns
    -------
    DataFrame
        One row: ``points``, ``replicates``, ``between`` and ``within`` (the two terms),
        ``variance`` (their sum) and ``share``, that of ``within``. The first may come out below 0
        where settings hardly matter, and the share above 1.

    Raises
    ------
    ValueError
        If there are no replicates, or runs are missing.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"cost": [1, 1, 2, 2], "replicate": [0, 1, 0, 1]})
    >>> seed_share(table.assign(alpha=[0.1, 0.2, 0.7, 0.8]), by=["cost"]).round(3)
       points  replicates  between  within  variance  share
    0       2           2     0.09   0.005     0.095  0.053
    """
    import pandas as pd

    by = setting_names(source, by)
    y = replicated(outcomes(source, value, when, table), value, by)
    points, replicates = y.shape
    if replicates == 1:
        raise ValueError("the seed's share needs replicates; set replicates = 2 or more")
    alone, together = y.var(axis=0).sum(), replicates**2 * y.mean(axis=1).var()
    between = float((together - alone) / (replicates * (replicates - 1)))
    within = float(y.var(axis=1, ddof=1).mean())
    row = {"between": between, "within": within, "variance": between + within}
    share = within / row["variance"] if row["variance"] else np.nan
    return pd.DataFrame([{"points": points, "replicates": replicates, **row, "share": share}])


def _saltelli(
    result: Any,
    value: str,
    when: When,
    table: pd.DataFrame | None,
    level: float,
    rng: int | np.random.Generator,
) -> tuple[Any, Any]:
    """Return what SALib finds, and the design."""
    from SALib.analyze import sobol as salib

    design = _design(result, "saltelli")
    y = _averages(result, design, value, when, table)
    if np.ptp(y) == 0:
        raise ValueError(f"'{value}' is {y[0]:g} in all runs; there is no variance to share out")
    found = salib.analyze(
        design.problem(),
        y,
        calc_second_order=design.second_order,
        num_resamples=RESAMPLES,
        conf_level=float(checked("level", level, 0, 1, "()")),
        seed=np.random.default_rng(rng),
    )
    return found, design


def _design(result: Any, name: str) -> Any:
    sweep = getattr(getattr(result, "scenario", None), "sweep", None)
    design = getattr(sweep, name, None)
    if design is None:
        raise ValueError(f"this needs the result of a sweep with [sweep.{name}]")
    return design


def _averages(
    result: Any, design: Any, value: str, when: When, table: pd.DataFrame | None
) -> FloatArray:
    """Return the mean outcome at each point of a design, in its order.

    Runs are found by their settings, so that no missing one shifts others. Equal points of the
    design share their runs.
    """
    by = list(design.ranges)
    points = [tuple(map(float, point)) for point in design.spread(result.scenario.seed)]
    wanted = set(points)
    found = outcomes(result, value, when, table)
    found = found[[point in wanted for point in _points(found, by)]]
    complete(found, value, by, points=len(wanted))
    measured: dict[tuple[float, ...], list[float]] = {point: [] for point in points}
    for point, outcome in zip(_points(found, by), found[value], strict=True):
        measured[point].append(float(outcome))
    return np.array([np.mean(measured[point]) for point in points])


def _points(found: pd.DataFrame, by: Sequence[str]) -> list[tuple[float, ...]]:
    columns = [found[name].astype(float) for name in by]
    return list(zip(*columns, strict=True))


def _columns(found: Any, names: Sequence[str]) -> dict[str, FloatArray]:
    return {name: np.asarray(found[name], dtype=float) for name in names}
