"""Groups of data points and of the users who hold them, and the table ``groups``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from groundswell.agents.traits import CLASS
from groundswell.data import Floats, Ints, Points, Schema
from groundswell.problems import InputError, did_you_mean
from groundswell.tables import Row

if TYPE_CHECKING:
    from groundswell.model import CollectiveActionModel

NAN = float("nan")
COMMUNITIES = (
    ": communities are of users, and groups of data points, also of fresh ones, which are nobody's"
)
MEASURED = ("success", "success_others", "placebo", "lift", "accuracy")


@dataclass(frozen=True)
class Grouping:
    """A way to divide data points into groups.

    Parameters
    ----------
    by
        What it goes by: ``"class"``, or the name of a column.
    names
        Names of the groups: the labels, or the categories of the column.
    column
        Position of the column, None for labels.
    """

    by: str
    names: tuple[str, ...]
    column: int | None = None

    @classmethod
    def of(cls, schema: Schema, by: str) -> Grouping:
        """Return the grouping of a name.

        Raises
        ------
        InputError
            If it names no column, one without categories, or a label and a column alike.

        >>> from groundswell.data import Column
        >>> Grouping.of(Schema("columns", (Column("sex", ("f", "m")),), ("no", "yes")), "sex")
        Grouping(by='sex', names=('f', 'm'), column=0)
        """
        columns = [column.name for column in schema.columns]
        if by == CLASS and by in columns:
            raise InputError(
                f"'{CLASS}' is the label of a point, and the data have a column of that name too; "
                "rename the column"
            )
        if by == CLASS:
            return cls(by, schema.labels)
        hint = did_you_mean(by, [CLASS, *(columns[i] for i in schema.categorical)])
        if by not in columns:
            why = COMMUNITIES if by == "community" else ""
            raise InputError(f"there is no column '{by}'{why}{hint}")
        names = schema.columns[columns.index(by)].categories
        if names is None:
            raise InputError(f"column '{by}' has no categories to group by{hint}")
        return cls(by, names, columns.index(by))

    def codes(self, points: Points) -> Ints:
        """Return the position of each point's group among the names, shape (points,)."""
        return points.y if self.column is None else points.X[:, self.column].astype(np.int64)


class GroupRows:
    """Makes the rows of ``groups``: members, α, success, accuracy and payoffs in each group.

    Parameters
    ----------
    model
        The model to read.
    """

    def __init__(self, model: CollectiveActionModel) -> None:
        self.model = model
        self.groupings = model.world.groupings
        self._first_row = np.unique(model.world.rows.owner, return_index=True)[1]
        self._divide(model.world.fresh)
        self._campaign = model.campaign

    def __call__(self) -> list[Row]:
        """Return the rows of this round, one for each group of each grouping."""
        if self.model.world.fresh is not self._points:
            self._divide(self.model.world.fresh)
        if self.model.campaign is not self._campaign:  # a schedule has changed the learner
            self._campaign = self.model.campaign
            self._starts.clear()
        return [row for way in range(len(self.groupings)) for row in self._rows(way)]

    def _divide(self, fresh: Points) -> None:
        """Divide the points to measure on, which may be others than last round."""
        self._points = fresh
        self._fresh = [
            [fresh.where(grouping.codes(fresh) == group) for group in range(len(grouping.names))]
            for grouping in self.groupings
        ]
        self._starts: dict[tuple[int, int], float] = {}

    def _rows(self, way: int) -> list[Row]:
        model, grouping = self.model, self.groupings[way]
        joined, payoff = model.columns["joined"], model.recorder.payoff
        code, groups = grouping.codes(model.points)[self._first_row], len(grouping.names)
        users, members = (np.bincount(which, minlength=groups) for which in (code, code[joined]))
        share = _ratio(members, users)
        alpha = self._alpha(way)
        mean_payoff = _ratio(np.bincount(code, payoff, groups), users)
        return [
            {
                "by": grouping.by,
                "group": name,
                "users": int(users[i]),
                "members": int(members[i]),
                "member_share": float(share[i]),
                "alpha": float(alpha[i]),
                **self._measured(way, i),
                "payoff": float(mean_payoff[i]),
            }
            for i, name in enumerate(grouping.names)
        ]

    def _alpha(self, way: int) -> Floats:
        """Return α among the rows of each group that the serving model was trained on."""
        groups, trained = len(self.groupings[way].names), self.model.platform.trained
        if trained is None or trained.groups is None:
            return np.full(groups, NAN)
        code, weight = trained.groups[:, way], trained.points.weights
        planted = np.bincount(code, weight * trained.planted, groups)
        return _ratio(planted, np.bincount(code, weight, groups))

    def _measured(self, way: int, group: int) -> Row:
        """Return what the model makes of a group's fresh points."""
        served, fresh = self.model.served, self._fresh[way][group]
        if served is None or not len(fresh):
            return dict.fromkeys(MEASURED, NAN)
        outcome = self.model.campaign.measure_part(served, fresh, self._start(way, group))
        accuracy = self.model.campaign.accuracy(served, fresh)
        return {**{name: getattr(outcome, name) for name in MEASURED[:-1]}, "accuracy": accuracy}

    def _start(self, way: int, group: int) -> float:
        """Return a group's success without the collective, found once for points and learner."""
        if (way, group) not in self._starts:
            self._starts[way, group] = self.model.campaign.start(self._fresh[way][group])
        return self._starts[way, group]


def _ratio(part: Floats | Ints, whole: Floats | Ints) -> Floats:
    """Return the quotients, NaN where nothing is there."""
    quotient: Floats = np.full(len(whole), NAN)
    np.divide(part, whole, out=quotient, where=whole > 0)
    return quotient
