"""What is recorded of each round: the rows of the tables in `groundswell.tables`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from groundswell.agents.payoff import Totals
from groundswell.blocks import BlockRows
from groundswell.data import Floats
from groundswell.groups import GroupRows
from groundswell.tables import TABLES, Row

if TYPE_CHECKING:
    import pandas as pd

    from groundswell.model import CollectiveActionModel

NAN = float("nan")
Maker = Callable[[], list[Row]]
"""Returns a table's rows of the round that has just been measured, without the round."""


class Recorder:
    """Keeps the rows of each round, table by table.

    Parameters
    ----------
    model
        The model to read.

    Attributes
    ----------
    tables
        The rows so far of each table that is recorded: ``series`` and those asked for.
    success_heard
        The success of each round as users hear of it: none counts as 0.
    """

    def __init__(self, model: CollectiveActionModel) -> None:
        self.model = model
        measure = model.scenario.measure
        asked = [name for name in TABLES if name == "series" or getattr(measure, name)]
        self.tables: dict[str, list[Row]] = {name: [] for name in asked}
        self.success_heard: list[float] = []
        self._makers = {name: MAKERS[name](model) for name in asked}

    @property
    def rows(self) -> list[Row]:
        """The rows of ``series``, one per round."""
        return self.tables["series"]

    def record(self) -> None:
        """Add the round that has just been measured."""
        self.success_heard.append(_heard(self.model.outcome.success))
        # All are made before any is kept: a failure leaves no table a round ahead of another.
        made = {name: make() for name, make in self._makers.items()}
        for name, rows in made.items():
            self.tables[name] += [{"round": self.model.round, **row} for row in rows]

    def go_on(self) -> None:
        """Go on from tables of rounds that another model has recorded, and from their last."""
        self.success_heard = [_heard(row["success"]) for row in self.rows]
        self._makers["series"] = SeriesRows(self.model)

    @property
    def payoff(self) -> Floats:
        """What each user gets on the state as it is, at the success last heard of."""
        model, success = self.model, self.success_heard[-1]
        return model.scenario.payoff.realised(
            model.columns, model.tally, success, model.outcome.placebo
        )

    @property
    def totals(self) -> Totals:
        """What all members and all outsiders get together."""
        model, success = self.model, self.success_heard[-1]
        return model.scenario.payoff.totals(
            model.columns, model.tally, success, model.outcome.placebo
        )

    def table(self, name: str = "series") -> pd.DataFrame:
        """Return the rows of a table as a data frame."""
        import pandas as pd

        return pd.DataFrame(self.tables.get(name, []), columns=list(TABLES[name].columns))


def _heard(success: float) -> float:
    return 0.0 if np.isnan(success) else success


class SeriesRows:
    """Makes the row of ``series``.

    Parameters
    ----------
    model
        The model to read.
    """

    def __init__(self, model: CollectiveActionModel) -> None:
        self.model = model
        self._before = model.columns["joined"]

    def __call__(self) -> list[Row]:
        """Return the one row of this round."""
        model, before, now = self.model, self._before, self.model.columns["joined"]
        members = int(np.count_nonzero(now))
        outcome, platform = model.outcome, model.platform
        bound, reference = model.campaign.bound(platform.alpha)
        self._before = now
        return [
            {
                "members": members,
                "member_share": members / len(now),
                "joined": int(np.count_nonzero(now & ~before)),
                "left": int(np.count_nonzero(before & ~now)),
                "removed": int(np.count_nonzero(model.columns["removed"])),
                "alpha": platform.alpha,
                "alpha_eff": platform.alpha_eff,
                "alpha_eff_final": platform.alpha_eff_final,
                "success": outcome.success,
                "success_others": outcome.success_others,
                "placebo": outcome.placebo,
                "lift": outcome.lift,
                "accuracy": model.accuracy,
                "bound": bound,
                "bayes_reference": reference,
                **self._payoffs(members),
                "retrained": int(platform.retrained),
            }
        ]

    def _payoffs(self, members: int) -> dict[str, float]:
        total = self.model.recorder.totals
        outsiders = self.model.columns.users - members
        welfare = total.members + total.outsiders
        return {
            "payoff_members": total.members / members if members else NAN,
            "payoff_outsiders": total.outsiders / outsiders if outsiders else NAN,
            "welfare": welfare,
            "welfare_net": welfare - total.incentives,
        }


def epoch_rows(model: CollectiveActionModel) -> Maker:
    """Return the maker of the rows of ``epochs``, which only a training has."""
    return lambda: list(model.platform.epochs) if model.platform.retrained else []


def tie_rows(model: CollectiveActionModel) -> Maker:
    """Return the maker of the rows of ``ties``, which a model keeps as they come about."""
    return lambda: model.joins.rows() if model.joins else []


MAKERS: dict[str, Callable[[CollectiveActionModel], Maker]] = {
    "series": SeriesRows,
    "groups": GroupRows,
    "blocks": BlockRows,
    "epochs": epoch_rows,
    "ties": tie_rows,
}
"""What makes the rows of each table, from the model."""
