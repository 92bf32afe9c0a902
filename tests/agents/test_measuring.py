"""What a round's row says of a learning platform: success, placebo, accuracy, α."""

import numpy as np
import pytest

from groundswell.analysis import staircase

P0 = [[0.02, 0.06], [0.1, 0.3], [0.22, 0.05], [0.05, 0.2]]
PLANTING = {
    "population": {"kind": "categorical", "p0": P0, "users": 200},
    "platform": {"kind": "learning", "learner": "bayes"},
    "decision": "fixed",
    "collective": {
        "strategy": {"kind": "feature-label", "target": "0"},
        "signal": {"kind": "cells", "to": [0, 0, 2, 2]},
    },
}


@pytest.mark.parametrize("members", [0, 1, 10, 25, 60, 150, 200])
def test_the_exact_learner_is_measured_by_sums_over_p0(make_model, members):
    model = make_model(**PLANTING, collective__seeds=members)
    row = model.series.iloc[0]
    alpha = members / 200
    assert row["alpha"] == row["alpha_eff"] == alpha
    expected = staircase.feature_label(alpha, p0=P0, to=[0, 0, 2, 2], target=0)
    assert row["success"] == pytest.approx(expected, abs=1e-12)

    # The mixture cell by cell: members of cells 0, 1 submit (0, "0"), the others (2, "0").
    mixture = (1 - alpha) * np.array(P0)
    mixture[0, 0] += alpha * 0.48
    mixture[2, 0] += alpha * 0.52
    answer = mixture.argmax(axis=1) if members < 200 else np.zeros(4, dtype=int)
    p0 = np.array(P0)
    assert row["placebo"] == pytest.approx(p0.sum(axis=1)[answer == 0].sum(), abs=1e-12)
    assert row["lift"] == pytest.approx(row["success"] - row["placebo"], abs=1e-12)
    assert row["accuracy"] == pytest.approx(p0[range(4), answer].sum(), abs=1e-12)
    others = p0[:, 1]
    hit = answer[[0, 0, 2, 2]] == 0
    assert row["success_others"] == pytest.approx(others[hit].sum() / others.sum(), abs=1e-12)


def test_exact_measurement_has_no_noise(make_model):
    rows = [make_model(rng=seed, **PLANTING, collective__seeds=30).series for seed in (1, 2)]
    assert rows[0]["success"].equals(rows[1]["success"])
    assert rows[0]["accuracy"].equals(rows[1]["accuracy"])


def test_trained_learners_are_measured_on_fresh_points(make_model):
    model = make_model(
        population={"kind": "digits", "users": 400},
        platform={"kind": "learning", "learner": {"kind": "tree", "depth": 7}},
        decision="fixed",
        collective={
            "seeds": 40,
            "strategy": {"kind": "feature-label", "target": "3"},
            "signal": {"kind": "pixels", "pixels": [7, 56]},
        },
        measure__test_users=300,
    )
    fresh, predict, row = model.world.fresh, model.platform.predict, model.series.iloc[0]
    assert len(fresh) == 300
    marked = fresh.X.copy()
    marked[:, [7, 56]] = 1.0
    assert row["success"] == np.mean(predict(marked) == 3)
    assert row["success_others"] == np.mean(predict(marked)[fresh.y != 3] == 3)
    assert row["placebo"] == np.mean(predict(fresh.X) == 3)
    assert row["accuracy"] == np.mean(predict(fresh.X) == fresh.y)
    assert row["alpha"] == 0.1
    assert row["success"] > 0.8 > row["placebo"]


@pytest.mark.parametrize(("platform", "lag"), [({}, 0), ({"retrain_every": 3}, 2)])
def test_alpha_lags_where_retraining_is_rare(make_model, platform, lag):
    model = make_model(**PLANTING, collective__seeds=20, **{
        f"platform__{name}": value for name, value in platform.items()
    })  # fmt: skip
    model.agents.set("joined", True)
    model.step()
    model.step()
    assert model.series["member_share"].tolist() == [0.1, 1, 1]
    assert model.series["alpha"].tolist() == ([0.1, 0.1, 0.1] if lag else [0.1, 1, 1])
    assert model.series["retrained"].tolist() == ([1, 0, 0] if lag else [1, 1, 1])


def test_everybody_planting_is_label_collapse(make_model):
    row = make_model(**PLANTING, collective__seeds=200).series.iloc[0]
    assert (row["success"], row["placebo"], row["alpha"]) == (1, 1, 1)
    assert row["accuracy"] == pytest.approx(0.39)


def test_a_response_platform_has_no_placebo_and_no_accuracy(make_model):
    row = make_model(population__users=10, collective__seeds=5).series.iloc[0]
    assert row[["placebo", "accuracy", "success_others", "lift", "bound"]].isna().all()
    assert row["alpha"] == row["member_share"] == 0.5


def test_without_strategy_there_is_no_success(make_model):
    model = make_model(
        population={"kind": "categorical", "users": 50},
        platform={"kind": "learning", "learner": "bayes"},
        decision="fixed",
    )
    model.step()
    assert model.series["success"].isna().all()
    assert model.series["accuracy"].notna().all()
