"""Neural networks: the settings that all of them share, and fitting many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from groundswell.data import Bools, Floats, Ints, Points, Schema
from groundswell.platform.learners.base import (
    Classifier,
    DivergedError,
    Fit,
    Learner,
    TrainingSet,
    seed_of,
)
from groundswell.platform.learners.encoding import Encoder, encoder
from groundswell.platform.learners.widths import Widths, refuse_too_wide
from groundswell.problems import InputError

if TYPE_CHECKING:
    import torch

    from groundswell.platform.learners.engine import Problem, Trained
    from groundswell.platform.learners.stack import Layers

State = dict[str, Any]
SMALLEST_STEP = 10


class Network(Learner):
    """A linear model or multilayer perceptron, trained by mini-batch gradient descent.

    Cross-entropy loss, ReLU units, weights and biases drawn uniformly within ±1/√fan-in (torch's
    own), a fresh order of the training points every epoch. A point's weight multiplies its loss;
    so does that of the weight rule, `weights`, which is what subclasses define.
    """

    checkpoints = True
    resumable = True
    networks: ClassVar[int] = 1
    """Networks trained side by side, of which the last is served."""
    adaptive: ClassVar[bool] = True
    """Whether weights change during training."""

    hidden: Widths = ()
    """Widths of the hidden layers; none is a linear model."""
    epochs: int = Field(30, ge=1)
    """Passes over the training data, at most."""
    batch: int = Field(64, ge=1)
    """Points per step."""
    rate: float = Field(0.05, gt=0)
    """Learning rate."""
    momentum: float = Field(0.9, ge=0, lt=1)
    """Momentum of plain gradient descent; Adam has its own."""
    optimizer: Literal["sgd", "adam"] = "sgd"
    """How steps follow from gradients."""
    weight_decay: float = Field(0.0, ge=0)
    """Strength of the pull of all parameters towards 0."""
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    """Share of each point's label that is spread over all labels alike."""
    patience: int | None = Field(None, ge=1)
    """Stop early: after so many epochs in a row without a new lowest loss, that of the validation
    where the platform holds rows out, else the mean training loss."""

    @property
    def step_points(self) -> float:
        """Number of points that a step rests on; fewer than 10 make training diverge."""
        return float("inf")

    @model_validator(mode="after")
    def _steps_rest_on_enough_points(self) -> Network:
        if self.step_points < SMALLEST_STEP:
            raise ValueError(
                f"a step would rest on {self.step_points:.3g} points of a batch of {self.batch}, "
                f"and training diverges below {SMALLEST_STEP}; use a batch of at least "
                f"{np.ceil(self.batch * SMALLEST_STEP / self.step_points):.0f}, or reweigh less"
            )
        return self

    def check(self, schema: Schema) -> None:
        """Refuse, with an `InputError`, more parameters than memory holds."""
        refuse_too_wide(self.hidden, schema)

    def check_size(self, points: int) -> None:
        """Refuse a rule that rests on too few of the points there are."""
        if points < self.batch and self.step_points * points / self.batch < SMALLEST_STEP:
            raise InputError(
                f"a step would rest on {self.step_points * points / self.batch:.3g} of "
                f"{points:,} training points, and training diverges below {SMALLEST_STEP}; have "
                "more users, or reweigh less"
            )

    def group_of(self, data: TrainingSet) -> tuple[Ints, int]:
        """Return the group of each training point, and the number of groups."""
        return np.zeros(len(data.points), dtype=np.int64), 1

    def start(self, models: Sequence[Problem]) -> State:
        """Return what the weight rule keeps in mind while it trains models side by side.

        The key ``diverged``, if it is there, says which of them cannot be trained.
        """
        return {}

    def weights(
        self,
        losses: torch.Tensor,
        rows: torch.Tensor,
        labels: torch.Tensor,
        groups: torch.Tensor,
        state: State,
    ) -> torch.Tensor:
        """Return how much each point of a batch counts: the weight rule.

        A rule that is not `adaptive` is asked once, for all points, before the training.

        Parameters
        ----------
        losses
            Losses of the points, shape (models, batch), or (networks, models, batch) where a model
            has several `networks`.
        rows
            Which training points they are, shape (models, batch).
        labels, groups
            Their labels and groups, shape (models, batch).
        state
            What `start` returned; the rule may change it.

        Returns
        -------
        Tensor
            Factors of the losses, of the shape of `losses`; 1 is the weight of plain training.
        """
        raise NotImplementedError

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
        """Train a network.

        Raises
        ------
        DivergedError
            If a loss is not finite after an epoch.
        """
        (model,) = fit_networks([Fit(self, data, rng)])
        if isinstance(model, DivergedError):
            raise model
        return model

    def training_settings(self) -> tuple[Any, ...]:
        """Return what all networks share, the weight rule and its parameters left out."""
        return tuple(getattr(self, name) for name in Network.model_fields)


