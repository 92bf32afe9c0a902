"""Certificates: the printed formula, the promise they make, and that a careless one breaks it."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from groundswell.analysis import certificate, staircase

P0 = np.array([[0.03, 0.01, 0.0], [0.04, 0.05, 0.01], [0.3, 0.2, 0.1], [0.06, 0.1, 0.1]])
TO = np.array([0, 1, 0, 1])
TARGET, LABELS = 1, 3


def rows(rng, count, p0=P0):
    return np.divmod(rng.choice(p0.size, size=count, p=p0.ravel()), p0.shape[1])


def theorem_3_3(cells, labels, *, users, epsilon, delta, fresh):
    """The bound as the paper's algorithm computes it, with loops."""
    members, marked = len(cells), sorted(set(TO))
    level = delta / (2 + 2 * len(marked) + 2 * len(marked) * LABELS)

    def radius(k):
        return math.sqrt(math.log(1 / level) / (2 * k))

    success = 0.0
    for x in marked:
        planted = sum(TO[cell] == x for cell in cells) / members
        share = [sum((cells == x) & (labels == y)) / members for y in range(LABELS)]
        gap = max(share[y] for y in range(LABELS) if y != TARGET) - share[TARGET]
        lead = (members / users) * (planted - 2 * radius(members)) - (users - members) / users * (
            gap + 2 * radius(members) + 2 * radius(users - members)
        )
        success += planted * (lead - epsilon / (1 - epsilon) > 0)
    return success - radius(members) - radius(fresh)


@pytest.mark.parametrize("members", [50, 5_000, 12_000])
@pytest.mark.parametrize("epsilon", [0.0, 0.05])
def test_hoeffding_is_the_printed_formula(members, epsilon):
    cells, labels = rows(np.random.default_rng(members), members)
    found = certificate.hoeffding(
        cells,
        labels,
        TO,
        TARGET,
        n_labels=LABELS,
        users=20_000,
        fresh=500,
        epsilon=epsilon,
        delta=0.1,
    )
    expected = theorem_3_3(cells, labels, users=20_000, epsilon=epsilon, delta=0.1, fresh=500)
    assert found.success == pytest.approx(expected, abs=1e-12)


def test_with_much_data_both_certificates_become_the_staircase():
    scale = 4_000_000
    counts = np.rint(P0 * scale).astype(int).ravel()
    cells, labels = np.divmod(np.repeat(np.arange(P0.size), counts), LABELS)
    for alpha in (0.005, 0.02, 0.2):
        exact = staircase.feature_label(alpha, P0, TO, TARGET, epsilon=0.0)
        users = int(scale / alpha)
        for certify in (certificate.hoeffding, certificate.binomial):
            found = certify(cells, labels, TO, TARGET, n_labels=LABELS, users=users)
            assert found.success == pytest.approx(exact, abs=0.002), (certify, alpha)


@dataclass
class World:
    """A P0 with two labels, y* = 1, and a collective in it."""

    p0: np.ndarray
    to: np.ndarray
    strategy: str
    members: int
    users: int
    epsilon: float = 0.0

    def table(self, cells, labels):
        counts = np.zeros(self.p0.shape)
        np.add.at(counts, (cells, labels), 1)
        return counts

    def submitted(self, cells, labels):
        moves = (self.strategy == "feature-label") | (labels == 1)
        return self.table(np.where(moves, self.to[cells], cells), np.where(moves, 1, labels))

    def success_for_sure(self, counts):
        """Which cells answer y* whatever the adversary does, and S on fresh points of P0."""
        won = counts[:, 1] - counts[:, 0] > self.epsilon / (1 - self.epsilon) * counts.sum(axis=1)
        return won, self.p0.sum(axis=1)[won[self.to]].sum()

    def certificates(self, cells, labels, delta):
        knowledge = {
            "n_labels": 2,
            "users": self.users,
            "epsilon": self.epsilon,
            "delta": delta,
        }
        found = certificate.binomial(cells, labels, self.to, 1, strategy=self.strategy, **knowledge)
        if self.strategy == "feature-only":
            return [found]
        return [certificate.hoeffding(cells, labels, self.to, 1, **knowledge), found]

    def play(self, rng, delta):
        """Whether a promise broke, whether one was useful, whether a plug-in promise broke."""
        cells, labels = rows(rng, self.members, self.p0)
        planted = self.submitted(cells, labels)
        others = self.table(*rows(rng, self.users - self.members, self.p0))
        won, success = self.success_for_sure(planted + others)
        found = self.certificates(cells, labels, delta)
        broke = any(not won[one.cells].all() or one.success > success for one in found)
        scaled = self.table(cells, labels) * (self.users / self.members - 1)
        believed, _ = self.success_for_sure(planted + scaled)
        return broke, found[-1].success > 0.3, (believed & ~won)[self.to].any()


SPLIT = np.array([[0.05, 0.01], [0.02, 0.02], [0.3, 0.2], [0.2, 0.2]])
GENEROUS = [
    World(SPLIT, np.array([0, 1, 0, 1]), "feature-label", 600, 4_000),
    World(SPLIT, np.array([0, 1, 0, 1]), "feature-label", 1_500, 4_000, epsilon=0.1),
    World(SPLIT, np.array([0, 1, 0, 1]), "feature-only", 2_000, 4_000),
    World(SPLIT, np.array([0, 1, 0, 1]), "feature-only", 3_000, 4_000, epsilon=0.1),
]


