"""The law of logit choice as QuantEcon has it: its choice probabilities, and its Markov chains."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from groundswell.analysis import markov
from groundswell.analysis.finite_game import game

quantecon = pytest.importorskip("quantecon")


def realised(of, profile, user):
    """What a user gets in a profile: the payoffs of a normal-form game."""
    members = sum(profile)
    worth = of.benefit[user] * of.success[members]
    if not profile[user]:
        return of.spillover * worth
    tied = of.ties[user]
    return (
        worth
        + of.selective_incentive[user]
        + of.peer_pressure[user] * (tied @ profile) / max(tied.sum(), 1)
        - of.cost[user]
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_law_is_that_of_quantecon(seed: int) -> None:
    rng, users, rationality = np.random.default_rng(seed), 6, 4.0
    heights = np.sort(rng.random(users + 1))
    of = game(
        lambda alpha: heights[round(alpha * users)],
        *rng.random((2, users)), 0.4, *rng.random((2, users)),
        ties=rng.integers(0, 2, (users, users)) * (1 - np.eye(users)),
    )  # fmt: skip
    everything = list(itertools.product([0, 1], repeat=users))
    payoffs = np.array([[realised(of, np.array(x), i) for i in range(users)] for x in everything])
    shape = (2,) * users
    dynamics = quantecon.game_theory.LogitDynamics(payoffs.reshape(*shape, users), beta=rationality)
    index = {x: sum(bit << i for i, bit in enumerate(x)) for x in everything}
    moves = np.zeros((1 << users, 1 << users))
    for x, user in itertools.product(everything, range(users)):
        # QuantEcon puts the other players in the order i+1, ..., N, 1, ..., i-1.
        cdf = dynamics.players[user].logit_choice_cdfs[x[user + 1 :] + x[:user]]
        stays_out = cdf[0] / cdf[1]
        for choice, chance in ((0, stays_out), (1, 1 - stays_out)):
            target = (*x[:user], choice, *x[user + 1 :])
            moves[index[x], index[target]] += chance / users
    [exact] = quantecon.MarkovChain(moves).stationary_distributions
    assert markov.chain(of, rationality) == pytest.approx(exact, abs=1e-11)
