"""Gradient strategies in runs: signatures 12 and 13 of theory.md, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

import groundswell as gs
from groundswell.agents.hull import apportioned, nearest
from groundswell.analysis import gradient_bounds
from groundswell.platform.learners.objective import ConvexObjective
from groundswell.problems import ScenarioError

CELLS, LABELS = 6, 3


def neutralizing(seed: int = 0, loss: str = "logistic", **strategy: Any) -> gs.Scenario:
    """A random P0, and as θ* what would be learned from another random law on the same points."""
    scenario = gs.load(
        {
            "name": "neutralizing",
            "rounds": 1,
            "seed": seed,
            "population": {"kind": "categorical", "users": 1000, "cells": CELLS, "labels": LABELS},
            "decision": "fixed",
            "collective": {"strategy": {"kind": "gradient-neutralizing", "target": 1}},
            "platform": {"kind": "learning", "learner": {"kind": "convex", "law": True}},
        }
    ).replace({"platform.learner.loss": loss})
    law = gs.CollectiveActionModel(scenario).world.source.law
    other = np.random.default_rng(seed).dirichlet(np.full(CELLS * LABELS, 5.0))
    objective = ConvexObjective(gs_schema(scenario), loss, 0.01)
    theta = objective.solve(type(law)(law.X, law.y, other))
    return scenario.replace(
        {f"collective.strategy.{k}": v for k, v in {"target": theta.tolist(), **strategy}.items()}
    )


def gs_schema(scenario: gs.Scenario) -> Any:
    return gs.CollectiveActionModel(scenario).world.source.schema


def last(scenario: gs.Scenario, seeds: float) -> Any:
    return gs.run(scenario.replace({"collective.seeds": seeds})).series.iloc[-1]


def mass(scenario: gs.Scenario) -> float:
    """B/(B+Gmax), put together from the objective and every cell with every label."""
    aim = gs.CollectiveActionModel(scenario).campaign.context.aim
    pull = aim.objective.mean_gradient(aim.base, aim.target)
    longest = gradient_bounds.reach(aim.objective.gradients(aim.base, aim.target), pull)
    return gradient_bounds.gradient_neutralizing_mass(np.linalg.norm(pull), longest)


@pytest.mark.parametrize("loss", ["logistic", "squared"])
@pytest.mark.parametrize("seed", range(6))
def test_signature_12_neutralizing_is_exact_from_the_critical_mass_on(seed: int, loss: str) -> None:
    scenario = neutralizing(seed, loss)
    critical = mass(scenario)
    just_enough = int(np.ceil(critical * 1000))
    assert 10 < just_enough < 900
    for members in (just_enough, just_enough + 1, (just_enough + 1000) // 2, 1000):
        row = last(scenario, members)
        assert abs(1 - row["success"]) <= 1e-9
        assert row["bound"] == pytest.approx(1, abs=1e-12)
    for members in (just_enough - 1, just_enough * 2 // 3, just_enough // 3):
        row = last(scenario, members)
        assert 1 - row["success"] > 1e-9
        assert row["bound"] < 1
        assert row["bound"] <= row["success"] + 1e-9


def test_the_bound_is_the_theorem_in_terms_of_the_normalised_success() -> None:
    scenario = neutralizing(2)
    aim = gs.CollectiveActionModel(scenario).campaign.context.aim
    pull = aim.pull(aim.base)
    distance = gradient_bounds.gradient_neutralizing_distance(
        0.05,
        base_gradient=np.linalg.norm(pull),
        reach=gradient_bounds.reach(aim.gradients, pull),
        convexity=0.01,
    )
    row = last(scenario, 50)
    assert row["bound"] == pytest.approx(1 - distance / aim.distance, rel=1e-12)
    assert np.isnan(row["bayes_reference"])
    assert np.isnan([row["placebo"], row["success_others"]]).all()


def test_success_is_the_share_of_the_way_to_the_target() -> None:
    scenario = neutralizing(1)
    model = gs.CollectiveActionModel(scenario.replace({"collective.seeds": 100}))
    law, objective = (
        model.world.source.law,
        ConvexObjective(model.platform.schema, "logistic", 0.01),
    )
    target, start = np.array(scenario.collective.strategy.target), objective.solve(law)
    left = np.linalg.norm(model.platform.classifier.parameters - target)
    row = model.recorder.rows[-1]
    assert row["success"] == pytest.approx(1 - left / np.linalg.norm(start - target), abs=1e-12)
    assert row["lift"] == pytest.approx(row["success"], abs=1e-12), "S(0) is 0"
    assert last(scenario, 0)["success"] == pytest.approx(0, abs=1e-12)


def test_a_label_as_target_means_half_of_p0_relabelled() -> None:
    """So a collective of half the users has what it takes: it may do just that."""
    to = [0, 0, 0, 3, 3, 3]
    scenario = neutralizing(4, target=1).replace({"collective.signal": {"kind": "cells", "to": to}})
    aim = gs.CollectiveActionModel(scenario).campaign.context.aim
    half = gs.load(scenario).replace(
        {"collective.strategy": {"kind": "feature-label", "target": 1}, "collective.seeds": 500}
    )
    fitted = gs.CollectiveActionModel(half).platform.classifier
    np.testing.assert_allclose(fitted.parameters, aim.target, atol=1e-12)
    assert abs(1 - last(scenario, 500)["success"]) <= 1e-9


def test_real_users_are_as_good_as_whole_numbers_allow() -> None:
    """Rows instead of the law: what is left is rounding, and shrinks with the number of users."""
    left = []
    for users in (1_000, 100_000):
        scenario = neutralizing(3).replace(
            {"platform.learner.law": False, "population.users": users}
        )
        row = last(scenario, 0.8)
        assert np.isnan(row["bound"])
        left.append(1 - row["success"])
    assert 0 < left[1] < left[0] / 10
    assert left[0] < 0.1


@pytest.mark.parametrize("law", [True, False])
def test_free_labels_are_exact_however_small_the_collective(law: bool) -> None:
    scenario = neutralizing(5, "squared", labels="free").replace({"platform.learner.law": law})
    for share in (0.1, 0.5, 1.0):
        assert abs(1 - last(scenario, share)["success"]) <= 1e-9
    assert last(scenario, 0)["success"] == pytest.approx(0, abs=1e-12)


def test_free_labels_keep_members_features() -> None:
    scenario = neutralizing(5, "squared", labels="free").replace({"platform.learner.law": False})
    model = gs.CollectiveActionModel(scenario.replace({"collective.seeds": 100}))
    sent = model.platform.history[-1]
    np.testing.assert_array_equal(sent.points.X, model.world.rows.points.X)
    plain = np.eye(LABELS)[model.world.rows.points.y]
    same = (sent.points.label_values == plain).all(axis=1)
    np.testing.assert_array_equal(same, ~sent.planted)


def test_compliance_is_what_alpha_counts() -> None:
    scenario = neutralizing(0).replace({"collective.compliance": 0.5})
    members = 2 * int(np.ceil(mass(scenario) * 1000))
    if members > 1000:
        pytest.skip("the mass is too large to be doubled")
    row = last(scenario, members)
    assert row["alpha"] == members / 2000
    assert abs(1 - row["success"]) <= 1e-9


def test_nearest_point_of_a_hull() -> None:
    """Against a general solver, inside and outside."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        cloud, target = rng.normal(size=(8, 3)), 2 * rng.normal(size=3)
        weights = nearest(cloud, target)
        assert weights.min() >= 0
        assert weights.sum() == pytest.approx(1, abs=1e-15)
        other = minimize(
            lambda w, c=cloud, t=target: ((w @ c - t) ** 2).sum(),
            np.full(8, 1 / 8),
            bounds=[(0, 1)] * 8,
            constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
            tol=1e-14,
        )
        np.testing.assert_allclose(weights @ cloud, other.x @ cloud, atol=1e-5)
        inside = rng.dirichlet(np.ones(8)) @ cloud
        np.testing.assert_allclose(nearest(cloud, inside) @ cloud, inside, atol=1e-14)


