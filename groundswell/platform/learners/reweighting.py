"""Learners that train twice: what the first network makes of a point decides what it counts.

Ben-Dov et al. (ICML 2024) compare them with plain training.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from groundswell.platform.learners.network import Network, State
from groundswell.platform.learners.sgd import SGD

if TYPE_CHECKING:
    import torch

    from groundswell.platform.learners.engine import Problem

MEMORY = 0.7
SMALL = 1e-8


class JTT(Network):
    """Just train twice (Liu et al. 2021): points that a first network gets wrong count for more.

    An identifier is trained for a few epochs; then a fresh network, in which the identifier's
    mistakes weigh `upweight` times as much as other points. The paper copies them so many times;
    here weights are divided by their mean, so that steps stay as large as the rate says. With
    error rates e_C on planted and e_B on other points, α_eff is exactly
    α(1+(λ-1)e_C) / (α(1+(λ-1)e_C) + (1-α)(1+(λ-1)e_B)).
    """

    kind: Literal["jtt"] = "jtt"
    adaptive = False
    resumable = False
    identification_epochs: int = Field(2, ge=1)
    """Epochs T of the identifier, whose other settings are the same."""
    upweight: float = Field(20.0, ge=1)
    """Weight λ of its mistakes."""

    def identifier(self) -> SGD:
        """Return the learner of the first stage."""
        shared = {name: getattr(self, name) for name in Network.model_fields}
        return SGD(**{**shared, "epochs": self.identification_epochs, "patience": None})

    def start(self, models: Sequence[Problem]) -> State:
        """Train the identifiers, and weigh their mistakes."""
        from groundswell.platform.learners.engine import mistakes

        wrong, diverged = mistakes(self.identifier(), models)
        weight = 1 + (self.upweight - 1) * wrong.double()
        return {"weight": weight / weight.mean(dim=1, keepdim=True), "diverged": diverged}

    def weights(
        self,
        losses: torch.Tensor,
        rows: torch.Tensor,
        labels: torch.Tensor,
        groups: torch.Tensor,
        state: State,
    ) -> torch.Tensor:
        """Return weights with mean one, for the identifier's mistakes λ times those of others."""
        weight: torch.Tensor = state["weight"]
        return weight.gather(1, rows)


class LfF(Network):
    """Learning from failure (Nam et al. 2020): one network learns what is easy, one the rest.

    Two networks see the same batches. The biased one minimises the generalised cross-entropy
    (1 - p^q)/q of Zhang & Sabuncu (2018), that is, p^q times the cross-entropy with p^q held fixed.
    In the one that is served a point weighs l_B/(l_B + l_D), with its losses in both networks as
    moving averages (.7 of the old, .3 of the new), each divided by the largest of its class.
    """

    kind: Literal["lff"] = "lff"
    networks = 2
    q: float = Field(0.7, gt=0, le=1)
    """Exponent of the generalised cross-entropy: near 0 it is plain, large it gives up what is
    hard."""

    @model_validator(mode="after")
    def _labels_are_sharp(self) -> LfF:
        if self.label_smoothing:
            raise ValueError("the weights are powers of Pr(label), so label_smoothing must be 0")
        return self

    def start(self, models: Sequence[Problem]) -> State:
        """No loss was seen so far."""
        import torch

        labels = torch.stack([model.labels for model in models])
        return {
            "labels": labels,
            "classes": models[0].classes,
            "smooth": torch.zeros(2, *labels.shape),
            "met": torch.zeros(labels.shape, dtype=torch.bool),
        }

    def weights(
        self,
        losses: torch.Tensor,
        rows: torch.Tensor,
        labels: torch.Tensor,
        groups: torch.Tensor,
        state: State,
    ) -> torch.Tensor:
        """Return p^q for the biased network, and the relative difficulty for the other."""
        import torch

        smooth, both = state["smooth"], rows.expand(losses.shape)
        old = smooth.gather(2, both)
        new = torch.where(
            state["met"].gather(1, rows), old * MEMORY + losses * (1 - MEMORY), losses
        )
        smooth.scatter_(2, both, new)
        state["met"].scatter_(1, rows, True)
        of_class = state["labels"].expand(smooth.shape)
        largest = smooth.new_zeros(2, len(rows), state["classes"])
        largest.scatter_reduce_(2, of_class, smooth, reduce="amax")
        biased, debiased = new / largest.gather(2, labels.expand(losses.shape)).clamp_(min=SMALL)
        return torch.stack([(-self.q * losses[0]).exp(), biased / (biased + debiased + SMALL)])
