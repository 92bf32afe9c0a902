"""Published and derived numbers of dynamics.md section 4 that are laws of chance: rows 12 to 18.

Chains start from random halves of the users, so that burn-in leads to where they stay. Rows 17 and
18 are of thousands of runs of a tiny network, which the slow tests make. One model of as many
disjoint copies of the network is the same in law, for these rules look at neighbours only and every
revision has random numbers of its own; that is what the fast tests run.
"""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from scipy.special import expit

from groundswell.model import CollectiveActionModel
from groundswell.scenarios.keeping import forget

UNTOUCHED_SEEDS = range(31_000, 31_020)
"""Seeds of the statistical rows; none was looked at while the rules were written."""
FIRST_SEED = UNTOUCHED_SEEDS[0]
RUNS = 4_000


def logit(rationality, activation):
    return {"kind": "logit", "rationality": rationality, "activation": activation}


def logistic(midpoint, steepness):
    return {"kind": "logistic", "midpoint": midpoint, "steepness": steepness}


def chain(make_scenario, seed, burn_in, rounds, see, **settings):
    """Return what is seen of each of the rounds after burn-in, everybody tied to everybody."""
    start = {"network": "complete", "collective__committed": False, "collective__seeds": 0.5}
    model = CollectiveActionModel(make_scenario(**{**start, **settings}), rng=seed)
    seen = []
    for number in range(burn_in + rounds):
        model.step()
        if number >= burn_in:
            seen.append(see(model))
    forget(model)
    return np.array(seen)


