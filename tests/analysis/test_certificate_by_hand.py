"""Certificates against their definitions, at the largest platform for which they promise a cell."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, replace
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.special import bdtri

from groundswell.analysis import certificate

Found = tuple[float, list[int]]


@dataclass(frozen=True)
class Case:
    """What a collective knows: its rows as a table of counts, the signal, the platform."""

    counts: np.ndarray
    to: np.ndarray
    target: int
    users: int = 0
    fresh: float = np.inf
    epsilon: float = 0.0
    delta: float = 0.05
    adversary: str = "contamination"

    @property
    def members(self) -> int:
        return int(self.counts.sum())

    @property
    def marked(self) -> list[int]:
        return sorted(set(self.to.tolist()))

    @property
    def level(self) -> float:
        """δ' = δ/(2 + 2m + 2mK)."""
        m, k = len(self.marked), self.counts.shape[1]
        return self.delta / (2 + 2 * m + 2 * m * k)

    def sent(self, x: int, label: int | None = None) -> int:
        """Members' rows that the signal sends to x, of one label or of all."""
        chosen = self.counts if label is None else self.counts[:, [label]]
        return int(chosen[self.to == x].sum())

    def others(self, x: int) -> list[int]:
        """Counts of the labels at x that are not the target."""
        return [int(n) for y, n in enumerate(self.counts[x]) if y != self.target]

    def certify(self, by: Callable[..., certificate.Certificate], **more: Any) -> Found:
        cells, labels = np.divmod(
            np.repeat(np.arange(self.counts.size), self.counts.ravel()), self.counts.shape[1]
        )
        knowledge = {"n_labels": self.counts.shape[1], "users": self.users, "fresh": self.fresh}
        how = {"epsilon": self.epsilon, "delta": self.delta, "adversary": self.adversary}
        found = by(cells, labels, self.to, self.target, **knowledge, **how, **more)
        return found.success, found.cells.tolist()


def hoeffding(case: Case) -> Found:
    """Theorem 3.3 of Gauthier, Bach and Jordan (2025); a total-variation ball has slack 2ε."""
    n, rest, share = case.members, case.users - case.members, case.members / case.users

    def radius(rows: float) -> float:
        return math.sqrt(math.log(1 / case.level) / (2 * rows))

    joint = case.adversary == "total-variation"
    slack = 2 * case.epsilon if joint else case.epsilon / (1 - case.epsilon)
    certain = []
    for x in case.marked:
        behind = (max(case.others(x), default=0) - case.counts[x, case.target]) / n
        lead = share * (case.sent(x) / n - 2 * radius(n))
        lead -= (1 - share) * (behind + 2 * radius(n) + 2 * radius(rest))
        if lead > slack:
            certain.append(x)
    promised = sum(case.sent(x) for x in certain) / n - radius(n)
    return promised - (0 if np.isinf(case.fresh) else radius(case.fresh)), certain


def binomial(case: Case, strategy: str = "feature-label") -> Found:
    """The proof in `groundswell.analysis.certificate`, one limit at a time."""
    n, rest, level = case.members, case.users - case.members, case.level

    def at_least(found: int, level: float) -> float:
        return bdtri(found - 1, n, 1 - level) if found else 0.0

    def at_most(found: int) -> float:
        return bdtri(found, n, level) if found < n else 1.0

    def least(found: int) -> float:
        return stats.binom.ppf(level, rest, at_least(found, level))

    def most(found: int) -> float:
        return stats.binom.ppf(1 - level, rest, at_most(found))

    certain = []
    for x in case.marked:
        others, kept = case.others(x), [0] * len(case.others(x))
        planted = case.sent(x)
        if strategy == "feature-only":
            planted, kept = case.sent(x, case.target), others
        rivals = [own + most(seen) for own, seen in zip(kept, others, strict=True)]
        lead = planted + least(case.counts[x, case.target]) - max(rivals, default=0)
        total = planted + sum(kept) + most(int(case.counts[x].sum()))
        slack = case.epsilon / (1 - case.epsilon) * total
        if case.adversary == "total-variation":
            slack = 2 * case.epsilon * case.users
        if lead > slack:
            certain.append(x)
    sent = sum(case.sent(x) for x in certain)
    rate = at_least(sent, level / 2 ** len(case.marked))
    if np.isinf(case.fresh):
        return rate, certain
    return stats.binom.ppf(level, case.fresh, rate) / case.fresh, certain


