"""The encoder against scikit-learn's own, which it equals to the bit and in memory layout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from groundswell.data import Column, Points, Schema
from groundswell.platform.learners.encoding import encoder

AGE, WAGE = Column("age"), Column("wage")
CITY, SEX = Column("city", ("Bern", "Lima", "Oslo")), Column("sex", ("f", "m"))
SCHEMAS = {
    "mixed": Schema("columns", (AGE, CITY, WAGE, SEX), ("a", "b")),
    "numeric": Schema("columns", (AGE, WAGE), ("a", "b")),
    "categories": Schema("columns", (CITY, SEX), ("a", "b")),
    "images": Schema("images", (AGE, WAGE), ("a", "b")),
    "cells": Schema("cells", (CITY,), ("a", "b")),
}


def reference(points: Points, schema: Schema) -> Any:
    categories = [list(range(len(schema.columns[i].categories or ()))) for i in schema.categorical]
    numeric: Any = "passthrough"
    if schema.numeric and schema.form != "images":
        numeric = StandardScaler()
    one_hot = OneHotEncoder(categories=categories, sparse_output=False)
    made = ColumnTransformer(
        [("numeric", numeric, schema.numeric), ("categories", one_hot, schema.categorical)]
    ).fit(points.X)
    if points.weight is not None and numeric != "passthrough":
        scaler = made.named_transformers_["numeric"]
        scaler.fit(points.X[:, schema.numeric], sample_weight=points.weight)
    return made


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize("weighted", [False, True])
def test_numbers_are_those_of_scikit_learn(name: str, weighted: bool) -> None:
    schema, rng = SCHEMAS[name], np.random.default_rng(len(name))
    X = np.column_stack(
        [
            rng.lognormal(3, 2, 211) if column.categories is None
            else rng.integers(len(column.categories), size=211)
            for column in schema.columns
        ]
    ).astype(float)  # fmt: skip
    points = Points(X, rng.integers(2, size=211), rng.random(211) if weighted else None)
    theirs, ours = reference(points, schema), encoder(points, schema)
    for some in (X, X[:1], X[::2]):
        expected, found = theirs.transform(some), ours.transform(some)
        assert np.array_equal(found, expected)
        assert found.strides == expected.strides
