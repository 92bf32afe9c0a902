"""Settings that change over the rounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import groundswell as gs
from groundswell.problems import ScenarioError
from groundswell.schedule import Course

GAME: dict[str, Any] = {
    "name": "game",
    "rounds": 60,
    "population": {"kind": "blank", "users": 500},
    "network": "complete",
    "decision": {"kind": "best-response"},
    "payoff": {"cost": {"kind": "normal", "mean": 0.5, "sd": 0.15, "quantiles": True}},
    "collective": {"seeds": 0.05, "committed": False},
    "platform": {
        "kind": "response",
        "curve": {"kind": "logistic", "midpoint": 0.3, "steepness": 20.0},
    },
}


def with_schedule(**changes: Any) -> gs.Scenario:
    courses = {key.replace("__", "."): course for key, course in changes.items()}
    return gs.load({**GAME, "schedule": courses})


points = st.lists(
    st.tuples(st.integers(0, 50), st.floats(-5, 5)), min_size=1, unique_by=lambda p: p[0]
).map(sorted)


@given(points, st.integers(0, 60))
def test_a_course_stays_between_its_neighbours(pairs: list[tuple[int, float]], number: int) -> None:
    for between in ("linear", "step"):
        course = Course.model_validate({"points": pairs, "between": between})
        value = course.at(number)
        before = [v for r, v in pairs if r <= number][-1:] or [pairs[0][1]]
        after = [v for r, v in pairs if r >= number][:1] or [pairs[-1][1]]
        low, high = sorted([*before, *after])[0], sorted([*before, *after])[-1]
        assert low - 1e-9 <= value <= high + 1e-9
        if between == "step" or number in dict(pairs):
            assert value == before[-1]


def test_a_constant_schedule_changes_nothing() -> None:
    plain = gs.run(GAME).series
    same = gs.run(with_schedule(payoff__benefit=[[0, 1.0], [40, 1.0]])).series
    assert plain.drop(columns="run").equals(same.drop(columns="run"))


def test_a_rising_benefit_tips_and_a_falling_one_does_not_tip_back() -> None:
    """Hysteresis: at the same benefit it is small on the way up, large on the way down."""
    course = [[0, 0.2], [100, 2.0], [200, 0.2]]
    seeds = {"collective.seeds": 0.22, "collective.committed": True, "rounds": 220}
    alpha = gs.run(with_schedule(payoff__benefit=course).replace(seeds)).series["alpha"].to_numpy()
    up, down = alpha[:100], alpha[200:100:-1]  # the same benefits
    assert (up <= down).all()
    assert (down - up).max() > 0.6
    assert alpha[-1] < 0.3


def test_thresholds_are_worked_out_again() -> None:
    rule = {"kind": "threshold", "of": "everybody", "activation": "synchronous", "threshold": 1.0}
    course = {"points": [[0, 1.0], [5, 0.04]], "between": "step"}
    collective = {"seeds": 0.05}
    scenario = gs.load(
        {**GAME, "decision": rule, "rounds": 8, "collective": collective,
         "schedule": {"decision.threshold": course}}
    )  # fmt: skip
    assert gs.run(scenario).series["members"].tolist() == [25] * 5 + [500] * 4


def test_parameters_of_distributions_keep_each_user_in_its_place() -> None:
    """Costs move together: the same draws, other numbers."""
    scenario = with_schedule(payoff__cost__mean=[[0, 0.5], [10, 0.9]])
    model = gs.CollectiveActionModel(scenario)
    before = model.columns["cost"].copy()
    for _ in range(10):
        model.step()
    np.testing.assert_allclose(model.columns["cost"] - before, 0.4)


def test_learners_and_compliance_follow() -> None:
    scenario = gs.load(
        {
            "name": "learns",
            "rounds": 4,
            "population": {"kind": "categorical", "users": 200, "p0": [[0.5, 0.1], [0.3, 0.1]]},
            "decision": "fixed",
            "collective": {
                "seeds": 0.5,
                "strategy": {"kind": "feature-label", "target": 1},
                "signal": {"kind": "cells", "to": [1, 1]},
            },
            "platform": {"kind": "learning", "learner": {"kind": "bayes", "plug_in": True}},
            "schedule": {
                "collective.compliance": {"points": [[0, 1.0], [2, 0.5]], "between": "step"},
                "platform.learner.epsilon": {"points": [[0, 0.0], [3, 0.4]], "between": "step"},
            },
        }
    )
    series = gs.run(scenario).series
    assert series["alpha"].tolist() == [0.5, 0.5, 0.25, 0.25, 0.25]
    assert series["success"].iloc[0] == 1
    assert series["success"].iloc[-1] == 0


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ({"network.degree": [[0, 4]]}, r"schedule\.network\.degree: is fixed when a run starts"),
        ({"population.users": [[0, 4]]}, "is fixed when a run starts"),
        ({"rounds": [[0, 4]]}, "is fixed when a run starts"),
        ({"collective.seeds": [[0, 4]]}, "is fixed when a run starts"),
        ({"payoff.cots": [[0, 1]]}, r"schedule\.payoff\.cots: unknown key; did you mean 'cost'"),
        (
            {"payoff.safety": [[0, 0], [4, -1]]},
            "in round 1: should be greater than or equal to 0, found -0.25",
        ),
        ({"payoff.cost": [[3, 1], [1, 2]]}, "rounds must ascend"),
        ({"payoff.cost": []}, r"pairs of a round and a value.*found \[\]"),
        ({"payoff.cost": 3}, "pairs of a round and a value.*found 3"),
        ({"payoff.cost": [[0]]}, r"pairs of a round and a value.*found \[0\]"),
        ({"payoff.cost": [[0.5, 1]]}, "rounds are whole numbers from 0, found 0.5"),
        ({"payoff.cost": [[-1, 1]]}, "rounds are whole numbers from 0, found -1"),
        ({"payoff.cost": [[0, "much"]]}, "values are finite numbers, found 'much'"),
        ({"payoff.cost": [[0, True]]}, "values are finite numbers, found True"),
        ({"payoff": {"cost": [[0, 1]]}}, "a dotted key goes in quotes"),
        ({"payoff.belief": [[0, 1]]}, "expected a kind"),
        ({"payoff.cost": [[99, 1]]}, "begins in round 99, after the last round, 60"),
        (
            {"payoff.cost": [[0, 1]], "payoff.cost.sd": [[0, 0.1]]},
            r"payoff\.cost\.sd: sets what 'payoff\.cost' sets",
        ),
        (
            {"decision.activation.revision": [[0, 0.2], [9, 1.2]]},
            r"revision: in round 8: a probability lies in \[0, 1\], found 1.08889",
        ),
    ],
)
def test_what_cannot_change_is_refused(schedule: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        gs.load({**GAME, "schedule": schedule})


def test_whole_numbers_need_steps() -> None:
    learner = {"kind": "learning", "learner": "knn"}
    base = {**GAME, "population": "digits", "platform": learner, "payoff": {"benefit": 0.0}}
    course = [[0, 1], [9, 5]]
    with pytest.raises(ScenarioError, match="valid integer"):
        gs.load({**base, "schedule": {"platform.learner.neighbours": course}})
    stepped = {"points": course, "between": "step"}
    gs.load({**base, "schedule": {"platform.learner.neighbours": stepped}})


def test_a_file_says_where() -> None:
    import tomllib

    text = '[schedule]\n"payoff.benefit" = [[0, 0.2], [50, 1.0]]\n'
    scenario = gs.load({**GAME, **tomllib.loads(text)})
    assert scenario.at(25).payoff.benefit.value == pytest.approx(0.6)
    assert scenario.schedule["payoff.benefit"].end == 50


def test_a_success_curve_leaves_the_schedule_out() -> None:
    """What is scheduled of users is not there where α is given."""
    rule = {"decision.kind": "logit", "decision.rationality": 4.0}
    courses = {"schedule": {"decision.rationality": [[0, 1.0], [9, 5.0]]}, "stop": "settled"}
    scenario = gs.load("quickstart").replace({**rule, **courses})
    assert gs.success_curve(scenario)(0.5) == gs.success_curve("quickstart")(0.5)


def test_values_that_are_drawn_must_fit_too() -> None:
    """Found when the data are read, before a round is run: the values are the users'."""
    spread = {"kind": "uniform", "low": 0.0, "high": 0.5}
    rule = {"kind": "contagion", "infection": spread, "recovery": 0.1}
    courses = {"decision.infection.high": [[0, 0.5], [3, 3.0]]}
    scenario = gs.load({**GAME, "decision": rule, "schedule": courses})
    message = r"schedule\.decision\.infection\.high: in round 1: a probability lies in"
    with pytest.raises(ScenarioError, match=message):
        gs.run(scenario)


