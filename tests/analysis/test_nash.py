"""Pure Nash equilibria by structure, against all profiles one by one."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from groundswell.analysis import finite_game, nash
from groundswell.analysis.equilibrium import fixed_points
from groundswell.analysis.finite_game import game


def logistic(alpha):
    return 1 / (1 + np.exp(-20 * (np.asarray(alpha) - 0.3)))


def rounded(seed: int, users: int, ties: bool = False):
    """A game of few distinct numbers, so that many users are indifferent."""
    rng = np.random.default_rng(seed)
    success = rng.integers(0, 5, users + 1) / 4
    benefit, incentive, pressure = rng.integers(0, 3, (3, users)) / 4
    alike = rng.random() < 0.5
    return game(
        lambda alpha: success[round(alpha * users)],
        rng.integers(0, 5, users) / 4,
        1.0 if alike else benefit * 4,
        rng.choice([0.0, 0.5, 1.0, 2.0]),
        0.25 if alike else incentive,
        0.5 if alike else pressure,
        ties=rng.integers(0, 2, (users, users)) * (1 - np.eye(users)) if ties else None,
    )


def generic(seed: int, users: int, ties: bool = False):
    """A game of arbitrary numbers, with weights of ties and safety in numbers."""
    rng = np.random.default_rng(seed)
    success = rng.random(users + 1)
    weights = rng.random((users, users)) * rng.integers(0, 2, (users, users)) * 3
    return game(
        lambda alpha: success[round(alpha * users)],
        *rng.normal(0.5, 0.5, (2, users)),
        rng.choice([0.0, 0.5, 1.5]),
        *rng.normal(0.1, 0.2, (2, users)),
        ties=weights * (1 - np.eye(users)) if ties else None,
        safety=rng.choice([0.0, 0.5, 1.0, 2.5]),
    )


def payoff(of, profile, user):
    """Realised payoffs, as dynamics.md section 3 has them; one user at a time, no vectors."""
    members = sum(profile)
    success = of.success[members]
    if not profile[user]:
        return of.spillover * of.benefit[user] * success
    others = [j for j in range(of.users) if j != user]
    weights = [1.0 if of.ties is None else of.ties[user, j] for j in others]
    joined = sum(w for w, j in zip(weights, others, strict=True) if profile[j])
    share = joined / sum(weights) if sum(weights) else 0.0
    return (
        of.benefit[user] * success
        + of.selective_incentive[user]
        + of.peer_pressure[user] * share
        - of.cost[user] * (1 - members / of.users) ** of.safety
    )


def gain_from_moving(of, profile, user):
    moved = tuple(not x if i == user else x for i, x in enumerate(profile))
    return payoff(of, moved, user) - payoff(of, profile, user)


def by_definition(of):
    """Profiles from which no single user gains by moving."""
    return {
        profile: all(gain_from_moving(of, profile, user) < 0 for user in range(of.users))
        for profile in itertools.product([False, True], repeat=of.users)
        if all(gain_from_moving(of, profile, user) <= 0 for user in range(of.users))
    }


GAMES = st.sampled_from([rounded, generic])


@given(GAMES, st.integers(0, 2**32), st.integers(1, 6), st.booleans())
def test_enumeration_is_the_definition(kind, seed: int, users: int, ties: bool) -> None:
    of = kind(seed, users, ties)
    found = {tuple(row) for row in nash.enumerate_equilibria(of).tolist()}
    assert found == set(by_definition(of))


@given(GAMES, st.integers(0, 2**32), st.integers(1, 6))
def test_the_structure_of_the_complete_graph_gives_the_same(kind, seed: int, users: int) -> None:
    of = kind(seed, users)
    table = nash.equilibria(of).set_index("members")
    found = by_definition(of)
    welfare = {x: sum(payoff(of, x, i) for i in range(users)) for x in found}
    assert set(table.index) == {sum(x) for x in found}
    for members, row in table.iterrows():
        same = [x for x in found if sum(x) == members]
        assert row["equilibria"] == len(same)
        assert row["strict"] == sum(found[x] for x in same)
        assert row["welfare_low"] == pytest.approx(min(welfare[x] for x in same))
        assert row["welfare_high"] == pytest.approx(max(welfare[x] for x in same))
    prices = nash.prices(of)
    everything = [
        sum(payoff(of, x, i) for i in range(users))
        for x in itertools.product([False, True], repeat=users)
    ]
    assert prices.optimum == pytest.approx(max(everything))
    if found:
        assert prices.best == pytest.approx(max(welfare.values()))
        assert prices.worst == pytest.approx(min(welfare.values()))


def test_equilibria_of_a_large_crowd_lie_near_the_mean_field() -> None:
    of = game(logistic, stats.norm(0.5, 0.15), users=3000)
    table = nash.equilibria(of)
    points = fixed_points(logistic, stats.norm(0.5, 0.15))
    stable = points.loc[points["stable"], "alpha"].tolist()
    assert table["alpha"].tolist() == pytest.approx(stable, abs=1e-3)
    assert table["equilibria"].tolist() == [1, 1]
    prices = nash.prices(of)
    assert prices.stability == pytest.approx(1, abs=1e-3)
    assert prices.anarchy > 100


def test_a_public_good_has_very_many_equilibria() -> None:
    """Each brings 10/N of success at a cost of .5 while S rises steeply enough."""
    of = game(logistic, 0.5, 10.0, 1.0, users=1000)
    row = nash.equilibria(of).iloc[-1]
    assert row["equilibria"] == row["strict"] == math.comb(1000, row["members"])
    pushes = 10 * np.diff(logistic(np.arange(1001) / 1000))
    assert (pushes < 0.5).all()  # nobody is pivotal enough, so nobody contributes
    assert row["members"] == 0
    small = nash.equilibria(game(logistic, 0.5, 10.0, 1.0, users=20))
    assert small["members"].tolist()[-1] > 0
    assert small["equilibria"].tolist()[-1] == math.comb(20, small["members"].tolist()[-1])


def test_weights_of_ties_are_shares_of_attention() -> None:
    """In which unit weights are given makes no difference, below 1 or above."""
    weights = np.array([[0, 0.1, 0.3], [0, 0, 0], [0.2, 0.2, 0]])
    small, large = (
        finite_game.advantages(game(lambda alpha: 0.0, [0.0] * 3, peer_pressure=1.0, ties=ties))
        for ties in (weights, 100 * weights)
    )
    assert small == pytest.approx(large)
    assert small[0b110].tolist() == pytest.approx([1, 0, 0.5])
    assert small[0b010].tolist() == pytest.approx([0.25, 0, 0.5])


def test_safety_in_numbers_makes_everybody_an_equilibrium() -> None:
    """The last to join bears no cost at all; alone one bears nearly all of it."""
    table = nash.equilibria(game(logistic, stats.norm(5, 0.5), safety=1.0, users=400))
    assert table["members"].tolist() == [0, 400]
    assert table["welfare_low"].tolist() == pytest.approx([0, 400 * logistic(1.0)])
    assert nash.equilibria(game(logistic, stats.norm(5, 0.5), users=400))["members"].tolist() == [0]


def test_nobody_or_everybody_where_all_are_the_same() -> None:
    table = nash.equilibria(game(logistic, 0.5, users=100))
    assert table["members"].tolist() == [0, 100]
    assert table["strict"].tolist() == [1, 1]


def test_ratios_of_welfare_below_zero_say_nothing() -> None:
    prices = nash.prices(game(lambda alpha: 0.0, [-1.0, 1.0], selective_incentive=-0.5))
    assert prices.optimum == 0.5
    assert prices.anarchy == prices.stability == 1
    taxed = nash.prices(game(lambda alpha: 1.0 - 2 * alpha, -0.5, spillover=2.0, users=4))
    assert taxed.worst < 0
    assert math.isnan(taxed.anarchy)


def test_what_makes_no_game_is_refused() -> None:
    with pytest.raises(ValueError, match="benefit must have one value for each of 2 users, not 3"):
        game(logistic, [0.1, 0.2], [1, 2, 3])
    with pytest.raises(ValueError, match="none tied to itself"):
        game(logistic, [0.1, 0.2], ties=np.eye(2))
    for users in (0, 2.5, math.nan):
        with pytest.raises(ValueError, match="users must"):
            game(logistic, 0.5, users=users)
    with pytest.raises(ValueError, match="ties must lie"):
        game(logistic, [0.1, 0.2], ties=[[0, -1], [1, 0]])
    with pytest.raises(ValueError, match="safety must lie"):
        game(logistic, [0.1, 0.2], safety=-1)
    with pytest.raises(ValueError, match="complete graph"):
        nash.equilibria(game(logistic, [0.1, 0.2], ties=1 - np.eye(2)))
    with pytest.raises(ValueError, match="too many"):
        finite_game.profiles(19)
