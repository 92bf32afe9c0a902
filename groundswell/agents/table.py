"""Users whose data are rows of a CSV or Parquet file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from groundswell.agents.population import Population, Rows, Source, take
from groundswell.agents.tabular import Frame, encode, read_frame
from groundswell.data import Ints, Points, Schema
from groundswell.problems import InputError, did_you_mean

DEFAULT_TEST_SHARE = 0.3
NOBODY = -1
Names = Annotated[tuple[str, ...], Field(strict=False)]


class Table(Population):
    """Rows of a CSV or Parquet file with numeric and categorical columns.

    A column is numeric if all its values are numbers. Missing values (the marker, or nothing)
    become the column's median if it is numeric, else a category of their own. Learners
    standardise and one-hot encode by themselves, so signals are set in the file's own terms.
    """

    kind: Literal["table"] = "table"
    form = "columns"
    path: str = Field(json_schema_extra={"file": True})
    """The file: CSV with a header line, or Parquet (by its suffix)."""
    label: str
    """Column that is to be predicted."""
    features: Names | None = None
    """Columns that the learner sees; by default all others."""
    missing: str = "?"
    """How the file marks a missing value."""
    test_path: str | None = Field(None, json_schema_extra={"file": True})
    """File with the rows for measuring."""
    test_share: float | None = Field(None, gt=0, lt=1)
    """Share of the users kept for measuring where there is no ``test_path`` (default 0.3)."""
    user: str | None = None
    """Column that says whose row it is; by default each row is a user."""

    @model_validator(mode="after")
    def _one_test_set(self) -> Table:
        if self.test_path is not None and self.test_share is not None:
            raise ValueError("give either 'test_path' or 'test_share', not both")
        if self.features is not None and len(set(self.features)) < len(self.features):
            raise ValueError("'features' names a column twice")
        if self.user is not None and self.redraw:
            raise ValueError("'redraw' needs one row per user; leave 'user' out")
        return self

    def size(self) -> int:
        """Return the number of users the file has for training."""
        users = len(np.unique(self._owners(self._train())))
        return users - (0 if self.test_path else kept_share(self._share(), users))

    def width(self) -> int:
        """Return the number of values in a data point once it is encoded."""
        frame = self._train()
        return sum(
            1 if frame.is_numeric(name) else len(frame.codes(name)[0])
            for name in self._features(frame)
        )

    def open(self, rng: np.random.Generator) -> Source:
        """Read the files and split off what is kept for measuring."""
        frame = self._train()
        test = None
        if self.test_path is not None:
            test = read_frame(self.test_path, self.missing, "test_path")
        schema, points, fresh = encode(frame, test, self.label, self._features(frame))
        owner = self._owners(frame)
        if fresh is None:
            users = rng.permutation(int(owner.max()) + 1)
            kept = np.isin(owner, users[: kept_share(self._share(), len(users))])
            points, fresh, owner = points.where(~kept), points.where(kept), owner[~kept]
        return TableSource(schema, points, owner, fresh, tuple(frame.notes.values()))

    def beside(self, column: str) -> Table:
        """Return the table without a column to learn from, for it says which node a user is.

        Raises
        ------
        InputError
            If there is no such column, it is needed elsewhere, or not all users have a place.
        """
        try:
            names = self._train().names
        except InputError:
            return self  # said where the file is opened
        if column not in names:
            hint = did_you_mean(column, names)
            raise InputError(f"'{Path(self.path).name}' has no column '{column}'{hint}")
        if column in {self.label, *(self.features or ())}:
            raise InputError(f"column '{column}' says who a user is; a learner cannot have it too")
        if self.test_path is None:
            raise InputError(
                "every node needs its user, and some users would be kept for measuring; "
                "name a file for that in population.test_path"
            )
        if self.features is not None:
            return self
        apart = {self.label, self.user, column}
        return self.replace(features=tuple(name for name in names if name not in apart))

    def seats(self, column: str, nodes: tuple[str, ...]) -> Ints:
        """Return which user of the file is on each node.

        Parameters
        ----------
        column
            The column that says so.
        nodes
            Ids of the nodes.

        Raises
        ------
        InputError
            If a node has no user or several, or a user no node or several; names the line.
        """
        frame = self._train()
        names, owner = frame.text(column), self._owners(frame)
        first = np.unique(owner, return_index=True)[1]
        moved = np.flatnonzero(names[first][owner] != names)
        if len(moved):
            here, there = names[moved[0]], names[first[owner[moved[0]]]]
            raise InputError(
                f"a user on node '{there}' is on node '{here}' too", place=frame.place(moved[0])
            )
        user_on = dict.fromkeys(nodes, NOBODY)
        for user, row in enumerate(first.tolist()):
            if names[row] not in user_on:
                raise InputError(f"the network has no node '{names[row]}'", place=frame.place(row))
            if user_on[names[row]] != NOBODY:
                raise InputError(f"two users are on node '{names[row]}'", place=frame.place(row))
            user_on[names[row]] = user
        empty = [node for node, user in user_on.items() if user == NOBODY]
        if empty:
            others = f", nor on {len(empty) - 1:,} others" if len(empty) > 1 else ""
            raise InputError(f"nobody is on node '{empty[0]}'{others}", place=self.path)
        return np.array(list(user_on.values()))

    def _train(self) -> Frame:
        return read_frame(self.path, self.missing, "path")

    def _features(self, frame: Frame) -> list[str]:
        for key in ("label", "user"):
            name = getattr(self, key)
            if name is not None:
                frame.check_column(name, key)
        others = [name for name in frame.names if name not in {self.label, self.user}]
        if not (others if self.features is None else self.features):
            raise InputError(
                f"'{Path(self.path).name}' has no column to learn from beside '{self.label}'",
                key=("features",),
            )
        if self.features is None:
            return others
        for name in self.features:
            frame.check_column(name, "features")
        if self.label in self.features:
            raise InputError(f"the label '{self.label}' cannot be a feature", key=("features",))
        return list(self.features)

    def _owners(self, frame: Frame) -> Ints:
        if self.user is None:
            return np.arange(frame.rows)
        frame.check_column(self.user, "user")
        return frame.codes(self.user)[1]

    def _share(self) -> float:
        return DEFAULT_TEST_SHARE if self.test_share is None else self.test_share


def kept_share(share: float, users: int) -> int:
    """Return how many of the users of a file are kept for measuring.

    Raises
    ------
    InputError
        If that is none, or all.
    """
    kept = round(share * users)
    if not 0 < kept < users:
        raise InputError(
            f"a test share of {share:g} of {users} users leaves nothing", key=("test_share",)
        )
    return kept


class TableSource(Source):
    """Rows of a table.

    Parameters
    ----------
    schema
        What the rows look like.
    points, owner
        Rows for users, and the user of each, numbered from 0.
    fresh
        Rows for measuring.
    notes
        What a user should know about how they were read.
    """

    def __init__(
        self,
        schema: Schema,
        points: Points,
        owner: Ints,
        fresh: Points,
        notes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(schema, notes)
        self.points = points
        self._fresh = fresh
        by_owner = np.argsort(owner, kind="stable")
        starts = np.flatnonzero(np.diff(owner[by_owner])) + 1
        self._rows_of = np.split(by_owner, starts)

    def rows(self, users: int, rng: np.random.Generator) -> Rows:
        """Give each user the rows of one user of the table, without replacement while they last."""
        return self.rows_of(take(len(self._rows_of), users, rng), rng)

    def rows_of(self, chosen: Ints, rng: np.random.Generator) -> Rows:
        """Give each user the rows of a given user of the table."""
        rows = [self._rows_of[i] for i in chosen]
        owner = np.repeat(np.arange(len(rows)), [len(theirs) for theirs in rows])
        return Rows(self.points.where(np.concatenate(rows)), owner)

    def fresh(self, count: int, rng: np.random.Generator) -> Points:
        """Draw rows for measuring, each at most once."""
        return self._fresh.where(rng.permutation(len(self._fresh))[:count])