def test_whole_numbers_change_in_steps() -> None:
    belief = {"payoff.belief.kind": "slope", "payoff.belief.window": 2}
    scenario = gs.load(GAME).replace(belief)
    course = {"points": [[0, 2], [3, 5]], "between": "linear"}
    with pytest.raises(ScenarioError, match=r"in round 1: .* found 3.0; use between = \"step\""):
        scenario.replace({"schedule": {"payoff.belief.window": course}})
    steps = scenario.replace({"schedule": {"payoff.belief.window": {**course, "between": "step"}}})
    assert [steps.at(number).payoff.belief.window for number in (0, 2, 3)] == [2, 2, 5]


@pytest.mark.parametrize("swept", ["payoff.cost", "payoff.cost.sd", "payoff"])
def test_a_sweep_does_not_vary_what_the_schedule_sets(swept: str) -> None:
    """The runs would be labelled with values that they never have."""
    values = [{"benefit": 2.0}] if swept == "payoff" else [0.1, 0.2]
    with pytest.raises(ScenarioError, match="sets what the sweep varies"):
        with_schedule(payoff__cost=[[0, 0.1], [9, 0.2]]).replace({"sweep.grid": {swept: values}})


def test_a_kind_that_lacks_parameters_is_blamed_in_a_sweep() -> None:
    grid = {"decision.kind": ["best-response", "contagion"]}
    message = r'decision\.kind\[1\]: with "contagion", decision\.infection: is missing'
    with pytest.raises(ScenarioError, match=message):
        gs.sweep({**GAME, "sweep": {"grid": grid}})


def test_what_is_wrong_only_just_before_a_step_is_found() -> None:
    """A line rises past a step that comes too late: in the last round before it."""
    cost = {"payoff.cost": {"kind": "uniform", "low": 0.0, "high": 1.0}}
    courses = {
        "payoff.cost.low": [[0, 0.0], [10, 1.0]],
        "payoff.cost.high": {"points": [[0, 0.5], [10, 2.0]], "between": "step"},
    }
    with pytest.raises(ScenarioError, match=r"in round 9: .*low = 0\.9 is above high = 0\.5"):
        gs.load(GAME).replace({**cost, "schedule": courses})
