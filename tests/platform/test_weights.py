"""Weight rules against their laws and an independent solver."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn
from scipy.optimize import brentq, linprog

from groundswell.platform.learners.weights import chi2, cvar

batches = stn.arrays(
    np.float64, st.tuples(st.integers(1, 4), st.integers(1, 40)), elements=st.floats(0, 20)
)


def check_distribution(weights: torch.Tensor) -> None:
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(dim=-1), 1, rtol=1e-12)


@given(batches, st.floats(0.01, 1))
def test_cvar_is_a_distribution_on_the_largest_losses(losses: np.ndarray, level: float) -> None:
    weights = cvar(torch.from_numpy(losses), level)
    check_distribution(weights)
    count = losses.shape[1]
    assert (weights <= 1 / (level * count) + 1e-12).all() or level * count < 1
    for row, weight in zip(losses, weights.numpy(), strict=True):
        assert row[weight > 0].min() >= row[weight == 0].max(initial=0)
        assert np.count_nonzero(weight) <= max(1, math.ceil(level * count - 1e-9))


@given(batches, st.floats(0, 10))
def test_chi2_is_a_distribution_no_further_out_than_asked(losses: np.ndarray, size: float) -> None:
    weights = chi2(torch.from_numpy(losses), size)
    check_distribution(weights)
    count = losses.shape[1]
    assert (0.5 * ((count * weights - 1) ** 2).mean(dim=-1) <= size + 1e-6).all() or size == 0
    for row, weight in zip(losses, weights.numpy(), strict=True):
        order = np.argsort(row)
        assert (np.diff(weight[order]) >= -1e-12).all(), "a larger loss never weighs less"


@pytest.mark.parametrize("seed", range(20))
def test_cvar_agrees_with_a_linear_programme(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count, level = int(rng.integers(2, 130)), float(rng.uniform(0.05, 1))
    losses = rng.exponential(size=count)
    cap = 1 / (level * count)
    best = linprog(-losses, A_eq=np.ones((1, count)), b_eq=[1], bounds=(0, max(cap, 1 / count)))
    if level * count >= 1:
        found = cvar(torch.from_numpy(losses)[None], level)[0].numpy()
        np.testing.assert_allclose(found, best.x, atol=1e-6)


@pytest.mark.parametrize("seed", range(50))
def test_chi2_agrees_with_bisection(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count, size = int(rng.integers(20, 130)), float(rng.choice([0.01, 0.1, 0.5, 1, 4]))
    losses = rng.exponential(size=count) ** rng.choice([1, 3])

    def weights(eta: float) -> np.ndarray:
        excess = np.maximum(losses - eta, 0)
        return excess / excess.sum()

    def distance(eta: float) -> float:
        return 0.5 * float(np.mean((count * weights(eta) - 1) ** 2)) - size

    eta = brentq(distance, losses.min() - 1e3, np.nextafter(losses.max(), 0), xtol=1e-13)
    found = chi2(torch.from_numpy(losses)[None], size)[0].numpy()
    np.testing.assert_allclose(found, weights(eta), atol=1e-6)


def test_tiny_losses_weigh_as_large_ones() -> None:
    """The rule does not depend on the scale, also where squares underflow."""
    losses = torch.tensor([[0.0, 1.0, 2.0, 5.0]], dtype=torch.float64)
    for scale in (1e-200, 1e150):
        np.testing.assert_allclose(chi2(losses * scale, 0.5), chi2(losses, 0.5), rtol=1e-9)
    check_distribution(chi2(torch.tensor([[0.0, 2.2e-313]], dtype=torch.float64), 1.0))


def test_equal_losses_share_alike() -> None:
    for rows, expected in [
        ([1.0, 1.0, 1.0, 1.0], [0.25] * 4),
        ([0.0, 1.0, 1.0, 1.0], [0, 1 / 3, 1 / 3, 1 / 3]),
    ]:
        found = chi2(torch.tensor([rows]), 5.0)[0]
        np.testing.assert_allclose(found, expected, atol=1e-12)


def test_no_ball_is_the_mean_to_the_bit() -> None:
    losses = torch.from_numpy(np.random.default_rng(2).exponential(size=(3, 33)))
    for size in (0.0, 1e-18):
        assert torch.equal(chi2(losses, size), torch.full((3, 33), 1 / 33, dtype=torch.float64))


@pytest.mark.parametrize("size", [0.01, 0.05, 0.2])
def test_chi2_fills_the_ball_where_the_largest_losses_are_equal(size: float) -> None:
    """They share alike, and the smaller ones keep what the ball leaves them."""
    (weights,) = chi2(torch.tensor([[4.0, 4.0, 0.0, 1.0]]), size)
    assert 0.5 * float(((4 * weights - 1) ** 2).mean()) == pytest.approx(size)
    assert weights[0] == weights[1] > weights[3] > weights[2] > 0


@pytest.mark.parametrize("apart", [1e-3, 1e-8, 1e-12, 0.0])
def test_chi2_fills_the_ball_where_the_largest_losses_are_almost_equal(apart: float) -> None:
    """Two of four points with half of everything each lie at ρ = ½."""
    losses = torch.tensor([[1.0, 1 - apart, 0.0, 0.3]], dtype=torch.float64)
    np.testing.assert_allclose(chi2(losses, 0.5), [[0.5, 0.5, 0, 0]], atol=apart + 1e-12)


@pytest.mark.parametrize(("level", "count"), [(0.29, 100), (0.58, 50), (0.7, 90)])
def test_no_weight_is_negative_where_a_product_is_rounded_down(level: float, count: int) -> None:
    """.29 · 100 is 28.999999999999996."""
    (weights,) = cvar(torch.arange(count, dtype=torch.float64)[None], level)
    assert weights.min() == 0
    assert np.count_nonzero(weights) == round(level * count)


def test_of_equal_losses_cvar_takes_the_first() -> None:
    (weights,) = cvar(torch.tensor([[1.0, *[2.0] * 40]]), 10 / 41)
    np.testing.assert_allclose(weights, [0, *[0.1] * 10, *[0] * 30])


def test_the_weights_of_a_row_do_not_depend_on_other_rows() -> None:
    losses = torch.from_numpy(np.random.default_rng(1).exponential(size=(7, 33)))
    for rule in (lambda v: cvar(v, 0.35), lambda v: chi2(v, 0.5)):
        together = rule(losses)
        apart = torch.cat([rule(row[None]) for row in losses])
        assert torch.equal(together, apart)
