"""Settings that go with the degree or a column."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm, spearmanr

from groundswell.agents.correlation import Correlation
from groundswell.problems import InputError, ScenarioError

NETWORK = {"kind": "barabasi-albert", "ties": 3}
NORMAL = {"kind": "normal", "mean": 0.5, "sd": 0.2}


def going_with(partner, rank):
    return {"correlate": {"with": partner, "rank": rank}}


def deal(values, partner, rank, seed=0):
    one = Correlation.model_validate({"with": "degree", "rank": rank})
    return one.dealt(values, partner, np.random.default_rng(seed))


@settings(max_examples=60)
@given(
    users=st.integers(200, 2000),
    rank=st.floats(-0.8, 0.8),
    levels=st.sampled_from([0, 3, 12]),
    seed=st.integers(0, 2**32),
)
def test_the_rank_correlation_is_as_asked(users, rank, levels, seed):
    rng = np.random.default_rng(seed)
    values = rng.exponential(size=users)
    partner = rng.integers(0, levels, users).astype(float) if levels else rng.normal(size=users)
    dealt, reached = deal(values, partner, rank, seed)
    assert sorted(dealt) == sorted(values), "the law stays"
    assert reached == pytest.approx(spearmanr(dealt, partner).statistic, abs=1e-9)
    assert reached == pytest.approx(rank, abs=0.01)


@pytest.mark.parametrize("rank", [-1.0, 1.0])
def test_perfect_order(rank):
    values, partner = np.random.default_rng(0).random((2, 50))
    dealt, reached = deal(values, partner, rank)
    assert reached == pytest.approx(rank)
    assert np.argsort(dealt).tolist() == np.argsort(rank * partner).tolist()


def test_equals_are_told_apart_at_random():
    values, partner = np.arange(100.0), np.repeat([0.0, 1.0], 50)
    one, two = (deal(values, partner, 1.0, seed)[0] for seed in (0, 1))
    for dealt in (one, two):
        assert dealt[:50].max() < dealt[50:].min()
        assert abs(spearmanr(dealt[:50], range(50)).statistic) < 0.5
    assert not np.array_equal(one, two)


def test_the_shape_is_a_gaussian_copula():
    partner = np.random.default_rng(1).normal(size=200_000)
    dealt, _ = deal(np.sort(norm.ppf((np.arange(200_000) + 0.5) / 200_000)), partner, 0.5)
    r = 2 * np.sin(np.pi * 0.5 / 6)
    assert np.corrcoef(dealt, partner)[0, 1] == pytest.approx(r, abs=0.01)
    both_high = np.mean((dealt > 1) & (partner > 1))
    law = multivariate_normal([0, 0], [[1, r], [r, 1]])
    assert both_high == pytest.approx(law.cdf([-1, -1]), abs=0.003)


def test_degree(make_model):
    for rank in (-0.6, 0.6):
        model = make_model(
            population__users=500,
            network=NETWORK,
            payoff__cost={**NORMAL, **going_with("degree", rank)},
        )
        degree = model.ties.degree
        assert spearmanr(model.columns["cost"], degree).statistic == pytest.approx(rank, abs=0.002)
        assert model.world.notes == ()
    plain = make_model(population__users=500, network=NETWORK, payoff__cost=NORMAL)
    assert sorted(plain.columns["cost"]) == sorted(model.columns["cost"]), "the same values"
    assert np.array_equal(plain.ties.indices, model.ties.indices)


def test_a_column_and_quantiles(make_model, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("age,y\n" + "".join(f"{20 + i * 7 % 60},{'ab'[i % 2]}\n" for i in range(600)))
    settings_ = {
        "population": {"kind": "table", "path": str(path), "label": "y"},
        "platform": {"kind": "learning", "learner": "tree"},
        "decision": {
            "kind": "threshold", "of": "everybody",
            "threshold": {**NORMAL, "quantiles": True, **going_with("age", -0.5)},
        },
    }  # fmt: skip
    model = make_model(**settings_)
    threshold, age = model.columns["threshold"], model.world.rows.points.X[:, 0]
    assert spearmanr(threshold, age).statistic == pytest.approx(-0.5, abs=0.002)
    quantiles = norm.ppf((np.arange(len(age)) + 0.5) / len(age), 0.5, 0.2)
    assert sorted(threshold) == pytest.approx(quantiles)


def test_what_falls_short_is_said(make_model, tmp_path):
    path = tmp_path / "ties"
    path.write_text("\n".join(f"hub {i}" for i in range(40)))
    model = make_model(
        network={"kind": "edge-list", "path": str(path)},
        payoff__benefit={**NORMAL, **going_with("degree", 0.9)},
    )
    (note,) = [note for note in model.world.notes if "rank" in note]
    assert note.startswith("payoff.benefit: the rank correlation with 'degree' is 0.2")
    assert note.endswith("and not the 0.9 that was asked for: the users' 'degree' allows no other")


@pytest.mark.parametrize(
    ("cost", "network", "message"),
    [
        ({**NORMAL, **going_with("degree", 0.5)}, "none", "correlate.with: everybody has the same"),
        ({**NORMAL, **going_with("degree", 0.5)}, {"kind": "lattice", "side": 5},
         "correlate.with: everybody has the same 'degree', with which nothing can go"),
        ({**NORMAL, **going_with("age", 0.5)}, NETWORK,
         "correlate.with: the population has no numeric column 'age'; known: degree"),
        ({**NORMAL, **going_with("degree", 1.5)}, NETWORK,
         "payoff.cost.correlate.rank: should be less than or equal to 1"),
        ({**NORMAL, "correlate": {"rank": 0.5}}, NETWORK,
         "payoff.cost.correlate.with: is missing; it has no default"),
        ({**NORMAL, "correlate": {"with": "degree"}}, NETWORK,
         "payoff.cost.correlate.rank: is missing; it has no default"),
        ({**NORMAL, "correlate": {"with": "degree", "rank": 0.1, "rang": 1}}, NETWORK,
         "payoff.cost.correlate.rang: unknown key"),
        ({**NORMAL, "quantiles": True, "order": "index", **going_with("degree", 0.5)}, NETWORK,
         "payoff.cost: values that are correlated cannot be in index order too"),
        ({"kind": "normal", "mean": 0.5, "sd": 0.0, **going_with("degree", 0.5)}, NETWORK,
         "payoff.cost.correlate: everybody gets the same value, which goes with nothing"),
        ({"kind": "constant", "value": 1.0, **going_with("degree", 0.5)}, NETWORK,
         "payoff.cost: 'correlate' deals the values of a law out to users, and 'constant' is none; "
         "works: normal, uniform, exponential, beta"),
        ({"kind": "values", "values": [1.0] * 25, **going_with("degree", 0.5)}, NETWORK,
         "payoff.cost: 'correlate' deals the values of a law out to users, and 'values' is none"),
        ({"kind": "column", "column": "age", "quantiles": True}, NETWORK,
         "payoff.cost: 'quantiles' deals the values of a law out to users, and 'column' is none"),
        ({**NORMAL, **going_with("degree", 0.5)}, {"kind": "ring", "degree": 60},
         "network.degree: degree 60 needs more than 60 users"),
    ],
    ids=str,
)  # fmt: skip
def test_correlations_that_cannot_be(make_model, cost, network, message):
    users = {} if isinstance(network, dict) and "side" in network else {"population__users": 25}
    with pytest.raises(ScenarioError) as error:
        make_model(**users, network=network, payoff__cost=cost)
    assert message in str(error.value)
    assert len(error.value.lines) == 1


def test_a_column_called_degree():
    one = Correlation.model_validate({"with": "degree", "rank": 0.5})
    degree = np.arange(4)
    assert one.values({}, degree).tolist() == [0, 1, 2, 3]
    with pytest.raises(InputError, match="the data have a column of that name too") as error:
        one.values({"degree": np.arange(4.0)}, degree)
    assert error.value.key == ("with",)


def test_the_setting_survives_writing_and_reading(make_scenario):
    scenario = make_scenario(
        population__users=50, network=NETWORK, payoff__cost={**NORMAL, **going_with("degree", 0.5)}
    )
    assert type(scenario).model_validate(scenario.model_dump()) == scenario
    other = scenario.replace({"payoff.cost.correlate.rank": 0.25})
    assert other.payoff.cost.correlation().rank == 0.25
    assert other.payoff.cost.correlation().partner == "degree"


def test_what_goes_with_the_degree_does_so_when_the_law_changes(make_model):
    model = make_model(
        population__users=300,
        network=NETWORK,
        payoff__cost={**NORMAL, **going_with("degree", 0.5)},
        schedule={"payoff.cost.mean": [[0, 0.5], [2, 0.9]]},
    )
    before, degree = model.columns["cost"], model.ties.degree
    for mean in (0.7, 0.9):
        model.step()
        assert np.allclose(model.columns["cost"], before + mean - 0.5)
        assert spearmanr(model.columns["cost"], degree).statistic == pytest.approx(0.5, abs=0.002)
