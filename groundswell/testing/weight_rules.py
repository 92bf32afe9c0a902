"""What holds of every weight rule: learners that are networks, whose points count unequally."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from groundswell.data import Floats, Ints, Points, Schema
from groundswell.platform.fitting import fit_many
from groundswell.platform.learners.base import Fit
from groundswell.platform.learners.encoding import encoder
from groundswell.platform.learners.network import Network, NetworkClassifier, problem_of
from groundswell.testing.laws import Subject, demand, law
from groundswell.testing.places import fitting, points, training

POINTS = 120
BATCH = 30
TIMES = 3
CLOSE = 1e-5
"""Losses are in 32 bits."""


def _fits(subject: Subject) -> Iterator[tuple[str, Schema, list[Fit]]]:
    """Return three trainings on each form of data, where the learner is a network."""
    learner = subject.component
    for schema in fitting(learner, subject.schemas) if isinstance(learner, Network) else ():
        data = [points(schema, POINTS, seed, noise=0.3) for seed in range(3)]
        fits = [_fit(learner, one, schema) for one in data]
        yield f"{POINTS} points of the form '{schema.form}'", schema, fits


def _fit(learner: Network, data: Points, schema: Schema) -> Fit:
    planted = np.arange(len(data)) % 4 == 0
    return Fit(learner, replace(training(data, schema), planted=planted), np.random.default_rng(0))


@law("learner", over=_fits)
def points_count_something(subject: Subject, schema: Schema, fits: list[Fit]) -> None:
    """Weights are finite, not negative, and one per point of a batch."""
    losses = _losses(subject.component, BATCH)
    for values, weights in zip(losses, _weighed(fits[0], np.arange(BATCH), losses), strict=True):
        demand(
            weights.shape == values.shape,
            f"weights have shape {weights.shape}, losses {values.shape}",
            "return a factor for each loss",
        )
        demand(
            np.isfinite(weights).all() and (weights >= 0).all(),
            f"weights are {weights[0, :5].round(3).tolist()}",
            "return numbers from 0; 1 is the weight of plain training",
        )


@law("learner", over=_fits)
def the_order_in_a_batch_means_nothing(subject: Subject, schema: Schema, fits: list[Fit]) -> None:
    """A point counts the same wherever in the batch it is."""
    losses, rows = _losses(subject.component, BATCH), np.arange(BATCH)
    straight = _weighed(fits[0], rows, losses)
    turned = _weighed(fits[0], rows[::-1].copy(), [values[:, ::-1] for values in losses])
    gap = max(np.abs(a - b[:, ::-1]).max() for a, b in zip(straight, turned, strict=True))
    demand(
        gap < CLOSE,
        f"weights differ by {gap:.3g} if the batch is the other way round",
        "go by losses, rows, labels and groups, not by places in the batch",
    )


@law("learner", over=_fits)
def points_of_weight_2_count_twice(subject: Subject, schema: Schema, fits: list[Fit]) -> None:
    """If it weighs points, a batch with copies of them gives them the weights of all copies."""
    learner, fit = subject.component, fits[0]
    if not (learner.weighted and learner.adaptive):
        return
    times = np.arange(BATCH) % 3 + 1
    copies, held = np.repeat(np.arange(BATCH), times), fit.data.points.where(np.arange(BATCH))
    heavy = _fit(learner, replace(held, weight=times.astype(float)), schema)
    planted = heavy.data.planted[copies]
    many = heavy._replace(data=replace(heavy.data, points=held.where(copies), planted=planted))
    losses = _losses(learner, BATCH)
    by_weight = _weighed(heavy, np.arange(BATCH), losses)
    by_copies = _weighed(many, np.arange(len(copies)), [one[:, copies] for one in losses])
    for one, other in zip(by_weight, by_copies, strict=True):
        for weights, each in zip(one * times, other, strict=True):
            total = np.bincount(copies, each)
            demand(
                np.allclose(weights / weights.sum(), total / total.sum(), atol=CLOSE),
                "points of weights 1 to 3 count otherwise than so many copies of them",
                "take the weights of points (`weight` of what `start` is given) into the means of "
                "the rule, or have the property `weighted` return False",
            )


@law("learner", over=_fits)
def models_train_side_by_side(subject: Subject, schema: Schema, fits: list[Fit]) -> None:
    """A model trained beside others is the one it is when trained alone."""
    fresh = points(schema, 60, seed=9)
    together = fit_many([_with_seed(fit, seed) for seed, fit in enumerate(fits)])
    for seed, one in enumerate(together):
        (alone,) = fit_many([_with_seed(fits[seed], seed)])
        demand(
            np.array_equal(one.predict(fresh.X), alone.predict(fresh.X)),
            f"model {seed} of {len(fits)} answers otherwise when it is trained alone",
            "work along the last axis: losses have shape (models, batch), and keep what a "
            "model needs in its own row of what `start` returns",
        )


@law("learner", over=_fits)
def what_counted_is_known(subject: Subject, schema: Schema, fits: list[Fit]) -> None:
    """The weights of a training, from which α_eff follows, are kept for every point."""
    (model,) = fit_many([_with_seed(fits[0], 0)])
    assert isinstance(model, NetworkClassifier)  # noqa: S101  (as networks are)
    kept = model.training.weights
    demand(
        kept.shape[1] == POINTS and np.isfinite(kept).all() and (kept >= 0).all(),
        f"weights of shape {kept.shape} are kept",
        "set adaptive = False only if the weights never change during training",
    )


def _with_seed(fit: Fit, seed: int) -> Fit:
    return fit._replace(rng=np.random.default_rng(seed))


def _weighed(fit: Fit, rows: Ints, losses: list[Floats]) -> list[Floats]:
    """Return what a rule makes of a batch of points that comes again with other losses.

    Losses and weights have the shape (networks, batch).
    """
    import torch

    problem = problem_of(_with_seed(fit, 0), encoder(fit.data.points, fit.data.schema))
    learner, batch = problem.learner, torch.from_numpy(rows)[None]
    labels, groups = problem.labels[batch], problem.groups[0][batch]
    state, found = learner.start([problem]), []
    for values in losses:
        given_losses = torch.from_numpy(values.astype(np.float32))[:, None]
        shaped = given_losses if learner.networks > 1 else given_losses[0]
        weights = learner.weights(shaped, batch, labels, groups, state)
        found.append(weights.numpy().reshape(-1, weights.shape[-1]).astype(np.float64))
    return found


def _losses(learner: Network, count: int) -> list[Floats]:
    rng = np.random.default_rng(3)
    return [rng.random((learner.networks, count)) for _ in range(TIMES)]
