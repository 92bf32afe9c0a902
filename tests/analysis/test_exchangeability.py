"""Members against everybody else: the measures by hand, and p-values that are what they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest

import groundswell as gs
from groundswell.analysis.exchangeability import differences
from groundswell.data import Column, Schema

SCHEMA = Schema("columns", (Column("age"), Column("job", ("p", "q", "r"))), ("no", "yes"))


def people(users: int = 200, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.normal(40, 10, users), rng.integers(0, 3, users)])
    return X, rng.integers(0, 2, users)


def test_the_measures_by_hand() -> None:
    X, y = people()
    joined = X[:, 0] > 45
    degree = np.arange(200)
    table = differences(X, y, SCHEMA, joined, degree=degree).set_index("of")
    assert table.index.tolist() == ["age", "job", "class", "degree"]
    age, inside, outside = X[:, 0], joined, ~joined
    pooled = np.sqrt((age[inside].var() + age[outside].var()) / 2)
    smd = (age[inside].mean() - age[outside].mean()) / pooled
    assert table.loc["age", "difference"] == pytest.approx(smd)
    assert table.loc["age", "members"] == pytest.approx(age[inside].mean())
    for name, codes in (("job", X[:, 1]), ("class", y)):
        shares = [[np.mean(codes[side] == k) for k in range(3)] for side in (inside, outside)]
        expected = np.abs(np.subtract(*shares)).sum() / 2
        assert table.loc[name, "difference"] == pytest.approx(expected)
        assert np.isnan(table.loc[name, "members"])
    assert table.loc["degree", "outsiders"] == degree[outside].mean()
    assert table["p_value"].isna().all()


def test_p_values_find_what_is_there_and_nothing_else() -> None:
    X, y = people()
    rng = np.random.default_rng(1)
    table = differences(X, y, SCHEMA, X[:, 0] > 45, rng=rng).set_index("of")
    assert table.loc["age", "p_value"] == 1 / 200
    chance = [
        differences(X, y, SCHEMA, rng.permutation(200) < 60, permutations=99, rng=rng)["p_value"]
        for _ in range(150)
    ]
    # Continuous for the age; with 99 permutations in steps of a hundredth.
    ages = np.array([one[0] for one in chance]) - rng.random(150) / 100
    assert kstest(ages, "uniform").pvalue > 1e-4
    assert np.mean([one[1] < 0.05 for one in chance]) < 0.13


def test_rows_are_compared_and_users_are_permuted() -> None:
    X, y = people(6)
    owner = np.array([0, 0, 1, 2, 2, 2])
    table = differences(X, y, SCHEMA, np.array([True, False, False]), owner=owner).set_index("of")
    assert table.loc["age", "members"] == pytest.approx(X[:2, 0].mean())
    degree = differences(X, y, SCHEMA, np.array([True, False, False]), owner=owner,
                         degree=np.array([1, 2, 3])).set_index("of")  # fmt: skip
    assert degree.loc["degree", "members"] == 1
    assert degree.loc["degree", "outsiders"] == 2.5


def test_the_ends() -> None:
    X, y = people()
    for joined in (np.zeros(200, dtype=bool), np.ones(200, dtype=bool)):
        table = differences(X, y, SCHEMA, joined, rng=np.random.default_rng(0))
        assert table["difference"].isna().all()
        assert table["p_value"].isna().all()
    same = np.column_stack([np.full(200, 3.0), np.zeros(200)])
    joined = np.arange(200) < 50
    table = differences(same, y * 0, SCHEMA, joined, rng=np.random.default_rng(0))
    assert table["difference"].tolist() == [0, 0, 0]
    assert table["p_value"].tolist() == [1, 1, 1]
    apart = np.column_stack([joined.astype(float), np.zeros(200)])
    assert differences(apart, y, SCHEMA, joined)["difference"][0] == np.inf
    with pytest.raises(ValueError, match="200 points, 199 labels, 200 owners, 200 users"):
        differences(X, y[1:], SCHEMA, joined)


def test_members_of_a_model() -> None:
    settings = {
        "name": "x",
        "population": {"kind": "categorical", "users": 300},
        "network": {"kind": "barabasi-albert", "ties": 3},
        "collective": {"seeding": "degree", "seeds": 40},
        "decision": "fixed",
        "platform": {"kind": "learning", "learner": "bayes"},
    }
    table = gs.differences(gs.CollectiveActionModel(settings)).set_index("of")
    assert table.index.tolist() == ["cell", "class", "degree"]
    assert table.loc["degree", "p_value"] == 1 / 200
    assert table.loc["degree", "difference"] > 1
    assert table.loc["cell", "p_value"] > 0.005
    words = {**settings, "population": {"kind": "resumes", "users": 50}, "platform": {
        "kind": "learning", "learner": "tfidf"}, "collective": {"seeds": 5}}  # fmt: skip
    assert gs.differences(gs.CollectiveActionModel(words), permutations=0)["of"].tolist() == [
        "class", "degree"
    ]  # fmt: skip
