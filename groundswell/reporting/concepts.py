"""What is said of a scenario in words: what it asks, what users sense, what is left to chance."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from groundswell.agents.activation import Synchronous
from groundswell.agents.decision import Fixed
from groundswell.agents.distribution import Constant, Continuous
from groundswell.platform.platform import Learning, Response
from groundswell.reporting import markdown
from groundswell.reporting.parts import schedule, varied
from groundswell.scenario import Scenario, per_user


def question(scenario: Scenario) -> str:
    """Return the question that a scenario answers."""
    known = isinstance(scenario.platform, Response)
    what = "how large is it in the end" if known else "what does it make the platform answer"
    given = isinstance(scenario.decision, Fixed)
    asked = f"A collective is given: {what}" if given else f"Does a collective form, and {what}"
    keys = list(varied(scenario))
    depends = f", and how does that depend on {' and '.join(keys)}" if keys else ""
    return f"{asked}{depends}?"


def told(parts: Iterable[Any]) -> markdown.Markdown:
    """Return what parts are, each kind once, on one line.

    Parameters
    ----------
    parts
        What stands in the same place at different points of a sweep.
    """
    kinds = {type(part): part for part in parts}
    if len(kinds) < 2:  # noqa: PLR2004
        return markdown.line(" ".join(kind.__doc__ or "" for kind in kinds))
    each = [f"{markdown.code(part)} ({_first(kind)})" for kind, part in kinds.items()]
    return markdown.Markdown(f"One of these, which differ in the sweep: {'; '.join(each)}.")


def _first(kind: type) -> str:
    """Return the first sentence of what a part is."""
    return markdown.prose(kind.__doc__).partition("\n\n")[0].removesuffix(".")


def sensed(scenario: Scenario) -> list[str]:
    """Return what can move users: what they see of the platform, of all, of their neighbours."""
    rule, changed = scenario.decision, _changed(scenario)
    ties = scenario.network.has_ties and (rule.needs_ties or rule.forms_beliefs)
    failing = "decision.attrition" in changed or rule.attrition != Constant(value=0.0)
    found = {
        "the success of the last round as it was measured": rule.forms_beliefs or failing,
        "how many users are members": not rule.needs_ties,
        "which of their neighbours are members": ties,
        "the payoff of whom they compare themselves with": str(rule) == "imitation",
    }
    return [what for what, sees in found.items() if sees and not isinstance(rule, Fixed)]


def drawn(scenario: Scenario) -> list[str]:
    """Return what is left to chance."""
    collective, population, rule = scenario.collective, scenario.population, scenario.decision
    learning, changed = isinstance(scenario.platform, Learning), _changed(scenario)
    differ = any(isinstance(value, Continuous) for _, value in per_user(scenario))
    found: dict[str, Any] = {
        "which data users hold": population.form != "none",
        "their data again in each round": population.redraw,
        "ties (as far as the network leaves them open)": scenario.network.has_ties,
        "settings of users that follow a distribution": differ,
        "the seeds": collective.seeds or "collective.seeds" in changed,
        "the order in which members comply": collective.compliance < 1
        or "collective.compliance" in changed,
        "whom the organiser recruits": collective.organiser,
        "who revises and in which order": not isinstance(rule, Fixed)
        and not isinstance(rule.activation, Synchronous),
        "what users do when they revise": rule.draws,
        "who leaves after a round below the target": rule.attrition != Constant(value=0.0)
        or "decision.attrition" in changed,
        "what the training of the learner leaves to chance": learning,
        "the points to measure on": learning and not measured_exactly(scenario),
    }
    return [what for what, chance in found.items() if chance]


def measured_exactly(scenario: Scenario) -> bool:
    """Return whether success and accuracy are sums over P0, and not shares of drawn points."""
    learner = getattr(scenario.platform, "learner", None)
    return learner is not None and learner.exact and scenario.population.exact


def over(scenarios: Iterable[Scenario], of: Callable[[Scenario], list[str]]) -> str:
    """Return what can be said of any of some scenarios, each once."""
    return "; ".join(dict.fromkeys(one for scenario in scenarios for one in of(scenario)))


def _changed(scenario: Scenario) -> set[str]:
    """Return the keys of what is not the same in all rounds and at all points."""
    return {*schedule(scenario), *varied(scenario)}