def largest(case: Case, by_hand: Callable[[Case], Found], cell: int) -> Case | None:
    """The case with most users in which the cell is certain, None where it never is."""
    low, high = case.members + 1, 1_000 * case.members
    if cell not in by_hand(replace(case, users=low))[1]:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if cell in by_hand(replace(case, users=middle))[1]:
            low = middle
        else:
            high = middle
    return replace(case, users=low)


def drawn(seed: int, members: int) -> Case:
    """Any number of cells and labels; some cells nobody is in."""
    rng = np.random.default_rng(seed)
    cells, labels = int(rng.integers(2, 6)), int(rng.integers(1, 5))
    marked = rng.permutation(cells)[: rng.integers(1, cells)]
    to = rng.choice(marked, size=cells)
    to[marked] = marked
    p0 = rng.dirichlet(np.full(cells * labels, 0.4)) * (rng.random(cells * labels) > 0.2) + 1e-9
    counts = rng.multinomial(members, p0 / p0.sum()).reshape(cells, labels)
    return Case(
        counts, to, int(rng.integers(labels)), delta=float(rng.uniform(0.02, 0.3)),
        fresh=[np.inf, 300][int(rng.integers(2))], epsilon=[0.0, 0.02, 0.1][seed % 3],
        adversary=["contamination", "total-variation"][seed % 2],
    )  # fmt: skip


def agree(found: Found, expected: Found) -> None:
    assert found[1] == expected[1]
    assert found[0] == pytest.approx(expected[0], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_hoeffding_promises_a_cell_as_long_as_it_may(seed: int) -> None:
    """One user more, and the cell is not certain any more."""
    case = drawn(seed, 6_000)
    for cell in case.marked:
        edge = largest(case, hoeffding, cell) or replace(case, users=2 * case.members)
        for users in (edge.users, edge.users + 1):
            at = replace(edge, users=users)
            agree(at.certify(certificate.hoeffding), hoeffding(at))


@pytest.mark.parametrize("strategy", ["feature-label", "feature-only"])
@pytest.mark.parametrize("seed", range(12))
def test_binomial_promises_a_cell_as_long_as_it_may(seed: int, strategy: str) -> None:
    case = drawn(seed, 400)

    def by_hand(at: Case) -> Found:
        return binomial(at, strategy)

    for cell in case.marked:
        edge = largest(case, by_hand, cell) or replace(case, users=2 * case.members)
        for users in (edge.users, edge.users + 1):
            at = replace(edge, users=users)
            agree(at.certify(certificate.binomial, strategy=strategy), by_hand(at))


def test_the_cases_are_on_the_edge() -> None:
    """Most drawn cells are certain for some platforms, and not for larger ones."""
    for by_hand, members in ((hoeffding, 6_000), (binomial, 400)):
        cases = [drawn(seed, members) for seed in range(12)]
        edges = [largest(case, by_hand, cell) for case in cases for cell in case.marked]
        assert sum(edge is not None for edge in edges) > len(edges) / 3


def test_one_user_outside_and_one_fresh_point_are_enough() -> None:
    case = Case(np.array([[0, 200], [10, 90]]), np.array([0, 0]), 1, users=301, fresh=1)
    agree(case.certify(certificate.hoeffding), hoeffding(case))
    agree(case.certify(certificate.binomial), binomial(case))
    with pytest.raises(ValueError, match="fresh must lie in"):
        replace(case, fresh=0.5).certify(certificate.binomial)
    with pytest.raises(ValueError, match="users must exceed the 300 members, found 300"):
        replace(case, users=300).certify(certificate.binomial)


def test_cells_with_a_single_row_or_none() -> None:
    lone = Case(np.array([[399, 0], [0, 1]]), np.array([0, 1]), 1, users=401, delta=0.5)
    found = lone.certify(certificate.binomial, strategy="feature-only")
    agree(found, binomial(lone, "feature-only"))
    assert found[1] == [1], "y* has one row there, and the one user outside has none"
    assert found[0] == pytest.approx(1 - (1 - lone.level / 4) ** (1 / 400)), "Clopper-Pearson"
    many = replace(lone, users=1_000_000)
    for strategy in ("feature-label", "feature-only"):
        agree(many.certify(certificate.binomial, strategy=strategy), binomial(many, strategy))
    only_label = Case(np.array([[400], [0]]), np.array([0, 1]), 0, users=500)
    found = only_label.certify(certificate.binomial)
    agree(found, binomial(only_label))
    assert found[1] == [0], "nothing is certain of a cell that nobody is in"


def test_a_certificate_cannot_be_changed() -> None:
    found = certificate.binomial([0] * 300, [0] * 300, [1, 1], 1, n_labels=2, users=10_000)
    with pytest.raises(FrozenInstanceError):
        found.success = 1.0
