"""The effective size of a collective: its share α_eff by the weights a learner ended up using.

*B* is Ben-Dov, Fawkes, Samadi and Sanyal, "The Role of Learning Algorithms in Collective Action",
ICML 2024. **[B~]** marks what is reconstructed from sources about it, **[D]** what is derived here.
Plain training (ERM) has α_eff = α; learners that look for what is hard make small collectives
larger and large ones smaller [B~]: α_eff(α) starts above the diagonal and ends below it. A larger
α_eff does not by itself mean more success, so both stand side by side here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from groundswell.analysis import bounds, parameters
from groundswell.analysis.bounds import FloatArray, checked, plain
from groundswell.analysis.isotonic import ROUNDING, Sweep
from groundswell.analysis.tables import Measurements, grouped, measured

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")
BESIDE = ("success", "lift", "accuracy")
"""Columns whose means stand beside the effective size."""


def by_share(
    source: Measurements,
    *,
    by: str | Sequence[str] | None = None,
    value: str = "alpha_eff",
    level: float = 0.95,
) -> pd.DataFrame:
    """Put effective size, success, lift and accuracy side by side, by learner and share.

    Parameters
    ----------
    source : Result or DataFrame
        A sweep over ``collective.seeds``, of which the last round of each run counts; or a table
        with columns ``alpha`` and ``alpha_eff``, such as ``SuccessCurve.table()``.
    by : str or sequence of str, optional
        Columns to take apart; by default what varies beside ``collective.seeds`` in a result.
    value : str
        The column to take for the effective size: ``"alpha_eff"`` averages weights over the
        training, ``"alpha_eff_final"`` has those of the epoch served.
    level : float
        What the interval is to cover, in (0, 1).

    Returns
    -------
    DataFrame
        One row per combination of `by` and share: these columns, ``alpha``, ``alpha_eff``, the ends
        ``low`` and ``high`` of its Student interval over replicates (NaN with fewer than two),
        ``ratio`` (α_eff/α, NaN at α = 0), the means of ``success``, ``lift`` and ``accuracy`` as
        far as the table has them, and ``replicates``.

    Raises
    ------
    ValueError
        If a column is missing, or nothing was measured.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"alpha": [0.1, 0.1], "alpha_eff": [0.2, 0.3], "success": [0.5, 0.7]})
    >>> by_share(table)[["alpha", "alpha_eff", "ratio", "success"]].round(3)
       alpha  alpha_eff  ratio  success
    0    0.1       0.25    2.5      0.6
    """
    import pandas as pd
    from scipy.stats import t

    by, table = measured(source, by, value)
    beside = [name for name in BESIDE if name in table]
    rows = []
    for named, group in grouped(table, [*by, "alpha"]):
        sizes = group[value]
        half = sizes.sem() * t.ppf((1 + level) / 2, len(sizes) - 1) if len(sizes) > 1 else NAN
        mean, alpha = float(sizes.mean()), group["alpha"].iloc[0]
        rows.append(
            {
                **named,
                "alpha_eff": mean,
                "low": mean - half,
                "high": mean + half,
                "ratio": mean / alpha if alpha else NAN,
                **group[beside].mean(),
                "replicates": len(sizes),
            }
        )
    return pd.DataFrame(rows)


def crossing(
    source: Measurements,
    *,
    by: str | Sequence[str] | None = None,
    value: str = "alpha_eff",
    resamples: int = 1000,
    level: float = 0.95,
    rng: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Find the share at which the effective size comes to lie below the diagonal α_eff = α.

    Mean α_eff is taken to be linear between the shares that were measured. The interval is a
    percentile bootstrap over whole replicates.

    Parameters
    ----------
    source, by, value
        As for `by_share`.
    resamples : int
        Number of bootstrap resamples.
    level : float
        What the interval is to cover, in (0, 1).
    rng : int or numpy.random.Generator
        Randomness of the bootstrap.

    Returns
    -------
    DataFrame
        One row per combination of `by`: these columns, ``crossing`` (the first share from which
        α_eff < α; NaN if it never falls from above to below), ``low``, ``high`` (NaN with fewer
        than two replicates) and ``crosses`` (share of the resamples that do cross).

    Raises
    ------
    ValueError
        If a column is missing, or nothing was measured.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"alpha": [0.1, 0.2], "alpha_eff": [0.15, 0.15]})
    >>> round(crossing(table)["crossing"].item(), 3)
    0.15
    """
    import pandas as pd

    by, table = measured(source, by, value)
    draws = np.random.default_rng(rng)
    rows = []
    for named, group in grouped(table, by):
        sweep = Sweep.of(group, value)
        times = sweep.resampled(resamples, draws)
        found = _falls_through(*sweep.mean(np.ones(len(sweep.sums))))
        again = np.array([_falls_through(*sweep.mean(one)) for one in times])
        there = again[np.isfinite(again)]
        low, high = (
            np.quantile(there, [(1 - level) / 2, (1 + level) / 2]) if len(there) else (NAN, NAN)
        )
        crosses = len(there) / len(again) if len(again) else NAN
        rows.append({**named, "crossing": found, "low": low, "high": high,
                     "crosses": crosses})  # fmt: skip
    columns = [*by, "crossing", "low", "high", "crosses"]
    return pd.DataFrame(rows, columns=columns)


