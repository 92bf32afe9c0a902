"""What users hear is S measured on a number of points, which may be drawn anew each round."""

import numpy as np
import pytest

from groundswell.problems import ScenarioError

# Thirty members capture the first signal cell and not the second: S = .48 in truth.
PLANTING = {
    "population": {
        "kind": "categorical",
        "p0": [[0.02, 0.06], [0.1, 0.3], [0.05, 0.22], [0.05, 0.2]],
        "users": 1000,
    },
    "platform": {"kind": "learning", "learner": {"kind": "bayes", "plug_in": True}},
    "decision": "fixed",
    "collective": {
        "seeds": 200,
        "committed": False,
        "strategy": {"kind": "feature-label", "target": "0"},
        "signal": {"kind": "cells", "to": [0, 0, 2, 2]},
    },
    "measure": {"test_users": 50, "redraw": True},
}
TRUTH = 0.48


def run(model, rounds):
    for _ in range(rounds):
        model.step()
    return model.series


def test_each_round_draws_points_of_its_own(make_model):
    success = run(make_model(**PLANTING), 400)["success"]
    assert success.nunique() > 10
    error = np.sqrt(TRUTH * (1 - TRUTH) / 50)
    assert success.std() == pytest.approx(error, rel=0.15)
    assert success.mean() == pytest.approx(TRUTH, abs=4 * error / 20)
    assert abs(np.corrcoef(success[1:], success[:-1])[0, 1]) < 0.2


def test_otherwise_all_rounds_are_measured_on_the_same_points(make_model):
    once = run(make_model(**PLANTING, measure__redraw=False), 10)["success"]
    assert once.nunique() == 1
    assert once[0] == make_model(**PLANTING).series["success"][0], "round 0 is the same"


def test_users_decide_on_the_noisy_success(make_model):
    model = make_model(
        **{**PLANTING, "decision": {"kind": "best-response", "activation": "synchronous"}},
        payoff__cost={"kind": "uniform", "low": 0.0, "high": 2.0},
    )
    for _ in range(8):
        heard = model.series["success"].iloc[-1]
        assert heard == model.recorder.success_heard[-1]
        model.step()
        assert np.array_equal(model.columns["joined"], heard > model.columns["cost"])


def test_what_is_measured_beside_success_is_measured_on_the_same_points(make_model):
    model = make_model(**PLANTING, measure__groups=["class"])
    seen = set()
    for _ in range(5):
        fresh, row = model.world.fresh, model.recorder.rows[-1]
        seen.add(fresh.X.tobytes())
        assert row["accuracy"] == np.mean(model.platform.predict(fresh.X) == fresh.y)
        parts = [part for part in model.recorder.tables["groups"] if part["round"] == model.round]
        share = np.bincount(fresh.y, minlength=2) / len(fresh)
        assert share @ [part["success"] for part in parts] == pytest.approx(row["success"])
        model.step()
    assert len(seen) == 5


def test_success_without_the_collective_is_measured_on_the_same_points_too(make_model):
    model = make_model(
        **{**PLANTING, "collective__strategy": {"kind": "erasing"}}, measure__groups=["class"]
    )
    for _ in range(4):
        start = model.campaign.start(model.world.fresh)
        row = model.recorder.rows[-1]
        assert row["lift"] == pytest.approx(row["success"] - start)
        share = np.bincount(model.world.fresh.y, minlength=2) / 50
        parts = [part for part in model.recorder.tables["groups"] if part["round"] == model.round]
        assert share @ [part["lift"] for part in parts] == pytest.approx(row["lift"])
        model.step()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"platform__learner__plug_in": False},
            "measure.redraw: with 'bayes' success is a sum over the known P0, not over points",
        ),
        (
            {"platform": {"kind": "response", "curve": "logistic"}},
            "measure.redraw: a 'response' platform is measured on no points",
        ),
    ],
)
def test_nothing_to_draw(make_model, changes, message):
    with pytest.raises(ScenarioError) as error:
        make_model(**{**PLANTING, **changes})
    assert message in str(error.value)
