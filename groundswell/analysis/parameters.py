r"""The numbers that decide a collective's success on a finite P0: ξ, Δ, p and τ.

Exact, where P0 is known as a table ``p0`` of shape [cells, labels] that sums to 1; plug-in with a
bootstrap interval, where only rows are known. The signal g is an integer array ``to`` that sends
each cell to a cell, idempotent: ``to[to] == to``. Definitions follow Hardt et al., ICML 2023; the
conventions at cells without mass are ours **[D]**: Δ and p are extremes over cells with P0(x) > 0,
for on the others P0(y|x) is undefined and no honest point is ever there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundswell.analysis.bounds import FloatArray, checked

IntArray = NDArray[np.int64]


def uniqueness(p0: ArrayLike, to: ArrayLike) -> float:
    """ξ = P0(X*), the share of honest points that already carry the signal.

    Examples
    --------
    >>> uniqueness([[0.2, 0.05], [0.5, 0.25]], to=[0, 0])
    0.25
    """
    base = base_table(p0)
    return min(1.0, float(base[np.unique(signal_map(to, len(base)))].sum()))


def gap(p0: ArrayLike, to: ArrayLike, target: int) -> float:
    """Δ = max over signal cells with P0(x) > 0 of max_y P0(y|x) - P0(y*|x).

    It is 0 where no signal cell has mass: then ξ = 0, and nothing resists.

    Examples
    --------
    >>> round(gap([[0.2, 0.05], [0.5, 0.25]], to=[0, 0], target=1), 12)
    0.6
    """
    base = base_table(p0)
    cells = base[np.unique(signal_map(to, len(base)))]
    cells = cells[cells.sum(axis=1) > 0]
    behind = cells.max(axis=1) - cells[:, label_index(target, base)]
    return float((behind / cells.sum(axis=1)).max(initial=0))


def positivity(p0: ArrayLike, target: int) -> float:
    """Return p, the smallest P0(y*|x) over the cells with P0(x) > 0.

    Examples
    --------
    >>> round(positivity([[0.2, 0.05], [0.5, 0.25]], target=1), 12)
    0.2
    """
    base = base_table(p0)
    cells = base[base.sum(axis=1) > 0]
    return float((cells[:, label_index(target, base)] / cells.sum(axis=1)).min())


def distance(p0: ArrayLike, to: ArrayLike) -> float:
    """``τ = E max_y |P0(y|x) - P0(y|g(x))|``, how much the signal tells about the label.

    It is NaN if a point of P0 is sent to a cell with P0(g(x)) = 0: what the label would be there
    is not defined, and the erasing bound promises nothing.

    Examples
    --------
    >>> round(distance([[0.2, 0.05], [0.5, 0.25]], to=[0, 0]), 12)
    0.1
    """
    base = base_table(p0)
    signal, mass = signal_map(to, len(base)), base.sum(axis=1)
    seen = mass > 0
    if not seen[signal[seen]].all():
        return float("nan")
    given = base / np.where(seen, mass, 1)[:, None]
    return min(1.0, float(mass @ np.abs(given - given[signal]).max(axis=1)))


class Estimate(NamedTuple):
    """A plug-in value and the ends of its bootstrap interval."""

    value: float
    low: float
    high: float


class Estimates(NamedTuple):
    """ξ, Δ, p and τ as estimated from rows."""

    uniqueness: Estimate
    gap: Estimate
    positivity: Estimate
    distance: Estimate


def estimate(
    cells: ArrayLike,
    labels: ArrayLike,
    to: ArrayLike,
    target: int,
    *,
    n_labels: int,
    rng: int | np.random.Generator,
    resamples: int = 1000,
    level: float = 0.95,
    min_rows: int = 1,
) -> Estimates:
    """Plug-in estimates of ξ, Δ, p and τ from rows, with percentile bootstrap intervals.

    Extremes are biased in small samples, Δ upwards and p downwards, because a cell seen once has
    a conditional law of zeros and ones; `min_rows` keeps rare cells out of these two. Where labels
    or cells tie for an extreme, intervals cover less often than they say. And where no row carries
    the signal every resample agrees that ξ = 0: an interval of width 0 is no evidence of
    uniqueness (`groundswell.analysis.certificate` gives bounds that hold).

    Parameters
    ----------
    cells, labels : array_like
        The cell and the label of each row, integers from 0.
    to, target : array_like, int
        The signal on all cells, and the target label.
    n_labels : int
        How many labels there are, seen or not.
    rng : int or numpy.random.Generator
        Seed or source of the resampling.
    resamples, level, min_rows : int, float, int
        How many resamples; what share of them the interval holds; how many rows a cell needs to
        count in Δ and p.

    Returns
    -------
    Estimates
        An `Estimate` for each; NaN where undefined, as τ is when a signal cell that is needed has
        no rows. Resamples in which a parameter is undefined are left out of its interval.

    Raises
    ------
    ValueError
        If there are no rows, or a number is outside its domain.

    Examples
    --------
    >>> found = estimate([0, 1, 1, 1], [0, 0, 0, 1], [0, 0], 1, n_labels=2, rng=7)
    >>> found.uniqueness
    Estimate(value=0.25, low=0.0, high=0.75)
    """
    counts = count_table(cells, labels, len(np.atleast_1d(to)), n_labels)
    inside = float(checked("level", level, 0, 1, "()"))
    rows, source = int(counts.sum()), np.random.default_rng(rng)
    drawn = source.multinomial(rows, (counts / rows).ravel(), size=resamples)
    found = [_plug_in(table.reshape(counts.shape), to, target, min_rows) for table in drawn]
    value = _plug_in(counts, to, target, min_rows)
    return Estimates(
        *(_interval(*both, inside) for both in zip(value, np.transpose(found), strict=True))
    )


def _plug_in(counts: IntArray, to: ArrayLike, target: int, min_rows: int) -> tuple[float, ...]:
    p0 = counts / counts.sum()
    common = counts * (counts.sum(axis=1, keepdims=True) >= min_rows)
    if not common.any():
        return uniqueness(p0, to), np.nan, np.nan, distance(p0, to)
    usual = common / common.sum()
    return uniqueness(p0, to), gap(usual, to, target), positivity(usual, target), distance(p0, to)


def _interval(value: float, resampled: FloatArray, level: float) -> Estimate:
    defined = resampled[~np.isnan(resampled)]
    if np.isnan(value) or not defined.size:
        return Estimate(value, np.nan, np.nan)
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value, float(low), float(high))


def count_table(cells: ArrayLike, labels: ArrayLike, n_cells: int, n_labels: int) -> IntArray:
    """How many rows there are of each cell and label, [cells, labels]."""
    cell, label = _codes("cells", cells, n_cells), _codes("labels", labels, n_labels)
    if cell.shape != label.shape or not cell.size:
        raise ValueError(
            f"cells and labels must have one entry per row, found {cell.size} and {label.size}"
        )
    flat = np.bincount(cell * n_labels + label, minlength=n_cells * n_labels)
    return flat.reshape(n_cells, n_labels).astype(np.int64)


def base_table(p0: ArrayLike) -> FloatArray:
    """Return P0 as an array, or say why it is no distribution over cells × labels."""
    base = checked("p0", p0, 0, 1)
    if base.ndim != 2 or not base.size:  # noqa: PLR2004
        raise ValueError(f"p0 must be a table of cells × labels, found shape {base.shape}")
    if abs(base.sum() - 1) > 1e-9:  # noqa: PLR2004
        raise ValueError(f"p0 must sum to 1, found {base.sum()}")
    return base


def signal_map(to: ArrayLike, n_cells: int) -> IntArray:
    """Return g as an array, or say why it is no idempotent map of the cells."""
    signal = _codes("to", to, n_cells)
    if signal.shape != (n_cells,):
        raise ValueError(f"to must hold one cell for each of {n_cells}, found {signal.shape}")
    if (signal[signal] != signal).any():
        raise ValueError("to must be idempotent: a cell that carries the signal must keep it")
    return signal


def label_index(target: int, table: FloatArray | IntArray) -> int:
    """Return the target label, or say that the table has no such column."""
    if not 0 <= target < table.shape[1]:
        raise ValueError(f"target must be a label from 0 to {table.shape[1] - 1}, found {target}")
    return target


def _codes(name: str, values: ArrayLike, below: int) -> IntArray:
    codes = np.asarray(values)
    if codes.size and not np.issubdtype(codes.dtype, np.integer):
        raise ValueError(f"{name} must be integers, found {codes.dtype}")
    wrong = (codes < 0) | (codes >= below)
    if wrong.any():
        raise ValueError(f"{name} must be from 0 to {below - 1}, found {codes[wrong].flat[0]}")
    return codes.astype(np.int64)