def jtt(
    alpha: ArrayLike, *, upweight: ArrayLike, error_collective: ArrayLike, error_base: ArrayLike
) -> float | FloatArray:
    """Return α_eff of just-train-twice, exactly.

    α(1+(λ-1)e_C) / (α(1+(λ-1)e_C) + (1-α)(1+(λ-1)e_B))  [B~]: above α iff e_C > e_B, and it can
    fall as α grows, since e_C does.

    Parameters
    ----------
    alpha
        Share of planted points, in [0, 1].
    upweight
        Weight λ >= 1 of the identifier's mistakes.
    error_collective, error_base
        Error rates e_C and e_B of the identifier on planted and on other points, in [0, 1].

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> round(jtt(0.01, upweight=20, error_collective=0.8, error_base=0.3), 4)
    0.0238
    """
    share = checked("alpha", alpha, 0, 1)
    extra = checked("upweight", upweight, 1, np.inf, "[)") - 1
    members = share * (1 + extra * checked("error_collective", error_collective, 0, 1))
    others = (1 - share) * (1 + extra * checked("error_base", error_base, 0, 1))
    return plain(members / (members + others))


def theorem(
    p0: ArrayLike,
    to: ArrayLike,
    target: int,
    *,
    cells: ArrayLike,
    labels: ArrayLike,
    planted: ArrayLike,
    weights: ArrayLike,
) -> pd.DataFrame:
    """Put α_eff into the feature-label bound, with ξ and Δ of both versions of the base.

    Substituting α_eff for α in Theorem 1 of Hardt et al. (2023, as reconstructed in
    `groundswell.analysis.bounds`, ε = 0) is exact only if ξ and Δ are those of the base as the
    learner weighs it, and if it weighs the collective's points alike **[D]**. Where it does not,
    what a signal cell x loses grows by at most the tilt, the largest G(x)/G_w(x): G(x) = P0(g(X)=x)
    is what S counts, G_w(x) the weight that planted points have there. The bound then reads
    1 - tilt·((1-α_eff)/α_eff)·Δ_w·ξ_w, and the Bayes classifier of the weighted rows obeys it.

    Parameters
    ----------
    p0, to, target
        P0(cell, label), the cell each cell is sent to, and the index of y*, as in
        `groundswell.analysis.parameters`.
    cells, labels, planted, weights
        Training rows: their cells and labels, whether they are planted, and the weights the learner
        ended up using, shape (rows,).

    Returns
    -------
    DataFrame
        Two rows, ``base`` "P0" (for comparison only: no theorem says so) and "re-weighted"; columns
        ``alpha_eff``, ``uniqueness``, ``gap``, ``tilt``, ``bound``. NaN without planted rows.

    Raises
    ------
    ValueError
        If the arrays do not fit, or no row beside the planted ones weighs anything.

    Examples
    --------
    >>> theorem([[0.45, 0.45], [0.1, 0.0]], [1, 1], 1, cells=[0, 0, 1, 1], labels=[0, 1, 0, 1],
    ...         planted=[False, False, False, True], weights=[1, 1, 2, 4]).round(3)
              base  alpha_eff  uniqueness  gap  tilt  bound
    0           P0        0.5         0.1  1.0   1.0    0.9
    1  re-weighted        0.5         0.5  1.0   1.0    0.5
    """
    import pandas as pd

    base = parameters.base_table(p0)
    signal = parameters.signal_map(to, len(base))
    mine, weight = np.asarray(planted, dtype=bool), np.asarray(weights, dtype=float)
    table = np.zeros((2, *base.shape))
    np.add.at(table, (mine.astype(int), np.asarray(cells), np.asarray(labels)), weight)
    honest, own = table[0], table[1].sum(axis=1)
    if not honest.sum() > 0:
        raise ValueError("no row beside the planted ones weighs anything")
    alpha = own.sum() / table.sum()
    rows = []
    for name, version, tilt in (
        ("P0", base, 1.0),
        ("re-weighted", honest / honest.sum(), _tilt(base, signal, own)),
    ):
        xi, gap = parameters.uniqueness(version, signal), parameters.gap(version, signal, target)
        even = float(bounds.feature_label(alpha, uniqueness=xi, gap=gap)) if alpha else NAN
        # A signal cell without planted rows may answer anything.
        bound = 1 - tilt * (1 - even) if tilt < np.inf else -np.inf
        rows.append(
            {"base": name, "alpha_eff": alpha, "uniqueness": xi, "gap": gap, "tilt": tilt,
             "bound": bound if alpha else NAN}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _tilt(base: FloatArray, signal: parameters.IntArray, own: FloatArray) -> float:
    """Return the largest G(x)/G_w(x), infinite where planted points miss a signal cell."""
    wanted = np.bincount(signal, base.sum(axis=1), len(base))
    met = wanted > 0
    with np.errstate(divide="ignore"):
        return float((wanted[met] * own.sum() / own[met]).max()) if own.sum() else NAN


def _falls_through(shares: FloatArray, sizes: FloatArray) -> float:
    """Return where a function, linear between its points, first falls below the diagonal."""
    excess = sizes - shares
    off = np.abs(excess) > ROUNDING
    shares, excess = shares[off], excess[off]  # on the diagonal it is neither above nor below
    falls = np.flatnonzero((excess[:-1] > 0) & (excess[1:] < 0))
    if not len(falls):
        return NAN
    i = int(falls[0])
    part = excess[i] / (excess[i] - excess[i + 1])
    return float(shares[i] + part * (shares[i + 1] - shares[i]))
