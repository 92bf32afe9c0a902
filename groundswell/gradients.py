"""What a collective that works with gradients and a learner that has them know of each other.

Types only: agents and platform do not import each other, and both speak these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from groundswell.data import Floats, Ints, Points

Gradient = Callable[[Floats], Floats]
"""Parameters -> a gradient there."""
Answer = Callable[[Floats, Floats], Floats]
"""What a collective answers to the current parameters and the honest mean gradient: a gradient."""
Steer = Callable[[Floats, Gradient, float, float], Answer]
"""Called as a training starts: with the start, the honest mean gradient, the collective's share α
and the learning rate. Returns what answers every step."""


class Objective(Protocol):
    """What a learner minimises: the mean over points of a loss ℓ(θ; z), penalty included.

    Parameters θ are flat arrays, gradients have their shape.
    """

    @property
    def size(self) -> int:
        """Number of parameters."""
        ...

    @property
    def start(self) -> Floats:
        """Where training starts, for what that matters."""
        ...

    @property
    def convexity(self) -> float:
        """Strong convexity μ, 0 if there is none."""
        ...

    def features(self, X: Floats) -> Floats:
        """Return what the model sees of each row, a constant included."""
        ...

    def gradients(self, points: Points, parameters: Floats) -> Floats:
        """Return ∇ℓ(θ; z) of each point, shape (points, parameters)."""
        ...

    def mean_gradient(self, points: Points, parameters: Floats) -> Floats:
        """Return their mean by weight."""
        ...

    def solve(self, points: Points) -> Floats:
        """Return the parameters the learner ends up with."""
        ...

    def predict(self, parameters: Floats, X: Floats) -> Ints:
        """Return the label of each row."""
        ...


@dataclass(frozen=True)
class Steering:
    """How a collective takes part in a training by gradient descent.

    Parameters
    ----------
    start
        Parameters every training of the run starts from.
    target
        θ*: a training keeps a log of how far it is.
    steer
        What the collective does.
    """

    start: Floats
    target: Floats
    steer: Steer
