"""Signature 2: on random finite instances no bound is violated, and wrong formulas are."""

from dataclasses import dataclass

import numpy as np
import pytest

from groundswell.analysis import bounds

SLACK = 1e-9
SHAPES = [(1, 2), (2, 2), (3, 3), (4, 2), (5, 4), (8, 3), (12, 5), (20, 2)]
PER_SHAPE = 2_000


@dataclass
class Instances:
    """Many worlds of one shape: P0 [world, cell, label] and one of everything else per world."""

    p0: np.ndarray
    to: np.ndarray
    target: np.ndarray
    alpha: np.ndarray
    epsilon: np.ndarray

    def __post_init__(self):
        self.world = np.arange(len(self.p0))
        self.mass = self.p0.sum(axis=2)
        self.wanted = self.p0[self.world, :, self.target]
        self.carries = np.zeros(self.to.shape, dtype=bool)
        self.carries[self.world[:, None], self.to] = True
        self.k = self.epsilon / (1 - self.epsilon)

    def sent(self, weight):
        """Σ of weight over the cells that g sends to each cell."""
        total = np.zeros_like(weight)
        np.add.at(total, (self.world[:, None], self.to), weight)
        return total

    def given(self):
        """P0(y|x), zeros where P0(x) = 0."""
        return self.p0 / np.where(self.mass > 0, self.mass, 1)[..., None]

    def mixture(self, collective):
        share = self.alpha[:, None, None]
        return share * collective + (1 - share) * self.p0

    def lead(self, mixture, labels):
        """By how much P(labels[x]|x) leads every other label, [world, cell]."""
        index = labels[..., None]
        own = np.take_along_axis(mixture, index, axis=2)[..., 0]
        rivals = mixture.copy()
        np.put_along_axis(rivals, index, -np.inf, axis=2)
        total = mixture.sum(axis=2)
        return (own - rivals.max(axis=2)) / np.where(total > 0, total, 1)

    def planted(self, strategy):
        """By how much y* leads, [world, cell], when members play the strategy."""
        collective = np.zeros_like(self.p0) if strategy == "feature-label" else self.p0.copy()
        moved = self.mass if strategy == "feature-label" else self.wanted
        collective[self.world, :, self.target] = self.sent(moved)
        labels = np.repeat(self.target[:, None], self.p0.shape[1], axis=1)
        return self.lead(self.mixture(collective), labels)

    def success(self, lead, threshold):
        """Planting: the adversary takes every signal cell where y* leads by no more."""
        return (self.sent(self.mass) * (lead > threshold[:, None])).sum(axis=1)


def draw(rng, cells, labels, count=PER_SHAPE):
    concentration = rng.choice([0.1, 0.5, 1, 5], size=(count, 1, 1))
    p0 = rng.gamma(concentration, size=(count, cells, labels)) + 1e-12
    p0 *= rng.random((count, cells, 1)) > rng.choice([0, 0.3], size=(count, 1, 1))
    p0[:, 0] += 1e-12
    signal_cells = rng.integers(1, cells + 1, count)[:, None]
    order = rng.permuted(np.tile(np.arange(cells), (count, 1)), axis=1)
    chosen = np.take_along_axis(order, rng.integers(0, signal_cells, (count, cells)), axis=1)
    keeps = np.argsort(order, axis=1) < signal_cells
    alpha = np.where(
        rng.random(count) < 0.5, rng.uniform(1e-6, 1, count), 10 ** rng.uniform(-4, 0, count)
    )
    return Instances(
        p0 / p0.sum(axis=(1, 2), keepdims=True),
        np.where(keeps, np.arange(cells), chosen),
        rng.integers(0, labels, count),
        alpha,
        np.where(rng.random(count) < 0.2, 0, rng.uniform(0, 0.499, count)),
    )


def all_instances(seed):
    rng = np.random.default_rng(seed)
    return [draw(rng, *shape) for shape in SHAPES]


def uniqueness(world):
    return np.minimum((world.mass * world.carries).sum(axis=1), 1)


def gap(world):
    given = world.given()
    behind = given.max(axis=2) - given[world.world, :, world.target]
    return np.where(world.carries & (world.mass > 0), behind, 0).max(axis=1)


def positivity(world):
    rates = world.given()[world.world, :, world.target]
    return np.where(world.mass > 0, rates, 1).min(axis=1)


def check(success, bound, least_informative):
    """No violation, in enough instances where the bound says something."""
    assert len(success) >= 10_000
    assert (bound <= success + SLACK).all()
    assert ((bound > 0) & (bound < 1 - SLACK)).sum() >= least_informative
    assert (success < 1 - SLACK).sum() >= least_informative


def test_feature_label_holds():
    success, bound, forgets, copied = [], [], [], []
    for world in all_instances(1):
        success.append(world.success(world.planted("feature-label"), world.k))
        xi, delta = uniqueness(world), gap(world)
        odds, eps = (1 - world.alpha) / world.alpha, world.epsilon
        bound.append(bounds.feature_label(world.alpha, uniqueness=xi, gap=delta, epsilon=eps))
        forgets.append(1 - odds * delta * xi)
        copied.append(1 - odds * (1 - eps) * delta + eps / (1 - 2 * eps) * xi)
    success = np.concatenate(success)
    check(success, np.concatenate(bound), least_informative=2_000)
    for wrong in (forgets, copied):
        assert (np.concatenate(wrong) > success + SLACK).sum() > 100, "the test sees wrong formulas"


