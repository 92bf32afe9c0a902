"""What is printed when runs have ended."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from groundswell.scenarios.result import Result

if TYPE_CHECKING:
    import pandas as pd

MOST_LINES = 20
SHOWN = {
    "member_share": "members",
    "alpha": "α",
    "success": "S",
    "lift": "lift",
    "accuracy": "accuracy",
}


def print_summary(result: Result, console: Console) -> None:
    """Print how each run ended, when S first passed the target, and where the results are."""
    runs, series = result.runs, result.series
    target = result.scenario.measure.target_success
    varied = [name for name in result.scenario.sweep.grid if name in runs.columns]
    table = Table(box=None)
    for heading in (
        *_short(varied),
        "replicate",
        *SHOWN.values(),
        f"S >= {target:g} first in round",
    ):
        table.add_column(escape(heading), no_wrap=True)
    for run in runs.head(MOST_LINES).to_dict("records"):
        rows = series[series["run"] == run["run"]]
        names = [escape(str(run[name])) for name in [*varied, "replicate"]]
        table.add_row(*names, *_ending(rows, target))
    console.print(table)
    if len(runs) > MOST_LINES:
        console.print(f"... and {len(runs) - MOST_LINES:,} more runs")
    for run in runs[runs["status"] != "ok"].to_dict("records"):
        last = (run["error"] or "").strip().splitlines()[-1:]
        console.print(f"run {run['run']} {run['status']}: {''.join(last)}", markup=False)
    folder = result.folder
    if folder is not None:
        console.print(f"series: {os.path.join(folder, 'series.csv')}", markup=False)
        console.print(f"results: {folder}", markup=False)


def _short(keys: list[str]) -> list[str]:
    """Return the last part of each key, or all of it where two share that."""
    last = [key.rpartition(".")[2] for key in keys]
    return [key if last.count(end) > 1 else end for key, end in zip(keys, last, strict=True)]


def _ending(rows: pd.DataFrame, target: float) -> list[str]:
    if rows.empty:
        return ["-"] * (len(SHOWN) + 1)
    last = rows.iloc[-1]
    passed = rows.loc[rows["success"] >= target, "round"]
    values = ["-" if last[name] != last[name] else f"{last[name]:.3f}" for name in SHOWN]
    return [*values, str(int(passed.iloc[0])) if len(passed) else "never"]
