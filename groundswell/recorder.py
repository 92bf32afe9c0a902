"""What is recorded of each round: the table ``series``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from groundswell.model import CollectiveActionModel

NAN = float("nan")


class Meaning(NamedTuple):
    """What a column holds."""

    meaning: str
    unit: str = "1"
    range: str = ""
    integer: bool = False


SERIES: dict[str, Meaning] = {
    "round": Meaning("round; 0 is the start, before anybody decided", "rounds", ">= 0", True),
    "members": Meaning("members of the collective", "users", "0 to users", True),
    "member_share": Meaning("share of users that are members, n/N", "1", "[0, 1]"),
    "joined": Meaning("users that became members in this round", "users", ">= 0", True),
    "left": Meaning("members that left in this round", "users", ">= 0", True),
    "removed": Meaning("users that can never be members again", "users", ">= 0", True),
    "alpha": Meaning(
        "share α, by weight, of planted rows in the training data of the serving model", "1",
        "[0, 1]",
    ),
    "alpha_eff": Meaning("the same with the weights the learner ended up using", "1", "[0, 1]"),
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
    "retrained": Meaning("whether the platform retrained in this round", "1", "0 or 1", True),
}  # fmt: skip
"""Columns of ``series`` after ``run``; a missing value means that it does not apply."""


class Recorder:
    """Keeps one row per round.

    Parameters
    ----------
    model
        The model to read.

    Attributes
    ----------
    rows
        One table row per round.
    success_heard
        The success of each round as users hear of it: none counts as 0.
    """

    def __init__(self, model: CollectiveActionModel) -> None:
        self.model = model
        self.rows: list[dict[str, Any]] = []
        self.success_heard: list[float] = []
        self._before = model.columns["joined"]

    def record(self) -> None:
        """Add the round that has just been measured."""
        model, now = self.model, self.model.columns["joined"]
        members = int(np.count_nonzero(now))
        outcome, alpha = model.outcome, model.platform.alpha
        bound, reference = model.campaign.bound(alpha)
        self.success_heard.append(0.0 if np.isnan(outcome.success) else outcome.success)
        self.rows.append(
            {
                "round": model.round,
                "members": members,
                "member_share": members / len(now),
                "joined": int(np.count_nonzero(now & ~self._before)),
                "left": int(np.count_nonzero(self._before & ~now)),
                "removed": 0,
                "alpha": alpha,
                "alpha_eff": model.platform.alpha_eff,
                "success": outcome.success,
                "success_others": outcome.success_others,
                "placebo": outcome.placebo,
                "lift": outcome.lift,
                "accuracy": model.accuracy,
                "bound": bound,
                "bayes_reference": reference,
                **self._payoffs(),
                "retrained": int(model.platform.retrained),
            }
        )
        self._before = now

    def table(self) -> pd.DataFrame:
        """Return the rows as a data frame."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=list(SERIES))

    def _payoffs(self) -> dict[str, float]:
        model, joined = self.model, self.model.columns["joined"]
        success = self.success_heard[-1]
        payoff = model.scenario.payoff.realised(model.columns, model.ties, success)
        total = float(payoff.sum())
        incentives = float(model.columns["selective_incentive"][joined].sum())
        return {
            "payoff_members": float(payoff[joined].mean()) if joined.any() else NAN,
            "payoff_outsiders": float(payoff[~joined].mean()) if not joined.all() else NAN,
            "welfare": total,
            "welfare_net": total - incentives,
        }