def shares(make_scenario, burn_in, **settings):
    """Return the member share of 2,000 rounds of each of 20 runs, shape (20, 2000)."""
    return np.array(
        [
            chain(
                make_scenario, seed, burn_in, 2_000, lambda model: model.platform.alpha, **settings
            )
            for seed in UNTOUCHED_SEEDS
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["random", "sequential"])
def test_row_12_logit_where_only_members_profit(make_scenario, activation):
    alpha = shares(
        make_scenario,
        burn_in=500,
        population__users=50,
        decision=logit(5.0, activation),
        payoff={"cost": 0.5, "belief": "curve"},
        platform__curve=logistic(0.3, 20.0),
    )
    assert alpha.mean() == pytest.approx(0.924, abs=0.003)
    assert alpha.std() == pytest.approx(0.037, abs=0.003)


PUBLIC_GOOD = {
    "population__users": 50,
    "payoff": {"benefit": 10.0, "cost": 0.5, "spillover": 1.0, "belief": "curve"},
    "platform__curve": logistic(0.3, 20.0),
}


@pytest.mark.slow
def test_row_13_logit_for_a_public_good_one_by_one(make_scenario):
    alpha = shares(make_scenario, 100, decision=logit(4.0, "sequential"), **PUBLIC_GOOD)
    assert alpha.mean() == pytest.approx(0.406, abs=0.003)
    assert alpha.std() == pytest.approx(0.027, abs=0.003)


@pytest.mark.slow
def test_row_14_all_at_once_overshoot(make_scenario):
    alpha = shares(make_scenario, 100, decision=logit(4.0, "synchronous"), **PUBLIC_GOOD)
    assert alpha.mean() == pytest.approx(0.328, abs=0.005)
    assert alpha.std() == pytest.approx(0.253, abs=0.005)


COSTS = np.array([0.1, 0.25, 0.4, 0.55, 0.7, 0.85])


def gibbs():
    """Return π(x) ∝ exp(βΦ(x)) over the 64 states, β = 5, user i the bit 2^i of the state."""
    gain = expit(10.0 * (np.arange(1, 7) / 6 - 0.5))
    potential = np.zeros(64)
    for members in range(1, 7):
        for who in combinations(range(6), members):
            state = sum(1 << user for user in who)
            potential[state] = gain[:members].sum() - COSTS[list(who)].sum()
    weight = np.exp(5.0 * potential)
    return weight / weight.sum()


@pytest.mark.slow
def test_row_15_the_exact_law_over_all_states(make_scenario):
    states = chain(
        make_scenario,
        FIRST_SEED,
        0,
        100_000,
        lambda model: int(model.columns["joined"] @ (1 << np.arange(6))),
        population__users=6,
        decision=logit(5.0, "sequential"),
        payoff={"cost": {"kind": "values", "values": COSTS.tolist()}, "belief": "curve"},
        platform__curve=logistic(0.5, 10.0),
    )
    found = np.bincount(states, minlength=64) / len(states)
    alpha = np.array([state.bit_count() for state in range(64)]) / 6
    assert found @ alpha == pytest.approx(0.833, abs=0.003)
    assert 0.5 * np.abs(found - gibbs()).sum() <= 0.01


@pytest.mark.slow
def test_row_16_peer_pressure_is_the_ising_model(make_scenario):
    users, coupling = 100, 1.5  # βJ; β = 1
    alpha = shares(
        make_scenario,
        burn_in=500,
        population__users=users,
        decision=logit(1.0, "random"),
        payoff={
            "benefit": 0.0,
            "peer_pressure": 4 * coupling * (users - 1) / users,
            "cost": 2 * coupling * (users - 1) / users,
        },
    )
    assert np.abs(2 * alpha - 1).mean() == pytest.approx(0.848, abs=0.004)


def members_by_copy(model):
    return model.columns["joined"].reshape(RUNS, -1).sum(axis=1)


def sis(infection):
    return {
        "decision": {
            "kind": "contagion", "infection": infection, "recovery": 0.5,
            "activation": "synchronous",
        },
        "collective": {"seeds": 1.0, "committed": False},
    }  # fmt: skip


ONE_CLUB = {"kind": "named", "name": "karate"}


@pytest.fixture
def karate_clubs(copied):
    club = nx.karate_club_graph()
    largest = max(np.linalg.eigvalsh(nx.to_numpy_array(club, weight=None)))
    assert 1 / largest == pytest.approx(0.1487, abs=5e-5)
    return copied(club, RUNS)


def test_row_17_sis_dies_out_below_the_threshold(make_model, karate_clubs):
    model = make_model(rng=FIRST_SEED, network=karate_clubs, **sis(0.07))
    for _ in range(100):
        model.step()
    assert np.mean(members_by_copy(model) > 0) < 0.01


def test_row_17_sis_lives_on_above_it(make_model, karate_clubs):
    model = make_model(rng=FIRST_SEED, network=karate_clubs, **sis(0.2))
    for _ in range(50):
        model.step()
    assert members_by_copy(model).mean() / 34 == pytest.approx(0.364, abs=0.006)


@pytest.mark.slow
def test_row_17_below_the_threshold_in_runs_of_the_one_club(make_scenario):
    shares = final_shares(make_scenario(network=ONE_CLUB, **sis(0.07)), rounds=100)
    assert np.mean(shares > 0) < 0.01


@pytest.mark.slow
def test_row_17_above_the_threshold_in_runs_of_the_one_club(make_scenario):
    shares = final_shares(make_scenario(network=ONE_CLUB, **sis(0.2)), rounds=50)
    assert np.mean(shares) == pytest.approx(0.364, abs=0.006)


STAR = {
    "decision": {"kind": "voter", "activation": {"kind": "inertial", "revision": 0.5}},
    "collective__committed": False,
}


@pytest.mark.parametrize(
    ("start", "probability", "tolerance"), [("hub", 0.5, 0.02), ("leaf", 0.05, 0.01)]
)
def test_row_18_voters_on_a_star(make_model, copied, start, probability, tolerance):
    seeds = 11 * np.arange(RUNS) + (start == "leaf")
    model = make_model(
        rng=FIRST_SEED,
        network=copied(nx.star_graph(10), RUNS),
        collective__seeding="users",
        collective__users=seeds.tolist(),
        **STAR,
    )
    while not np.isin(members_by_copy(model), [0, 11]).all():
        model.step()
    assert np.mean(members_by_copy(model) == 11) == pytest.approx(probability, abs=tolerance)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "probability", "tolerance"), [("hub", 0.5, 0.02), ("leaf", 0.05, 0.01)]
)
def test_row_18_in_runs_of_the_one_star(make_scenario, start, probability, tolerance):
    scenario = make_scenario(
        population__users=11,
        network={"kind": "barabasi-albert", "ties": 10},  # starts as a star, and has no newcomers
        collective__seeding="users",
        collective__users=[int(start == "leaf")],
        **STAR,
    )
    shares = final_shares(scenario, rounds=10_000, settled={0, 1})
    assert set(shares) == {0, 1}
    assert np.mean(shares) == pytest.approx(probability, abs=tolerance)


def final_shares(scenario, rounds, settled=frozenset({0})):
    """Return the member share of each run after so many rounds, or where it has settled."""
    shares = []
    for replicate in range(RUNS):
        model = CollectiveActionModel(scenario, rng=FIRST_SEED, replicate=replicate)
        while model.round < rounds and model.platform.alpha not in settled:
            model.step()
        shares.append(model.platform.alpha)
        forget(model)
    return np.array(shares)
