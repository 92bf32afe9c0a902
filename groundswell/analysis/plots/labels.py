"""What axes and legends say, in the field's notation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LABELS = {
    "round": "round",
    "members": "members (users)",
    "member_share": "share of members n/N",
    "joined": "joined in the round (users)",
    "left": "left in the round (users)",
    "removed": "removed (users)",
    "alpha": "share of training data α",
    "alpha_eff": "effective share α_eff",
    "alpha_eff_final": "effective share α_eff, epoch served",
    "success": "success S",
    "success_others": "success S, other labels",
    "placebo": "placebo Pr[f(x) = y*]",
    "lift": "lift, S less the placebo",
    "accuracy": "accuracy",
    "bound": "lower bound on S",
    "bayes_reference": "lower bound on S at ε = 0",
    "payoff_members": "mean payoff of members",
    "payoff_outsiders": "mean payoff of outsiders",
    "welfare": "sum of payoffs",
    "welfare_net": "sum of payoffs less incentives",
    "retrained": "platform retrained (1: yes)",
    "probability": "probability of tipping",
    "collective.seeds": "seeds (share of users)",
    "payoff.benefit": "benefit b (payoff)",
    "payoff.cost": "cost c (payoff)",
    "payoff.peer_pressure": "peer pressure J (payoff)",
    "payoff.selective_incentive": "selective incentive s (payoff)",
    "payoff.spillover": "spill-over γ (share of b)",
}
"""Of columns and of settings; others are called by their own names."""


def label(name: str) -> str:
    """Return what to call a column or a setting on an axis.

    >>> label("success"), label("platform.learner.epochs")
    ('success S', 'platform.learner.epochs')
    """
    return LABELS.get(name) or literal(name)


def literal(text: Any) -> str:
    r"""Return a text of the user's that matplotlib takes as it is: no mathematics between dollars.

    >>> literal("$5 to $10")
    '\\$5 to \\$10'
    """
    return str(text).replace("$", r"\$")


def value_name(value: Any) -> str:
    """Return a short name of a swept value: of a table its kind and its other settings.

    >>> value_name(0.25), value_name('{"kind": "cvar", "level": 0.5, "hidden": [32]}')
    ('0.25', 'cvar, level 0.5, hidden [32]')
    """
    if isinstance(value, str) and value[:1] in {"{", '"'}:
        value = json.loads(value)
    if isinstance(value, Mapping):
        rest = [f"{key.replace('_', ' ')} {value_name(v)}" for key, v in value.items()]
        return ", ".join([value["kind"], *rest[1:]]) if "kind" in value else ", ".join(rest)
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:g}" if plain else literal(value)


def group_name(values: Mapping[str, Any]) -> str:
    """Return what a legend calls the runs with some values of settings.

    >>> group_name({"payoff.cost": 0.5, "platform.learner": "knn"})
    'cost = 0.5, knn'
    """
    names = []
    for setting, value in values.items():
        short = setting.rpartition(".")[2]
        named = value_name(value)
        is_number = not isinstance(value, str)
        names.append(f"{literal(short)} = {named}" if is_number else named)
    return ", ".join(names)


def counted(count: int, what: str) -> str:
    """Return a number of things.

    >>> counted(1, "run"), counted(1000, "run")
    ('1 run', '1,000 runs')
    """
    return f"{count:,} {what}{'s' * (count != 1)}"
