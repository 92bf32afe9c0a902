"""What holds of every learner: what its models answer, and to what they listen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from groundswell.data import Floats, Ints, Points, Schema, concatenate
from groundswell.platform.fitting import fit
from groundswell.platform.learners.base import Classifier, TrainingSet
from groundswell.platform.learners.network import Network
from groundswell.problems import InputError
from groundswell.testing.laws import Subject, demand, given, law
from groundswell.testing.places import fitting, points, training
from groundswell.testing.sameness import repeated

POINTS = 120
ROWS = 20
HEAVY = 9.0
NOISE = 0.5
SOLVED = 0.99
"""Share of answers that two fits to the same problem agree on, up to a solver's tolerance."""
TRAINED = 0.9
"""The same where training is random."""


def _data(subject: Subject) -> Iterator[tuple[str, Schema, Points]]:
    for schema in fitting(subject.component, subject.schemas):
        yield f"{POINTS} points of the form '{schema.form}'", schema, points(schema, POINTS)


def _weighted(subject: Subject) -> Iterator[tuple[str, Schema, Points]]:
    """Return points for learners that can weigh them, adaptive weight rules left out.

    Those may make the lighter points count as much as the heavier ones, whatever the weights.
    """
    rule = isinstance(subject.component, Network) and subject.component.adaptive
    return _data(subject) if subject.component.weighted and not rule else iter(())


def _exchanging(subject: Subject) -> Iterator[tuple[str, Schema, Points]]:
    return _data(subject) if subject.kind.counts else iter(())


def _going_on(subject: Subject) -> Iterator[tuple[str, Schema, Points]]:
    return _data(subject) if subject.kind.resumable or subject.kind.unique else iter(())


@law("learner")
def some_data_fit(subject: Subject) -> None:
    """`check` lets data pass or refuses them with an InputError; some data pass."""
    demand(
        fitting(subject.component, subject.schemas),
        f"it refuses all data that it was tried on, of the forms {', '.join(subject.kind.forms)}",
        "name what is in them (see `check_component`), or pass the schema of your data",
    )


@law("learner", over=_data)
def answers_are_labels(subject: Subject, schema: Schema, data: Points) -> None:
    """`predict` answers each row with the int64 index of a label that somebody has submitted."""
    fresh = points(schema, 50, seed=1)
    for seen in ([0, len(schema.labels) - 1], list(range(len(schema.labels)))):
        known = training(data.where(np.isin(data.y, seen)), schema)
        with given(f"labels {', '.join(schema.labels[label] for label in seen)}"):
            found = _answers(subject, known, fresh)
            demand(
                isinstance(found, np.ndarray)
                and found.shape == (len(fresh),)
                and found.dtype == np.int64,
                f"it returns {getattr(found, 'dtype', type(found).__name__)} of shape "
                f"{np.shape(found)}",
                "return one label index per row, as an array of int64",
            )
            strange = np.setdiff1d(found, seen)
            demand(
                not len(strange),
                f"it answers {strange.tolist()}, which nobody has submitted",
                "choose among np.unique(data.points.y)",
            )


@law("learner", over=_data)
def the_same_again(subject: Subject, schema: Schema, data: Points) -> None:
    """The same data and the same seed give the same model; data and rows stay as they are."""
    other, fresh = points(schema, POINTS, seed=5), points(schema, 50, seed=1)
    known = training(data, schema)
    found = repeated(lambda those, rows: _answers(subject, those, rows), known, fresh)
    _answers(subject, training(other, schema), fresh)
    demand(
        np.array_equal(found, _answers(subject, known, fresh)),
        "it gives another model after having been fitted to other data in between",
        "return a new model from `fit`, and keep nothing in the learner",
    )
    model = _fitted(subject, known)
    repeated(model.predict, fresh.X)
    if subject.kind.deterministic:
        demand(
            np.array_equal(found, _answers(subject, known, fresh, seed=77)),
            "another seed gives another model, and deterministic is True",
            "set deterministic = False",
        )


@law("learner", over=_data)
def rows_are_answered_by_themselves(subject: Subject, schema: Schema, data: Points) -> None:
    """The answer to a row does not depend on the rows beside it; no rows are no answers."""
    model, X = _fitted(subject, training(data, schema)), points(schema, ROWS, seed=1).X
    together, turned = model.predict(X), model.predict(X[::-1].copy())[::-1]
    alone = np.concatenate([model.predict(X[row : row + 1]) for row in range(ROWS)])
    for found, how in ((turned, "in another order"), (alone, "by themselves")):
        strange = np.flatnonzero(found != together)
        demand(
            not len(strange),
            f"rows {strange[:5]} are answered otherwise {how}",
            "go by the row and what `fit` has learned: means and the like are of training data",
        )
    demand(
        np.shape(model.predict(X[:0])) == (0,),
        f"0 rows have answers of shape {np.shape(model.predict(X[:0]))}",
        "return an empty array of int64",
    )


@law("learner", over=_data)
def one_label_is_the_answer(subject: Subject, schema: Schema, data: Points) -> None:
    """Where everybody submits one label, that is the answer to everything."""
    last = len(schema.labels) - 1
    alike = replace(data, y=np.full(len(data), last))
    found = fit(subject.component, training(alike, schema), np.random.default_rng(3))
    demand(
        (found.predict(points(schema, 50, seed=1).X) == last).all(),
        f"it answers something else than '{schema.labels[last]}' to some rows",
        "leave one_label = False, and it is not asked to learn from one label",
    )


