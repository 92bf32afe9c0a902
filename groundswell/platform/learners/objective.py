"""What a linear model with a strongly convex loss minimises: gradients, and the exact minimum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from groundswell.data import Floats, Ints, Points, Schema

Loss = Literal["logistic", "squared"]


def features(X: Floats, schema: Schema) -> Floats:
    """Return what a linear model sees: cells one-hot, pixels as they are, and a constant 1.

    The map is fixed, nothing in it is fitted to data: only so do gradients at given parameters
    mean the same to the collective and to the platform.
    """
    if schema.form == "cells":
        cells = len(schema.columns[0].categories or ())
        X = np.eye(cells)[X[:, 0].astype(np.int64)]
    return np.column_stack([X, np.ones(len(X))])


def number_of_features(schema: Schema) -> int:
    """Return how many numbers `features` gives, the constant included."""
    return int(features(np.zeros((1, len(schema.columns))), schema).shape[1])


def softmax(scores: Floats) -> Floats:
    """Return the probabilities of each row of scores."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class ConvexObjective:
    """The mean over points of ℓ(θ; z) = loss(φ(x)θ, y) + λ/2·‖θ‖².

    θ has one column per label and is passed flattened, feature by feature. The logistic loss is
    -log softmax(φθ)_y; the squared loss is ‖φθ - e_y‖²/2, e_y the label as a vector.

    Parameters
    ----------
    schema
        What points look like.
    loss
        Which loss.
    penalty
        λ > 0, on all parameters, the constant's included; it is also the strong convexity.
    """

    schema: Schema
    loss: Loss
    penalty: float

    @property
    def size(self) -> int:
        """Number of parameters."""
        return number_of_features(self.schema) * len(self.schema.labels)

    @property
    def start(self) -> Floats:
        """Where Newton's method starts by default; the minimum does not depend on it."""
        return np.zeros(self.size)

    @property
    def convexity(self) -> float:
        """μ > 0 with ‖∇F(θ)‖ >= μ‖θ - argmin F‖, whatever the points."""
        return self.penalty

    def features(self, X: Floats) -> Floats:
        """Return φ(x) for each row."""
        return features(X, self.schema)

    def gradients(self, points: Points, parameters: Floats) -> Floats:
        """Return ∇ℓ(θ; z) of each point, penalty included, shape (points, parameters)."""
        phi = self.features(points.X)
        data = phi[:, :, None] * self._residuals(phi, points, parameters)[:, None, :]
        return np.asarray(data.reshape(len(phi), -1) + self.penalty * parameters)

    def mean_gradient(self, points: Points, parameters: Floats) -> Floats:
        """Return the mean of the gradients by weight, shape (parameters,)."""
        phi, share = self.features(points.X), points.weights / points.weights.sum()
        residuals = self._residuals(phi, points, parameters) * share[:, None]
        return np.asarray((phi.T @ residuals).ravel() + self.penalty * parameters)

    def predict(self, parameters: Floats, X: Floats) -> Ints:
        """Return the label with the largest score for each row; ties go to the lowest."""
        answer: Ints = self._scores(self.features(X), parameters).argmax(axis=1)
        return answer

    def solve(self, points: Points, start: Floats | None = None) -> Floats:
        """Return the minimum, to machine precision, whatever Newton's method starts from."""
        if self.loss == "squared":
            return self._least_squares(points)
        return self._newton(points, self.start if start is None else start)

    def _scores(self, phi: Floats, parameters: Floats) -> Floats:
        return np.asarray(phi @ parameters.reshape(phi.shape[1], -1))

    def _residuals(self, phi: Floats, points: Points, parameters: Floats) -> Floats:
        scores = self._scores(phi, parameters)
        expected = softmax(scores) if self.loss == "logistic" else scores
        return expected - points.label_vectors(len(self.schema.labels))

    def _least_squares(self, points: Points) -> Floats:
        phi, share = self.features(points.X), points.weights / points.weights.sum()
        labels = points.label_vectors(len(self.schema.labels))
        normal = phi.T @ (phi * share[:, None]) + self.penalty * np.eye(phi.shape[1])
        parameters = np.linalg.solve(normal, phi.T @ (labels * share[:, None])).ravel()
        correction = self.mean_gradient(points, parameters).reshape(phi.shape[1], -1)
        return np.asarray(parameters - np.linalg.solve(normal, correction).ravel())

    def _newton(self, points: Points, start: Floats) -> Floats:
        parameters = start
        last = np.inf
        for _ in range(200):
            gradient = self.mean_gradient(points, parameters)
            step = np.asarray(np.linalg.solve(self._hessian(points, parameters), gradient))
            gain, size = float(gradient @ step), float(np.linalg.norm(gradient))
            length = 1.0
            if gain > 1e-10:  # noqa: PLR2004
                length = self._length(points, parameters, step, gain)
            elif size >= last / 2:  # full steps no longer help: what is left is rounding
                break
            else:
                last = size
            parameters = parameters - length * step
        return parameters

    def _length(self, points: Points, parameters: Floats, step: Floats, gain: float) -> float:
        """Halve the step until it keeps a quarter of what it promises."""
        length, now = 1.0, self._value(points, parameters)
        while self._value(points, parameters - length * step) > now - length * gain / 4:
            length /= 2
        return length

    def _value(self, points: Points, parameters: Floats) -> float:
        scores = self._scores(self.features(points.X), parameters)
        own = scores[np.arange(len(scores)), points.y]
        top = scores.max(axis=1)
        losses = np.log(np.exp(scores - top[:, None]).sum(axis=1)) + top - own
        mean = losses @ points.weights / points.weights.sum()
        return float(mean + self.penalty / 2 * parameters @ parameters)

    def _hessian(self, points: Points, parameters: Floats) -> Floats:
        phi, share = self.features(points.X), points.weights / points.weights.sum()
        p = softmax(self._scores(phi, parameters))
        width, labels = phi.shape[1], p.shape[1]
        blocks = np.empty((width, labels, width, labels))
        for a in range(labels):
            for b in range(a + 1):
                curvature = share * p[:, a] * ((a == b) - p[:, b])
                blocks[:, a, :, b] = blocks[:, b, :, a] = phi.T @ (phi * curvature[:, None])
        return blocks.reshape(len(parameters), -1) + self.penalty * np.eye(len(parameters))
