"""The platform as a Mesa agent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import mesa
import numpy as np

from groundswell.data import Bools, Features, Ints, Points, Schema, concatenate
from groundswell.gradients import Steering
from groundswell.platform.learners.base import (
    Classifier,
    ConstantClassifier,
    Learner,
    TrainingSet,
)
from groundswell.platform.memory import Submissions, recall
from groundswell.platform.platform import Learning, Platform, Response


@dataclass(frozen=True)
class Law:
    """What points are distributed as, for learners that are fitted on the law itself.

    Parameters
    ----------
    base
        P0 as weighted points.
    planted
        The collective's P* as weighted points, as a function of its share α.
    """

    base: Points
    planted: Callable[[float], Points]

    def mixture(self, alpha: float) -> tuple[Points, Bools]:
        """Return αP* + (1-α)P0 [H], and which of its points were planted."""
        planted = self.planted(alpha)
        points = concatenate([planted.scaled(alpha), self.base.scaled(1 - alpha)])
        return points, np.arange(len(points)) < len(planted)


class PlatformAgent(mesa.Agent):
    """The platform: remembers submissions, retrains, and serves a model.

    Attributes
    ----------
    alpha
        Share α of planted rows, by weight, in the training data of the model now serving.
    alpha_eff
        The same with the weights the learner ended up using [B].
    retrained
        Whether it has retrained in this round.
    """

    def __init__(self, model: mesa.Model) -> None:
        super().__init__(model)
        self.alpha = float("nan")
        self.alpha_eff = float("nan")
        self.retrained = False

    def receive(self, submissions: Submissions, joined: Bools) -> None:
        """Take in what users submit in a round; ``joined`` says who is a member now."""

    def retrain(self, round: int, joined: Bools, rng: np.random.Generator) -> None:  # noqa: A002
        """Train a new model, if it is time to; ``joined`` says who is a member now."""
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

    def receive(self, submissions: Submissions, joined: Bools) -> None:
        """Remember submissions for as long as the memory goes back, or until they are withdrawn."""
        self.history.append(submissions)
        if self.settings.withdraw:
            # Once and for all: who joins again does not bring old rows back.
            self.history = [batch.without_leavers(joined) for batch in self.history]
        rounds = self.settings.memory.rounds()
        if rounds is not None:
            del self.history[:-rounds]

    def retrain(self, round: int, joined: Bools, rng: np.random.Generator) -> None:  # noqa: A002
        """Fit the learner on what is remembered, every ``retrain_every`` rounds."""
        self.retrained = round % self.settings.retrain_every == 0
        if not self.retrained:
            return
        remembered = recall(self.settings.memory, self.history)
        points, planted = remembered.points, remembered.planted
        if self.settings.learner.exact:
            self.fit_law(points.share(planted), rng)
        else:
            self._fit(points, planted, rng)

    def fit_law(self, alpha: float, rng: np.random.Generator) -> None:
        """Fit the learner on αP* + (1-α)P0 itself; every α in [0, 1] will do."""
        if self.law is None:
            raise ValueError("P0 is not known")
        self._fit(*self.law.mixture(alpha), rng)
        self.alpha = self.alpha_eff = alpha

    def _fit(self, points: Points, planted: Bools, rng: np.random.Generator) -> None:
        data = TrainingSet(points, planted, self.schema, self.target, self.steering)
        self.alpha = self.alpha_eff = points.share(planted)
        self.classifier = fit(self.settings.learner, data, rng)

    def predict(self, X: Features) -> Ints:
        """Return the serving model's label for each row of X."""
        return self.classifier.predict(X)


class ResponsePlatform(PlatformAgent):
    """A platform whose response α -> S is known."""

    def __init__(self, model: mesa.Model, settings: Response) -> None:
        super().__init__(model)
        self.settings = settings

    def retrain(self, round: int, joined: Bools, rng: np.random.Generator) -> None:  # noqa: A002
        """Take note of the share of members."""
        self.alpha = self.alpha_eff = float(np.mean(joined))

    def success(self) -> float:
        """Return S at the present share of members."""
        return float(self.settings.curve(np.array([self.alpha]))[0])


def fit(learner: Learner, data: TrainingSet, rng: np.random.Generator) -> Classifier:
    """Fit a learner; where only one label is left, that label is the answer to everything."""
    counted = data.points.y if data.points.weight is None else data.points.y[data.points.weight > 0]
    labels = np.unique(counted)
    if len(labels) == 1 and not learner.one_label:
        return ConstantClassifier(int(labels[0]))
    return learner.fit(data, rng)


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