def test_apportionment_is_within_one_of_the_quota() -> None:
    rng = np.random.default_rng(1)
    for count in (0, 1, 7, 1000):
        weights = rng.dirichlet(np.full(20, 0.2))
        counts = apportioned(weights, count)
        assert counts.sum() == count
        assert (np.abs(counts - weights * count) < 1).all()


def control(seed: int = 0, **settings: Any) -> gs.Scenario:
    return gs.load(
        {
            "name": "control",
            "rounds": 1,
            "seed": seed,
            "population": "digits",
            "decision": "fixed",
            "collective": {
                "seeds": 0.3,
                "strategy": {"kind": "gradient-control", "target": 3, "bound": 4.0},
                "signal": {"kind": "pixels", "pixels": [7, 56]},
            },
            "platform": {
                "kind": "learning",
                "learner": {"kind": "descent", "hidden": [8], "steps": 60},
            },
        }
    ).replace(settings)


def promised(model: Any) -> float:
    """1 - ηC, with B measured on the honest rows between the start and the target."""
    sent, steering = model.platform.history[-1], model.campaign.steering
    honest, objective = sent.points.where(~sent.planted), model.campaign.context.aim.objective
    pulls = [
        np.linalg.norm(objective.mean_gradient(honest, steering.target + part * way))
        for way in [steering.start - steering.target]
        for part in np.linspace(0, 1, 101)
    ]
    speed = gradient_bounds.gradient_control_rate(
        model.platform.alpha,
        base_gradient=max(pulls),
        reach=4.0,
        distance=np.linalg.norm(steering.start - steering.target),
    )
    return 1 - model.platform.settings.learner.rate * float(speed)


