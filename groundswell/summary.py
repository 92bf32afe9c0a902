"""What is printed when runs have ended."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from rich import markup
from rich.console import Console
from rich.table import Table

from groundswell.analysis import groups
from groundswell.problems import printable
from groundswell.progress import print_object
from groundswell.scenarios.database import RUNS
from groundswell.scenarios.result import Result

if TYPE_CHECKING:
    import pandas as pd

MOST_LINES = 20
BADLY = {"status": ["failed", "diverged"]}
SHOWN = {
    "member_share": "members",
    "alpha": "α",
    "success": "S",
    "lift": "lift",
    "accuracy": "accuracy",
}


def print_summary(result: Result, console: Console) -> None:
    """Print how each run ended, when S first passed the target, and where the results are."""
    statuses = result.statuses
    runs = result.read("runs", limit=MOST_LINES)
    shown = {"run": runs["run"]}
    series = result.read("series", where=shown)
    target = result.scenario.measure.target_success
    varied = [name for name in runs.columns if name not in RUNS]
    worst = _worst_groups(result.read("groups", where=shown))
    table = Table(box=None)
    for heading in (
        *short(varied),
        "replicate",
        *SHOWN.values(),
        *(f"worst {by}" for by in worst),
        f"S >= {target:g} first in round",
    ):
        table.add_column(escape(heading))  # wraps where it is tight, so that numbers stay whole
    for run in runs.to_dict("records"):
        rows = series[series["run"] == run["run"]]
        names = [escape(str(run[name])) for name in [*varied, "replicate"]]
        least = [escape(of_run.get(run["run"], "-")) for of_run in worst.values()]
        table.add_row(*names, *_last(rows), *least, _passed(rows, target))
    console.print(table)
    total = sum(statuses.values())
    if total > MOST_LINES:
        console.print(f"... and {total - MOST_LINES:,} more runs")
    if result.already:
        done = total - result.already
        console.print(f"{result.already:,} of the {total:,} runs were there already, {done:,} new")
    _print_failures(result, console)
    folder = result.folder
    if folder is not None:
        console.print(f"series: {os.path.join(folder, 'series.csv')}", markup=False)
        console.print(f"results: {folder}", markup=False)
        console.print(f"report: groundswell report {shlex.quote(str(folder))}", markup=False)


def escape(text: str) -> str:
    """Return text as it is shown, whatever it holds."""
    return markup.escape(printable(text))


def counted(count: int, what: str) -> str:
    """Return a number of things: 1 run, 2 runs."""
    return f"{count:,} {what}{'s' * (count != 1)}"


def print_json(result: Result, *, interrupted: bool = False) -> None:
    """Print where the results are, how many runs ended how and which badly, as a JSON object."""
    end = {"event": "end", "folder": str(result.folder), "already": result.already}
    statuses = dict.fromkeys(("ok", "diverged", "failed"), 0) | result.statuses
    badly = [
        {"run": run["run"], "status": run["status"], "error": _last_line(run["error"])}
        for run in result.read("runs", ["run", "status", "error"], BADLY).to_dict("records")
    ]
    print_object(end | statuses | {"interrupted": interrupted, "failures": badly})


def _print_failures(result: Result, console: Console) -> None:
    """Print which runs did not end well, and what to do."""
    statuses = result.statuses
    count = statuses.get("failed", 0) + statuses.get("diverged", 0)
    if not count:
        return
    for run in result.read("runs", where=BADLY, limit=MOST_LINES).to_dict("records"):
        last = _last_line(run["error"])
        console.print(f"run {run['run']} {run['status']}: {last}", markup=False)
    if count > MOST_LINES:
        console.print(f"... and {count - MOST_LINES:,} more; see the column 'error' of runs.csv")
    if statuses.get("failed"):
        console.print(f"{statuses['failed']:,} failed; --retry-failed runs them again")


def _last_line(error: str | None) -> str:
    """Return what a traceback ends with."""
    return "".join((error or "").strip().splitlines()[-1:])


def short(keys: list[str]) -> list[str]:
    """Return the last part of each key, or all of it where two share that."""
    last = [key.rpartition(".")[2] for key in keys]
    return [key if last.count(end) > 1 else end for key, end in zip(keys, last, strict=True)]


def _last(rows: pd.DataFrame) -> list[str]:
    """Return what is shown of the last round of a run."""
    if rows.empty:
        return ["-"] * len(SHOWN)
    last = rows.iloc[-1]
    return ["-" if last[name] != last[name] else f"{last[name]:.3f}" for name in SHOWN]


def _passed(rows: pd.DataFrame, target: float) -> str:
    """Return the first round of a run in which success passed the target."""
    passed = rows.loc[rows["success"] >= target, "round"]
    return str(int(passed.iloc[0])) if len(passed) else "-" if rows.empty else "never"


def _worst_groups(table: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return the least accurate group in the last round of each run, by grouping and run."""
    if table.empty:
        return {}
    worst: dict[str, dict[str, str]] = {by: {} for by in table["by"].unique()}
    for row in groups.worst(table).to_dict("records"):  # later rounds come later, and stay
        worst[row["by"]][row["run"]] = f"{row['group']}: {row['accuracy']:.3f}"
    return worst
