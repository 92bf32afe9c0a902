"""Contradictions about ties: who weighs them, who is chosen by them, and who stands where."""

from __future__ import annotations

from groundswell.agents.collective import Collective
from groundswell.agents.decision import Decision
from groundswell.agents.network import Complete, Network
from groundswell.agents.population import Population
from groundswell.contradictions import CHECKS, Check, Found
from groundswell.problems import Problem


def rule_weighs_ties(decision: Decision, network: Network) -> Found:
    """Weights that a rule does not look at would be read for nothing."""
    if getattr(network, "weighted", False) and not decision.weighs_ties:
        kinds = [kind for kind, rule in Decision.kinds.items() if getattr(rule, "weighs_ties", 0)]
        yield Problem(
            ("network", "weighted"),
            f"'{decision}' takes all neighbours alike and cannot use the weights of ties; leave it "
            f"out, or choose one of: {', '.join(kinds)}",
        )


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
    Check(("decision", "network"), rule_weighs_ties),
    Check(("collective", "network"), choice_has_ties),
    Check(("collective", "rounds"), organiser_has_time),
]
