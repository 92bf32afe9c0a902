"""What a learning algorithm is: fit training data, return a classifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np

from groundswell.component import Component
from groundswell.data import Bools, Features, Ints, Points, Schema
from groundswell.gradients import Objective, Steering
from groundswell.platform.learners.encoding import Encoder, encoder
from groundswell.platform.validation import Examination


@dataclass(frozen=True)
class TrainingSet:
    """What the platform trains on.

    Parameters
    ----------
    points
        Submitted points with their weights.
    planted
        Which of them were passed through the strategy, shape (points,).
    schema
        What the points look like.
    target
        The label the collective wants, None where there is none or nobody says; only learners
        that are adversaries look at it.
    steering
        How the collective takes part in a training by gradient descent, if it does.
    examination
        What checkpoints of the training are compared on, if anything was held out.
    start
        The model served so far, for learners that go on from it; None to train from scratch.
    """

    points: Points
    planted: Bools
    schema: Schema
    target: int | None = None
    steering: Steering | None = None
    examination: Examination | None = None
    start: Classifier | None = None


class Classifier(Protocol):
    """A fitted model."""

    def predict(self, X: Features) -> Ints:
        """Return a label index for each row of X."""
        ...


class Fit(NamedTuple):
    """A learner, what it is to be fitted to, and the randomness of its algorithm."""

    learner: Learner
    data: TrainingSet
    rng: np.random.Generator


class DivergedError(ArithmeticError):
    """Training ended in losses that are not finite; the run's status says so."""


class Learner(Component):
    """A learning algorithm."""

    part: ClassVar[str] = "learner"
    claims: ClassVar[dict[str, tuple[str, ...]]] = {
        "fit": ("unique", "deterministic", "counts"),
        "classifier": ("deterministic",),
    }
    forms: ClassVar[tuple[str, ...]] = ("cells", "images", "columns")
    """Forms of data points it can learn from (see `Schema`)."""
    theory: ClassVar[str] = ""
    """The theory that speaks of it when it is fitted on the law: "bayes", "convex", "descent"."""
    one_label: ClassVar[bool] = False
    """Whether it can be fitted to points that all have one label."""
    sampled: ClassVar[str] = "use plug_in"
    """How to have it fitted on submitted points instead of the law."""
    checkpoints: ClassVar[bool] = False
    """Whether it trains in epochs, so that held-out rows can choose between them."""
    resumable: ClassVar[bool] = False
    """Whether a training can go on from the model served before."""
    unique: ClassVar[bool] = False
    """Whether there is one best model, so that it is found from the model served before, and
    sooner: the same parameters but for rounding."""
    deterministic: ClassVar[bool] = False
    """Whether the same training data always give the same model."""
    counts: ClassVar[bool] = False
    """Whether its models follow from counts of points, so that rows can be exchanged in them."""

    def check_size(self, points: int) -> None:
        """Refuse, with an `InputError`, parameters that do not fit so many training points."""

    def check_points(self, points: Points, schema: Schema) -> None:
        """Refuse, with an `InputError`, parameters that do not fit the values users hold."""

    def check(self, schema: Schema) -> None:
        """Refuse parameters that do not fit the data.

        Raises
        ------
        InputError
            Names the parameter at fault.
        """

    @property
    def weighted(self) -> bool:
        """Whether it can weigh training points."""
        return True

    @property
    def exact(self) -> bool:
        """Whether it is fitted on the law αP* + (1-α)P0 itself instead of submitted points."""
        return False

    def objective(self, schema: Schema, rng: np.random.Generator) -> Objective | None:
        """Return what it minimises, None if it has no gradients to work with.

        Parameters
        ----------
        schema
            What points look like.
        rng
            Randomness of where training starts.
        """
        return None

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
        """Return a model fitted to training data, with at least two labels unless `one_label`.

        Parameters
        ----------
        data
            The training data.
        rng
            Randomness of the algorithm.
        """
        raise NotImplementedError

    def exchange(self, model: Classifier, gone: Points, came: TrainingSet) -> Classifier | None:
        """Return, to the bit, what fitting anew gives when some training points are exchanged.

        Parameters
        ----------
        model
            A model of this learner, fitted to points without weights.
        gone, came
            The points to leave out, and as many to put in their places.

        Returns
        -------
        Classifier or None
            The other model; None where the learner has to be fitted anew, as it has to be where
            one label is left and it is not `one_label`.
        """
        return None


@dataclass(frozen=True)
class ConstantClassifier:
    """Answers one label: what every learner becomes when everybody submits that label."""

    label: int

    def predict(self, X: Features) -> Ints:
        """Return the label for every row."""
        return np.full(len(X), self.label, dtype=np.int64)


class ScikitLearner(Learner):
    """A learner that is a scikit-learn classifier behind an encoder of its features."""

    def classifier(self, rng: np.random.Generator) -> Any:
        """Return the unfitted classifier."""
        raise NotImplementedError

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
        """Encode features (see `encoder`), then fit the classifier."""
        encode = encoder(data.points, data.schema)
        weights = {} if data.points.weight is None else {"sample_weight": data.points.weight}
        model = self.classifier(rng).fit(encode.transform(data.points.X), data.points.y, **weights)
        return EncodedClassifier(encode, model)


@dataclass(frozen=True)
class EncodedClassifier:
    """A scikit-learn classifier behind an encoder of its features."""

    features: Encoder
    classifier: Any

    def predict(self, X: Features) -> Ints:
        """Return what it answers to each row; scikit-learn refuses to answer none."""
        if not len(X):
            return np.zeros(0, dtype=np.int64)
        answer: Ints = self.classifier.predict(self.features.transform(X))
        return answer


def seed_of(rng: np.random.Generator) -> int:
    """Return a seed for libraries that take an integer."""
    return int(rng.integers(2**31 - 1))