def common_target(rng, world):
    """The same world with every P0(y*|x) raised, so that feature-only has something to say."""
    raised = rng.uniform(0.01, 0.6, size=(len(world.p0), 1))
    p0 = world.p0 * (1 - raised[..., None])
    p0[world.world, :, world.target] += raised * world.mass
    return Instances(p0, world.to, world.target, world.alpha, world.epsilon)


def test_feature_only_holds():
    rng = np.random.default_rng(5)
    success, bound, forgets = [], [], []
    for world in (common_target(rng, world) for world in all_instances(2)):
        success.append(world.success(world.planted("feature-only"), world.k))
        numbers = {"uniqueness": uniqueness(world), "positivity": positivity(world)}
        bound.append(bounds.feature_only(world.alpha, **numbers, epsilon=world.epsilon))
        forgets.append(bounds.feature_only(world.alpha, **numbers))
    success = np.concatenate(success)
    check(success, np.concatenate(bound), least_informative=1_000)
    assert (np.concatenate(forgets) > success + SLACK).sum() > 100


def test_theorem_3_as_reconstructed_holds_up_to_its_limit_and_fails_beyond():
    rng, beyond = np.random.default_rng(5), 0
    for world in (common_target(rng, world) for world in all_instances(2)):
        p, eps, share = positivity(world), world.epsilon, world.alpha * positivity(world)
        bracket = (1 - (1 - eps) * p) / (1 - 2 * eps)
        bound = 1 - (1 - share) / share * bracket * uniqueness(world)
        failed = bound > world.success(world.planted("feature-only"), world.k) + SLACK
        assert not (failed & (world.alpha <= 1 / (2 - p))).any()
        beyond += failed.sum()
    assert beyond > 10


def erasing_world(rng, shape):
    """A world whose signal cells have mass (else τ is undefined), and with α > ε/(1-ε)."""
    world = draw(rng, *shape)
    p0 = world.p0 + 1e-3 * world.carries[..., None] * rng.random(world.p0.shape)
    alpha = np.maximum(world.k + (1 - world.k) * world.alpha, world.k + 1e-9)
    return Instances(
        p0 / p0.sum(axis=(1, 2), keepdims=True), world.to, world.target, alpha, world.epsilon
    )


def erased(world):
    """The share of points that any adversary must answer as their signal cell."""
    answers = np.take_along_axis(world.p0.argmax(axis=2), world.to, axis=1)
    collective = np.zeros_like(world.p0)
    np.put_along_axis(collective, answers[..., None], world.mass[..., None], axis=2)
    lead = world.lead(world.mixture(collective), answers)
    sure = lead > world.k[:, None]
    at_signal = np.take_along_axis(sure, world.to, axis=1)
    return (world.mass * ((sure & at_signal) | (world.to == np.arange(sure.shape[1])))).sum(axis=1)


def test_erasing_holds():
    rng = np.random.default_rng(3)
    success, bound, forgets = [], [], []
    for shape in SHAPES:
        world = erasing_world(rng, shape)
        given = world.given()
        at_signal = np.take_along_axis(given, world.to[..., None], axis=1)
        tau = np.clip((world.mass * np.abs(given - at_signal).max(axis=2)).sum(axis=1), 0, 1)
        success.append(erased(world))
        bound.append(bounds.erasing(world.alpha, distance=tau, epsilon=world.epsilon))
        forgets.append(bounds.erasing(world.alpha, distance=tau))
    success = np.concatenate(success)
    check(success, np.concatenate(bound), least_informative=1_000)
    assert (np.concatenate(forgets) > success + SLACK).sum() > 100


def test_a_total_variation_adversary_violates_the_bound_and_the_safe_factor_does_not():
    """The ball is around P(·|x), at each x: a lead of 2ε falls, more than ε/(1-ε)."""
    violated = 0
    for world in all_instances(4):
        success = world.success(world.planted("feature-label"), 2 * world.epsilon)
        xi, delta, eps = uniqueness(world), gap(world), world.epsilon
        bound = bounds.feature_label(world.alpha, uniqueness=xi, gap=delta, epsilon=eps)
        odds = (1 - world.alpha) / world.alpha
        safe = 1 - odds * (delta + 2 * eps) / (1 - 2 * eps) * xi
        violated += (bound > success + SLACK).sum()
        assert (safe <= success + SLACK).all()
    assert violated > 50


@pytest.mark.parametrize("alpha", [0.05, 0.5])
def test_a_ball_on_the_joint_law_defeats_even_the_safe_factor(alpha):
    """A unique signal, ξ = 0: every bound above is 1, yet moving mass α/2 undoes the collective."""
    planted = np.array([[1 - alpha, 0.0], [0.0, alpha]])
    moved = planted + np.array([[0, 0], [alpha / 2, -alpha / 2]])
    assert np.abs(moved - planted).sum() / 2 == pytest.approx(alpha / 2)
    assert moved[1].argmax() == 0, "ties go to the lowest label: success 0"
    eps = alpha / 2
    assert bounds.feature_label(alpha, uniqueness=0, gap=0, epsilon=eps) == 1
