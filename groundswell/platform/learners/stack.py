"""Networks of one shape side by side: batched matrix products, and gradients written by hand.

Measured against a plain loop of ``nn.Sequential`` and ``optim.SGD`` in ``benchmarks/training.py``.
A network's numbers do not depend, to the bit, on which others are beside it: every operation is
either a batched product, whose networks do not meet, or elementwise with a rounding that does not
depend on the position (so no fused multiply-add). Products do round by where in memory a matrix
begins, so every row has a multiple of 8 numbers (32 bytes); that is also a little faster.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor

Layers = tuple[Tensor, ...]
"""A network: a matrix (inputs + 1, outputs) for each layer, its last row the biases."""
ALIGNED = 8
"""Numbers in a row are a multiple of this."""


def drawn(widths: Sequence[int], generator: torch.Generator) -> Layers:
    """Draw a network: weights and biases uniform within ±1/√fan-in, as torch's ``nn.Linear``."""
    layers = []
    for fan_in, fan_out in pairwise(widths):
        limit = 1 / math.sqrt(fan_in)
        weight = torch.empty(fan_out, fan_in).uniform_(-limit, limit, generator=generator)
        bias = torch.empty(fan_out).uniform_(-limit, limit, generator=generator)
        layers.append(torch.cat([weight.T, bias[None]]))
    return tuple(layers)


def outputs(layers: Layers, inputs: Tensor) -> Tensor:
    """Return one output per label (points, labels) of a network with ReLU units."""
    for layer in layers[:-1]:
        inputs = torch.addmm(layer[-1], inputs, layer[:-1]).relu_()
    return torch.addmm(layers[-1][-1], inputs, layers[-1][:-1])


def with_constant(inputs: Tensor) -> Tensor:
    """Append zeros and, last, the constant 1, which the biases multiply, to the last axis."""
    *leading, features = inputs.shape
    added = torch.zeros(*leading, _aligned(features + 1) - features)
    added[..., -1] = 1
    return torch.cat([inputs, added], dim=-1)


