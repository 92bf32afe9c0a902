"""Exact laws of logit choice: published rows, each other, and simulated crowds."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import groundswell as gs
from groundswell.analysis import markov, stationary
from groundswell.analysis.finite_game import advantages, game, profiles


def logistic(alpha, midpoint=0.3, steepness=20.0):
    return 1 / (1 + np.exp(-steepness * (np.asarray(alpha) - midpoint)))


def any_game(seed: int, users: int, alike: bool = False, ties: bool = False, safety: float = 0.0):
    rng = np.random.default_rng(seed)
    heights = rng.random(users + 1)
    worth, pressure = (1.3, 0.4) if alike else rng.uniform(0, 2, (2, users))
    return game(
        lambda alpha: heights[round(alpha * users)],
        rng.random() if alike and safety else rng.random(users),
        worth,
        rng.choice([0.0, 0.3, 1.0]),
        rng.random(users) / 2,
        pressure,
        ties=rng.integers(0, 2, (users, users)) * (1 - np.eye(users)) if ties else None,
        users=users,
        safety=safety,
    )


ROW_12 = game(logistic, 0.5, users=50)
ROW_13 = game(logistic, 0.5, 10.0, 1.0, users=50)
ROW_15 = game(lambda a: logistic(a, 0.5, 10.0), [0.1, 0.25, 0.4, 0.55, 0.7, 0.85])
ROW_16 = game(lambda a: 0.0, 3.0 * 99 / 100, peer_pressure=6.0 * 99 / 100, users=100)


def test_row_12() -> None:
    mean, sd = stationary.moments(stationary.gibbs(ROW_12, 5.0))
    assert mean == pytest.approx(0.924, abs=5e-4)
    assert sd == pytest.approx(0.037, abs=5e-4)


def test_row_13() -> None:
    mean, sd = stationary.moments(stationary.gibbs(ROW_13, 4.0))
    assert mean == pytest.approx(0.406, abs=5e-4)
    assert sd == pytest.approx(0.027, abs=5e-4)


def test_row_14() -> None:
    mean, sd = stationary.moments(markov.counts(ROW_13, 4.0))
    assert mean == pytest.approx(0.328, abs=5e-4)
    assert sd == pytest.approx(0.253, abs=5e-4)


def test_row_15() -> None:
    assert stationary.moments(stationary.gibbs(ROW_15, 5.0)).mean == pytest.approx(0.833, abs=5e-4)
    exact = stationary.gibbs_profiles(ROW_15, 5.0)
    for activation in ("random", "sequential"):
        assert markov.chain(ROW_15, 5.0, activation) == pytest.approx(exact, abs=1e-12)


def test_row_16() -> None:
    law = stationary.gibbs(ROW_16, 1.0)
    assert law == pytest.approx(law[::-1])
    spin = np.abs(2 * np.arange(101) / 100 - 1)
    assert law @ spin == pytest.approx(0.848, abs=5e-4)
    ising = np.array([math.comb(100, n) for n in range(101)], dtype=float)
    ising *= np.exp(1.5 * (2 * np.arange(101) - 100) ** 2 / 200)  # exp(βJM²/2N)
    assert law == pytest.approx(ising / ising.sum(), abs=1e-12)


SAFETY = st.sampled_from([0.0, 0.5, 2.0])


@given(st.integers(0, 2**32), st.integers(1, 7), st.floats(0, 6), SAFETY)
@settings(max_examples=50)
def test_potential_games_rest_in_the_gibbs_law(seed, users, rationality, safety) -> None:
    of = any_game(seed, users, alike=True, safety=safety)
    exact = stationary.gibbs_profiles(of, rationality)
    for activation in ("random", "sequential"):
        assert markov.chain(of, rationality, activation) == pytest.approx(exact, abs=1e-8)
    counted = np.bincount(profiles(users).sum(axis=1), weights=exact)
    assert stationary.gibbs(of, rationality) == pytest.approx(counted, abs=1e-12)


def moved(joins, state, user):
    """Chances of the next profiles if one user revises in a profile, by the definition."""
    bit = 1 << user
    return {state | bit: joins[state, user], state & ~bit: 1 - joins[state, user]}


def at_rest(matrix):
    """The law that a matrix of moves does not change."""
    system = np.vstack([matrix.T - np.eye(len(matrix)), np.ones(len(matrix))])
    return np.linalg.lstsq(system, np.append(np.zeros(len(matrix)), 1), rcond=None)[0]


def by_definition(of, rationality, activation):
    """The stationary law from the matrix of all moves; orders one by one."""
    users, size = of.users, 1 << of.users
    joins = 1 / (1 + np.exp(-rationality * advantages(of)))
    single = np.zeros((users, size, size))
    for user, state in itertools.product(range(users), range(size)):
        for target, chance in moved(joins, state, user).items():
            single[user, state, target] += chance
    if activation == "random":
        matrix = single.mean(axis=0)
    else:
        orders = list(itertools.permutations(range(users)))
        matrix = sum(np.linalg.multi_dot([*single[list(o)], np.eye(size)]) for o in orders)
        matrix /= len(orders)
    return at_rest(matrix)


@given(st.integers(0, 2**32), st.integers(1, 5), st.booleans(), SAFETY)
@settings(max_examples=25)
def test_chains_of_any_game_are_those_of_the_definition(seed, users, ties, safety) -> None:
    of = any_game(seed, users, ties=ties, safety=safety)
    for activation in ("random", "sequential"):
        law = markov.chain(of, 3.0, activation)
        assert law == pytest.approx(by_definition(of, 3.0, activation), abs=1e-9)


def test_orders_matter_where_there_is_no_potential() -> None:
    of = game(logistic, [0.2, 0.5, 0.8], [0.2, 1.0, 3.0], peer_pressure=[2.0, 0.0, -2.0])
    random, sequential = (markov.chain(of, 4.0, each) for each in ("random", "sequential"))
    assert np.abs(random - sequential).sum() > 0.005


@given(st.integers(0, 2**32), st.floats(0.05, 1), st.floats(0, 8), SAFETY)
@settings(max_examples=25)
def test_counts_are_those_of_all_profiles_at_once(seed, revision, rationality, safety) -> None:
    users = 5
    rng = np.random.default_rng(seed)
    heights = rng.random(users + 1)
    of = game(
        lambda alpha: heights[round(alpha * users)], 0.5, 1.5, 0.3, 0.1, 0.4,
        users=users, safety=safety,
    )  # fmt: skip
    states = profiles(users)
    joins = 1 / (1 + np.exp(-rationality * advantages(of)))
    wants = np.where(states, 1 - revision * (1 - joins), revision * joins)
    matrix = np.prod(np.where(states[None], wants[:, None], 1 - wants[:, None]), axis=2)
    counted = np.bincount(states.sum(axis=1), weights=at_rest(matrix))
    found = markov.counts(of, rationality, revision=revision)
    assert found == pytest.approx(counted, abs=1e-8)


def test_counts_of_users_who_hear_of_last_round() -> None:
    """Simulated: 300 crowds of 20 who expect last round's success, a third revising."""
    of = game(logistic, 0.45, users=20, peer_pressure=0.1)
    law = markov.counts(of, 3.0, revision=0.3, belief="last")
    rng, joined = np.random.default_rng(4), np.zeros((300, 20), dtype=bool)
    seen = []
    for step in range(600):
        members = joined.sum(axis=1, keepdims=True)
        gain = logistic(members / 20) + 0.1 * (members - joined) / 19 - 0.45
        wants = rng.random(joined.shape) < 1 / (1 + np.exp(-3 * gain))
        joined = np.where(rng.random(joined.shape) < 0.3, wants, joined)
        if step >= 100:
            seen.append(joined.mean(axis=1))
    mean, sd = stationary.moments(law)
    assert np.mean(seen) == pytest.approx(mean, abs=0.005)
    assert np.std(seen) == pytest.approx(sd, abs=0.005)


