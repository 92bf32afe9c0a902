"""A small network for documents: a bag of word embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from groundswell.data import Features, Floats, Ints
from groundswell.platform.learners.base import (
    Classifier,
    DivergedError,
    Learner,
    TrainingSet,
    seed_of,
)
from groundswell.platform.learners.text import documents, tokens

if TYPE_CHECKING:
    from torch import Generator, Tensor


class Embeddings(Learner):
    """The mean of word embeddings and a linear layer, trained together by Adam on cross-entropy.

    The vocabulary is that of the training documents; other words are ignored. This is fastText's
    architecture (Joulin et al. 2017), on one thread of PyTorch.
    """

    kind: Literal["embeddings"] = "embeddings"
    forms = ("text",)
    dimension: int = Field(32, ge=1, le=65_536)
    """Length of an embedding."""
    epochs: int = Field(10, ge=1)
    """Passes over the training documents."""
    batch: int = Field(64, ge=1)
    """Documents in a step."""
    rate: float = Field(0.01, gt=0)
    """Learning rate of Adam."""

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
        """Train, starting from random embeddings."""
        import torch

        torch.set_num_threads(1)
        generator = torch.Generator()
        generator.manual_seed(seed_of(rng))
        points = data.points
        words = sorted({token for text in documents(points.X) for token in tokens(text)})
        labels, label = np.unique(points.y, return_inverse=True)
        network = Network(
            labels,
            {word: i for i, word in enumerate(words)},
            torch.randn(len(words), self.dimension, generator=generator) / self.dimension**0.5,
            torch.zeros(len(labels), self.dimension),
            torch.zeros(len(labels)),
        )
        # Weights of mean 1 leave the length of a step as it is without weights.
        weight = points.weights / points.weights.mean()
        self._train(network, network.bags(points.X), label, weight, generator)
        return network

    def _train(
        self, network: Network, bags: list[Ints], label: Ints, weight: Floats, generator: Generator
    ) -> None:
        import torch
        from torch.nn.functional import cross_entropy

        target, weights = torch.from_numpy(label), torch.from_numpy(weight).float()
        parameters = [network.embedding, network.linear, network.bias]
        optimizer = torch.optim.Adam([p.requires_grad_() for p in parameters], lr=self.rate)
        for _ in range(self.epochs):
            order = torch.randperm(len(bags), generator=generator)
            for rows in torch.split(order, self.batch):
                scores = network.scores([bags[row] for row in rows.tolist()])
                loss = cross_entropy(scores, target[rows], reduction="none")
                optimizer.zero_grad()
                torch.autograd.backward((weights[rows] * loss).mean())
                optimizer.step()
            if not all(bool(torch.isfinite(p).all()) for p in parameters):
                raise DivergedError("the loss is not finite; lower 'rate'")


@dataclass(frozen=True)
class Network:
    """A bag of embeddings and a linear layer.

    Parameters
    ----------
    labels
        Labels seen in training.
    vocabulary
        Position of each known word.
    embedding
        The words' embeddings, shape (words, dimension).
    linear, bias
        The linear layer, shapes (labels, dimension) and (labels,).
    """

    labels: Ints
    vocabulary: dict[str, int]
    embedding: Tensor
    linear: Tensor
    bias: Tensor

    def bags(self, X: Features) -> list[Ints]:
        """Return the positions of each document's known words."""
        known = self.vocabulary
        return [
            np.array([known[token] for token in tokens(text) if token in known], dtype=np.int64)
            for text in documents(X)
        ]

    def scores(self, bags: list[Ints]) -> Tensor:
        """Return the score of each label; a document without known words has mean 0."""
        import torch
        from torch.nn.functional import embedding_bag, linear

        starts = np.cumsum([0, *map(len, bags[:-1])])
        mean = embedding_bag(
            torch.from_numpy(np.concatenate(bags)),
            self.embedding,
            torch.from_numpy(starts),
            mode="mean",
        )
        return linear(mean, self.linear, self.bias)

    def predict(self, X: Features) -> Ints:
        """Return the label of the highest score for each document."""
        import torch

        if not len(X):
            return np.zeros(0, dtype=np.int64)
        with torch.no_grad():
            best = self.scores(self.bags(X)).argmax(dim=1).numpy()
        answer: Ints = self.labels[best]
        return answer
