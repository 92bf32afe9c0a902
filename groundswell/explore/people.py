"""What each user sees, gets and will do: arrays over all users, of which the page shows one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.agents.situation import Situation
from groundswell.data import Bools
from groundswell.model import CollectiveActionModel

Array = NDArray[Any]

WILL = "will be a member"
ATTRIBUTES = ("joined", "committed", "removed")
"""Columns that say what a user is; the others are its settings."""


def people(model: CollectiveActionModel) -> dict[str, Array]:
    """Return what can be said of users, one value for each, by what it is.

    Parameters
    ----------
    model
        The model, between two rounds.

    >>> from groundswell.model import CollectiveActionModel
    >>> from groundswell.scenarios.loading import load
    >>> found = people(CollectiveActionModel(load("granovetter")))
    >>> decision(found, 0), decision(found, 1)
    ('joins', 'stays out')
    """
    columns, ties = model.columns, model.ties
    belief = model.scenario.payoff.belief
    outlook = model.seen_with(belief.remember(model.memory, model.news, columns))
    found: dict[str, Array] = {
        "member": columns["joined"],
        "neighbours": ties.degree,
        "members among them": ties.joined_neighbours(columns["joined"]),
    }
    found |= {name.replace("_", " "): columns[name] for name in columns if name not in ATTRIBUTES}
    if model.scenario.decision.forms_beliefs:
        found |= _compared(outlook)
    found["payoff in this round"] = model.recorder.payoff
    if not model.scenario.decision.draws:
        found[WILL] = _wanted(model, outlook)
    return found


def decision(found: dict[str, Array], user: int) -> str:
    """Say what a user does when it revises next."""
    if WILL not in found:
        return "leaves it to chance"
    if found["member"][user]:
        return "stays" if found[WILL][user] else "leaves"
    return "joins" if found[WILL][user] else "stays out"


def shown(value: object) -> str:
    """Write a value for people.

    >>> shown(True), shown(0.123456), shown(12)
    ('yes', '0.1235', '12')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _compared(outlook: Situation) -> dict[str, Array]:
    """Return the terms of Δu_i."""
    columns, joined = outlook.columns, outlook.joined
    gained = columns["benefit"] * outlook.gain.of(joined, outlook.ties)
    pressed = columns["peer_pressure"] * outlook.ties.joined_share(joined)
    advantage = outlook.advantage()
    return {
        "benefit believed to be gained": gained,
        "pressure felt": pressed,
        "cost borne": gained + columns["selective_incentive"] + pressed - advantage,
        "advantage of joining Δu": advantage,
    }


def _wanted(model: CollectiveActionModel, outlook: Situation) -> Bools:
    """Return who will be a member once it revises; who is tied stays what it is."""
    columns, everybody = model.columns, np.arange(model.columns.users)
    wants = model.scenario.decision.wants(outlook, everybody, np.empty((len(everybody), 0)))
    tied = columns["committed"] | columns["removed"]
    return np.where(tied, columns["joined"], wants)
