"""What the platform is: a learner that retrains on submissions, or a known response."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from groundswell.component import Component
from groundswell.platform.curve import Curve
from groundswell.platform.learners.base import Learner
from groundswell.platform.memory import Current, Memory
from groundswell.platform.validation import Validation


class Platform(Component):
    """The platform."""

    part: ClassVar[str] = "platform"

    @property
    def settles_in(self) -> int | None:
        """Rounds of the same members after which S stays the same; None where it never does."""
        raise NotImplementedError


class Learning(Platform):
    """Retrains a learner on what users submit."""

    kind: Literal["learning"] = "learning"
    learner: Learner
    """The learning algorithm."""
    memory: Memory = Current()
    """Which rounds' submissions it trains on."""
    withdraw: bool = False
    """Planted rows of users who have left are taken out of memory."""
    retrain_every: int = Field(1, ge=1)
    """Rounds from one training to the next; the first is at round 0."""
    warm_start: bool = False
    """Each training goes on from the model served so far instead of starting anew. A policy of
    the platform, with other results: such networks are not equivalent to retrained ones."""
    validation: Validation | None = None
    """Rows held out to choose between the checkpoints of a training; by default none, and the
    last epoch is served."""

    @property
    def settles_in(self) -> int | None:
        """Rounds until a training has seen nothing older, if the learner leaves nothing to chance.

        Before memory is full of the same submissions, and a training was on them, S may change.
        """
        remembered = self.memory.rounds()
        if remembered is None or not self.learner.deterministic or self.warm_start:
            return None
        return remembered - 1 + self.retrain_every - 1


class Response(Platform):
    """Answers with a known success S(α) instead of training anything."""

    kind: Literal["response"] = "response"
    curve: Curve
    """The response α -> S."""

    @property
    def settles_in(self) -> int:
        """No rounds: S follows the members at once."""
        return 0
