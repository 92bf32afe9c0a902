"""What holds of every strategy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace

import numpy as np

from groundswell.agents.answers import Model
from groundswell.agents.signal import Cells, NoSignal, SetFeatures, Signal
from groundswell.agents.strategy import Context, Outcome
from groundswell.agents.tokens import InsertToken
from groundswell.data import Features, Ints, Points, Schema
from groundswell.platform.learners.convex import Convex
from groundswell.platform.learners.descent import Descent
from groundswell.testing.laws import Subject, demand, law, returned
from groundswell.testing.places import fitting, points, training
from groundswell.testing.sameness import repeated, same

CLOSE = 1e-9
MEMBERS = 0.3
BY_GRADIENT = {"convex": Convex(), "descent": Descent(steps=20)}
"""Learners for strategies that work with their gradients."""
BY_GRADIENT_FORMS = Convex.forms


@dataclass(frozen=True)
class Case:
    """What a strategy is tried on: members' points, fresh ones, and a model to measure on."""

    members: Points
    fresh: Points
    context: Context
    model: Model

    def submitted(self, subject: Subject) -> Points:
        """Return what members submit."""
        return returned(subject.component.submit(self.members, self.context), Points)

    def measured(self, subject: Subject) -> Outcome:
        """Return the success."""
        return returned(subject.component.measure(self.model, self.fresh, self.context), Outcome)


def _cases(subject: Subject) -> Iterator[tuple[str, Case]]:
    for schema in fitting(subject.component, subject.schemas):
        if subject.kind.theory == "bayes" or schema.form in BY_GRADIENT_FORMS:
            for members in (30, 1, 0):
                case = _case(subject, schema, members)
                signal = case.context.signal
                yield f"{members} points of the form '{schema.form}', signal {signal}", case


def _rowwise(subject: Subject) -> Iterator[tuple[str, Case]]:
    return _cases(subject) if subject.kind.rowwise else iter(())


@law("strategy")
def some_data_fit(subject: Subject) -> None:
    """`check` refuses data that do not fit with an InputError; some data do."""
    demand(
        fitting(subject.component, subject.schemas),
        "it refuses all data that it was tried on",
        'take the target "a", "b" or "c", or pass the schema of your data',
    )


@law("strategy", over=_cases)
def members_submit_points(subject: Subject, case: Case) -> None:
    """`submit` returns as many points as members have, that fit the data; theirs do not change."""
    found = repeated(lambda members: replace(case, members=members).submitted(subject),
                     case.members)  # fmt: skip
    labels = len(case.context.schema.labels)
    demand(
        len(found) == len(case.members) and found.X.shape == case.members.X.shape,
        f"{len(case.members)} points become {len(found)}, X of shape {found.X.shape}",
        "return a point for each",
    )
    demand(
        found.X.dtype == case.members.X.dtype
        and found.y.dtype == np.int64
        and (not len(found) or 0 <= found.y.min() <= found.y.max() < labels),
        f"X is {found.X.dtype}, y is {found.y.dtype}: {found.y[:5]}",
        f"keep the type of X, and return labels in int64 from 0 to {labels - 1}",
    )


@law("strategy", over=_rowwise)
def rows_are_changed_by_themselves(subject: Subject, case: Case) -> None:
    """Where it says `rowwise`, what becomes of a point depends on nothing but the point."""
    together = case.submitted(subject)
    for row in np.arange(0, len(case.members), 5):
        alone = replace(case, members=case.members.where(np.array([row]))).submitted(subject)
        demand(
            same(alone, together.where(np.array([row]))),
            f"point {row} becomes {alone.X[0]}, {alone.y[0]} by itself and "
            f"{together.X[row]}, {together.y[row]} among others",
            "work on each point, or set rowwise = False",
        )


