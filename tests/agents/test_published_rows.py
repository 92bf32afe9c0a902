"""Published and derived numbers of dynamics.md section 4, by row."""

import numpy as np
import pytest

COMPLETE = {"network": "complete", "collective__committed": False}
UNTOUCHED_SEEDS = range(900, 920)
"""Seeds of the statistical rows; none was looked at while the engine was written."""


def run(model, rounds):
    for _ in range(rounds):
        model.step()
    return model.series


def last_join(series):
    """Return the round of the last join, 0 if nobody ever joined."""
    return int(series.loc[series["joined"] > 0, "round"].max() if series["joined"].any() else 0)


def threshold_of_everybody(measure, threshold):
    return {
        **COMPLETE,
        "decision": {
            "kind": "threshold",
            "of": "everybody",
            "measure": measure,
            "threshold": threshold,
            "activation": "synchronous",
        },
        "collective__seeds": 0,
    }


def threshold_of_neighbours(measure, threshold):
    return {
        "decision": {
            "kind": "threshold",
            "measure": measure,
            "threshold": threshold,
            "reversible": False,
            "activation": "synchronous",
        },
        "collective__committed": False,
    }


@pytest.mark.parametrize(
    ("row", "second", "members"), [(1, 1, 100), (2, 2, 1)], ids=["row1", "row2"]
)
def test_granovetter_counts(make_model, row, second, members):
    values = [float(second if value == 1 else value) for value in range(100)]
    settings = threshold_of_everybody("count", {"kind": "values", "values": values})
    series = run(make_model(population__users=100, **settings), 120)
    assert series["members"].iloc[-1] == members


@pytest.mark.parametrize(
    ("sd", "low", "high"),
    [pytest.param(0.12, 0.0387, 0.0417, id="row3"), pytest.param(0.125, 0.99, 1.0, id="row4")],
)
def test_granovetter_shares(make_model, sd, low, high):
    threshold = {"kind": "normal", "mean": 0.25, "sd": sd, "quantiles": True}
    model = make_model(population__users=10_000, **threshold_of_everybody("share", threshold))
    share = run(model, 200)["member_share"].iloc[-2:]
    assert share.iloc[0] == share.iloc[1], "not at rest yet"
    assert low <= share.iloc[1] <= high


def watts(make_model, mean_degree, seed):
    model = make_model(
        rng=seed,
        population__users=10_000,
        network={"kind": "erdos-renyi", "mean_degree": mean_degree},
        collective__seeds=10,
        **threshold_of_neighbours("share", 0.18),
    )
    before = -1
    while model.recorder.rows[-1]["members"] != before:
        before = model.recorder.rows[-1]["members"]
        model.step()
    return before / 10_000


@pytest.mark.parametrize(
    ("mean_degree", "low", "high"),
    [pytest.param(4.0, 0.977, 0.983, id="row5"), pytest.param(8.0, 0.0, 0.01, id="row6")],
)
def test_watts_cascade(make_model, mean_degree, low, high):
    shares = [watts(make_model, mean_degree, seed) for seed in UNTOUCHED_SEEDS]
    assert low <= np.mean(shares) <= high


@pytest.mark.parametrize(
    ("threshold", "members"), [(0.5, 200), (0.51, 3)], ids=["row7-all", "row7-stays"]
)
def test_morris_ring(make_model, threshold, members):
    model = make_model(
        population__users=200,
        network={"kind": "ring", "degree": 2},
        collective__seeding="neighbourhood",
        collective__seeds=3,
        **threshold_of_neighbours("share", threshold),
    )
    assert run(model, 150)["members"].iloc[-1] == members


@pytest.mark.parametrize(
    ("side", "needed", "rounds", "members"),
    [(1, 1, 499, 1000), (2, 2, 497, 1000), (3, 3, 496, 1000), (3, 4, 0, 7)],
    ids=["row8-1-1", "row8-2-2", "row8-3-3", "row8-3-4"],
)
def test_centola_macy_ring(make_model, side, needed, rounds, members):
    model = make_model(
        population__users=1000,
        network={"kind": "ring", "degree": 2 * side},
        collective__seeding="neighbourhood",
        collective__seeds=2 * side + 1,
        **threshold_of_neighbours("count", float(needed)),
    )
    series = run(model, 510)
    assert series["members"].iloc[-1] == members
    assert last_join(series) == rounds


@pytest.mark.parametrize(
    ("sd", "seeds", "share"),
    [
        pytest.param(0.15, 0, 0.0005, id="row9-narrow"),
        pytest.param(0.25, 0, 0.0235, id="row9-middle"),
        pytest.param(0.5, 0, 0.8415, id="row9-wide"),
        pytest.param(0.15, 0.29, 0.9995, id="row10-above"),
        pytest.param(0.15, 0.27, 0.0005, id="row10-below"),
    ],
)
def test_mean_field_best_response(make_model, sd, seeds, share):
    model = make_model(
        population__users=2000,
        decision={"kind": "best-response", "activation": "synchronous"},
        payoff__cost={"kind": "normal", "mean": 0.5, "sd": sd, "quantiles": True},
        platform__curve={"kind": "logistic", "midpoint": 0.3, "steepness": 20.0},
        collective__seeds=seeds,
        **COMPLETE,
    )
    found = run(model, 200)["member_share"].iloc[-2:]
    assert found.iloc[0] == found.iloc[1], "not at rest yet"
    assert found.iloc[1] == pytest.approx(share, abs=0.0015)


ONE_POINT = {
    # ξ = P0(cell 0), δ = P0(other | cell 0) - P0(target | cell 0), κ = ξδ = 0.1; target "1".
    "certain": [[0.1, 0.0], [0.4, 0.5]],
    "doubtful": [[0.15, 0.05], [0.5, 0.3]],
    "three-labels": [[0.15, 0.05, 0.0], [0.2, 0.2, 0.4]],
}


@pytest.mark.parametrize("p0", ONE_POINT.values(), ids=ONE_POINT)
@pytest.mark.parametrize(
    ("compliance", "first"), [(1.0, 91), (0.5, 182)], ids=["row11-all", "row11-half"]
)
def test_bayes_step(make_model, p0, compliance, first):
    def success(members):
        model = make_model(
            population={"kind": "categorical", "users": 1000, "p0": p0},
            platform={"kind": "learning", "learner": "bayes"},
            decision="fixed",
            collective={
                "seeds": members,
                "compliance": compliance,
                "strategy": {"kind": "feature-label", "target": "1"},
                "signal": {"kind": "cells", "to": [0] * len(p0)},
            },
        )
        model.step()
        return model.series["success"].tolist()

    around = [1, first // 2, *range(first - 4, first)]
    assert [success(members) for members in around] == [[0.0, 0.0]] * len(around)
    around = [*range(first, first + 4), 2 * first, 1000]
    assert [success(members) for members in around] == [[1.0, 1.0]] * len(around)
