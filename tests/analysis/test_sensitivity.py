"""Elementary effects, Sobol indices, the seed's share, and how many replicates are enough."""

from __future__ import annotations

from math import pi
from types import SimpleNamespace
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import groundswell as gs
from groundswell.analysis import sensitivity
from groundswell.analysis.intervals import student, wilson
from groundswell.analysis.replicates import for_mean, for_probability
from groundswell.platform.curve import Curve
from groundswell.scenarios.sweeping import tasks

A, B = 7, 0.1
KEYS = [f"platform.curve.x{i}" for i in (1, 2, 3)]
TABLE = "parameter", "S1", "S1_conf", "ST", "ST_conf"


class Ishigami(Curve):
    """Success is the Ishigami function of three parameters, whoever takes part."""

    kind: Literal["ishigami"] = "ishigami"
    x1: float = 0.0
    """First parameter."""
    x2: float = 0.0
    """Second parameter."""
    x3: float = 0.0
    """Third parameter."""

    def __call__(self, alpha):
        return np.full(np.shape(alpha), ishigami(self.x1, self.x2, self.x3))


def ishigami(x1, x2, x3):
    return np.sin(x1) + A * np.sin(x2) ** 2 + B * x3**4 * np.sin(x1)


def closed_form() -> tuple[np.ndarray, np.ndarray]:
    """First-order and total indices."""
    one = (1 + B * pi**4 / 5) ** 2 / 2
    two, both = A**2 / 8, B**2 * pi**8 * (1 / 18 - 1 / 50)
    total = one + two + both
    return np.array([one, two, 0]) / total, np.array([one + both, two, both]) / total


def scenario(replicates: int = 1, **sweep) -> gs.Scenario:
    ranges = {key: [-pi, pi] for key in KEYS}
    return gs.load(
        {
            "name": "ishigami",
            "rounds": 1,
            "replicates": replicates,
            "population": {"kind": "blank", "users": 1},
            "decision": "fixed",
            "platform": {"kind": "response", "curve": "ishigami"},
            "sweep": {name: {"ranges": ranges, **design} for name, design in sweep.items()},
        }
    )


def computed(study: gs.Scenario, noise: float = 0.0, **more) -> SimpleNamespace:
    """What a sweep would give, without the runner: points in any order, by their settings."""
    work = tasks(study)
    values = [ishigami(*(task.settings[key] for key in KEYS)) for task in work]
    shocks = np.random.default_rng(1).normal(0, noise, len(work))
    runs = pd.DataFrame(
        {
            "run": np.arange(len(work)),
            "replicate": [task.replicate for task in work],
            "seed": 0,
            "status": "ok",
            **{key: [task.settings[key] for task in work] for key in KEYS},
        }
    )
    series = pd.DataFrame({"run": runs["run"], "round": 1, "success": values + shocks})
    shuffled = runs.sample(frac=1, random_state=1).reset_index(drop=True)
    return SimpleNamespace(scenario=study, runs=shuffled, series=series, **more)


def test_sobol_indices_equal_the_closed_form() -> None:
    result = computed(scenario(saltelli={"points": 2048}))
    found = sensitivity.sobol(result, "success")
    first, total = closed_form()
    assert tuple(found.columns) == TABLE
    assert found["parameter"].tolist() == KEYS
    assert np.abs(found["S1"] - first).max() < 0.02
    assert np.abs(found["ST"] - total).max() < 0.02
    assert (np.abs(found["S1"] - first) < 2 * found["S1_conf"] + 1e-3).all()


@pytest.mark.slow
def test_sobol_indices_equal_the_closed_form_through_the_runner() -> None:
    result = gs.sweep(scenario(saltelli={"points": 2048}), workers=2)
    found = sensitivity.sobol(result, "success")
    first, total = closed_form()
    assert np.abs(found["S1"] - first).max() < 0.02
    assert np.abs(found["ST"] - total).max() < 0.02


