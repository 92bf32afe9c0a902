"""Distributionally robust learners: networks trained on the worst of several weightings.

Ben-Dov et al. (ICML 2024) compare them with plain training. Points weigh by their loss within the
batch, so a collective whose planted points are hard to fit counts for more than its share, and for
less once they are fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from groundswell.data import Ints, Schema
from groundswell.platform.learners.base import TrainingSet
from groundswell.platform.learners.network import Network, State
from groundswell.problems import InputError

if TYPE_CHECKING:
    import torch

    from groundswell.platform.learners.engine import Problem

BY_LABEL, BY_COLLECTIVE = "label", "collective"


class RobustNetwork(Network):
    """Networks whose points weigh by their rank or loss in the batch."""

    @property
    def weighted(self) -> bool:
        """Points of different weight cannot be ranked in a batch."""
        return False


class CVaR(RobustNetwork):
    """A network trained on the mean of the largest losses of each batch (CVaR-DRO).

    Weight 1/level on the ⌊level·m⌋ largest of a batch of m losses, what remains on the next one, 0
    elsewhere (Rockafellar & Uryasev 2000; Duchi & Namkoong 2021; mini-batches as Levy et al. 2020).
    """

    kind: Literal["cvar"] = "cvar"
    level: float = Field(0.5, gt=0, le=1)
    """Share of the losses of a batch that count; 1 is plain training."""

    @property
    def step_points(self) -> float:
        """Those that count."""
        return self.level * self.batch if self.level < 1 else super().step_points

    def weights(
        self,
        losses: torch.Tensor,
        rows: torch.Tensor,
        labels: torch.Tensor,
        groups: torch.Tensor,
        state: State,
    ) -> torch.Tensor:
        """Return weights with mean one: all of it on the largest losses."""
        from groundswell.platform.learners.weights import cvar

        return cvar(losses, self.level) * losses.shape[-1]


class Chi2(RobustNetwork):
    """A network trained on the worst reweighting of each batch in a χ² ball (χ²-DRO).

    Weights ∝ (loss - η)_+ with η such that ½·mean((w - 1)²) = size, w the weights with mean one
    (Namkoong & Duchi 2017; Hashimoto et al. 2018; mini-batches as Levy et al. 2020).
    """

    kind: Literal["chi2"] = "chi2"
    size: float = Field(0.5, ge=0)
    """Radius ρ of the ball; 0 is plain training."""

    @property
    def step_points(self) -> float:
        """The number of points with equal weights that would lie as far out in the ball."""
        return self.batch / (1 + 2 * self.size) if self.size else super().step_points

    def weights(
        self,
        losses: torch.Tensor,
        rows: torch.Tensor,
        labels: torch.Tensor,
        groups: torch.Tensor,
        state: State,
    ) -> torch.Tensor:
        """Return weights with mean one: the larger the loss, the more."""
        from groundswell.platform.learners.weights import chi2

        return chi2(losses, self.size) * losses.shape[-1]


class GroupDRO(Network):
    """A network trained on the worst mixture of known groups (group DRO, Sagawa et al. 2020).

    After each batch q_g ← q_g·exp(step·loss_g), normalised, loss_g the mean loss of the batch's
    points of group g, by weight; the loss is Σ q_g·loss_g.
    """

    kind: Literal["group-dro"] = "group-dro"
    groups: str = BY_LABEL
    """What the groups are: "label", "collective" (planted points and the rest, an oracle that no
    platform has), or the name of a categorical column."""
    step: float = Field(0.01, gt=0)
    """Step size η_q of the groups' weights."""

    def check(self, schema: Schema) -> None:
        """Refuse groups that do not exist, and more parameters than memory holds."""
        super().check(schema)
        if self.groups in {BY_LABEL, BY_COLLECTIVE}:
            return
        try:
            column = schema.columns[schema.column(self.groups)]
        except InputError as error:
            message = f"{error}; groups are a categorical column, '{BY_LABEL}' or '{BY_COLLECTIVE}'"
            raise InputError(message, key=("groups",)) from None
        if column.categories is None:
            raise InputError(
                f"column '{self.groups}' is numeric; groups are a categorical column, "
                f"'{BY_LABEL}' or '{BY_COLLECTIVE}'",
                key=("groups",),
            )

    def group_of(self, data: TrainingSet) -> tuple[Ints, int]:
        """Return the group of each training point, and the number of groups."""
        points, schema = data.points, data.schema
        if self.groups == BY_LABEL:
            return points.y, len(schema.labels)
        if self.groups == BY_COLLECTIVE:
            return data.planted.astype(np.int64), 2
        column = schema.column(self.groups)
        return points.X[:, column].astype(np.int64), len(schema.columns[column].categories or ())

    def start(self, models: Sequence[Problem]) -> State:
        """All groups weigh the same."""
        import torch

        number = models[0].groups[1]
        plain = torch.ones(len(models[0].labels), dtype=torch.float64)
        weight = [plain if model.weight is None else model.weight for model in models]
        q = torch.full((len(models), number), 1 / number, dtype=torch.float64)
        return {"q": q, "weight": torch.stack(weight)}

    def weights(
        self,
        losses: torch.Tensor,
        rows: torch.Tensor,
        labels: torch.Tensor,
        groups: torch.Tensor,
        state: State,
    ) -> torch.Tensor:
        """Return q_g·m/m_g for a point of a group with m_g of the m points, by weight."""
        import torch

        q: torch.Tensor = state["q"]
        weight: torch.Tensor = state["weight"].gather(1, rows)
        count = torch.zeros_like(q).scatter_add_(1, groups, weight)
        count[count == 0] = 1
        mean = torch.zeros_like(q).scatter_add_(1, groups, losses.double() * weight) / count
        q *= (mean * self.step).exp_()
        q /= q.sum(dim=1, keepdim=True)
        return (q / count).gather(1, groups) * weight.sum(dim=1, keepdim=True)
