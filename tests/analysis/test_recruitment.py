"""Who recruits whom, on small crowds whose trees can be drawn by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import groundswell as gs
from groundswell.analysis import recruitment, trees

# 1 and 2 are seeds. 3 and 4 join through 1, 5 through 3, 6 by itself, 7 through 6.
# Then 3 leaves, joins again through 5, and recruits 8.
BY_HAND = pd.DataFrame(
    [
        (0, 0, 1, 0, None),
        (0, 0, 2, 0, None),
        (0, 1, 3, 1, 1),
        (0, 1, 4, 2, 1),
        (0, 2, 5, 2, 3),
        (0, 2, 6, 0, None),
        (0, 3, 7, 1, 6),
        (0, 4, 3, 3, 5),
        (0, 5, 8, 1, 3),
    ],
    columns=["run", "round", "user", "exposures", "recruiter"],
)


def test_trees_by_hand() -> None:
    found = trees.trees(BY_HAND)
    assert found["root"].tolist() == [1, 2, 6]
    assert found["round"].tolist() == [0, 0, 2]
    assert found["size"].tolist() == [6, 1, 2]
    assert found["depth"].tolist() == [4, 0, 1]  # 1 - 3 - 5 - 3 again - 8
    assert found["width"].tolist() == [2, 1, 1]


def test_recruits_by_hand() -> None:
    found = trees.recruits(BY_HAND)
    assert found["user"].tolist() == BY_HAND["user"].tolist()
    assert found["recruits"].tolist() == [2, 0, 1, 0, 1, 1, 0, 1, 0]
    again = trees.reproduction(BY_HAND)
    assert again["members"].tolist() == [2, 2, 2, 1, 1, 1]
    assert again["reproduction"].tolist() == [1, 0.5, 1, 0, 1, 0]
    spread = trees.offspring(BY_HAND)
    assert spread["recruits"].tolist() == [0, 1, 2]
    assert spread["members"].tolist() == [4, 4, 1]


def test_exposures_by_hand() -> None:
    found = recruitment.exposures(BY_HAND)
    assert found["round"].tolist() == [1, 2, 3, 4, 5]
    assert found["mean"].tolist() == [1.5, 1, 1, 3, 1]
    assert found["least"].tolist() == [1, 0, 1, 3, 1]
    row = recruitment.complex_share(BY_HAND).iloc[0]
    assert (row["joins"], row["several"]) == (7, 3)
    assert recruitment.complex_share(BY_HAND, 1)["several"].item() == 6
    nobody = recruitment.complex_share(BY_HAND[BY_HAND["round"] == 0]).iloc[0]
    assert (nobody["joins"], nobody["low"], nobody["high"]) == (0, 0, 1)
    assert np.isnan(nobody["share"])


def test_runs_are_kept_apart() -> None:
    both = pd.concat([BY_HAND, BY_HAND.assign(run=1)], ignore_index=True)
    found = trees.trees(both)
    for run in (0, 1):
        own = found[found["run"] == run].drop(columns="run").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, trees.trees(BY_HAND).drop(columns="run"))
    assert recruitment.complex_share(both, by=["run"])["joins"].tolist() == [7, 7]


def test_recruiters_never_seen_to_join_are_seeds() -> None:
    without = BY_HAND[BY_HAND["round"] > 0]
    found = trees.trees(without)
    assert found["root"].tolist() == [1, 6]
    assert found["size"].tolist() == [6, 2]


def test_credit_is_shared_between_joined_neighbours() -> None:
    exposed = pd.DataFrame(
        {"run": 0, "round": [0, 0, 1, 2], "user": [1, 2, 3, 4],
         "neighbours": [[], [], [1, 2], [1, 2, 3]]}
    )  # fmt: skip
    joins = recruitment.shared(exposed)
    assert len(joins) == 7
    found = trees.recruits(joins)
    assert found["recruits"].tolist() == pytest.approx([1 / 2 + 1 / 3, 1 / 2 + 1 / 3, 1 / 3, 0])
    assert recruitment.exposures(joins)["joins"].tolist() == [1, 1]
    assert recruitment.complex_share(joins)["several"].item() == 2
    with pytest.raises(ValueError, match="draw one first"):
        trees.trees(joins)


@given(st.integers(0, 2**32), st.integers(2, 30))
def test_drawn_and_shared_agree(seed: int, users: int) -> None:
    """A random crowd: each joins with some earlier members as neighbours."""
    rng = np.random.default_rng(seed)
    neighbours = [
        rng.choice(user, size=rng.integers(0, min(user, 4) + 1), replace=False).tolist()
        for user in range(users)
    ]
    exposed = pd.DataFrame(
        {"run": 0, "round": np.arange(users), "user": range(users), "neighbours": neighbours}
    )
    joins = recruitment.shared(exposed)
    credited = sum(1 for each in neighbours if each)
    assert trees.recruits(joins)["recruits"].sum() == pytest.approx(credited)
    one = recruitment.drawn(joins, rng)
    assert one["user"].tolist() == list(range(users))
    for number, recruiter in enumerate(one["recruiter"]):
        options = neighbours[number]
        assert (recruiter in options) if options else pd.isna(recruiter)
    found = trees.trees(one)
    assert found["size"].sum() == users
    assert len(found) == users - credited
    spread = trees.offspring(one)
    assert (spread["recruits"] * spread["members"]).sum() == credited


def test_recruiters_are_drawn_in_proportion_to_credit() -> None:
    once = pd.DataFrame({"run": 0, "round": 1, "user": [9, 9, 9], "exposures": 3,
                         "recruiter": [1, 2, 3], "credit": [0.2, 0.3, 0.5]})  # fmt: skip
    many = pd.concat([once.assign(run=run) for run in range(4000)])
    shares = recruitment.drawn(many, rng=1)["recruiter"].value_counts(normalize=True)
    assert shares.sort_index().tolist() == pytest.approx([0.2, 0.3, 0.5], abs=0.025)


def test_a_user_who_joins_twice_running_has_joined_twice() -> None:
    twice = pd.DataFrame({"run": 0, "round": [1, 1], "user": 9, "exposures": [1, 2],
                          "recruiter": [1, 2]})  # fmt: skip
    assert recruitment.complex_share(twice)["joins"].item() == 2
    assert len(recruitment.drawn(twice.assign(credit=1.0), rng=0)) == 2
    assert len(recruitment.drawn(twice.assign(credit=0.5), rng=0)) == 1


def test_a_large_table_keeps_its_joins_apart() -> None:
    """A running sum of a million credits 1/k drifts further than any one join may be off."""
    users = np.repeat(np.arange(100_000), 13)
    table = pd.DataFrame({"run": 0, "round": 1, "user": users, "credit": 1 / 13})
    _, join = recruitment.credited(table)
    assert join.tolist() == users.tolist()
    # A tenth of the users, ten times in one round: borders of joins show in the credits alone.
    _, join = recruitment.credited(table.assign(user=table["user"] // 10))
    assert join.tolist() == users.tolist()


def test_numbers_of_joins_tell_them_apart() -> None:
    halves = pd.DataFrame({"run": 0, "round": 1, "user": 9, "exposures": 2, "recruiter": [1, 2, 3],
                           "join": [4, 4, 5], "credit": [0.5, 0.5, 1.0]})  # fmt: skip
    assert recruitment.credited(halves)[1].tolist() == [0, 0, 1]
    with pytest.raises(ValueError, match="must sum to 1"):
        recruitment.credited(halves.assign(join=[4, 5, 5]))
    with pytest.raises(ValueError, match="must sum to 1"):  # two recruiters, nothing shared out
        trees.trees(halves.drop(columns="credit"))


def test_the_joins_of_a_run_are_read_as_they_are() -> None:
    ring = gs.load("complex-contagion").replace(
        {"measure.ties": True, "rounds": 30, "replicates": 2, "decision.threshold": 2.0}
    )
    joins = gs.run(ring).ties
    assert trees.trees(joins)["size"].sum() == len(joins)
    assert trees.recruits(joins)["recruits"].sum() == joins["recruiter"].notna().sum()
    assert trees.recruits(joins)["user"].tolist() == (
        joins.sort_values(["run", "round"], kind="stable")["user"].tolist()
    )
    pd.testing.assert_frame_equal(recruitment.drawn(joins, rng=0), joins)
    share = recruitment.complex_share(joins, at_least=3, by="run")
    assert share["share"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    "table",
    [
        BY_HAND.assign(credit=0.5),
        pd.DataFrame({"run": 0, "round": 1, "user": [9, 9], "recruiter": 1, "credit": [0.5, 0.4]}),
        pd.DataFrame({"run": 0, "round": 1, "user": [9, 8], "recruiter": 1, "credit": [0.5, 0.5]}),
    ],
)
def test_credits_that_do_not_sum_to_one_are_refused(table) -> None:
    with pytest.raises(ValueError, match="must sum to 1"):
        trees.recruits(table)


def test_an_empty_table_has_no_trees() -> None:
    nothing = BY_HAND.iloc[:0]
    assert trees.trees(nothing).empty
    assert trees.recruits(nothing.assign(credit=1.0)).empty
    assert recruitment.exposures(nothing).empty
