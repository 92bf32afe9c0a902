"""What holds of every weight rule: learners that are networks, whose points count unequally."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from groundswell.data import Points, Schema
from groundswell.platform.fitting import fit_many
from groundswell.platform.learners.base import Fit
from groundswell.platform.learners.encoding import encoder
from groundswell.platform.learners.network import Network, NetworkClassifier, problem_of
from groundswell.testing.laws import Subject, demand, law
from groundswell.testing.places import fitting, points, training

if TYPE_CHECKING:
    import torch

POINTS = 120
BATCH = 30
CLOSE = 1e-9


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
    for losses, weights in _weighed(fits[:1]):
        demand(
            weights.shape == losses.shape,
            f"weights have shape {tuple(weights.shape)}, losses {tuple(losses.shape)}",
            "return a factor for each loss",
        )
        demand(
            bool(weights.isfinite().all()) and bool((weights >= 0).all()),
            f"weights are {weights.flatten()[:5].tolist()}",
            "return numbers from 0; 1 is the weight of plain training",
        )


@law("learner", over=_fits)
def the_order_in_a_batch_means_nothing(subject: Subject, schema: Schema, fits: list[Fit]) -> None:
    """A point counts the same wherever in the batch it is."""
    for straight, turned in zip(
        _weighed(fits[:1]), _weighed(fits[:1], backwards=True), strict=True
    ):
        gap = (straight[1] - turned[1].flip(-1)).abs().max()
        demand(
            float(gap) < CLOSE * BATCH * 1e4,  # sums of 32 bits in another order
            f"weights differ by {float(gap):.3g} if the batch is the other way round",
            "go by losses, rows, labels and groups, not by places in the batch",
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


def _weighed(
    fits: list[Fit], *, backwards: bool = False
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Return losses of some batches, and what a rule makes of them."""
    import torch

    problems = [
        problem_of(_with_seed(fit, 0), encoder(fit.data.points, fit.data.schema)) for fit in fits
    ]
    learner = problems[0].learner
    state, noise = learner.start(problems), torch.Generator().manual_seed(3)
    shape = (learner.networks, 1, BATCH) if learner.networks > 1 else (1, BATCH)
    for batch in range(3):
        rows = torch.arange(batch * BATCH, (batch + 1) * BATCH)[None]
        losses = torch.rand(shape, generator=noise)
        if backwards:
            rows, losses = rows.flip(-1), losses.flip(-1)
        labels, groups = (
            values[rows[0]][None] for values in (problems[0].labels, problems[0].groups[0])
        )
        yield losses, learner.weights(losses, rows, labels, groups, state)
