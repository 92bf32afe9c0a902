"""Networks trained on the mean loss: empirical risk minimisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from groundswell.platform.learners.network import Network, State

if TYPE_CHECKING:
    import torch


class SGD(Network):
    """A linear model or multilayer perceptron, trained on the mean loss (ERM).

    Cross-entropy loss, ReLU units, weights and biases drawn uniformly within ±1/√fan-in (torch's
    own), a fresh order of the training points every epoch. A point's weight multiplies its loss.
    """

    kind: Literal["sgd"] = "sgd"
    adaptive = False

    def weights(
        self,
        losses: torch.Tensor,
        rows: torch.Tensor,
        labels: torch.Tensor,
        groups: torch.Tensor,
        state: State,
    ) -> torch.Tensor:
        """Return one for every point."""
        return losses.new_ones(losses.shape)
