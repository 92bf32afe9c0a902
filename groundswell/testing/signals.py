"""What holds of every signal."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from groundswell.data import Features, Schema
from groundswell.problems import InputError
from groundswell.testing.laws import Subject, demand, given, law, returned
from groundswell.testing.places import fitting, points
from groundswell.testing.sameness import repeated, same


def _data(subject: Subject) -> Iterator[tuple[str, Schema, Features]]:
    for schema in fitting(subject.component, subject.schemas):
        yield f"12 points of the form '{schema.form}'", schema, points(schema, 12).X


@law("signal")
def data_or_a_clear_error(subject: Subject) -> None:
    """`check` lets data pass or refuses them with an InputError; some data pass."""
    forms = getattr(subject.kind, "forms", ())
    demand(
        forms,
        "it does not say which data it can change",
        'set forms = ("columns",), or whichever of "cells", "images", "columns", "text" it is for',
    )
    for schema in subject.schemas:
        with given(f"data of the form '{schema.form}'"):
            try:
                subject.component.check(schema)
            except InputError:
                continue
            except Exception:
                if schema.form in forms:
                    raise
    if {schema.form for schema in subject.schemas} & set(forms):
        demand(
            fitting(subject.component, subject.schemas),
            "it refuses all data that it was tried on",
            "name what is in them (see `check_component`), or pass the schema of your data",
        )


@law("signal", over=_data)
def features_stay_features(subject: Subject, schema: Schema, X: Features) -> None:
    """g(x) has the shape and the type of x and is a point of the data; x is not changed."""
    found = returned(repeated(partial(subject.component.apply, schema=schema), X), np.ndarray)
    demand(
        found.shape == X.shape and found.dtype == X.dtype,
        f"it returns {found.dtype} of shape {found.shape}",
        f"return {X.dtype} of shape {X.shape}",
    )
    if schema.form != "text":
        demand(np.isfinite(found).all(), "g(x) is not finite", "return finite numbers")
    for place in schema.categorical:
        sizes = len(schema.columns[place].categories or ())
        demand(
            np.isin(found[:, place], np.arange(sizes)).all(),
            f"column '{schema.columns[place].name}' becomes {found[0, place]}",
            f"a category is its index, from 0 to {sizes - 1}",
        )


@law("signal", over=_data)
def rows_are_changed_by_themselves(subject: Subject, schema: Schema, X: Features) -> None:
    """g(x) depends on x alone, not on the rows beside it; no rows are no rows."""
    together = subject.component.apply(X, schema)
    for row in range(len(X)):
        alone = subject.component.apply(X[row : row + 1], schema)
        demand(
            same(alone, together[row : row + 1]),
            f"row {row} becomes {alone[0]} by itself and {together[row]} among others",
            "work on each row; what is random about it has to follow from the row",
        )
    demand(
        subject.component.apply(X[:0], schema).shape == X[:0].shape,
        "it does not return 0 rows for 0 rows",
        "work on any number of rows",
    )


@law("signal", over=_data)
def twice_is_once_if_it_says_so(subject: Subject, schema: Schema, X: Features) -> None:
    """g(g(x)) = g(x) where `idempotent` says so."""
    once = subject.component.apply(X, schema)
    demand(
        not subject.component.idempotent or same(subject.component.apply(once, schema), once),
        "g(g(x)) differs from g(x), and `idempotent` is True",
        "have the property `idempotent` return False: theorems do not hold then",
    )
