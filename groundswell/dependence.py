"""Whether who joins may hang on what data it holds."""

from __future__ import annotations

from groundswell.agents.correlation import DEGREE
from groundswell.agents.decision import Fixed
from groundswell.agents.distribution import FromColumn
from groundswell.scenario import Scenario, per_user


def is_exchangeable(scenario: Scenario) -> bool:
    """Return whether members are like everybody else: their data have no say in who joins.

    Bounds take members for a random part of all users. That is so while data are dealt out to
    users at random and no setting of users goes with them. Where data and ties go together, it is
    so for a fixed collective of random members only: whoever else joins has looked at its ties,
    or is chosen by them or by name.
    """
    for _, setting in per_user(scenario):
        correlation = setting.correlation()
        if isinstance(setting, FromColumn):
            return False
        if correlation is not None and correlation.partner != DEGREE:
            return False
    network, collective = scenario.network, scenario.collective
    if network.node is None and network.homophily is None:
        return True
    organised = collective.organiser is not None and collective.organiser.by != "random"
    chance = collective.seeding == "random" and not organised
    return chance and isinstance(scenario.decision, Fixed)