@law("learner", over=_data)
def the_order_of_labels_means_nothing(subject: Subject, schema: Schema, data: Points) -> None:
    """Labels in another order are answered as before, where the data leave no doubt."""
    fresh, new = points(schema, 200, seed=1), np.roll(np.arange(len(schema.labels)), 1)
    names = tuple(schema.labels[old] for old in np.argsort(new))
    turned = replace(schema, labels=names)
    one = _answers(subject, training(data, schema), fresh)
    other = _answers(subject, training(replace(data, y=new[data.y]), turned), fresh)
    agree = float(np.mean(new[one] == other))
    demand(
        agree >= _tolerance(subject),
        f"with labels in the order {', '.join(names)} it answers {1 - agree:.0%} of rows with "
        "another label",
        "treat label indices as names: no arithmetic with them" + _or_longer(subject),
    )


@law("learner", over=_weighted)
def weights_decide(subject: Subject, schema: Schema, data: Points) -> None:
    """Points of weight 9 are 9 points, if it says that it can weigh them."""
    heavy = data.where(data.y > 0)
    # All of them, for if two labels had the same X no answer would be better than another.
    light = replace(data, y=np.zeros(len(data), dtype=np.int64))
    weight = np.repeat([HEAVY, 1.0], [len(heavy), len(light)])
    _compare(subject, schema, concatenate([heavy, light]), weight)


@law("learner", over=_weighted)
def weights_count_rows(subject: Subject, schema: Schema, data: Points) -> None:
    """Points of weights 1 to 4 are so many points, if it says that it can weigh them."""
    if subject.component.deterministic:
        noisy = points(schema, POINTS, noise=NOISE)
        weight = np.random.default_rng(5).integers(1, 5, POINTS).astype(float)
        _compare(subject, schema, noisy, weight)


@law("learner", over=_data)
def few_points_will_do(subject: Subject, schema: Schema, data: Points) -> None:
    """Two points are learned from, or refused by `check_size`."""
    first = [int(np.argmax(data.y == label)) for label in (0, 1)]
    with given("two of them"):
        try:
            subject.component.check_size(2)
        except InputError:
            return
        found = _answers(subject, training(data.where(np.array(first)), schema), data)
        demand(
            np.isin(found, (0, 1)).all(),
            f"it answers {np.unique(found).tolist()}",
            "choose among np.unique(data.points.y)",
        )


@law("learner", over=_exchanging)
def exchanging_is_fitting_anew(subject: Subject, schema: Schema, data: Points) -> None:
    """Where it says `counts`, a model with rows exchanged is that of the rows fitted anew."""
    model, fresh = _fitted(subject, training(data, schema)), points(schema, 200, seed=1)
    rows, before = np.flatnonzero(np.arange(POINTS) % 3), model.predict(fresh.X)
    came = replace(data.where(rows), y=(data.y[rows] + 1) % len(schema.labels))
    found = subject.component.exchange(model, data.where(rows), training(came, schema))
    demand(
        np.array_equal(before, model.predict(fresh.X)),
        "`exchange` changes the model that it is given",
        "return another one",
    )
    if found is None:
        return
    y = data.y.copy()
    y[rows] = came.y
    anew = _answers(subject, training(replace(data, y=y), schema), fresh)
    demand(
        np.array_equal(found.predict(fresh.X), anew),
        "answers differ after two thirds of the points have been exchanged",
        "count `gone` out and `came` in, return None from `exchange`, or set counts = False",
    )


@law("learner", over=_going_on)
def what_it_goes_on_from_stays(subject: Subject, schema: Schema, data: Points) -> None:
    """Where a training goes on from a model, that model answers as before."""
    model, fresh = _fitted(subject, training(data, schema)), points(schema, 200, seed=1)
    before = model.predict(fresh.X)
    turned = replace(data, y=np.roll(data.y, 1))
    later = replace(training(turned, schema), start=model)
    found = subject.component.fit(later, np.random.default_rng(4))
    demand(
        found is not model and np.array_equal(before, model.predict(fresh.X)),
        "`fit` changes the model in data.start",
        "return a new model from `fit`",
    )


def _fitted(subject: Subject, data: TrainingSet, seed: int = 3) -> Classifier:
    model: Classifier = subject.component.fit(data, np.random.default_rng(seed))
    demand(
        hasattr(model, "predict"),
        f"`fit` returns {model!r}",
        "return a model: an object with a method `predict`",
    )
    return model


def _answers(subject: Subject, data: TrainingSet, fresh: Points, seed: int = 3) -> Ints:
    found: Ints = _fitted(subject, data, seed).predict(fresh.X)
    return found


def _tolerance(subject: Subject) -> float:
    return SOLVED if subject.kind.deterministic else TRAINED


def _compare(subject: Subject, schema: Schema, data: Points, weight: Floats) -> None:
    """Compare weights with so many copies of the points."""
    copies = np.repeat(np.arange(len(data)), weight.astype(np.int64))
    heavy, rows = (
        training(some, schema) for some in (replace(data, weight=weight), data.where(copies))
    )
    fresh = points(schema, 200, seed=1)
    fresh = fresh.where(fresh.y > 0)
    agree = float(np.mean(_answers(subject, heavy, fresh) == _answers(subject, rows, fresh)))
    demand(
        agree >= _tolerance(subject),
        f"{1 - agree:.0%} of answers differ between weights and so many copies",
        "use data.points.weights in every mean and sum, or have the property `weighted` return "
        "False" + _or_longer(subject),
    )


def _or_longer(subject: Subject) -> str:
    return "" if subject.kind.deterministic else "; or check one that trains long enough to tell"
