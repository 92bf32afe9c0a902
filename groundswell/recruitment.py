"""Contradictions between how users decide and the other sections of a scenario."""

from __future__ import annotations

from typing import Any

from groundswell.agents.beliefs import Last
from groundswell.agents.collective import Collective
from groundswell.agents.decision import Decision
from groundswell.agents.distribution import Constant, constant
from groundswell.agents.network import Network
from groundswell.agents.payoff import Payoff
from groundswell.contradictions import CHECKS, Check, Found
from groundswell.platform.platform import Learning, Platform
from groundswell.problems import Problem


def spillover_is_measured(collective: Collective, platform: Platform, payoff: Payoff) -> Found:
    """Outsiders can get what a placebo brings only where there is one."""
    if payoff.spillover != "measured":
        return
    key, strategy = ("payoff", "spillover"), collective.strategy
    if not isinstance(platform, Learning):
        yield Problem(
            key,
            f"'measured' gives outsiders what the placebo brings, and a '{platform}' platform has "
            "none; use a learning platform, or a number",
        )
    elif not strategy.has_placebo:
        yield Problem(
            key,
            f"'measured' gives outsiders what the placebo brings, and strategy '{strategy}' has "
            "none; choose feature-label or feature-only, or a number",
        )
    if not payoff.belief.compares_placebo:
        yield Problem(
            ("payoff", "belief"),
            f"'{payoff.belief}' beliefs say nothing of the placebo, which payoff.spillover = "
            "'measured' takes off; works: last, smoothed",
        )


def belief_has_ties(payoff: Payoff, network: Network) -> Found:
    """Beliefs about what neighbours show need neighbours."""
    if payoff.belief.needs_ties and not network.has_ties:
        yield Problem(
            ("payoff", "belief"),
            f"'{payoff.belief}' beliefs look at neighbours, and network '{network}' has no ties; "
            "name a network, or use another belief",
        )


def pressure_has_ties(payoff: Payoff, network: Network) -> Found:
    """Peers who press are neighbours."""
    if payoff.peer_pressure != constant(0.0) and not network.has_ties:
        yield Problem(
            ("payoff", "peer_pressure"),
            f"is felt over ties, and network '{network}' has none; name a network, such as "
            "'complete' if everybody presses everybody",
        )


def belief_is_asked(payoff: Payoff, decision: Decision) -> Found:
    """Only some rules compare what users believe."""
    if payoff.belief != Last() and not decision.forms_beliefs:
        kinds: Any = Decision.kinds
        works = ", ".join(kind for kind, rule in kinds.items() if rule.forms_beliefs)
        yield Problem(
            ("payoff", "belief"),
            f"'{decision}' asks for no beliefs; leave it out, or use a rule that does: {works}",
        )


def failure_is_defined(collective: Collective, platform: Platform, decision: Decision) -> Found:
    """A round can fail only where there is a success."""
    attrition = decision.attrition
    nobody = isinstance(attrition, Constant) and attrition.value == 0
    if isinstance(platform, Learning) and not collective.strategy.has_success and not nobody:
        yield Problem(
            ("decision", "attrition"),
            f"members leave when success is too low, and strategy '{collective.strategy}' has "
            "none; choose a strategy such as 'feature-label', or leave it at 0",
        )


CHECKS += [
    Check(("collective", "platform", "payoff"), spillover_is_measured),
    Check(("payoff", "network"), belief_has_ties),
    Check(("payoff", "network"), pressure_has_ties),
    Check(("payoff", "decision"), belief_is_asked),
    Check(("collective", "platform", "decision"), failure_is_defined),
]
