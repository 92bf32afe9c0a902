"""Weight rules one batch at a time, and what models trained side by side make of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from groundswell.data import Column, Points, Schema
from groundswell.platform.learners import engine
from groundswell.platform.learners.base import Learner, TrainingSet
from groundswell.platform.learners.engine import Problem
from groundswell.platform.learners.network import Network
from groundswell.platform.learners.reweighting import JTT, LfF
from groundswell.platform.learners.robust import Chi2, CVaR, GroupDRO
from groundswell.platform.learners.weighting import Weighting
from groundswell.platform.learners.weights import chi2, cvar
from groundswell.problems import InputError

SCHEMA = Schema(
    "columns",
    (Column("age"), Column("city", ("Bern", "Lima", "Oslo")), Column("sex", ("f", "m"))),
    ("a", "b", "c", "d"),
)


def learner(kind: str, **settings: Any) -> Any:
    return Learner.from_settings({"kind": kind, **settings})


def problem(
    rule: Network, labels: list[int], weight: list[float] | None = None, groups: int = 1
) -> Problem:
    """A model to train; point i is in group i modulo their number."""
    y = torch.tensor(labels)
    of = torch.arange(len(y)) % groups
    given = None if weight is None else torch.tensor(weight, dtype=torch.float64)
    inputs = torch.zeros(len(y), 1)
    return Problem(rule, inputs, y, 3, given, (of, groups), torch.Generator().manual_seed(0))


def side_by_side(*models: Problem) -> Weighting:
    counts = [model.learner.networks for model in models]
    return Weighting(models, torch.split(torch.arange(sum(counts)), counts))


def test_settings_left_out_are_those_of_the_papers() -> None:
    assert (CVaR().level, Chi2().size, GroupDRO().step, GroupDRO().groups) == (
        0.5, 0.5, 0.01, "label",
    )  # fmt: skip
    assert (JTT().identification_epochs, JTT().upweight, LfF().q) == (2, 20.0, 0.7)


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "cvar", "level": 1.0, "batch": 1},
        {"kind": "chi2", "size": 0.0, "batch": 1},
        {"kind": "jtt", "upweight": 1.0, "identification_epochs": 1},
        {"kind": "lff", "q": 1.0},
        {"kind": "lff", "q": 0.01},
        {"kind": "group-dro", "step": 0.01},
        {"kind": "cvar", "level": 0.01, "batch": 1000},
    ],
)
def test_parameters_at_the_ends_of_their_range(settings: dict[str, Any]) -> None:
    found = Learner.from_settings(settings)
    assert {name: getattr(found, name) for name in settings} == settings


def test_q_of_the_generalised_cross_entropy_is_at_most_one() -> None:
    with pytest.raises(ValueError, match="less than or equal to 1"):
        learner("lff", q=1.5)


def test_on_how_many_points_a_step_rests() -> None:
    assert CVaR(level=0.25, batch=80).step_points == 20
    assert Chi2(size=1.5, batch=80).step_points == 20
    assert Chi2(size=2, batch=80).step_points == 16
    assert CVaR(level=1).step_points == Chi2(size=0).step_points == np.inf


def test_points_of_different_weight_are_not_ranked() -> None:
    assert [learner(kind).weighted for kind in ("cvar", "chi2", "group-dro", "lff", "jtt")] == [
        False, False, True, True, True,
    ]  # fmt: skip


def test_robust_weights_have_mean_one() -> None:
    losses = torch.tensor([[1.0, 5.0, 2.0, 3.0], [0.0, 0.0, 9.0, 1.0]])
    none = torch.empty(0)
    for one, law in ((CVaR(level=0.3), cvar(losses, 0.3)), (Chi2(size=0.4), chi2(losses, 0.4))):
        found = one.weights(losses, none, none, none, {})
        np.testing.assert_array_equal(found, 4 * law)


def test_the_mistakes_of_the_identifier_weigh_more(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = torch.tensor([[True, False, False, False], [True, True, True, False]])
    asked: list[Any] = []

    def mistakes(identifier: Network, models: Any) -> tuple[torch.Tensor, torch.Tensor]:
        asked.append((identifier, models))
        return wrong, torch.tensor([False, True])

    monkeypatch.setattr(engine, "mistakes", mistakes)
    rule = learner(
        "jtt", upweight=5, identification_epochs=3, epochs=9, patience=2, hidden=[4], rate=0.5
    )
    models = [problem(rule, [0, 1, 2, 0]), problem(rule, [0, 1, 2, 0])]
    weighting = side_by_side(*models)
    ((identifier, given),) = asked
    assert identifier == learner("sgd", epochs=3, hidden=[4], rate=0.5)
    assert list(given) == models
    assert weighting.diverged.tolist() == [False, True]
    expected = np.array([[2.5, 0.5, 0.5, 0.5], [1.25, 1.25, 1.25, 0.25]])
    np.testing.assert_allclose(weighting.constant, expected)
    batch = weighting(torch.ones(2, 2), torch.tensor([[1, 0], [3, 2]]))
    np.testing.assert_allclose(batch, [[0.5, 2.5], [0.25, 1.25]])
    for place, weights in enumerate(expected):
        np.testing.assert_allclose(weighting.kept(place, 9), [weights])


def lff_by_hand(
    losses: np.ndarray, rows: list[int], labels: np.ndarray, state: dict[str, Any]
) -> np.ndarray:
    """Nam et al. (2020), point by point: moving averages, divided by the largest of the class."""
    for network in (0, 1):
        for place, row in enumerate(rows):
            old = state.setdefault((network, row), losses[network, place])
            state[network, row] = 0.7 * old + 0.3 * losses[network, place]
    scaled = []
    for network in (0, 1):
        largest = {
            label: max(state.get((network, i), 0) for i in range(len(labels)) if labels[i] == label)
            for label in set(labels.tolist())
        }
        scaled.append([state[network, row] / max(largest[labels[row]], 1e-8) for row in rows])
    biased, debiased = np.array(scaled)
    return np.array([np.exp(-0.7 * losses[0]), biased / (biased + debiased + 1e-8)])


def test_lff_is_the_published_algorithm_for_models_side_by_side() -> None:
    rule, rng = LfF(), np.random.default_rng(4)
    labels = np.array([[0, 1, 1, 0, 2, 2], [2, 2, 0, 1, 0, 1]])
    models = [problem(rule, row.tolist()) for row in labels]
    state, by_hand = rule.start(models), [{}, {}]
    for _ in range(4):
        rows = np.array([rng.permutation(6)[:4] for _ in models])
        losses = rng.exponential(size=(2, 2, 4))
        found = rule.weights(
            torch.from_numpy(losses).float(), torch.from_numpy(rows),
            torch.from_numpy(np.take_along_axis(labels, rows, 1)), torch.empty(0), state,
        )  # fmt: skip
        for m in (0, 1):
            expected = lff_by_hand(losses[:, m], rows[m].tolist(), labels[m], by_hand[m])
            np.testing.assert_allclose(found[:, m], expected, rtol=1e-4)


def test_lff_of_points_that_are_known_by_heart() -> None:
    """Losses of 0 have no relative difficulty, and nothing is divided by 0."""
    rule, labels = LfF(), torch.tensor([[0, 0]])
    state, rows = rule.start([problem(rule, [0, 0])]), torch.tensor([[0, 1]])
    biased, debiased = rule.weights(torch.zeros(2, 1, 2), rows, labels, labels, state)
    assert biased.tolist() == [[1, 1]]
    assert debiased.tolist() == [[0, 0]]
    for loss, weight in ((1e-8, 1 / 2), (1e-16, 1 / 3)):
        state = rule.start([problem(rule, [0, 0])])
        _, tiny = rule.weights(torch.full((2, 1, 2), loss), rows, labels, labels, state)
        np.testing.assert_allclose(tiny, weight, rtol=1e-6)


def test_groups_are_labels_the_collective_or_a_column() -> None:
    X = np.column_stack([np.arange(5.0), [0, 2, 1, 1, 0], [1, 1, 0, 1, 1]])
    data = TrainingSet(Points(X, np.array([3, 0, 1, 1, 2])), np.arange(5) < 2, SCHEMA)
    for named, groups, number in [
        ("label", [3, 0, 1, 1, 2], 4),
        ("collective", [1, 1, 0, 0, 0], 2),
        ("city", [0, 2, 1, 1, 0], 3),
        ("sex", [1, 1, 0, 1, 1], 2),
    ]:
        rule = GroupDRO(groups=named)
        rule.check(SCHEMA)
        found, count = rule.group_of(data)
        assert (found.tolist(), found.dtype, count) == (groups, np.int64, number)
    for named, message in [
        ("town", "town.*groups are a categorical column, 'label' or 'collective'"),
        ("age", "column 'age' is numeric; groups are a categorical column"),
    ]:
        with pytest.raises(InputError, match=message) as caught:
            GroupDRO(groups=named).check(SCHEMA)
        assert caught.value.key == ("groups",)


def test_group_dro_counts_points_by_their_weight() -> None:
    """Sagawa et al. (2020), Algorithm 1, for two models over two batches; group 2 is empty."""
    rule, groups = GroupDRO(step=0.5), np.array([0, 1, 2, 0, 1, 2])
    given = [1.0, 2.0, 3.0, 0.5, 1.0, 1.0]
    models = [problem(rule, [0] * 6, groups=3), problem(rule, [0] * 6, given, groups=3)]
    state = rule.start(models)
    np.testing.assert_array_equal(state["q"], np.full((2, 3), 1 / 3))
    np.testing.assert_array_equal(state["weight"], [[1] * 6, given])
    q = np.full((2, 3), 1 / 3)
    for rows in (np.array([[0, 1, 3], [4, 3, 1]]), np.array([[5, 0, 1], [2, 3, 0]])):
        losses = np.array([[1.0, 2.0, 4.0], [3.0, 0.5, 1.0]])
        of = groups[rows]
        found = rule.weights(
            torch.from_numpy(losses), torch.from_numpy(rows), torch.empty(0),
            torch.from_numpy(of), state,
        )  # fmt: skip
        for m in (0, 1):
            w = np.array([1.0] * 6 if m == 0 else given)[rows[m]]
            mean = {g: np.average(losses[m][of[m] == g], weights=w[of[m] == g]) for g in {*of[m]}}
            q[m] *= [np.exp(0.5 * mean.get(g, 0)) for g in range(3)]
            q[m] /= q[m].sum()
            expected = [q[m][g] / w[of[m] == g].sum() * w.sum() for g in of[m]]
            np.testing.assert_allclose(found[m], expected, rtol=1e-12)
    np.testing.assert_allclose(state["q"], q, rtol=1e-12)


def test_plain_training_has_no_weights() -> None:
    plain = side_by_side(problem(learner("sgd"), [0, 1]), problem(learner("sgd"), [1, 1]))
    assert plain.constant is None
    assert plain(torch.ones(2, 2), torch.tensor([[0, 1], [1, 0]])) is None
    assert plain.kept(1, 5).tolist() == [[1, 1]]


def test_weights_of_points_and_of_rules_are_multiplied() -> None:
    """Beside each other: plain training, one with point weights, and two networks of one model."""
    dro, lff = GroupDRO(step=1.0), LfF()
    models = [
        problem(learner("sgd"), [0, 1, 0]),
        problem(lff, [0, 1, 0], [3.0, 1.0, 2.0]),
        problem(dro, [0, 1, 0], groups=2),
    ]
    together = side_by_side(*models)
    np.testing.assert_array_equal(together.constant, [[1, 1, 1], [3, 1, 2], [3, 1, 2], [1, 1, 1]])
    assert together.diverged.tolist() == [False] * 3
    losses = torch.tensor([[1.0, 2.0], [0.5, 1.0], [2.0, 1.0], [3.0, 1.0]])
    rows = torch.tensor([[0, 1], [2, 1], [2, 1], [0, 1]])
    together.begin_epoch()
    found = together(losses, rows)
    labels, state = torch.tensor([[0, 1]]), lff.start(models[1:2])
    of_lff = lff.weights(losses[1:3, None], rows[1:2], labels, labels, state)[:, 0]
    of_dro = dro.weights(losses[3:], rows[3:], labels, labels, dro.start(models[2:]))
    np.testing.assert_allclose(found[0], [1, 1])
    np.testing.assert_allclose(found[1:3], of_lff * torch.tensor([2.0, 1.0]), rtol=1e-6)
    np.testing.assert_allclose(found[3:], of_dro, rtol=1e-6)
    np.testing.assert_allclose(together.kept(1, 1), [[0, of_lff[1, 1], of_lff[1, 0]]], rtol=1e-6)


def test_weights_of_each_epoch_are_kept() -> None:
    """Also those of an epoch after the last one that a model ran, for others that go on."""
    rule = CVaR(level=0.5)
    together = side_by_side(problem(rule, [0, 1, 0, 1]), problem(rule, [0, 1, 0, 1]))
    assert together.constant is None
    for _ in range(3):
        together.begin_epoch()
        together(torch.tensor([[1.0, 2.0], [1.0, 2.0]]), torch.tensor([[0, 1], [3, 2]]))
        together(torch.tensor([[4.0, 2.0], [4.0, 2.0]]), torch.tensor([[2, 3], [0, 1]]))
    for epochs in (1, 2, 3):
        assert together.kept(0, epochs).tolist() == [[0, 2, 2, 0]] * epochs
        assert together.kept(1, epochs).tolist() == [[2, 0, 2, 0]] * epochs