def test_the_runner_gives_what_was_computed(tmp_path) -> None:
    study = scenario(saltelli={"points": 16}, replicates=2)
    expected = sensitivity.sobol(computed(study), "success")
    result = gs.sweep(study, out=tmp_path / "out")
    pd.testing.assert_frame_equal(sensitivity.sobol(result, "success"), expected)
    saved = gs.open(tmp_path / "out")
    pd.testing.assert_frame_equal(sensitivity.sobol(saved, "success"), expected)
    per_run = saved.series.groupby("run", as_index=False)["success"].max()
    table = per_run.rename(columns={"success": "most"})
    pd.testing.assert_frame_equal(sensitivity.sobol(saved, "most", table=table), expected)


def test_pairs() -> None:
    result = computed(scenario(saltelli={"points": 2048, "second_order": True}))
    found = sensitivity.interactions(result, "success").set_index(["parameter", "other"])
    _, total = closed_form()
    assert found.loc[(KEYS[0], KEYS[2]), "S2"] == pytest.approx(total[2], abs=0.03)
    assert found.loc[(KEYS[0], KEYS[1]), "S2"] == pytest.approx(0, abs=0.03)
    with pytest.raises(ValueError, match="second_order = true"):
        sensitivity.interactions(computed(scenario(saltelli={"points": 8})), "success")


def test_noise_counts_as_interaction_and_replicates_lower_it() -> None:
    _, total = closed_form()
    once = sensitivity.sobol(computed(scenario(saltelli={"points": 1024}), noise=3.0), "success")
    study = scenario(saltelli={"points": 1024}, replicates=16)
    often = sensitivity.sobol(computed(study, noise=3.0), "success")
    assert (once["ST"] - total).min() > 0.15
    assert np.abs(often["ST"] - total).max() < 0.08


def test_elementary_effects_of_a_linear_function_are_its_slopes() -> None:
    study = scenario(morris={"trajectories": 6})
    result = computed(study)
    slopes = np.array([2.0, -1.0, 0.0])
    table = result.runs[["run"]].assign(y=result.runs[KEYS].to_numpy() @ slopes)
    found = sensitivity.morris(result, "y", table=table)
    assert found["parameter"].tolist() == KEYS
    np.testing.assert_allclose(found["mu"], slopes * 2 * pi, atol=1e-9)
    np.testing.assert_allclose(found["mu_star"], np.abs(slopes) * 2 * pi, atol=1e-9)
    np.testing.assert_allclose(found[["sigma", "mu_star_conf"]], 0, atol=1e-9)


def test_elementary_effects_see_interactions() -> None:
    found = sensitivity.morris(computed(scenario(morris={"trajectories": 200})), "success")
    assert found["mu_star"][2] > 0.5
    assert np.abs(found["mu"][2]) < found["mu_star"][2]
    assert (found["sigma"] > 0.5).all()


def test_integers_may_share_points() -> None:
    study = {
        "name": "integers",
        "rounds": 1,
        "population": {"kind": "blank", "users": 10},
        "decision": "fixed",
        "platform": {"kind": "response", "curve": "logistic"},
        "sweep": {"morris": {"ranges": {"collective.seeds": [1, 7], "payoff.benefit": [0.0, 1.0]}}},
    }
    found = sensitivity.morris(gs.sweep(study), "alpha")
    assert found["mu_star"].tolist() == pytest.approx([0.6, 0])


@pytest.mark.parametrize("lost", ["failed", "diverged", "gone", "unmeasured"])
def test_missing_runs_are_said_and_do_not_shift_others(lost: str) -> None:
    result = computed(scenario(saltelli={"points": 8}, replicates=2))
    gone = result.runs["run"].iloc[:3]
    if lost == "gone":
        result.runs = result.runs.iloc[3:]
    elif lost == "unmeasured":
        result.series.loc[result.series["run"].isin(gone), "success"] = np.nan
    else:
        result.runs.loc[:2, "status"] = lost
    with pytest.raises(ValueError, match="3 of 80 runs have no 'success': they failed, diverged"):
        sensitivity.sobol(result, "success")


