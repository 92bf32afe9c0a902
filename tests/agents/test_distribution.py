"""Settings that differ between users: laws, quantiles, values and columns."""

import math

import numpy as np
import pytest
from scipy import stats

from groundswell.agents.distribution import Continuous, Distribution
from groundswell.agents.tally import smallest_count
from groundswell.problems import InputError, ScenarioError

LAWS = {
    "normal": ({"kind": "normal", "mean": 0.9, "sd": 0.3}, stats.norm(0.9, 0.3)),
    "uniform": ({"kind": "uniform", "low": -1.0, "high": 3.0}, stats.uniform(-1, 4)),
    "exponential": ({"kind": "exponential", "mean": 2.0}, stats.expon(scale=2.0)),
    "beta": ({"kind": "beta", "a": 2.0, "b": 5.0}, stats.beta(2, 5)),
}


def draw(setting, users=4000, seed=0, columns=None):
    rng = np.random.default_rng(seed)
    return Distribution.from_settings(setting).draw(users, rng, columns or {})


@pytest.mark.parametrize("name", LAWS)
def test_random_draws_follow_the_law(name):
    settings, law = LAWS[name]
    assert stats.kstest(draw(settings), law.cdf).pvalue > 1e-4
    assert not np.array_equal(draw(settings), draw(settings, seed=1))


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("users", [1, 2, 101])
def test_quantiles_are_the_inverse_at_midpoints(name, users):
    settings, law = LAWS[name]
    expected = [law.ppf((i + 0.5) / users) for i in range(users)]
    dealt = draw({**settings, "quantiles": True}, users)
    assert sorted(dealt) == pytest.approx(expected)
    in_order = draw({**settings, "quantiles": True, "order": "index"}, users)
    assert in_order == pytest.approx(expected)


@pytest.mark.parametrize("name", LAWS)
def test_distribution_functions_are_scipys(name):
    settings, law = LAWS[name]
    x = np.array([[-math.inf, -3.0, -0.5, 0.0], [0.2, 0.9, 7.5, math.inf]])
    here = Distribution.from_settings(settings)
    assert here.cdf(x) == pytest.approx(law.cdf(x), abs=1e-15)
    # The way that laws take which give no distribution function of their own.
    assert Continuous.cdf(here, x) == pytest.approx(law.cdf(x), abs=1e-15)


@pytest.mark.parametrize(
    ("settings", "x", "below"),
    [
        ({"kind": "normal", "mean": 0.5, "sd": 0.0}, [0.4, 0.5, math.inf], [0, 1, 1]),
        ({"kind": "uniform", "low": 0.5, "high": 0.5}, [0.4, 0.5, math.inf], [0, 1, 1]),
    ],
    ids=["no scatter", "one point"],
)
def test_distribution_functions_of_degenerate_laws(settings, x, below):
    assert Distribution.from_settings(settings).cdf(np.array(x)).tolist() == below


def test_quantiles_are_dealt_at_random():
    settings = {**LAWS["normal"][0], "quantiles": True}
    ranks = [stats.spearmanr(draw(settings, 500, seed), range(500)).statistic for seed in range(20)]
    assert np.abs(ranks).max() < 0.2
    assert np.array_equal(draw(settings, 500, 3), draw(settings, 500, 3))


@pytest.mark.parametrize("setting", [0.25, 1, -3])
def test_a_bare_number_is_everybodys(setting):
    assert draw(setting, 4).tolist() == [setting] * 4


def test_values_are_in_user_order():
    assert draw({"kind": "values", "values": [3, 1, 2.5]}, 3).tolist() == [3, 1, 2.5]
    with pytest.raises(InputError, match="3 values for 4 users"):
        draw({"kind": "values", "values": [3, 1, 2]}, 4)