def one_by_one(of, rationality, crowds, rounds, burn_in, seed):
    """Simulated crowds of users who are all alike: only how many are members matters."""
    rng, users = np.random.default_rng(seed), of.users
    joins = 1 / (1 + np.exp(-rationality * np.array([of.advantage(j)[0] for j in range(users)])))
    members, seen = rng.binomial(users, 0.5, crowds), []
    for step in range(rounds * users):
        member = rng.random(crowds) < members / users
        members = members - member  # the drawn user, out for the moment
        members = members + (rng.random(crowds) < joins[members])
        if step % users == 0 and step >= burn_in * users:
            seen.append(members / users)
    return np.array(seen)


@pytest.mark.parametrize(
    ("of", "rationality"), [(ROW_12, 5.0), (ROW_13, 4.0), (ROW_16, 1.0)], ids=["12", "13", "16"]
)
def test_simulated_crowds_spend_their_time_as_the_law_says(of, rationality) -> None:
    seen = one_by_one(of, rationality, crowds=400, rounds=100, burn_in=50, seed=1)
    law = stationary.gibbs(of, rationality)
    mean, sd = stationary.moments(law)
    assert seen.mean() == pytest.approx(mean, abs=0.05 if of is ROW_16 else 0.003)
    assert seen.std() == pytest.approx(sd, abs=0.003)
    spin = np.abs(2 * np.arange(len(law)) / of.users - 1)
    assert np.abs(2 * seen - 1).mean() == pytest.approx(law @ spin, abs=0.005)


def test_a_simulated_crowd_with_private_costs_visits_profiles_as_the_law_says() -> None:
    """Row 15, sequential: 2,000 crowds side by side, 60 rounds."""
    rng, crowds = np.random.default_rng(2), np.arange(2000)
    joins = 1 / (1 + np.exp(-5 * advantages(ROW_15)))
    state, seen = np.full(2000, 63), np.zeros(64)
    for step in range(60):
        order = rng.permuted(np.tile(np.arange(6), (2000, 1)), axis=1)
        for turn in range(6):
            user = order[:, turn]
            wants = rng.random(2000) < joins[state[crowds], user]
            state = np.where(wants, state | 1 << user, state & ~(1 << user))
        if step >= 10:
            seen += np.bincount(state, minlength=64)
    law = stationary.gibbs_profiles(ROW_15, 5.0)
    assert np.abs(seen / seen.sum() - law).sum() / 2 < 0.01