@dataclass(frozen=True)
class Training:
    """What is known of a training by epochs.

    Parameters
    ----------
    loss
        Mean training loss during each epoch, shape (epochs,).
    validation
        Criterion on the rows held out, shape (epochs,); NaN where there were none.
    weights
        Weight that the learner gave each training point beside its own, shape (epochs, points);
        one row where the weights never change.
    served
        The epoch, from 1, whose model is served.
    """

    loss: Floats
    validation: Floats
    weights: Floats
    served: int

    def shares(self, points: Points, planted: Bools) -> Floats:
        """Return the share of planted points by the weights of each epoch, shape (epochs,)."""
        by_row = [_share(points, weights, planted) for weights in self.weights]
        return np.broadcast_to(by_row, len(self.loss))

    def share(self, points: Points, planted: Bools) -> float:
        """Return α_eff [B]: the same with weights averaged over the epochs up to the one served."""
        return _share(points, self.weights[: self.served].mean(axis=0), planted)


@dataclass(frozen=True)
class NetworkClassifier:
    """A trained network behind its encoder.

    Parameters
    ----------
    features
        What turns a data point into inputs.
    networks
        Its networks, of which the last is served.
    labels
        The labels that occurred in training: no other is answered.
    training
        How the training went.
    """

    features: Encoder
    networks: tuple[Layers, ...]
    labels: Ints
    training: Training

    def predict(self, X: Floats) -> Ints:
        """Return the label with the largest output for each row."""
        from groundswell.platform.learners.stack import outputs

        answer: Ints = self.labels[
            outputs(self.networks[-1], _inputs(self.features, X))[:, self.labels]
            .argmax(dim=1)
            .numpy()
        ]
        return answer


def fit_networks(fits: Sequence[Fit]) -> list[NetworkClassifier | DivergedError]:
    """Train many networks side by side, to the bit as one by one.

    Parameters
    ----------
    fits
        Learners, all of them a `Network`, with their data; those of one shape, with as many
        points, share their steps.

    Returns
    -------
    list
        A model each, or the error that its training ended in.
    """
    from groundswell.platform.learners.engine import train

    encoders = [_encoder(fit.data) for fit in fits]
    problems = [problem_of(fit, encode) for fit, encode in zip(fits, encoders, strict=True)]
    return [
        _classifier(fit.data, encode, trained)
        for fit, encode, trained in zip(fits, encoders, train(problems), strict=True)
    ]


def _encoder(data: TrainingSet) -> Encoder:
    """A network that goes on from another sees the data as that one did."""
    if isinstance(data.start, NetworkClassifier):
        return data.start.features
    return encoder(data.points, data.schema)


def problem_of(fit: Fit, encode: Encoder) -> Problem:
    """Return a training as the engine takes it."""
    import torch

    from groundswell.platform.learners.engine import Problem

    learner, data, rng = fit
    assert isinstance(learner, Network)  # noqa: S101  (fit_networks is called with nothing else)
    points, before = data.points, data.start
    groups, number = learner.group_of(data)
    examined = None
    if data.examination is not None:
        examined = (data.examination, _inputs(encode, data.examination.points.X))
    return Problem(
        learner=learner,
        inputs=_inputs(encode, points.X),
        labels=torch.from_numpy(points.y),
        classes=len(data.schema.labels),
        weight=None if points.weight is None else torch.from_numpy(points.weight),
        groups=(torch.from_numpy(groups), number),
        generator=torch.Generator().manual_seed(seed_of(rng)),
        start=before.networks if isinstance(before, NetworkClassifier) else None,
        examination=examined,
    )


def _classifier(
    data: TrainingSet, encode: Encoder, trained: Trained
) -> NetworkClassifier | DivergedError:
    if trained.diverged:
        return DivergedError("the loss is not finite; lower 'rate'")
    training = Training(trained.loss, trained.validation, trained.weights, trained.served)
    return NetworkClassifier(encode, trained.networks, np.unique(data.points.y), training)


def _inputs(encode: Encoder, X: Floats) -> torch.Tensor:
    import torch

    return torch.from_numpy(np.ascontiguousarray(encode.transform(X), dtype=np.float32))


def _share(points: Points, weights: Floats, planted: Bools) -> float:
    return points.scaled(weights).share(planted)
