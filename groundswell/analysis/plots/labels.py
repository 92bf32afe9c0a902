"""What axes and legends say, in the field's notation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any

LABELS = {
    "round": "round",
    "members": "members (users)",
    "member_share": "share of members n/N",
    "joined": "joined in the round (users)",
    "left": "left in the round (users)",
    "removed": "removed (users)",
    "alpha": "share of training data α",
    "alpha_eff": r"effective share α$_\mathrm{eff}$",
    "alpha_eff_final": r"effective share α$_\mathrm{eff}$, epoch served",
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
    "platform.learner": "learner",
    "platform.learner.kind": "learner",
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


def setting_label(name: str, values: Any) -> str:
    """Return what to call a setting on an axis of its values; seeds may be counts or shares.

    >>> setting_label("collective.seeds", [5, 10])
    'seeds (users)'
    """
    counts = name == "collective.seeds" and max(values) > 1
    return "seeds (users)" if counts else label(name)


def literal(text: Any) -> str:
    r"""Return a text of the user's that matplotlib takes as it is: no mathematics between dollars.

    >>> literal("$5 to $10")
    '\\$5 to \\$10'
    """
    return str(text).replace("$", r"\$")


def names_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what to call groups with some values of settings, without what all have in common.

    >>> names_of([{"payoff.cost": 0.5, "platform.learner": "knn"}])
    ['cost = 0.5, knn']
    >>> names_of([{"learner": '{"kind": "cvar", "level": 0.5}'}, {"learner": '{"kind": "sgd"}'}])
    ['cvar, level 0.5', 'sgd']
    """
    found = [
        [piece for name, value in row.items() for piece in _pieces(name, value)] for row in rows
    ]
    common = set.intersection(*map(set, found)) if len(found) > 1 else set()
    apart = ([piece for piece in pieces if piece not in common] or pieces for pieces in found)
    return [literal(", ".join(pieces)) for pieces in apart]


def value_names(name: str, values: Iterable[Any]) -> list[str]:
    """Return what to call values of one setting where its name is said already.

    >>> value_names("epochs", [5, 10])
    ['5', '10']
    """
    numbers = [f"{value:g}" if _is_number(value) else None for value in values]
    named = names_of([{name: value} for value in values])
    return [number or text for number, text in zip(numbers, named, strict=True)]


def _pieces(name: str, value: Any) -> list[str]:
    """Describe one value: of a table its kind and its other settings, of others name and value."""
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, Mapping):
        kind = [str(value["kind"])] if "kind" in value else []
        rest = [f"{key.replace('_', ' ')} {_plain(v)}" for key, v in value.items() if key != "kind"]
        return kind + rest
    return [value] if isinstance(value, str) else [f"{name.rpartition('.')[2]} = {_plain(value)}"]


def _parsed(text: str) -> Any:
    """Return what a swept table is, which results hold as JSON; any other text as it is."""
    try:
        return json.loads(text) if text[:1] in {"{", '"'} else text
    except json.JSONDecodeError:
        return text


def _plain(value: Any) -> str:
    return f"{value:g}" if _is_number(value) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def counted(count: int, what: str) -> str:
    """Return a number of things.

    >>> counted(1, "run"), counted(1000, "run")
    ('1 run', '1,000 runs')
    """
    return f"{count:,} {what}{'s' * (count != 1)}"
