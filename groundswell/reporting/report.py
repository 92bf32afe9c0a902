"""The report of results: one page that says what was asked, what came out, and how to repeat it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

import groundswell
from groundswell.analysis.plots.labels import counted
from groundswell.files import write_text
from groundswell.problems import InputError, printable
from groundswell.reporting import markdown, tables, theory
from groundswell.reporting.concepts import question
from groundswell.reporting.figures import figures
from groundswell.reporting.odd import odd
from groundswell.reporting.parts import text, varied
from groundswell.scenario import Scenario
from groundswell.scenarios.database import columns_of
from groundswell.scenarios.manifest import MANIFEST, read_manifest
from groundswell.scenarios.result import Result, open_results
from groundswell.scenarios.writing import scenario_text
from groundswell.sweep_settings import Sweep
from groundswell.tables import SERIES

if TYPE_CHECKING:
    import pandas as pd

NAME = "report.html"
STATUSES = {"ok": "went well"}
Terms = list[tuple[str, str]]
"""Things and what is to be said of them."""


def report(result_or_folder: Result | str | Path, out: str | Path | None = None) -> Path:
    """Write a report of results: one HTML file that needs no other, and no network.

    Parameters
    ----------
    result_or_folder
        A result, or the folder of one.
    out
        The file to write; by default ``report.html`` in the results folder.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If there are no results, or the file cannot be written.
    """
    given = result_or_folder
    result = given if isinstance(given, Result) else open_results(given)
    if out is None and result.folder is None:
        raise InputError("these results are in memory only; say where the report goes: out=...")
    path = Path(out) if out is not None else Path(result.folder or "") / NAME
    write_text(path, printable(page(result)))
    return path


def page(result: Result) -> str:
    """Return the report as HTML."""
    ends = tables.last_of(result)
    manifest = _manifest(result)
    environment = Environment(
        loader=markdown.TEMPLATES,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        name=result.scenario.name,
        version=groundswell.__version__,
        question=question(result.scenario),
        asked=_asked(result.scenario),
        ended=_ended(result, ends),
        failures=tables.failures(result),
        ending=None if ends.empty else tables.ending(result, ends),
        figures=[(one.title, Markup(one.svg)) for one in figures(result, ends)],  # noqa: S704
        points=tables.by_point(result, ends),
        theory=[] if ends.empty else theory.findings(result, ends),
        scenario=scenario_text(result.scenario),
        provenance=list(_provenance(manifest)),
        folder=shlex.quote(str(result.folder)) if result.folder and result.statuses else None,
        command="run" if result.scenario.sweep == Sweep() else "sweep",
        odd=Markup(markdown.html(_lower(odd(result.scenario)))),  # noqa: S704  (HTML is text in it)
    )


def _asked(scenario: Scenario) -> Terms:
    """Return what the scenario asks, in a few words for each part."""
    learner = getattr(scenario.platform, "learner", None)
    kind = text(getattr(scenario.platform, "curve", None)) if learner is None else text(learner)
    terms = [
        ("Rounds", f"{scenario.rounds:,} after round 0"),
        ("Replicates", f"{scenario.replicates:,}, seed {scenario.seed}"),
        ("Users", text(scenario.population)),
        ("Ties", text(scenario.network)),
        ("Decision", text(scenario.decision)),
        ("Strategy", text(scenario.collective.strategy)),
        ("Signal", text(scenario.collective.signal)),
        ("Platform", f"{scenario.platform}: {kind}"),
        ("Target", f"success of at least {scenario.measure.target_success:g}"),
    ]
    terms += [(f"Sweep over {key}", how) for key, how in varied(scenario).items()]
    if scenario.sweep.table:
        terms.append(("Sweep over the points of", scenario.sweep.table))
    design = scenario.sweep.design_name
    return [*terms, ("Design", design)] if design else terms


def _ended(result: Result, ends: pd.DataFrame) -> Terms:
    """Return how many runs ended how, and when."""
    statuses = result.statuses
    terms = [
        (STATUSES.get(status, status), counted(count, "run")) for status, count in statuses.items()
    ]
    if not statuses:
        return [("no runs", "none has ended yet; the command that was stopped goes on with them")]
    if ends.empty:
        return [*terms, ("nothing to show", "no run went well, so that there are no numbers")]
    early = int((ends["round"] < result.scenario.rounds).sum())
    if early and "rounds" not in ends:
        terms.append(("ended early", f"{counted(early, 'run')}, since nothing could move any more"))
    return [*terms, *_reached(result), *_missing(result)]


def _reached(result: Result) -> Terms:
    """Return in how many runs success reached the target, and when first."""
    target = result.scenario.measure.target_success
    rounds = result.read("series", ["run", "round", "success"], {"status": "ok"}).dropna()
    if rounds.empty:
        return []
    first = rounds[rounds["success"] >= target].groupby("run")["round"].min()
    runs = rounds["run"].nunique()
    count = f"{len(first):,} of {counted(runs, 'run')}"
    median = " (median)" if len(first) > 1 else ""
    when = f", first in round {first.median():g}{median}" if len(first) else ""
    return [(f"reached S >= {target:g}", f"{count}{when}")]


def _missing(result: Result) -> Terms:
    """Return which columns an older version did not record."""
    with result.store.snapshot() as connection:
        known = columns_of(connection, "series")
    missing = [name for name in SERIES if name not in known]
    if not missing:
        return []
    said = f"{', '.join(missing)}: these results are of an older version; run them again for these"
    return [("not recorded", said)]


def _manifest(result: Result) -> Mapping[str, Any]:
    """Return what results were made with, as far as their folder says."""
    folder = result.folder
    return (read_manifest(folder / MANIFEST) if folder else None) or {}


def _provenance(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what results were made with."""
    if not manifest:
        yield "manifest", "there is none: these results do not say what they were made with"
        return
    named = {
        "written": "written",
        "git_commit": "git commit",
        "study": "study",
        "numbers": "version of numbers",
        "seed": "seed",
        "streams": "random streams",
    }
    for key, name in named.items():
        if manifest.get(key) is not None:
            yield name, text(manifest[key])
    if manifest.get("seconds") is not None:
        yield "wall time of the last command", f"{manifest['seconds']:.1f} s"
    for key, name in (("versions", "version of"), ("inputs", "digest of"), ("host", "host")):
        for what, value in (manifest.get(key) or {}).items():
            yield f"{name} {what}", text(value)


def _lower(protocol: str) -> str:
    """Return the ODD protocol with its headings a level down, to stand within a page."""
    lines = protocol.splitlines()[1:]
    return "\n".join(f"#{line}" if line.startswith("#") else line for line in lines)