@pytest.mark.parametrize("activation", ["random", "synchronous"])
def test_runs_with_safety_in_numbers_spend_their_time_as_the_law_says(activation: str) -> None:
    terms = {"cost": 0.75, "safety": 1.5, "peer_pressure": 0.1, "selective_incentive": 0.1}
    result = gs.run(
        {
            "name": "safety",
            "rounds": 1500,
            "population": {"kind": "blank", "users": 30},
            "network": "complete",
            "decision": {"kind": "logit", "rationality": 5.0, "activation": activation},
            "payoff": {"belief": "curve", **terms},
            "platform": {"kind": "response", "curve": {"kind": "logistic", "midpoint": 0.3,
                                                       "steepness": 10.0}},
            "collective": {"seeds": 0.5, "committed": False},
        }
    )  # fmt: skip
    of = game(lambda alpha: logistic(alpha, 0.3, 10.0), users=30, **terms)
    law = stationary.gibbs if activation == "random" else markov.counts
    mean, sd = stationary.moments(law(of, 5.0))
    shares = result.series["alpha"][100:]
    assert shares.mean() == pytest.approx(mean, abs=0.01)
    assert shares.std() == pytest.approx(sd, abs=0.01)


def test_private_costs_with_safety_in_numbers_have_no_potential() -> None:
    """The order in which two users join would matter to a potential."""
    of = game(logistic, [0.2, 0.5, 0.8], safety=1.0)
    one_way, the_other = (of.advantage(0)[i] + of.advantage(1)[1 - i] for i in (0, 1))
    assert abs(one_way - the_other) > 0.05
    for law in (stationary.gibbs, stationary.gibbs_profiles):
        with pytest.raises(ValueError, match="have no potential"):
            law(of, 4.0)


def test_rationality_may_be_as_large_as_numbers_allow() -> None:
    of = game(logistic, [0.5, 0.4])
    assert stationary.gibbs(of, 1e300).tolist() == [0, 0, 1]
    for law in (stationary.gibbs, stationary.gibbs_profiles):
        with pytest.raises(ValueError, match="too large a number"):
            law(of, 1e308)
    assert markov.chain(of, 1e308) == pytest.approx([0, 0, 0, 1])
    assert markov.counts(game(logistic, 30.0, users=2), 1e308).tolist() == [1, 0, 0]


def test_thousands_of_users() -> None:
    alike = stationary.gibbs(game(lambda alpha: alpha, 0.55, users=3000), 2.0)
    n = np.arange(3001)
    weights = stats.binom.logpmf(n, 3000, 0.5) + 2.0 * (n * (n + 1) / 6000 - 0.55 * n)
    law = np.exp(weights - weights.max())
    assert alike == pytest.approx(law / law.sum(), abs=1e-10)
    private = stationary.gibbs(game(logistic, stats.norm(0.5, 0.25), users=3000), 50.0)
    assert stationary.moments(private).mean == pytest.approx(0.977, abs=0.005)


def test_elimination_is_exact_where_states_are_hardly_ever_left() -> None:
    """Two states, left once in 1e18 and 2e18 steps."""
    law = markov._eliminated(np.array([[1.0, 1e-18], [2e-18, 1.0]]))
    assert law == pytest.approx([2 / 3, 1 / 3], rel=1e-12)
    many = markov.counts(game(logistic, 0.5, users=1000), 5.0)
    assert many.sum() == pytest.approx(1)
    assert stationary.moments(many).mean == pytest.approx(0.924, abs=0.001)


def test_no_law_is_better_than_a_wrong_one() -> None:
    rugged = game(logistic, np.linspace(0.4, 0.6, 8), np.linspace(0.9, 1.1, 8))
    with pytest.raises(ValueError, match="smaller rationality"):
        markov.chain(rugged, 100.0)
    for wrong in ({"activation": "synchronous"}, {"rationality": -1.0}):
        with pytest.raises(ValueError, match="must"):
            markov.chain(**{"of": rugged, "rationality": 1.0, **wrong})
    with pytest.raises(ValueError, match="smaller rationality"):
        markov.counts(game(logistic, 0.5, users=20), 5000.0)
    with pytest.raises(ValueError, match="common benefit"):
        stationary.gibbs(rugged, 1.0)
    with pytest.raises(ValueError, match="all alike"):
        markov.counts(rugged, 1.0)
    with pytest.raises(ValueError, match="at most 12"):
        markov.chain(game(logistic, 0.5, users=13), 1.0, "sequential")
    with pytest.raises(ValueError, match="belief must"):
        markov.counts(ROW_12, 1.0, belief="slope")
