"""What each user is like: a feature or the label of its data, one value per user."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundswell.agents.population import Rows
from groundswell.data import Floats, Schema
from groundswell.problems import InputError, did_you_mean

CLASS = "class"
"""Stands for the label of a point, the honest one, beside the names of columns."""


@dataclass(frozen=True)
class Trait:
    """A value per user.

    Parameters
    ----------
    values
        Numbers, or numbers of categories, shape (users,).
    categories
        How many categories there are, 0 for plain numbers.
    """

    values: Floats
    categories: int = 0


def trait(schema: Schema, rows: Rows, users: int, name: str) -> Trait:
    """Return a feature or the label of each user: means over its rows, categories of its first.

    Raises
    ------
    InputError
        If there is no such column, or a label and a column of that name alike.
    """
    columns = [] if schema.form == "text" else [column.name for column in schema.columns]
    if name == CLASS and name in columns:
        raise InputError(
            f"'{CLASS}' is the label of a point, and the data have a column of that name too; "
            "rename the column"
        )
    first = np.unique(rows.owner, return_index=True)[1]
    if name == CLASS and schema.labels:
        return Trait(rows.points.y[first].astype(np.float64), len(schema.labels))
    if name not in columns:
        raise InputError(f"there is no column '{name}'{did_you_mean(name, [CLASS, *columns])}")
    column = columns.index(name)
    categories = schema.columns[column].categories
    if categories is not None:
        return Trait(rows.points.X[first, column].astype(np.float64), len(categories))
    return Trait(numeric(rows, users, column))


def numeric(rows: Rows, users: int, column: int) -> Floats:
    """Return a numeric column per user, averaged over the rows of a user."""
    count = np.bincount(rows.owner, minlength=users)
    return np.bincount(rows.owner, rows.points.X[:, column], users) / count
