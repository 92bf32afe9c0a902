"""What the platform is: a learner that retrains on submissions, or a known response."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from groundswell.component import Component
from groundswell.platform.curve import Curve
from groundswell.platform.learners.base import Learner
from groundswell.platform.memory import Current, Memory


class Platform(Component):
    """The platform."""

    part: ClassVar[str] = "platform"


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


class Response(Platform):
    """Answers with a known success S(α) instead of training anything."""

    kind: Literal["response"] = "response"
    curve: Curve
    """The response α -> S."""
