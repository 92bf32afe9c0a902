"""How much each point of a batch counts, as functions of the losses.

All work on tensors of shape (models, batch) and return float64 probabilities: non-negative, each
row summing to one.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

SMALLEST = 2.0**-1022
"""The smallest normal number."""


def cvar(losses: Tensor, level: float) -> Tensor:
    """Return the weights of CVaR-DRO: the mean of the largest share of the losses.

    Weight 1/(s·m) on the ⌊s·m⌋ largest of m losses, what remains on the next one, 0 elsewhere: the
    maximum of Σ p_i·loss_i over distributions with p_i <= 1/(s·m) (Rockafellar & Uryasev 2000;
    as a learner Duchi & Namkoong 2021).

    Parameters
    ----------
    losses
        Losses, shape (models, batch).
    level
        Share s of the losses, in (0, 1]; 1 is the mean of all.

    >>> cvar(torch.tensor([[1.0, 4.0, 2.0, 3.0]]), 0.375)
    tensor([[0.0000, 0.6667, 0.0000, 0.3333]], dtype=torch.float64)
    """
    count = losses.shape[-1]
    size = level * count
    whole = math.floor(round(size, 9))  # .29 * 100 is 28.999999999999996
    by_rank = torch.zeros(count, dtype=torch.float64)
    by_rank[:whole] = 1 / size
    if whole < count:
        by_rank[whole] = max(0, 1 - whole / size)
    order = torch.argsort(losses, dim=-1, descending=True, stable=True)
    weights = torch.empty(losses.shape, dtype=torch.float64)
    return weights.scatter_(-1, order, by_rank.expand(losses.shape))


def chi2(losses: Tensor, size: float) -> Tensor:
    """Return the weights of χ²-DRO: the worst distribution in a ball around the uniform one.

    They are proportional to (loss - η)_+ with η such that ½·mean((m·p - 1)²) = ρ (Namkoong &
    Duchi 2017; Hashimoto et al. 2018). Instead of bisecting for η, the number of points above it is
    read off the sorted losses, and η follows in closed form: of k points with mean μ and standard
    deviation sd, η = μ - sd/√(ck - 1), c = (1 + 2ρ)/m. Where more is asked for than the points
    with the largest loss can give, they share everything.

    Parameters
    ----------
    losses
        Losses, shape (models, batch).
    size
        Radius ρ >= 0 of the ball; 0 is the mean of all.

    >>> chi2(torch.tensor([[0.0, 0.0, 0.0, 1.0]]), 0.5)
    tensor([[0.1057, 0.1057, 0.1057, 0.6830]], dtype=torch.float64)
    """
    count = losses.shape[-1]
    concentration = (1 + 2 * size) / count
    if concentration * count - 1 <= 0:  # no ball, to rounding
        return torch.full(losses.shape, 1 / count, dtype=torch.float64)
    exact = losses.double()
    centred = exact - exact.max(dim=-1, keepdim=True).values
    # The rule does not depend on the scale: at most 1, no square is lost.
    centred = centred / (-centred).max(dim=-1, keepdim=True).values.clamp_(min=SMALLEST)
    ranked = centred.sort(dim=-1, descending=True).values
    k = torch.arange(1, count + 1, dtype=torch.float64)
    mean = ranked.cumsum(-1) / k
    variance = ranked.square().cumsum(-1) / k - mean.square()
    # With η at the next loss, is Σp² = (variance + gap²)/(k·gap²) at most c already? Not written
    # as a sum: variances that are lost beside gap² would then pass where c·k = 1.
    gap = mean[..., :-1] - ranked[..., 1:]
    room = (concentration * k[:-1] - 1) * gap.square()
    enough = (gap > 0) & (variance[..., :-1] <= room)
    last = torch.ones_like(ranked[..., :1], dtype=torch.bool)
    above = torch.cat([enough, last], dim=-1).int().argmax(dim=-1, keepdim=True)
    middle, sd = mean.gather(-1, above), variance.gather(-1, above).sqrt()
    excess = concentration * (above + 1).double() - 1
    eta = middle - sd / excess.sqrt()
    weights = torch.where(sd > 0, (centred - eta).clamp_(min=0), (centred >= middle).double())
    return weights / weights.sum(dim=-1, keepdim=True)