@pytest.mark.parametrize("world", GENEROUS)
def test_the_promise_is_kept_and_says_something(world):
    rng = np.random.default_rng(8)
    played = np.array([world.play(rng, delta=0.2) for _ in range(60)])
    broke, useful, _ = played.mean(axis=0)
    assert broke <= 0.2
    assert useful > 0.5


ON_THE_EDGE = [
    World(np.array([[0.15, 0.05], [0.4, 0.4]]), np.array([0, 0]), "feature-label", 100, 1_100),
    World(np.array([[0.2, 0.0], [0.4, 0.4]]), np.array([0, 0]), "feature-label", 200, 1_200),
    World(np.array([[0.2, 0.1], [0.35, 0.35]]), np.array([0, 0]), "feature-only", 200, 700),
]


@pytest.mark.parametrize("world", ON_THE_EDGE)
def test_on_the_edge_a_plug_in_promise_breaks_and_the_certificate_does_not(world):
    rng = np.random.default_rng(9)
    played = np.array([world.play(rng, delta=0.1) for _ in range(150)])
    broke, _, careless = played.mean(axis=0)
    assert broke <= 0.1
    assert careless > 0.15


def test_members_who_keep_their_label_stand_against_the_target():
    """Of 1,000 users 700 act: y* gets 280 rows of theirs, the other label 400 of everybody's."""
    cells, labels = [0] * 280 + [1] * 420, [0] * 280 + [0] * 140 + [1] * 280
    found = certificate.binomial(
        cells, labels, [0, 0], 1, n_labels=2, users=1_000, strategy="feature-only"
    )
    assert found.cells.size == 0


def test_a_finite_number_of_fresh_points_is_paid_for():
    cells, labels = rows(np.random.default_rng(1), 4_000)
    knowledge = {"n_labels": LABELS, "users": 10_000}
    for certify in (certificate.hoeffding, certificate.binomial):
        few, many, law = (
            certify(cells, labels, TO, TARGET, fresh=fresh, **knowledge).success
            for fresh in (50, 5_000, np.inf)
        )
        assert few < many < law


def test_few_members_with_a_rare_signal_can_promise_something():
    """300 of 10,000 who never saw the signal: Hoeffding promises nothing, binomial limits much."""
    cells, labels = [0] * 300, [0] * 300
    knowledge = {"n_labels": 2, "users": 10_000}
    assert certificate.hoeffding(cells, labels, [1, 1], 1, **knowledge).success < 0
    found = certificate.binomial(cells, labels, [1, 1], 1, **knowledge, delta=0.05)
    level = 0.05 / (2 + 2 * 1 * (1 + 2))
    assert found.success == pytest.approx((level / 2) ** (1 / 300)), "Clopper-Pearson, all of n"
    assert found.cells.tolist() == [1]


def test_more_members_promise_more():
    promised = [
        certificate.binomial(
            *rows(np.random.default_rng(3), members), TO, TARGET, n_labels=LABELS, users=20_000
        ).success
        for members in (100, 1_000, 10_000)
    ]
    assert promised == sorted(promised)
    assert promised[-1] > promised[0]


def test_the_printed_slack_fails_under_the_printed_adversary():
    """One cell, α = 0.6, ε = 0.1: y* leads by 0.2; moving 0.1 of the mass ties the labels."""
    cells, labels = np.zeros(600_000, int), np.zeros(600_000, int)
    knowledge = {"n_labels": 2, "users": 1_000_000, "epsilon": 0.1}
    moved = np.array([0.4, 0.6]) + np.array([0.1, -0.1])
    assert moved.argmax() == 0, "so success may be 0"
    for certify in (certificate.hoeffding, certificate.binomial):
        printed = certify(cells, labels, [0], 1, **knowledge)
        safe = certify(cells, labels, [0], 1, **knowledge, adversary="total-variation")
        assert printed.success > 0.99
        assert safe.success <= 0
        assert safe.cells.size == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"users": 3}, "users must exceed the 3 members, found 3"),
        ({"delta": 0.0}, "delta must lie in"),
        ({"delta": 1.0}, "delta must lie in"),
        ({"epsilon": 0.5}, "epsilon must lie in"),
        ({"epsilon": -0.1}, "epsilon must lie in"),
        ({"fresh": 0}, "fresh must lie in"),
        ({"target": 2}, "target must be a label"),
        ({"cells": [0, 1, 9]}, "cells must be from 0 to 1, found 9"),
        ({"to": [1, 0]}, "to must be idempotent"),
        ({"adversary": "tv"}, "adversary must be one of contamination, total-variation, found tv"),
    ],
)
def test_bad_input_is_named(change, message):
    good = {"cells": [0, 1, 1], "labels": [0, 1, 1], "to": [0, 0], "target": 1, "users": 10}
    for certify in (certificate.hoeffding, certificate.binomial):
        certify(**good, n_labels=2)
        with pytest.raises(ValueError, match=message):
            certify(**{**good, **change}, n_labels=2)
    with pytest.raises(ValueError, match="strategy must be one of"):
        certificate.binomial(**good, n_labels=2, strategy="erasing")
