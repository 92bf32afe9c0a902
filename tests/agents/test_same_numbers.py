"""One seed, one world: what depends on it, and what does not (common random numbers)."""

import numpy as np
import pytest

from groundswell.randomness import Streams

SETTINGS = {
    "population": {"kind": "digits", "users": 300, "label_noise": 0.1},
    "network": {"kind": "watts-strogatz", "degree": 8, "rewire": 0.1},
    "decision": {"kind": "best-response", "activation": "inertial"},
    "payoff__cost": {"kind": "normal", "mean": 0.5, "sd": 0.3},
    "payoff__peer_pressure": 0.2,
    "collective": {
        "seeds": 0.1,
        "compliance": 0.9,
        "strategy": {"kind": "feature-label", "target": "3"},
        "signal": {"kind": "pixels", "pixels": [7, 56]},
    },
    "platform": {"kind": "learning", "learner": {"kind": "tree", "depth": 6}},
    "measure__test_users": 200,
}


def after(model, rounds=4):
    for _ in range(rounds):
        model.step()
    return model.series


@pytest.mark.parametrize("learner", ["tree", "naive-bayes", "knn"])
@pytest.mark.parametrize("activation", ["inertial", "random"])
def test_the_same_seed_twice_is_the_same_series(make_model, learner, activation):
    settings = {
        **SETTINGS,
        "platform": {"kind": "learning", "learner": learner},
        "decision__activation": activation,
    }
    first, second = (after(make_model(**settings)) for _ in range(2))
    assert first.equals(second)
    other = after(make_model(rng=8, **settings))
    assert not first["members"].equals(other["members"])


def assert_same_start(one, two):
    assert np.array_equal(one.world.rows.points.X, two.world.rows.points.X)
    assert np.array_equal(one.world.rows.points.y, two.world.rows.points.y)
    assert np.array_equal(one.world.fresh.X, two.world.fresh.X)
    assert np.array_equal(one.ties.indptr, two.ties.indptr)
    assert np.array_equal(one.ties.indices, two.ties.indices)
    assert np.array_equal(one.world.compliance_order, two.world.compliance_order)
    for name in set(one.columns) & set(two.columns):
        assert np.array_equal(one.columns[name], two.columns[name]), name


@pytest.mark.parametrize(
    "change",
    [
        {"platform__learner": "naive-bayes"},
        {"platform__learner": {"kind": "sklearn", "estimator": "sklearn.svm.LinearSVC"}},
        {"platform__memory": {"kind": "window", "length": 3}},
        {"decision": {"kind": "threshold", "threshold": {"kind": "uniform"}}},
        {"decision__activation": "sequential"},
        {"payoff__benefit": {"kind": "normal", "mean": 1.0, "sd": 0.1}},
        {"collective__strategy__target": "4"},
    ],
    ids=["learner", "svm", "memory", "decision", "activation", "benefit", "target"],
)
def test_another_learner_or_rule_starts_from_the_same_world(make_model, change):
    one, two = make_model(**SETTINGS), make_model(**{**SETTINGS, **change})
    if "payoff__benefit" in change:
        assert not np.array_equal(one.columns["benefit"], two.columns["benefit"])
        two.columns["benefit"] = one.columns["benefit"]
    assert_same_start(one, two)


def test_another_network_leaves_users_alone(make_model):
    one = make_model(**SETTINGS)
    two = make_model(**{**SETTINGS, "network": {"kind": "erdos-renyi", "mean_degree": 8.0}})
    assert np.array_equal(one.world.rows.points.X, two.world.rows.points.X)
    assert np.array_equal(one.columns["cost"], two.columns["cost"])
    assert np.array_equal(one.columns["joined"], two.columns["joined"])


def test_replicates_and_rounds_have_their_own_streams():
    draws = {
        (seed, replicate, name, round_): Streams(seed, replicate)(name, round_).random()
        for seed in (1, 2)
        for replicate in (0, 1)
        for name in ("seeds", "network")
        for round_ in (0, 1)
    }
    assert len(set(draws.values())) == len(draws)
    assert Streams(1, 1)("seeds", 1).random() == draws[1, 1, "seeds", 1]


def test_the_global_generators_are_left_alone(make_model):
    import random

    np.random.seed(3)  # noqa: NPY002
    random.seed(3)
    before = np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002
    after(make_model(**SETTINGS), 2)
    assert (np.random.get_state()[1].tolist(), random.getstate()) == before  # noqa: NPY002
