"""The table ``ties``: who joined after how many exposures, and whose recruit it may be."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import groundswell as gs
from groundswell.analysis import recruitment, trees
from groundswell.problems import ScenarioError

RULES = {
    "threshold": {"kind": "threshold", "threshold": {"kind": "uniform", "low": 0.0, "high": 0.6}},
    "best-response": "best-response",
    "logit": {"kind": "logit", "rationality": 4.0},
    "imitation": {"kind": "imitation", "noise": 0.2},
    "sis": {"kind": "contagion", "infection": 0.2, "recovery": 0.4},
    "voter": "voter",
}
ACTIVATIONS = ["synchronous", "inertial", "sequential", "random"]
NETWORKS = [
    {"kind": "erdos-renyi", "mean_degree": 3.0}, "complete", {"kind": "ring", "degree": 4},
]  # fmt: skip
quickly = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quickly
@given(
    rule=st.sampled_from(list(RULES)),
    activation=st.sampled_from(ACTIVATIONS),
    network=st.sampled_from(NETWORKS),
    rng=st.integers(0, 2**32),
    users=st.integers(2, 30),
    organiser=st.sampled_from([None, {"budget": 2, "rounds": 1, "start": 3}]),
)
def test_joins_agree_with_membership(make_model, rule, activation, network, rng, users, organiser):
    decision = {"kind": RULES[rule]} if isinstance(RULES[rule], str) else RULES[rule]
    same = {
        "rng": rng, "population__users": max(users, 5), "network": network,
        "decision": {**decision, "activation": activation},
        "payoff": {"cost": {"kind": "normal", "mean": 0.3, "sd": 0.2}, "peer_pressure": 0.4},
        "collective": {"seeds": 0.3, "committed": False, "organiser": organiser},
    }  # fmt: skip
    model, unwatched = make_model(**same, measure__ties=True), make_model(**same)
    states = [model.columns["joined"]]
    for _ in range(8):
        model.step(), unwatched.step()
        states.append(model.columns["joined"])
    assert model.series.equals(unwatched.series)  # being watched changes nothing
    joins = model.recorder.table("ties")
    assert joins["join"].tolist() == list(range(len(joins)))
    assert joins.loc[joins["round"] == 0, "user"].tolist() == np.flatnonzero(states[0]).tolist()
    for round_, (before, now) in enumerate(pairwise(states), start=1):
        these = joins[joins["round"] == round_]
        newcomers = np.flatnonzero(now & ~before)
        if activation == "random" or organiser:  # some may have left again, or come back
            assert set(newcomers) <= set(these["user"])
        else:
            assert sorted(these["user"]) == newcomers.tolist()
        for user, exposures, recruiter in these[["user", "exposures", "recruiter"]].to_numpy():
            neighbours = model.ties.neighbours(int(user))
            assert 0 <= exposures <= len(neighbours)
            if not np.isnan(recruiter):
                assert recruiter in neighbours
            if activation in {"synchronous", "inertial"} and organiser is None:
                assert exposures == before[neighbours].sum()
                assert np.isnan(recruiter) if not exposures else before[int(recruiter)]


def test_moves_made_before_in_the_round_are_exposures(make_model):
    """On a path, in the order of users: each but the seed has one joined neighbour, who joined."""
    rule = {"kind": "threshold", "threshold": 0.5, "activation": "sequential"}
    model = make_model(
        population__users=12, network={"kind": "ring", "degree": 2}, decision=rule,
        collective={"seeding": "users", "users": [0]}, measure__ties=True,
    )  # fmt: skip
    while model.columns["joined"].sum() < 12:
        model.step()
    joins = model.recorder.table("ties")
    assert sorted(joins["user"]) == list(range(12))
    exposed = joins["exposures"].to_numpy()
    assert exposed[0] == 0
    assert exposed[1:-1].tolist() == [1] * 10
    assert exposed[-1] == 2
    recruiter = joins["recruiter"].to_numpy()[1:]
    assert (np.isin(np.abs(recruiter - joins["user"].to_numpy()[1:]), [1, 11])).all()
    (tree,) = trees.trees(joins.assign(run=0)).to_dict("records")
    assert (tree["root"], tree["size"]) == (0, 12)


def test_a_user_class_of_ones_own_is_watched_too(make_model):
    class Follows(gs.User):
        def decide(self):
            return self.joined or any(user.joined for user in self.neighbours)

    for activation, rounds in (("synchronous", 4), ("sequential", 4)):
        model = make_model(
            population__users=9, network={"kind": "ring", "degree": 2}, measure__ties=True,
            decision={"kind": "fixed", "activation": activation}, user_class=Follows,
            collective={"seeding": "users", "users": [4]},
        )  # fmt: skip
        for _ in range(rounds):
            model.step()
        joins = model.recorder.table("ties")
        assert sorted(joins["user"]) == list(range(9))
        assert joins["exposures"].iloc[1:].min() == 1


def test_recruits_of_an_organiser_have_no_recruiter(make_model):
    model = make_model(
        population__users=30, network="complete", decision="fixed", measure__ties=True,
        collective={"seeds": 2, "organiser": {"budget": 3, "start": 2}},
    )  # fmt: skip
    for _ in range(3):
        model.step()
    joins = model.recorder.table("ties")
    assert joins["round"].tolist() == [0, 0, 2, 2, 2]
    assert joins["exposures"].tolist() == [0, 0, 2, 2, 2]
    assert joins["recruiter"].isna().all()


def test_each_exposure_is_as_likely_to_be_the_recruiter(make_model):
    """Of ten seeds that everybody knows, each gets a tenth of 2,000 recruits, give or take."""
    rule = {"kind": "threshold", "of": "everybody", "threshold": 0.0, "activation": "synchronous"}
    model = make_model(population__users=2010, network="complete", decision=rule,
                       collective__seeds=10, measure__ties=True)  # fmt: skip
    model.step()
    joins = model.recorder.table("ties")
    counts = joins["recruiter"].value_counts()
    assert len(counts) == 10
    assert counts.sum() == 2000
    assert ((counts - 200) ** 2 / 200).sum() < 27.9  # chi-square with 9 degrees, p = .001


def test_a_run_keeps_the_table_that_analysis_reads(tmp_path):
    scenario = gs.load("complex-contagion").replace({"measure.ties": True})
    result = gs.run(scenario, out=tmp_path / "results")
    stored = gs.open(tmp_path / "results").ties
    assert stored.equals(result.ties)
    assert (tmp_path / "results" / "ties.csv").exists()
    assert len(stored) == result.series["members"].iloc[-1]
    assert recruitment.complex_share(stored)["share"].iloc[0] > 0.9
    assert trees.trees(stored)["size"].sum() == len(stored)


def test_exposures_need_ties(make_scenario):
    with pytest.raises(ScenarioError, match=r"measure\.ties: .*network 'none' has none"):
        make_scenario(measure__ties=True)
