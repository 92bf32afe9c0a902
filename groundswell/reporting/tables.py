"""Tables of a report: how runs ended, and what they came to at each point of a sweep."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from groundswell.analysis.tables import last_rounds, settings
from groundswell.scenarios.result import Result

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 60
MOST_FAILURES = 20
ROUNDING = 1e-12
"""Of a mean: what is smaller is no spread of equal values."""
SHOWN = {
    "member_share": "members",
    "alpha": "α",
    "alpha_eff": "α_eff",
    "success": "success S",
    "lift": "lift",
    "accuracy": "accuracy",
    "welfare": "welfare",
}
"""Columns of ``series`` that are shown where they were measured, and what they are called."""


class Table(NamedTuple):
    """A table as text: its caption, its headings, its rows, and what was left out of it."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def table(
    caption: str,
    frame: pd.DataFrame,
    by: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
) -> Table:
    """Return a data frame as text, cut where nobody would read on; settings in full."""
    headings = [(names or {}).get(name, name) for name in map(str, frame.columns)]
    cells = [setting_shown if name in by else shown for name in frame.columns]
    rows = [
        [cell(value) for cell, value in zip(cells, row, strict=True)]
        for row in frame.head(MOST_ROWS).itertuples(index=False)
    ]
    note = f"{MOST_ROWS:,} of {len(frame):,} rows are shown." if len(frame) > MOST_ROWS else ""
    return Table(caption, headings, rows, note)


def shown(value: Any) -> str:
    """Return a value as a cell shows it.

    >>> shown(0.12345), shown(0.00012), shown(1500.4), shown(float("nan")), shown(True)
    ('0.123', '0.00012', '1,500', '–', 'yes')
    """
    if value is None or value != value:
        return "–"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    if isinstance(value, float | np.floating):
        return _number(float(value))
    return str(value)


def _number(value: float) -> str:
    """Return a number with about three digits that matter."""
    size = abs(value)
    if 0 < size < 0.001:  # noqa: PLR2004
        return f"{value:.2g}"
    return f"{value:.3f}" if size < 10 else f"{value:.1f}" if size < 1000 else f"{value:,.0f}"  # noqa: PLR2004


def setting_shown(value: Any) -> str:
    """Return the value of a setting, in full."""
    plain = isinstance(value, float | np.floating) and not math.isnan(value)
    return f"{value:g}" if plain else shown(value)


def measured(ends: pd.DataFrame) -> list[str]:
    """Return the columns that are shown and hold a value; other shares only where not α."""
    there = [name for name in SHOWN if name in ends and ends[name].notna().any()]
    shares = {"member_share", "alpha_eff"} if "alpha" in there else set()
    same = {name for name in shares & {*there} if np.allclose(ends[name], ends["alpha"])}
    return [name for name in there if name not in same]


def ending(result: Result, ends: pd.DataFrame) -> Table:
    """Return what was measured in the last rounds of all runs that went well."""
    starts = result.read("series", where={"round": 0, "status": "ok"})
    rows = []
    for name in measured(ends):
        last = ends[name].dropna()
        values = (starts[name].mean(), last.mean(), last.min(), last.median(), last.max())
        rows.append([SHOWN[name], *map(shown, values), f"{len(last):,}"])
    headings = ("", "start, mean", "end, mean", "lowest", "median", "highest", "runs")
    return Table("What was measured in round 0 and in the last round of each run", headings, rows)


def by_point(result: Result, ends: pd.DataFrame) -> Table | None:
    """Return means and 95 % intervals in the last rounds, for each point of a sweep."""
    by = settings(result)
    if not by or ends.empty:
        return None
    columns = measured(ends)
    groups = ends.groupby(by, sort=False, dropna=False)
    counts = groups.size()
    means, radii = groups[columns].mean(), _radii(groups, columns)
    rows = []
    for point in counts.index[:MOST_ROWS]:
        values = point if isinstance(point, tuple) else (point,)
        cells = map(_interval, means.loc[[point]].iloc[0], radii.loc[[point]].iloc[0])
        rows.append([*map(setting_shown, values), f"{counts[point]:,}", *cells])
    cut = len(counts) > MOST_ROWS
    note = f"The first {MOST_ROWS:,} of {len(counts):,} points; runs.csv and series.csv have all."
    headings = (*by, "runs", *(SHOWN[name] for name in columns))
    caption = "Last rounds at each point of the sweep: mean ± half a 95 % interval (Student's)"
    return Table(caption, headings, rows, note if cut else "")


def failures(result: Result) -> Table | None:
    """Return which runs failed or diverged, and why, equal reasons once."""
    found = result.read("runs", ["run", "status", "error"], {"status": ["failed", "diverged"]})
    if found.empty:
        return None
    last = found["error"].map(lambda text: "".join((text or "").strip().splitlines()[-1:]))
    grouped = found.assign(reason=last).groupby(["status", "reason"], sort=False)["run"]
    rows = [
        [f"{len(runs):,}", status, reason or "–", runs.iloc[0]]
        for (status, reason), runs in grouped
    ]
    more = len(rows) > MOST_FAILURES
    note = f"{MOST_FAILURES} of {len(rows):,} reasons; see the column error of runs.csv."
    headings = ("runs", "status", "reason", "one of them")
    return Table("Runs that did not go well", headings, rows[:MOST_FAILURES], note if more else "")


def last_of(result: Result) -> pd.DataFrame:
    """Return the last round of each run that went well, beside its settings."""
    return last_rounds(result)


def _radii(groups: Any, columns: Sequence[str]) -> pd.DataFrame:
    """Return half the widths of 95 % intervals; none of a single value."""
    from scipy.special import stdtrit

    counts = groups[list(columns)].count()
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = stdtrit(counts.where(counts > 1) - 1, 0.975) / np.sqrt(counts)
    radii: pd.DataFrame = groups[list(columns)].std() * factor
    return radii


def _interval(mean: float, radius: float) -> str:
    if radius != radius:
        return shown(mean)
    return f"{shown(mean)} ± {shown(radius if radius > ROUNDING * abs(mean) else 0.0)}"
