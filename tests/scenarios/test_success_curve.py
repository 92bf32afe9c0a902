"""α -> S from a scenario: what the model measures at round 0, trained once per share."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import groundswell as gs
from groundswell.analysis import staircase
from groundswell.problems import ScenarioError

PLANTING = {"platform.learner.kind": "naive-bayes", "sweep": {}}


@pytest.fixture
def planting() -> gs.Scenario:
    return gs.load("signal-planting").replace(PLANTING)


@pytest.mark.parametrize("seeds", [0, 1, 13, 600, 1258])
def test_it_is_round_0_of_the_model_to_the_bit(planting: gs.Scenario, seeds: int) -> None:
    curve = gs.success_curve(planting)
    for seed, replicate in ((0, 0), (0, 2), (8, 1)):
        scenario = planting.replace({"collective.seeds": seeds})
        row = gs.CollectiveActionModel(scenario, rng=seed, replicate=replicate).recorder.rows[0]
        assert curve(seeds / 1258, seed=seed, replicate=replicate) == row["success"]
        assert curve.attained(seeds / 1258, seed=seed, replicate=replicate) == row["alpha"]
    kept = curve.table().iloc[-1]
    assert [kept[name] for name in ("placebo", "accuracy")] == [row["placebo"], row["accuracy"]]


def test_shares_come_in_any_shape_and_any_order(planting: gs.Scenario) -> None:
    curve = gs.success_curve(planting, replicates=1)
    grid = curve([[0.2, 0.0], [0.1, 0.05]])
    assert grid.shape == (2, 2)
    assert curve(0.1) == grid[1, 0]
    assert isinstance(curve(0.1), float)
    assert (
        gs.success_curve(planting, replicates=1)([0.0, 0.05, 0.1]) == grid.ravel()[[1, 3, 2]]
    ).all()


def test_nothing_is_trained_twice(planting: gs.Scenario) -> None:
    curve = gs.success_curve(planting)  # three replicates
    assert curve.trainings == 0
    curve([0.0, 0.1, 0.1, 0.1 + 1e-5])
    assert curve.trainings == 6
    curve(0.1, replicate=1)
    curve(0.1, seed=0)
    assert curve.trainings == 6
    curve(0.1, seed=1)
    assert curve.trainings == 9
    table = curve.table()
    assert table[["seed", "replicate"]].value_counts().to_dict() == {
        (0, 0): 2, (0, 1): 2, (0, 2): 2, (1, 0): 1, (1, 1): 1, (1, 2): 1,
    }  # fmt: skip
    assert curve(0.1) == pytest.approx(table.query("seed == 0 and alpha > 0")["success"].mean())


def test_the_nearest_attainable_share_is_taken(planting: gs.Scenario) -> None:
    curve = gs.success_curve(planting)
    asked = np.linspace(0, 1, 777)
    attained = curve.attained(asked)
    assert np.abs(attained - asked).max() <= 0.5 / 1258 + 1e-12
    assert attained * 1258 == pytest.approx(np.round(attained * 1258))


def test_users_with_several_rows_plant_all_of_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    owner = np.sort(rng.integers(0, 30, 300)) ** 2 // 30
    table = pd.DataFrame({"who": owner, "x": rng.normal(size=300), "y": rng.integers(0, 2, 300)})
    table.to_csv(tmp_path / "rows.csv", index=False)
    scenario = {
        "name": "rows",
        "population": {
            "kind": "table", "path": str(tmp_path / "rows.csv"), "label": "y", "user": "who",
        },
        "network": {"kind": "ring", "degree": 2},
        "collective": {
            "seeding": "degree",
            "compliance": 0.5,
            "strategy": {"kind": "feature-label", "target": 1},
            "signal": {"kind": "set-features", "features": {"x": 5.0}},
        },
        "platform": {"kind": "learning", "learner": "tree", "memory": "all", "retrain_every": 3},
    }  # fmt: skip
    curve = gs.success_curve(scenario)
    alpha = [0.0, 0.11, 0.3, 0.5, 0.999, 1.0]
    curve(alpha)
    attained = curve.attained(alpha)
    assert curve.table()["alpha"].tolist() == sorted(set(attained))
    assert np.abs(attained - alpha).max() < 0.1
    assert attained[0] == 0
    assert attained[-1] == 1


def test_the_exact_learner_takes_every_share() -> None:
    scenario = gs.load("hardt-staircase")
    alpha = np.random.default_rng(3).random(200)
    curve = gs.success_curve(scenario)
    population, signal = scenario.population, scenario.collective.signal
    expected = staircase.feature_label(alpha, population.p0, signal.to, 2)
    assert curve(alpha) == pytest.approx(expected, abs=1e-12)
    assert (curve.attained(alpha) == alpha).all()
    assert curve.trainings == 200


def test_a_response_platform_is_its_curve() -> None:
    curve = gs.success_curve("watts-cascade")  # its ten thousand users are not even made
    alpha = np.linspace(0, 1, 11)
    known = gs.load("watts-cascade").platform.curve
    assert curve(alpha).tolist() == [known(np.array([share]))[0] for share in alpha]
    assert curve.attained(0.123456) == 0.123456
    assert curve.trainings == 0


def test_the_network_says_how_many_users_there_are(planting: gs.Scenario) -> None:
    curve = gs.success_curve(planting.replace({"network": {"kind": "named", "name": "karate"}}))
    assert curve.attained(0.02) == 1 / 34


def test_dynamics_make_no_difference(planting: gs.Scenario) -> None:
    wild = planting.replace(
        {
            "network": {"kind": "watts-strogatz", "degree": 4},
            "decision": "best-response",
            "payoff": {"cost": 0.4, "peer_pressure": 0.1},
            "collective.seeding": "neighbourhood",
            "collective.compliance": 0.3,
            "platform.memory": "all",
        }
    )
    assert gs.success_curve(wild)(0.05) == gs.success_curve(planting)(0.05)


def test_what_cannot_be_drawn_is_refused(folder: Path) -> None:
    with pytest.raises(ScenarioError, match=r"collective\.strategy: 'none' has no success"):
        gs.success_curve(gs.load("signal-planting").replace({"collective.strategy": "none"}))
    (folder / "people.csv").unlink()
    with pytest.raises(ScenarioError, match=r"small\.toml:6: population\.path"):
        gs.success_curve(folder / "small.toml")
    with pytest.raises(ValueError, match=r"alpha must lie in \[0, 1\], found 1.5"):
        gs.success_curve("bayes-step")(1.5)


def test_a_curve_lets_go_of_its_models(planting: gs.Scenario) -> None:
    curve = gs.success_curve(planting, replicates=1)
    curve(0.1)
    model = weakref.ref(curve._replicates[0, 0].model)
    del curve
    gc.collect()
    assert model() is None
