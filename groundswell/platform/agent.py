"""The platform as a Mesa agent."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import mesa
import numpy as np

from groundswell.data import Bools, Features, Ints, Points, Schema
from groundswell.gradients import Steering
from groundswell.platform.fitting import Asking, alone, fit
from groundswell.platform.law import Law
from groundswell.platform.learners.base import (
    Classifier,
    ConstantClassifier,
    Fit,
    Learner,
    TrainingSet,
)
from groundswell.platform.learners.network import Training
from groundswell.platform.memory import Submissions, recall
from groundswell.platform.platform import Learning, Platform, Response
from groundswell.platform.versions import Chosen


class Due(NamedTuple):
    """A training that is due, and the submissions it is on."""

    fit: Fit
    trained: Submissions


class PlatformAgent(mesa.Agent):
    """The platform: remembers submissions, retrains, and serves a model.

    Attributes
    ----------
    alpha
        Share α of planted rows, by weight, in the training data of the model now serving.
    alpha_eff
        The same with the weights the learner ended up using [B], averaged over the training.
    alpha_eff_final
        The same with those of the epoch that is served.
    retrained
        Whether it has retrained in this round.
    trained
        The submissions that the serving model was trained on, None if it was on none.
    epochs
        A table row for each epoch of the last training, for learners that train in epochs.
    """

    def __init__(self, model: mesa.Model) -> None:
        super().__init__(model)
        self.alpha = self.alpha_eff = self.alpha_eff_final = float("nan")
        self.retrained = False
        self.trained: Submissions | None = None
        self.epochs: list[dict[str, float]] = []

    def receive(self, submissions: Submissions, joined: Bools) -> None:
        """Take in what users submit in a round; ``joined`` says who is a member now."""

    def retrain(self, round: int, joined: Bools, rng: np.random.Generator) -> None:  # noqa: A002
        """Train a new model, if it is time to; ``joined`` says who is a member now."""
        alone(self.training(round, joined, rng))

    def training(self, round: int, joined: Bools, rng: np.random.Generator) -> Asking[None]:  # noqa: A002
        """Do the same, but ask for the training that is due; whoever drives it does that."""
        raise NotImplementedError


class LearningPlatform(PlatformAgent):
    """A platform that retrains a learner.

    Parameters
    ----------
    model
        The Mesa model it belongs to.
    settings
        Learner, memory and retraining policy.
    schema
        What submitted points look like.
    law
        P0 and P*, where they are known; learners that are fitted on the law need them.
    target
        The label the collective wants, for learners that are adversaries.
    steering
        How the collective takes part in the training, if it does.
    """

    def __init__(
        self,
        model: mesa.Model,
        settings: Learning,
        schema: Schema,
        law: Law | None,
        target: int | None,
        steering: Steering | None = None,
    ) -> None:
        super().__init__(model)
        self.steering = steering
        self.target = target
        self.settings = settings
        self.schema = schema
        self.law = law
        self.history: list[Submissions] = []
        self.classifier: Classifier = ConstantClassifier(0)
        self._fitted: Learner | None = None

    def receive(self, submissions: Submissions, joined: Bools) -> None:
        """Remember submissions for as long as the memory goes back, or until they are withdrawn."""
        self.history.append(submissions)
        if self.settings.withdraw:
            # Once and for all: who joins again does not bring old rows back.
            self.history = [batch.without_leavers(joined) for batch in self.history]
        rounds = self.settings.memory.rounds()
        if rounds is not None:
            del self.history[:-rounds]

    def training(self, round: int, joined: Bools, rng: np.random.Generator) -> Asking[None]:  # noqa: A002
        """Fit the learner on what is remembered, every ``retrain_every`` rounds."""
        self.retrained = round % self.settings.retrain_every == 0
        if not self.retrained:
            return
        remembered = recall(self.settings.memory, self.history)
        if self.settings.learner.exact:
            self.fit_law(remembered.share, rng)
        elif (updated := self._updated(remembered)) is not None:
            self.serve(updated, remembered)
        else:
            goes_on = self.settings.warm_start or self.settings.learner.unique
            due = self.due(rng, self.classifier if goes_on else None)
            self.serve((yield due.fit), due.trained)

    def _updated(self, now: Submissions) -> Classifier | None:
        """Return what fitting anew would, from the model that serves and the rows that changed.

        None where that cannot be had, so that the learner has to be fitted.
        """
        settings, learner, before = self.settings, self.settings.learner, self.trained
        if settings.warm_start or settings.validation or learner != self._fitted:
            return None
        if not (isinstance(before, Chosen) and isinstance(now, Chosen)):
            return None
        if before.versions is not now.versions:
            return None
        rows = np.flatnonzero(now.which != before.which)
        if not len(rows) and learner.deterministic:
            return self.classifier
        if not learner.counts or isinstance(self.classifier, ConstantClassifier):
            return None
        gone, came = before.some(rows), now.some(rows)
        return learner.exchange(self.classifier, gone, self._training_set(came, now.planted[rows]))

    def fit_law(self, alpha: float, rng: np.random.Generator) -> None:
        """Fit the learner on αP* + (1-α)P0 itself; every α in [0, 1] will do."""
        if self.law is None:
            raise ValueError("P0 is not known")
        data = self._training_set(*self.law.mixture(alpha))
        self.classifier = fit(self.settings.learner, data, rng)
        self.alpha = self.alpha_eff = self.alpha_eff_final = alpha

    def due(self, rng: np.random.Generator, start: Classifier | None = None) -> Due:
        """Return the training that is due, on what is remembered less what is held out.

        Parameters
        ----------
        rng
            Randomness of the training, and of what is held out.
        start
            The model it goes on from; None to train from scratch.
        """
        trained, examination = recall(self.settings.memory, self.history), None
        if self.settings.validation is not None:
            held_out = self.settings.validation.held_out(trained.planted, *rng.spawn(1))
            exam, trained = trained.where(held_out), trained.where(~held_out)
            examination = self.settings.validation.examination(exam.points, exam.planted)
        data = replace(
            self._training_set(trained.points, trained.planted),
            examination=examination,
            start=start,
        )
        return Due(Fit(self.settings.learner, data, rng), trained)

    def serve(self, classifier: Classifier, trained: Submissions) -> None:
        """Take a model into service that was trained on so much."""
        self.classifier, self.trained, self.epochs = classifier, trained, []
        self._fitted = self.settings.learner
        self.alpha = self.alpha_eff = self.alpha_eff_final = trained.share
        training: Training | None = getattr(classifier, "training", None)
        if training is None:
            return
        points, planted = trained.points, trained.planted
        shares = training.shares(points, planted)
        self.alpha_eff = training.share(points, planted)
        self.alpha_eff_final = float(shares[training.served - 1])
        self.epochs = [
            {
                "epoch": epoch,
                "loss": training.loss[epoch - 1],
                "alpha_eff": shares[epoch - 1],
                "validation": training.validation[epoch - 1],
                "served": int(epoch == training.served),
            }
            for epoch in range(1, len(shares) + 1)
        ]

    def _training_set(self, points: Points, planted: Bools) -> TrainingSet:
        return TrainingSet(points, planted, self.schema, self.target, self.steering)

    def predict(self, X: Features) -> Ints:
        """Return the serving model's label for each row of X."""
        return self.classifier.predict(X)


class ResponsePlatform(PlatformAgent):
    """A platform whose response α -> S is known."""

    def __init__(self, model: mesa.Model, settings: Response) -> None:
        super().__init__(model)
        self.settings = settings

    def training(self, round: int, joined: Bools, rng: np.random.Generator) -> Asking[None]:  # noqa: A002
        """Take note of the share of members."""
        share = np.count_nonzero(joined) / len(joined)
        self.alpha = self.alpha_eff = self.alpha_eff_final = share
        yield from ()  # nothing is ever trained

    def success(self) -> float:
        """Return S at the present share of members."""
        return float(self.settings.curve(np.array([self.alpha]))[0])


def make_platform(
    model: mesa.Model,
    settings: Platform,
    schema: Schema,
    law: Law | None = None,
    target: int | None = None,
    steering: Steering | None = None,
) -> PlatformAgent:
    """Return the agent that plays a platform."""
    if isinstance(settings, Response):
        return ResponsePlatform(model, settings)
    if isinstance(settings, Learning):
        return LearningPlatform(model, settings, schema, law, target, steering)
    raise TypeError(f"no agent plays a platform of kind '{settings!r}'")
