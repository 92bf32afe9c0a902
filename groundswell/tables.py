"""The tables of results: what a row is, what its columns hold.

``series`` is always there, the others where the setting of their name in ``[measure]`` asks for
them. A new table is described here and gets a maker of its rows in `groundswell.recorder`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Row = dict[str, Any]


class Meaning(NamedTuple):
    """What a column holds; `kind` is the type of its values, float where they may be missing."""

    meaning: str
    unit: str = "1"
    range: str = ""
    kind: type[float | int | str] = float


class Table(NamedTuple):
    """A table: the columns after ``run``, and those that with ``run`` tell its rows apart."""

    key: tuple[str, ...]
    columns: dict[str, Meaning]


ROUND = Meaning("round; 0 is the start, before anybody decided", "rounds", ">= 0", int)

SERIES: dict[str, Meaning] = {
    "round": ROUND,
    "members": Meaning("members of the collective", "users", "0 to users", int),
    "member_share": Meaning("share of users that are members, n/N", "1", "[0, 1]"),
    "joined": Meaning("users that became members in this round", "users", ">= 0", int),
    "left": Meaning("members that left in this round", "users", ">= 0", int),
    "removed": Meaning("users that can never be members again", "users", ">= 0", int),
    "alpha": Meaning(
        "share α, by weight, of planted rows in the training data of the serving model", "1",
        "[0, 1]",
    ),
    "alpha_eff": Meaning(
        "the same with the weights the learner ended up using, averaged up to the epoch served",
        "1", "[0, 1]",
    ),
    "alpha_eff_final": Meaning(
        "the same with the weights of the epoch that is served, where they change in training",
        "1", "[0, 1]",
    ),
    "success": Meaning("success S of the strategy on fresh points of P0", "1", "at most 1"),
    "success_others": Meaning("S among fresh points whose label is not the target", "1", "[0, 1]"),
    "placebo": Meaning("Pr[f(x) = y*] on fresh points without the signal", "1", "[0, 1]"),
    "lift": Meaning("success minus placebo, or minus S without the collective", "1", "at most 1"),
    "accuracy": Meaning("share of fresh untouched points classified right", "1", "[0, 1]"),
    "bound": Meaning("lower bound on S from theory, where it speaks of this setting", "1",
                     "at most 1; below 0 it says nothing"),
    "bayes_reference": Meaning("the bound at ε = 0, for comparison only", "1", "at most 1"),
    "payoff_members": Meaning("mean payoff of members", "payoff"),
    "payoff_outsiders": Meaning("mean payoff of outsiders", "payoff"),
    "welfare": Meaning("sum of all payoffs", "payoff"),
    "welfare_net": Meaning("sum of all payoffs without selective incentives", "payoff"),
    "retrained": Meaning("whether the platform retrained in this round", "1", "0 or 1", int),
}  # fmt: skip
"""Columns of ``series`` after ``run``; a missing value means that it does not apply."""

GROUPS: dict[str, Meaning] = {
    "round": ROUND,
    "by": Meaning("what users are grouped by: class, their honest label, or a column", kind=str),
    "group": Meaning("the label or category of the group", kind=str),
    "users": Meaning("users in the group: those whose first row is", "users", ">= 0", int),
    "members": Meaning("members among them", "users", "0 to users of the group", int),
    "member_share": Meaning("share of them that are members", "1", "[0, 1]"),
    "alpha": Meaning(
        "share α, by weight, of planted rows among the rows of the group, as users held them, in "
        "the training data of the serving model; missing for a learner fitted on the law", "1",
        "[0, 1]",
    ),
    "success": Meaning(
        "success S on fresh points of the group; missing where S is one of parameters", "1",
        "at most 1",
    ),
    "success_others": Meaning(
        "S among fresh points of the group whose label is not the target", "1", "[0, 1]"
    ),
    "placebo": Meaning(
        "Pr[f(x) = y*] on fresh points of the group without the signal", "1", "[0, 1]"
    ),
    "lift": Meaning(
        "success minus placebo, or minus S of the group without the collective", "1", "at most 1"
    ),
    "accuracy": Meaning(
        "share of fresh untouched points of the group classified right", "1", "[0, 1]"
    ),
    "payoff": Meaning("mean payoff of the users in the group", "payoff"),
}  # fmt: skip
"""Columns of ``groups``; a group without users or fresh points has missing values."""

BLOCKS: dict[str, Meaning] = {
    "round": ROUND,
    "block": Meaning("name of the block of columns", kind=str),
    "accuracy_without": Meaning(
        "accuracy on fresh points with the block's columns shuffled among them", "1", "[0, 1]"
    ),
    "accuracy_alone": Meaning(
        "accuracy on fresh points with all other columns shuffled among them", "1", "[0, 1]"
    ),
}
"""Columns of ``blocks``: near ``accuracy`` where the model does not use what is shuffled."""

EPOCHS: dict[str, Meaning] = {
    "round": ROUND,
    "epoch": Meaning("pass over the training data", "epochs", ">= 1", int),
    "loss": Meaning("mean training loss", "1", ">= 0"),
    "alpha_eff": Meaning("share α by the weights the learner used in the epoch", "1", "[0, 1]"),
    "validation": Meaning("criterion on the rows held out, where there are any", "1", ">= 0"),
    "served": Meaning("whether the platform serves the model of this epoch", "1", "0 or 1", int),
}
"""Columns of ``epochs``; only rounds in which the platform retrained have rows."""

TIES: dict[str, Meaning] = {
    "round": ROUND,
    "join": Meaning("number of the join in its run, in the order of joining", "1", ">= 0", int),
    "user": Meaning("who became a member, counted from 0", "1", "0 to users - 1", int),
    "exposures": Meaning(
        "neighbours that were members at that moment", "users", "0 to neighbours of the user", int
    ),
    "recruiter": Meaning(
        "one of these neighbours, drawn with equal probability; missing where there is none, for "
        "seeds, and for recruits of an organiser", "1", "0 to users - 1",
    ),
}  # fmt: skip
"""Columns of ``ties``: a row for each time somebody became a member, seeds in round 0."""

TABLES: dict[str, Table] = {
    "series": Table(("round",), SERIES),
    "groups": Table(("round", "by", "group"), GROUPS),
    "blocks": Table(("round", "block"), BLOCKS),
    "epochs": Table(("round", "epoch"), EPOCHS),
    "ties": Table(("round", "join"), TIES),
}
"""The tables beside ``runs``, by name."""