def test_columns_are_the_populations():
    ages = np.array([30.0, 40.0])
    assert draw({"kind": "column", "column": "age"}, 2, columns={"age": ages}).tolist() == [30, 40]
    with pytest.raises(InputError, match="no numeric column 'agee'; did you mean 'age'"):
        draw({"kind": "column", "column": "agee"}, 2, columns={"age": ages})


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"kind": "normal", "mean": 0.0, "sd": -1.0}, "greater than or equal to 0"),
        ({"kind": "exponential", "mean": 0.0}, "greater than 0"),
        ({"kind": "beta", "a": 1.0, "b": 0.0}, "greater than 0"),
        ({"kind": "normal", "mean": float("nan"), "sd": 1.0}, "finite number"),
        ({"kind": "uniform", "low": 1.0, "high": 0.5}, "low = 1 is above high = 0.5"),
        ({"kind": "normall", "mean": 0.0}, "did you mean 'normal'?"),
        ("high", "should be a number or a distribution, found 'high'"),
        (True, "should be a number or a distribution, found True"),
    ],
    ids=str,
)
def test_settings_that_are_no_distribution(make_model, setting, message):
    with pytest.raises(ScenarioError) as error:
        make_model(population__users=5, payoff__cost=setting)
    assert message in str(error.value)
    assert "payoff.cost" in str(error.value)


def test_values_of_the_wrong_number_name_their_setting(make_model):
    with pytest.raises(ScenarioError) as error:
        make_model(
            population__users=5,
            payoff__cost={"kind": "values", "values": [1, 2]},
            payoff__benefit={"kind": "column", "column": "age"},
        )
    assert len(error.value.lines) == 2
    text = str(error.value)
    assert "payoff.cost: 2 values for 5 users; give one per user" in text
    assert "payoff.benefit: the population has no numeric column 'age'" in text


def test_each_setting_has_its_own_stream(make_model):
    spread = {"kind": "normal", "mean": 0.0, "sd": 1.0}
    one = make_model(population__users=50, payoff__cost=spread)
    two = make_model(population__users=50, payoff__cost=spread, payoff__benefit=spread)
    assert np.array_equal(one.columns["cost"], two.columns["cost"])
    assert not np.array_equal(two.columns["cost"], two.columns["benefit"])


@pytest.mark.parametrize("revision", [1.5, -0.1])
def test_a_probability_lies_between_0_and_1(make_model, revision):
    decision = {"kind": "fixed", "activation": {"kind": "inertial", "revision": revision}}
    with pytest.raises(ScenarioError, match=r"a probability lies in \[0, 1\]"):
        make_model(population__users=5, decision=decision)


@pytest.mark.parametrize("revision", [0.0, 0.3, 1.0])
def test_inertia_lets_each_revise_with_its_probability(make_model, revision):
    model = make_model(
        population__users=20_000,
        decision="best-response",
        decision__activation={"kind": "inertial", "revision": revision},
        payoff__cost=-1.0,
        collective__seeds=0,
    )
    model.step()
    share = model.series["member_share"].iloc[-1]
    assert share == pytest.approx(revision, abs=5 * np.sqrt(0.25 / 20_000) * (0 < revision < 1))


def smallest_by_trying(share, k):
    return next((m for m in range(k + 1) if m / max(k, 1) >= share), k + 1)


def test_needed_counts_are_the_smallest_whose_share_is_enough():
    rng = np.random.default_rng(0)
    degrees = rng.integers(0, 400, size=3000)
    shares = rng.uniform(-0.1, 1.2, size=3000)
    exact = rng.integers(0, 400, size=3000) / np.maximum(degrees, 1)
    nearly = [np.nextafter(exact, direction) for direction in (-9, 9)]
    hundredths = rng.integers(0, 101, size=3000) / 100
    for theta in (shares, exact, *nearly, hundredths):
        expected = [smallest_by_trying(s, k) for s, k in zip(theta, degrees.tolist(), strict=True)]
        assert smallest_count(theta, degrees).tolist() == expected