def _aligned(count: int) -> int:
    return -(-count // ALIGNED) * ALIGNED


def _folded(layer: Tensor, *, last: bool) -> Tensor:
    """Return layers (networks, inputs + 1, outputs) as a `Stack` holds them.

    Between the weights and the biases, in the last row, are rows for inputs that are always 0.
    Behind the outputs of a hidden layer are units that always answer 0 and, last, one that always
    answers 1: what multiplies the biases of the next.
    """
    networks, rows, columns = layer.shape
    wide = _aligned(columns if last else columns + 1)
    folded = torch.zeros(networks, _aligned(rows), wide)
    folded[:, : rows - 1, :columns] = layer[:, :-1]
    folded[:, -1, :columns] = layer[:, -1]
    if not last:
        folded[:, -1, -1] = 1
    return folded


def cross_entropy(scores: Tensor, labels: Tensor, smoothing: float) -> tuple[Tensor, Tensor]:
    """Return the cross-entropies (networks, points) and their gradients in the scores.

    Parameters
    ----------
    scores
        Outputs, shape (networks, points, labels).
    labels
        Label indices, shape (networks, points).
    smoothing
        Share of each point's label that is spread over all labels alike.
    """
    # In small steps: torch's own log_softmax takes four times as long on rows of a few numbers.
    scores = scores - scores.amax(dim=2, keepdim=True)
    powers = scores.exp()
    total = powers.sum(dim=2, keepdim=True)
    answer = labels[..., None]
    losses = total.log() - scores.gather(2, answer)
    delta = powers.div_(total)
    if smoothing:
        losses = losses * (1 - smoothing)
        losses += (total.log() - scores.mean(dim=2, keepdim=True)) * smoothing
        delta -= smoothing / delta.shape[2]
    delta.scatter_add_(2, answer, torch.full(answer.shape, smoothing - 1.0))
    return losses[..., 0], delta


class Stack:
    """Networks side by side, with the biases folded into their matrices (see `_folded`).

    Parameters
    ----------
    networks
        The networks, all of one shape.
    """

    def __init__(self, networks: Sequence[Layers]) -> None:
        self.shapes = [layer.shape for layer in networks[0]]
        together = [torch.stack(layer) for layer in zip(*networks, strict=True)]
        *hidden, output = together
        self.layers = [*(_folded(layer, last=False) for layer in hidden)]
        self.layers.append(_folded(output, last=True))

    def forward(self, inputs: Tensor) -> list[Tensor]:
        """Return the inputs, each hidden layer's units, and the outputs.

        Parameters
        ----------
        inputs
            What `with_constant` returns, shape (networks, points, ...).
        """
        values = [inputs]
        for layer in self.layers[:-1]:
            values.append(torch.bmm(values[-1], layer).relu_())
        scores = torch.bmm(values[-1], self.layers[-1])
        return [*values, scores[..., : self.shapes[-1][1]]]

    def backward(self, values: list[Tensor], delta: Tensor) -> list[Tensor]:
        """Return the gradient of each layer, from that of the outputs; `values` as `forward`."""
        narrow, delta = delta, delta.new_zeros(*delta.shape[:2], self.layers[-1].shape[2])
        delta[..., : narrow.shape[2]] = narrow
        gradients = []
        for i in reversed(range(len(self.layers))):
            gradients.append(torch.bmm(values[i].transpose(1, 2), delta))
            if i:
                delta = torch.bmm(delta, self.layers[i].transpose(1, 2))
                delta = torch.ops.aten.threshold_backward(delta, values[i], 0)
                delta[..., -1] = 0  # the constant unit has nothing to learn
        return gradients[::-1]

    def decay(self, gradients: list[Tensor], strength: float) -> None:
        """Add the pull of all weights and biases towards 0 to the gradients."""
        for layer, gradient in zip(self.layers, gradients, strict=True):
            gradient.add_(layer * strength)
        for gradient in gradients[:-1]:
            gradient[..., -1] = 0

    def finite(self) -> Tensor:
        """Return which networks have finite weights only, shape (networks,)."""
        each = [torch.isfinite(layer).flatten(1).all(dim=1) for layer in self.layers]
        return torch.stack(each).all(dim=0)

    def network(self, position: int) -> Layers:
        """Return a copy of one of the networks."""
        return tuple(
            torch.cat([layer[position, : rows - 1, :columns], layer[position, -1:, :columns]])
            for layer, (rows, columns) in zip(self.layers, self.shapes, strict=True)
        )


class Optimizer(Protocol):
    """How steps follow from gradients."""

    def step(self, stack: Stack, gradients: list[Tensor]) -> None:
        """Move all networks; the gradients are used up."""
        ...


class Momentum:
    """Gradient descent with momentum: v ← μv + ηg, θ ← θ - v."""

    def __init__(self, stack: Stack, rate: float, momentum: float) -> None:
        self.rate, self.momentum = rate, momentum
        self.velocity = [torch.zeros_like(layer) for layer in stack.layers]

    def step(self, stack: Stack, gradients: list[Tensor]) -> None:
        """Move all networks."""
        for layer, velocity, gradient in zip(stack.layers, self.velocity, gradients, strict=True):
            velocity.mul_(self.momentum).add_(gradient.mul_(self.rate))
            layer.sub_(velocity)


class Adam:
    """Adam (Kingma & Ba 2015) with its usual constants .9, .999 and 1e-8."""

    first, second, floor = 0.9, 0.999, 1e-8

    def __init__(self, stack: Stack, rate: float) -> None:
        self.rate, self.steps = rate, 0
        self.means = [torch.zeros_like(layer) for layer in stack.layers]
        self.squares = [torch.zeros_like(layer) for layer in stack.layers]

    def step(self, stack: Stack, gradients: list[Tensor]) -> None:
        """Move all networks."""
        self.steps += 1
        rate = self.rate / (1 - self.first**self.steps)
        unbiased = math.sqrt(1 - self.second**self.steps)
        moments = zip(stack.layers, self.means, self.squares, gradients, strict=True)
        for layer, mean, square, gradient in moments:
            mean.mul_(self.first).add_(gradient * (1 - self.first))
            square.mul_(self.second).add_(gradient * gradient * (1 - self.second))
            layer.sub_(mean / (square.sqrt().div_(unbiased).add_(self.floor)) * rate)


def make_optimizer(stack: Stack, name: str, rate: float, momentum: float) -> Optimizer:
    """Return an optimizer, "sgd" or "adam"; only the former has a momentum to be set."""
    return Adam(stack, rate) if name == "adam" else Momentum(stack, rate, momentum)
