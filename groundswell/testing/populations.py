"""What holds of every population and its data."""

from __future__ import annotations

import numpy as np

from groundswell.agents.population import Rows, Source
from groundswell.data import Points
from groundswell.problems import InputError
from groundswell.testing.laws import Subject, demand, given, law, returned
from groundswell.testing.sameness import follows_its_generator, repeated

SIZES = (1, 2, 30)
FRESH = (0, 1, 25)
FORMS = ("none", "cells", "images", "columns", "text")
CLOSE = 1e-9


@law("population")
def users_hold_points(subject: Subject) -> None:
    """`rows` gives users points that fit the schema, the same again from the same seed."""
    source = _open(subject)
    for users in SIZES:
        with given(f"{users} users"):
            rows = repeated(lambda n=users: _rows(_open(subject), n))
            _check_points(rows.points, source)
            demand(
                rows.owner.shape == (len(rows.points),)
                and rows.owner.dtype == np.int64
                and np.isin(rows.owner, np.arange(users)).all(),
                f"owners are {rows.owner.dtype} of shape {rows.owner.shape}: {rows.owner[:5]}",
                f"say of each point which user it belongs to, from 0 to {users - 1}",
            )


@law("population")
def data_are_spread(subject: Subject) -> None:
    """Where there are many users and points, not all points belong to one user."""
    users, source = SIZES[-1], _open(subject)
    owner = _rows(source, users).owner
    with given(f"{users} users, {len(owner)} points"):
        demand(
            subject.component.size() == 1 or len(owner) <= 1 or len(np.unique(owner)) > 1,
            f"all belong to user {owner[:1]}",
            "say of each point which user it belongs to, such as np.arange(users)",
        )


@law("population")
def another_seed_is_another_sample(subject: Subject) -> None:
    """What is random about the data comes from `rng`."""

    def sample(rng: np.random.Generator) -> tuple[Rows, Points]:
        source = returned(subject.component.open(rng), Source)
        return source.rows(SIZES[-1], rng), source.fresh(FRESH[-1], rng)

    with given(f"{SIZES[-1]} users"):
        follows_its_generator(sample)


@law("population")
def there_are_fresh_points(subject: Subject) -> None:
    """`fresh` gives points that fit the schema, at most as many as are asked for."""
    source = _open(subject)
    for count in FRESH:
        with given(f"{count} fresh points"):
            found = repeated(lambda n=count: _open(subject).fresh(n, np.random.default_rng(3)))
            _check_points(found, source)
            demand(
                len(found) <= count,
                f"there are {len(found)}",
                "return no more than are asked for",
            )


@law("population")
def it_says_what_data_look_like(subject: Subject) -> None:
    """The form, the width and the schema say the same, before and after the data are read."""
    source, form = _open(subject), getattr(subject.component, "form", None)
    demand(
        form in FORMS and source.schema.form == form,
        f"the form is {form!r}, and that of the schema {source.schema.form!r}",
        f"set form to one of {', '.join(FORMS)}, the same in both",
    )
    demand(
        form == "none" or len(source.schema.labels) > 1,
        f"there are the labels {source.schema.labels}",
        "name at least two labels",
    )
    demand(
        subject.component.width() >= 1,
        f"`width` is {subject.component.width()}",
        "return the number of values in a point: what would not fit into memory is refused by it",
    )


@law("population")
def a_known_law_is_one(subject: Subject) -> None:
    """P0 is known where `exact` says so, has no negative values, and sums to one."""
    source = _open(subject)
    demand(
        (source.law is not None) == bool(subject.component.exact),
        f"`exact` is {subject.component.exact}, and `law` is {type(source.law).__name__}",
        "return the law as weighted points, or set `exact` to False",
    )
    law = None if source.law is None else source.law.weights
    for name, chances in (("p0", source.p0), ("law", law)):
        if chances is None:
            continue
        demand(
            (chances >= 0).all(),
            f"`{name}` goes down to {chances.min():g}",
            "probabilities are not negative",
        )
        demand(
            abs(chances.sum() - 1) < CLOSE,
            f"`{name}` sums to {chances.sum()}",
            "divide it by its sum",
        )


@law("population")
def users_of_a_table_can_be_chosen(subject: Subject) -> None:
    """Where users are those of a table, `rows_of` gives the data of those chosen."""
    size, source = subject.component.size(), _open(subject)
    demand(
        size is None or size >= 1,
        f"`size` is {size}",
        "return the number of users, or None if any number will do",
    )
    if type(source).rows_of is Source.rows_of:
        return
    for chosen in (np.array([0]), np.array([0, 0])):
        with given(f"users {chosen.tolist()} of the table"):
            rows = source.rows_of(chosen, np.random.default_rng(1))
            _check_points(rows.points, source)
            demand(
                set(rows.owner.tolist()) == set(range(len(chosen))),
                f"the points belong to users {sorted(set(rows.owner.tolist()))}",
                "number the users in the order in which they are chosen, from 0",
            )


@law("population")
def missing_files_are_named(subject: Subject) -> None:
    """A file that is not there is refused with an InputError that names it."""
    for name, field in type(subject.component).model_fields.items():
        extra = field.json_schema_extra
        if not isinstance(extra, dict) or not extra.get("file"):
            continue
        with given(f"{name} = 'not-there.csv'"):
            try:
                _open(Subject(subject.component.replace(**{name: "not-there.csv"}), ()))
            except InputError as error:
                demand(
                    "not-there.csv" in str(error),
                    f"it says: {error}",
                    "name the file",
                )
            else:
                demand(holds=False, found="it is opened", advice="raise an InputError")


def _open(subject: Subject) -> Source:
    return returned(subject.component.open(np.random.default_rng(1)), Source)


def _rows(source: Source, users: int) -> Rows:
    return returned(source.rows(users, np.random.default_rng(2)), Rows)


def _check_points(points: Points, source: Source) -> None:
    schema, X = source.schema, returned(points, Points).X
    demand(
        X.shape == (len(points), len(schema.columns)),
        f"X has shape {X.shape} for {len(points)} points",
        f"give each point a value in each of {len(schema.columns)} columns",
    )
    demand(
        points.y.dtype == np.int64
        and (not len(points) or 0 <= points.y.min() <= points.y.max() < len(schema.labels)),
        f"y is {points.y.dtype}: {points.y[:5]}",
        "y holds the indices of labels in int64",
    )
    if schema.form == "text":
        texts = all(isinstance(text, str) for text in X.ravel())
        demand(texts, f"X holds {X[:1]}", "X holds documents: str objects")
        return
    demand(np.isfinite(X).all(), "X has values that are not finite", "fill in or drop those rows")
    for place in schema.categorical:
        sizes = len(schema.columns[place].categories or ())
        demand(
            np.isin(X[:, place], np.arange(sizes)).all(),
            f"column '{schema.columns[place].name}' holds {X[:3, place]}",
            f"a category is its index, from 0 to {sizes - 1}",
        )