@pytest.mark.parametrize("seed", range(5))
def test_signature_13_control_walks_straight_to_the_target(seed: int) -> None:
    for share in (0.2, 0.4):
        model = gs.CollectiveActionModel(control(seed, **{"collective.seeds": share}))
        distances = model.platform.classifier.distances
        steps, logs = np.arange(len(distances)), np.log(distances)
        slope, intercept = np.polyfit(steps, logs, 1)
        unexplained = ((logs - slope * steps - intercept) ** 2).sum()
        assert len(distances) == 61
        assert 1 - unexplained / ((logs - logs.mean()) ** 2).sum() >= 0.99
        assert np.exp(slope) == pytest.approx(promised(model), rel=0.05)
        np.testing.assert_allclose(distances[1:] / distances[:-1], promised(model), rtol=1e-9)


def test_greedy_control_is_never_behind_steady_control() -> None:
    for share in (0.05, 0.2):
        ends = []
        for pace in ("steady", "greedy"):
            changes = {"collective.seeds": share, "collective.strategy.pace": pace}
            model = gs.CollectiveActionModel(control(1, **changes))
            ends.append(model.platform.classifier.distances)
            assert model.outcome.lift == model.outcome.success - model.outcome.start
        assert (ends[1] <= ends[0] + 1e-12).all()


def test_nobody_controls_nothing() -> None:
    row = last(control(), 0)
    assert row["success"] == row["lift"] == 0
    assert last(control(), 1.0)["success"] == pytest.approx(1, abs=1e-3)


