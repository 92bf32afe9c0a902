"""Contradictions about ties: who weighs them, who is chosen by them, and who stands where."""

from __future__ import annotations

from typing import Any

from groundswell.agents.collective import Collective
from groundswell.agents.decision import Decision, Threshold
from groundswell.agents.network import Complete, Network
from groundswell.agents.payoff import Payoff
from groundswell.agents.population import Population
from groundswell.contradictions import CHECKS, Check, Found
from groundswell.problems import Problem
from groundswell.sweep_settings import Sweep


def weights_are_looked_at(
    network: Network, decision: Decision, payoff: Payoff, schedule: dict[str, Any], sweep: Sweep
) -> Found:
    """Weights that nobody looks at would be read for nothing."""
    if not getattr(network, "weighted", False):
        return
    key, kinds = ("network", "weighted"), dict[str, Any](Decision.kinds)
    by_pressure = ", ".join(f"'{kind}'" for kind, rule in kinds.items() if rule.forms_beliefs)
    if not decision.weighs_ties:
        how = ""
        if isinstance(decision, Threshold):
            how = f' with of = "{decision.of}" and measure = "{decision.measure}"'
        yield Problem(
            key,
            f"'{decision}'{how} takes all neighbours alike and cannot use the weights of ties; "
            "leave it out; works: 'threshold' with shares of neighbours, payoff.peer_pressure "
            f"with {by_pressure}",
        )
    elif decision.forms_beliefs and not _pressure_is_set(payoff, schedule, sweep):
        yield Problem(
            key,
            f"'{decision}' weighs ties by peer pressure, and there is none; set "
            "payoff.peer_pressure, or leave the weights out",
        )
    if payoff.belief.needs_ties and not payoff.belief.weighs_ties:
        yield Problem(
            key,
            f"'{payoff.belief}' beliefs count heads and cannot use the weights of ties; leave it "
            "out, or use another belief",
        )


def _pressure_is_set(payoff: Payoff, schedule: dict[str, Any], sweep: Sweep) -> bool:
    """Return whether peer pressure is set, if only to 0: the run of a sweep to compare others with.

    A table of points may set it: its keys are not known before it is read.
    """
    here = "peer_pressure" in payoff.model_fields_set or sweep.table is not None
    elsewhere = [*schedule, *(key for key, _ in sweep.swept())]
    wider = {"payoff", "payoff.peer_pressure"}
    return here or any(k in wider or k.startswith("payoff.peer_pressure.") for k in elsewhere)


def choice_has_ties(collective: Collective, network: Network) -> Found:
    """Who is chosen by ties needs some."""
    for key, by in () if network.has_ties else collective.choices_by_ties:
        yield Problem(("collective", *key), f"'{by}' needs ties, and network '{network}' has none")


def organiser_has_time(collective: Collective, rounds: int) -> Found:
    """An organiser spends its budget in rounds that are simulated."""
    organiser = collective.organiser
    if organiser is not None and organiser.last_round > rounds:
        late = "start" if organiser.start > rounds else "rounds"
        yield Problem(
            ("collective", "organiser", late),
            f"recruits come in rounds {organiser.start} to {organiser.last_round}, and the last of "
            f"the scenario is rounds = {rounds}; part of the budget would never be spent",
        )


def users_are_placed(population: Population, network: Network) -> Found:
    """Who is placed by its data has some, keeps them, and has neighbours to be placed beside."""
    for name in ("homophily", "node"):
        if getattr(network, name) is None:
            continue
        key = ("network", name)
        if not network.has_ties or isinstance(network, Complete):
            what = "none" if not network.has_ties else "the same neighbours as everybody"
            yield Problem(key, f"users of network '{network}' have {what}, wherever they are")
        if population.form == "none":
            yield Problem(key, f"users of a '{population}' population hold no data to go by")
        if population.redraw:
            yield Problem(
                key, "users who draw fresh rows every round have no data to be placed by; leave "
                "population.redraw out"
            )  # fmt: skip


CHECKS += [
    Check(("population", "network"), users_are_placed),
    Check(("network", "decision", "payoff", "schedule", "sweep"), weights_are_looked_at),
    Check(("collective", "network"), choice_has_ties),
    Check(("collective", "rounds"), organiser_has_time),
]