@law("strategy", over=_cases)
def success_is_what_it_says(subject: Subject, case: Case) -> None:
    """Success is at most 1 and missing where there is none; shares of points lie in [0, 1]."""
    strategy = subject.component
    found = repeated(lambda fresh: replace(case, fresh=fresh).measured(subject),
                     case.fresh)  # fmt: skip
    demand(
        np.isfinite(found.success) == strategy.has_success,
        f"success is {found.success}, and has_success is {strategy.has_success}",
        "measure it, or set has_success = False",
    )
    demand(
        np.isfinite(found.placebo) == strategy.has_placebo,
        f"the placebo is {found.placebo}, and has_placebo is {strategy.has_placebo}",
        "set has_placebo to whether it measures what success would be without the signal",
    )
    shares = [found.placebo, found.success_others, *[found.success] * strategy.pointwise]
    demand(
        all(-CLOSE <= share <= 1 + CLOSE for share in shares if np.isfinite(share)),
        f"it measures {found}",
        "return shares: fresh.share(hit) counts points by weight",
    )
    demand(not found.success > 1 + CLOSE, f"success is {found.success}", "1 is all there can be")


@law("strategy", over=_cases)
def the_order_of_points_means_nothing(subject: Subject, case: Case) -> None:
    """Success is the same whatever the order of the fresh points."""
    order = np.random.default_rng(6).permutation(len(case.fresh))
    shuffled = replace(case, fresh=case.fresh.where(order)).measured(subject)
    demand(
        np.isclose(shuffled.success, case.measured(subject).success, CLOSE, equal_nan=True),
        "it differs if the points are in another order",
        "take means over all points",
    )


@law("strategy", over=_cases)
def points_count_by_weight(subject: Subject, case: Case) -> None:
    """Fresh points of weights 1 to 3 are so many points."""
    weight = np.arange(len(case.fresh)) % 3 + 1
    copies = case.fresh.where(np.repeat(np.arange(len(case.fresh)), weight))
    heavy = replace(case.fresh, weight=weight.astype(float))
    one, other = (replace(case, fresh=fresh).measured(subject) for fresh in (heavy, copies))
    demand(
        np.allclose(astuple(one), astuple(other), CLOSE, CLOSE, equal_nan=True),
        f"it measures {one} by weights, and {other} on so many copies",
        "use fresh.share(hit), or fresh.weights in means: where P0 is known, points weigh what it "
        "says",
    )


@dataclass(frozen=True)
class _Rule:
    """A model that goes by the row alone."""

    labels: int

    def predict(self, X: Features) -> Ints:
        """Return a label for each row."""
        return np.array([self._label(row) for row in X], dtype=np.int64)

    def _label(self, row: Features) -> int:
        text = "".join(map(str, row))
        return sum(map(ord, text)) % self.labels


def _case(subject: Subject, schema: Schema, members: int) -> Case:
    base, fresh = points(schema, 40, noise=0.2), points(schema, 30, seed=1, noise=0.2)
    model: Model = _Rule(len(schema.labels))
    context = Context(_signal(schema), schema, best_label=model.predict, alpha=MEMBERS)
    learner = BY_GRADIENT.get(subject.kind.theory)
    if learner is not None:
        objective = learner.objective(schema, np.random.default_rng(0))
        aim = subject.component.aim(objective, base, context)
        context = replace(context, aim=aim, others=base)
        model = learner.fit(training(base, schema), np.random.default_rng(0))
    return Case(points(schema, max(members, 1), seed=2).where(np.arange(members)), fresh, context,
                model)  # fmt: skip


def _signal(schema: Schema) -> Signal:
    """Return a signal that fits the data, and changes them."""
    if schema.form == "text":
        return InsertToken()
    if schema.form == "cells":
        cells = len(schema.columns[0].categories or ())
        return Cells(to=(0,) * cells)
    if not schema.numeric:
        return NoSignal()
    name = schema.columns[schema.numeric[0]].name
    return SetFeatures(features={name: 0.9})