def test_other_sweeps_are_refused() -> None:
    result = computed(scenario(morris={"trajectories": 2}))
    with pytest.raises(ValueError, match=r"the result of a sweep with \[sweep.saltelli\]"):
        sensitivity.sobol(result, "success")
    with pytest.raises(ValueError, match=r"with \[sweep.morris\]"):
        sensitivity.morris(pd.DataFrame({"success": [1.0]}), "success")
    result = computed(scenario(saltelli={"points": 2}))
    result.series["success"] = 1.0
    with pytest.raises(ValueError, match="'success' is 1 in all runs"):
        sensitivity.sobol(result, "success")
    with pytest.raises(ValueError, match="no column 'suces'"):
        sensitivity.sobol(result, "suces")
    twice = pd.DataFrame({"run": [1, 1], "y": [0.1, 0.2]})
    with pytest.raises(ValueError, match="several rows of one run"):
        sensitivity.sobol(result, "y", table=twice)


@pytest.mark.parametrize("common", [False, True])
def test_the_share_of_the_seed_is_estimated_without_bias(common: bool) -> None:
    """Also where replicates have the same luck at all points."""
    rng = np.random.default_rng(2)
    means, found = np.array([0.0, 1.0, 3.0]), []
    for _ in range(1000):
        luck = rng.normal(0, 1, 4) if common else rng.normal(0, 1, (3, 4))
        table = pd.DataFrame(
            {
                "x": np.repeat([0, 1, 2], 4),
                "replicate": np.tile(range(4), 3),
                "alpha": (means[:, None] + luck).ravel(),
            }
        )
        found.append(sensitivity.seed_share(table, by=["x"]).iloc[0])
    mean = pd.DataFrame(found).mean()
    assert mean["between"] == pytest.approx(means.var(), abs=0.1)
    assert mean["within"] == pytest.approx(1, abs=0.05)
    assert mean["points"] == 3
    assert mean["replicates"] == 4


def test_the_share_of_the_seed_needs_all_replicates() -> None:
    table = pd.DataFrame({"x": [0, 1], "replicate": 0, "alpha": [0.1, 0.2]})
    with pytest.raises(ValueError, match="needs replicates"):
        sensitivity.seed_share(table, by=["x"])
    table = pd.DataFrame({"x": [0, 0, 1], "replicate": [0, 1, 0], "alpha": [0.1, 0.2, 0.3]})
    with pytest.raises(ValueError, match="1 of 4 runs have no 'alpha'"):
        sensitivity.seed_share(table, by=["x"])


@pytest.mark.parametrize("half_width", [0.5, 0.1, 0.02])
def test_the_planner_finds_the_smallest_number(half_width: float) -> None:
    def wide(number: int) -> float:
        return stats.t.ppf(0.975, number - 1) * 0.3 / np.sqrt(number)

    number = for_mean(0.3, half_width)
    assert wide(number) <= half_width
    assert number == 2 or wide(number - 1) > half_width

    def wilson_width(number: int) -> float:
        low, high = wilson(0.25 * number, number)
        return float(high - low) / 2

    number = for_probability(0.25, half_width)
    assert wilson_width(number) <= half_width
    assert number == 1 or wilson_width(number - 1) > half_width


def test_that_many_replicates_give_the_width_on_average() -> None:
    rng = np.random.default_rng(3)
    number = int(sensitivity.replicates_needed(rng.normal(0, 2, 400), 0.5)["needed"].item())
    widths = [np.diff(student(rng.normal(0, 2, number)))[0] / 2 for _ in range(2000)]
    assert np.mean(widths) == pytest.approx(0.5, rel=0.05)


def test_a_plan_for_each_point() -> None:
    result = computed(scenario(latin={"points": 3}, replicates=5), noise=0.1)
    found = sensitivity.replicates_needed(result, 0.05, value="success")
    assert list(found) == [*KEYS, "runs", "mean", "sd", "half_width", "needed"]
    assert found["runs"].tolist() == [5, 5, 5]
    tipped = result.series[["run"]].assign(tipped=result.series["success"] > 0)
    found = sensitivity.replicates_needed(result, 0.1, value="tipped", table=tipped)
    assert found["needed"].between(16, 93).all()
    one = sensitivity.replicates_needed([0.3], 0.1)
    assert np.isnan(one["needed"].item())
    with pytest.raises(ValueError, match="half_width"):
        sensitivity.replicates_needed([0.3, 0.4], 0)