def test_control_with_real_points_is_judged_by_answers() -> None:
    """With enough members the network answers like θ*; members never leave the hull."""
    points = {
        "population": {"kind": "categorical", "users": 500, "cells": 5, "concentration": 0.5},
        "collective.strategy": {"kind": "gradient-control", "target": 1, "mode": "points"},
        "collective.signal": {"kind": "cells", "to": [0, 1, 2, 0, 0]},
    }
    agreement = []
    for seed in range(5):
        base = control(seed, **points, **{"platform.learner.hidden": [3]})
        agreement.append([last(base, share)["success"] for share in (0.0, 0.3, 0.8)])
    start, some, many = np.mean(agreement, axis=0)
    assert start < some <= many
    assert many == 1


@pytest.mark.parametrize("name", ["hardt-neutralizing", "hardt-control"])
def test_library_scenarios(name: str) -> None:
    scenario = gs.load(name)
    row = gs.run(scenario.replace({"replicates": 1})).series.iloc[-1]
    assert row["success"] > 0.99


NEUTRALIZING = {"kind": "gradient-neutralizing", "target": 1}
CONTROL = {"kind": "gradient-control", "target": 1, "bound": 1.0}
REFUSED = [
    (
        {"platform.learner": "tree"},
        "platform.learner: .*strongly convex.*'tree' is not; works: con",
    ),
    ({"platform.learner": "descent"}, "'descent' is not; works: convex"),
    ({"collective.strategy": CONTROL}, "full-batch gradient descent.*works: descent"),
    ({"platform": {"kind": "response", "curve": "logistic"}}, "'response' is not; works: convex"),
    ({"collective.strategy.labels": "free"}, "only a squared loss"),
    ({"platform.memory": "all"}, "platform.memory: .*works: current"),
    ({"collective.mistakes": 0.1}, "collective.mistakes: .*plant no signal"),
    (
        {
            "collective.strategy.target": [0.0, 1.0],
            "collective.signal": {"kind": "cells", "to": [0]},
        },
        "collective.signal: has no meaning",
    ),
    ({"population": {"kind": "digits"}, "platform.learner.law": True}, "needs a known P0.*law = f"),
    ({"collective.strategy.target": []}, "collective.strategy.target"),
    ({"collective.strategy": {**CONTROL, "bound": None}}, "needs 'bound'"),
    ({"collective.strategy": {**CONTROL, "mode": "points"}}, "no meaning with mode = 'points'"),
    ({"platform.learner.penalty": 0.0}, "penalty: should be greater than 0"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_what_cannot_work_is_refused_at_load_time(changes: dict[str, Any], message: str) -> None:
    base = gs.load(
        {
            "name": "refused",
            "population": {"kind": "categorical", "users": 100},
            "collective": {"strategy": NEUTRALIZING},
            "platform": {"kind": "learning", "learner": "convex"},
        }
    )
    with pytest.raises(ScenarioError, match=message):
        base.replace(changes)


def test_a_table_is_refused_by_the_learner(tmp_path: Any) -> None:
    (tmp_path / "data.csv").write_text("x,y\n1,a\n2,b\n", encoding="utf-8")
    settings = {
        "name": "table",
        "population": {"kind": "table", "path": str(tmp_path / "data.csv"), "label": "y"},
        "collective": {"strategy": {"kind": "gradient-neutralizing", "target": "a"}},
        "platform": {"kind": "learning", "learner": "convex"},
    }
    with pytest.raises(ScenarioError, match="it needs one of: categorical, digits"):
        gs.load(settings)


@pytest.mark.parametrize(
    ("target", "message"),
    [([0.0, 1.0], "the learner has 21 parameters, found 2"), ("z", "there is no label 'z'")],
)
def test_targets_that_do_not_fit_the_learner(target: Any, message: str) -> None:
    scenario = neutralizing().replace({"collective.strategy.target": target})
    with pytest.raises(ScenarioError, match=f"collective.strategy.target: {message}"):
        gs.run(scenario)


def test_other_bounds_do_not_speak_of_a_convex_learner() -> None:
    scenario = neutralizing().replace(
        {"collective.strategy": {"kind": "feature-label", "target": 1}}
    )
    assert np.isnan(last(scenario, 100)["bound"])
