"""Pages on papers: run each signature's sweep on a fresh seed, judge it, draw it, write it down."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd

import groundswell as gs

mpl.use("Agg")
mpl.rcParams["svg.hashsalt"] = "groundswell"  # the same figure is the same file
HERE = Path(__file__).parent
FRESH_SEED = 20_261
"""A seed that nothing was tuned on: scenarios were set up on seeds under 1,000."""

Verdict = tuple[str, bool]
Check = Callable[[pd.DataFrame], Verdict]


@dataclass(frozen=True)
class Signature:
    """One claim, the scenario that shows it, and how it is judged."""

    number: str
    scenario: str
    claim: str
    setting: str
    check: Check
    x: str = "alpha"
    y: str = "success"
    by: tuple[str, ...] = ()
    last_round: bool = False
    log: bool = False
    more: Callable[[pd.DataFrame], str] = lambda table: ""


@cache
def swept(scenario: str) -> tuple[gs.Result, float]:
    """Run a scenario's sweep on the fresh seed; return the result and the seconds it took."""
    start = time.perf_counter()
    result = gs.sweep(gs.load(scenario).replace({"seed": FRESH_SEED}), workers=2)
    return result, time.perf_counter() - start


def measure(signature: Signature) -> pd.DataFrame:
    """Return one row per run of a signature's sweep."""
    result, _ = swept(signature.scenario)
    rounds = result.series.groupby("run")["round"]
    pick = rounds.transform("max") if signature.last_round else rounds.transform("min")
    return result.series[result.series["round"] == pick].merge(result.runs, on="run")


def draw(signature: Signature, table: pd.DataFrame) -> str:
    """Draw the mean with a band of one standard deviation, and the bound where there is one."""
    figure, ax = plt.subplots(figsize=(5, 3.2), layout="constrained")
    by = list(signature.by)
    groups = list(table.groupby(by, sort=False)) if by else [((), table)]
    styles = [f"{marker}{line}" for line in ("-", "--", ":") for marker in ".sx^v+"]
    if len(groups) <= len(LINES):
        styles = [f".{line}" for line in LINES]
    for (name, part), style in zip(groups, styles, strict=False):
        by_x = part.groupby(signature.x)[signature.y]
        mean, sd = by_x.mean(), by_x.std(ddof=1).fillna(0)
        (line,) = ax.plot(
            mean.index, mean, style, label=legend(by, name), markersize=4, linewidth=1.2
        )
        ax.fill_between(
            mean.index, mean - sd, mean + sd, alpha=0.2, color=line.get_color(), linewidth=0
        )
        if part["bound"].notna().any():
            bound = part.groupby(signature.x)["bound"].mean()
            ax.plot(bound.index, bound, style[1:], color="0.5", linewidth=1)
    ax.set_xlabel("share of planted data α" if signature.x == "alpha" else signature.x)
    ax.set_ylabel(
        {"success": "success S", "success_others": "success S, other labels"}[signature.y]
    )
    ax.set_ylim(-0.05, 1.05)
    if signature.log:
        ax.set_xscale("log")
    if signature.by:
        ax.legend(frameon=False, fontsize=7)
    return save(figure, signature.scenario)


LINES = ("-", "--", ":", "-.")


def legend(settings: Sequence[str], values: Sequence[Any]) -> str:
    """Name swept values: ``cvar, level 0.5`` for a learner, ``epochs = 5`` for a number."""
    return "; ".join(map(named, settings, values)) or "success"


def named(setting: str, value: Any) -> str:
    """Name a swept value."""
    if isinstance(value, str) and value.startswith("{"):
        return learner_name(value)
    plain = str(value).strip('"')
    return plain if setting.endswith("learner") else f"{setting.rpartition('.')[2]} = {plain}"


def learner_name(text: str) -> str:
    """Return a short name of a swept table: its kind, and the settings beside the network's shape.

    >>> learner_name('{"kind": "jtt", "hidden": [32], "upweight": 5.0}')
    'jtt, upweight 5'
    """
    value = json.loads(text)
    if isinstance(value, str):
        return value
    rest = [
        f"{name.replace('_', ' ')} {part:g}" if isinstance(part, int | float) else str(part)
        for name, part in value.items()
        if name not in {"kind", "hidden"}
    ]
    return ", ".join([value["kind"], *rest]) if "kind" in value else ", ".join(value)


def save(figure: Any, name: str) -> str:
    """Write a figure beside the page, and return its file name."""
    path = HERE / "figures" / f"{name}.svg"
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path.name


def page(introduction: str, signatures: Iterable[Signature]) -> str:
    """Measure, draw, and write down."""
    summary = ["| # | claim | measured | holds |", "|---|---|---|---|"]
    sections = []
    for signature in signatures:
        table, seconds = measure(signature), swept(signature.scenario)[1]
        text, holds = signature.check(table)
        figure = draw(signature, table)
        verdict = "yes" if holds else "**no**"
        summary.append(f"| {signature.number} | {signature.claim} | {text} | {verdict} |")
        sections.append(
            f"## {signature.number}. {signature.claim[0].upper()}{signature.claim[1:]}\n\n"
            f"*Setting*: {signature.setting}. `groundswell sweep {signature.scenario}`, "
            f"{len(table)} runs in {seconds:.0f} s.\n\n"
            f"*Measured*: {text}. *Holds*: {verdict}.\n\n"
            f"![success over the share of planted data](figures/{figure})\n"
            f"{signature.more(table)}"
        )
        print(f"{signature.number:>7} {signature.scenario}: {text}: {verdict} ({seconds:.0f} s)")
    return "\n".join([introduction.format(seed=FRESH_SEED), *summary, "", *sections])


def chosen(signatures: Sequence[Signature], numbers: Iterable[str]) -> list[Signature]:
    """Return the signatures whose numbers are given, all if none are."""
    wanted = set(numbers)
    return [one for one in signatures if not wanted or one.number in wanted]


def mean_sd(values: pd.Series) -> str:
    """Return mean ± standard deviation."""
    return f"{values.mean():.3f} ± {values.std(ddof=1):.3f}"


def markdown(table: pd.DataFrame) -> str:
    """Return a table as Markdown."""
    lines = ["| " + " | ".join(map(str, table.columns)) + " |", "|---" * len(table.columns) + "|"]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in table.itertuples(index=False)]
    return "\n".join(lines) + "\n"
