"""The ODD protocol of a scenario (Grimm et al. 2020), from what the scenario is made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

import groundswell
from groundswell.agents.decision import Fixed
from groundswell.analysis.plots.labels import counted
from groundswell.files import file_settings
from groundswell.phases import Phase
from groundswell.platform.platform import Learning, Platform
from groundswell.problems import Key, dotted
from groundswell.reporting import markdown
from groundswell.reporting.concepts import (
    drawn,
    measured_exactly,
    over,
    question,
    sensed,
    told,
)
from groundswell.reporting.parts import (
    Part,
    Setting,
    parts,
    schedule,
    settings,
    text,
    variants,
    varied,
)
from groundswell.scenario import Scenario, per_user
from groundswell.scenarios.loading import load
from groundswell.scenarios.provenance import STREAMS
from groundswell.stopping import Never
from groundswell.tables import SERIES, TABLES

INITIAL = ("seeds", "seeding", "users", "community", "committed")
"""Settings of the collective that say how it starts."""


def odd(scenario: Scenario | str | Path | Mapping[str, Any]) -> str:
    """Return the ODD protocol of a scenario as Markdown.

    Parameters
    ----------
    scenario
        A scenario, a path, the name of a library scenario, or a table of settings.

    Raises
    ------
    ScenarioError
        If it is wrong.

    >>> print(odd("granovetter").splitlines()[0])
    # ODD protocol: granovetter
    """
    plan = load(scenario)
    return (
        markdown.environment()
        .get_template("odd.md")
        .render(**_about_model(plan), **_about_points(plan), **_about_study(plan), **_words(plan))
    )


def _about_model(plan: Scenario) -> dict[str, Any]:
    """Return what the parts of a model are, as far as the text asks for it."""
    platform, collective = plan.platform, plan.collective
    return {
        "scenario": plan,
        "question": question(plan),
        "platform": platform,
        "collective": collective,
        "seeded": bool(collective.seeds) or "collective.seeds" in varied(plan),
        "learning": isinstance(platform, Learning),
        "data": plan.population.form != "none",
        "complying": _complying(plan),
        "settles": not isinstance(plan.stop, Never),
        "users": _users(plan),
        "of_users": _of_users(plan),
        "memory": _remembered(platform),
        "measured_on": _measured_on(plan),
        "initial": [
            one
            for one in settings(Part(("collective",), collective, False), plan)
            if one.name in INITIAL and one.value != "none"
        ],
        "parts": parts(plan),
    }


def _about_points(plan: Scenario) -> dict[str, Any]:
    """Return what the text says of parts that may differ between points of a sweep."""
    every = list(variants(plan))
    deciding = [one for one in every if not isinstance(one.decision, Fixed)]
    believing = [one for one in deciding if one.decision.forms_beliefs]
    platforms = [one.platform for one in every]
    return {
        "ties": told(one.network for one in every),
        "rules": told(one.decision for one in deciding),
        "activations": told(one.decision.activation for one in deciding),
        "beliefs": told(one.payoff.belief for one in believing),
        "strategies": told(one.collective.strategy for one in every),
        "learners": told(one.learner for one in platforms if isinstance(one, Learning)),
        "fixed": not deciding,
        "weighs": any(one.decision.weighs_success for one in deciding),
        "sensed": over(every, sensed),
        "drawn": over([plan, *every], drawn),
    }


def _about_study(plan: Scenario) -> dict[str, Any]:
    """Return what is run, and what is recorded."""
    independent = f"are {plan.replicates:,} runs with independent randomness"
    runs = "is one run" if plan.replicates == 1 else independent
    asked = [name for name in TABLES if name != "series" and getattr(plan.measure, name)]
    return {
        "version": groundswell.__version__,
        "rounds": counted(plan.rounds, "round"),
        "replicates": runs,
        "phases": Phase,
        "streams": STREAMS,
        "scheduled": schedule(plan),
        "varied": varied(plan),
        "asked": markdown.Markdown(", ".join(map(markdown.code, asked))),
        "columns": {name: column.meaning for name, column in SERIES.items()},
        "files": [(dotted(key), path) for key, path in file_settings(plan)],
    }


def _words(plan: Scenario) -> dict[str, Any]:
    """Return how the template writes things."""
    return {
        "code": markdown.code,
        "line": markdown.line,
        "prose": markdown.prose,
        "doc": lambda part: type(part).__doc__,
        "settings": lambda part: settings(part, plan),
    }


def _users(plan: Scenario) -> str:
    """Say how many users there are; what a file holds is not looked at."""
    users, changed = plan.population.users, varied(plan)
    if "population.users" in changed:
        return f"Their number is {changed['population.users']}."
    sections = {key.partition(".")[0] for key in changed}
    if users is None and not file_settings(plan) and not {"population", "network"} & sections:
        users = plan.network.size() or plan.population.size()
    if users is not None:
        return f"There are {users:,}."
    return "There are as many as the network has, or else the data."


def _remembered(platform: Platform) -> markdown.Markdown:
    """Say which submissions a platform remembers, if it trains on any."""
    return markdown.prose(platform.memory.summary() if isinstance(platform, Learning) else "")


def _of_users(plan: Scenario) -> list[tuple[str, Setting]]:
    """Return the settings that may differ between users, with their keys."""
    changed = {**schedule(plan), **varied(plan)}
    found = []
    idle = isinstance(plan.decision, Fixed) and "decision.kind" not in changed
    for key, value in per_user(plan):
        name = dotted(key)
        if idle and key[0] == "decision":
            continue
        shown = changed.get(name) or text(value)
        found.append((name, Setting(name, shown, _meaning(plan, key))))
    return found


def _meaning(section: BaseModel, key: Key) -> str:
    """Return what the setting of a key means."""
    for name in key[:-1]:
        section = getattr(section, str(name))
    return type(section).model_fields[str(key[-1])].description or ""


def _complying(plan: Scenario) -> str:
    """Say how many members do what they are asked."""
    shown = varied(plan).get("collective.compliance") or text(plan.collective.compliance)
    return "all do" if shown == "1.0" else f"a share of them does ({shown})"


def _measured_on(plan: Scenario) -> str:
    if measured_exactly(plan):
        return "the whole of P0, by sums with its probabilities"
    fresh = f"{plan.measure.test_users:,} fresh points of P0 that no user holds"
    return (
        f"{fresh}, drawn anew each round"
        if plan.measure.redraw
        else f"{fresh}, kept for all rounds"
    )
