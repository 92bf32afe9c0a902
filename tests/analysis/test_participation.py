"""When a collective sustains itself, and where one of any size ends."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import groundswell as gs
from groundswell.analysis import participation


def logistic(alpha):
    return 1 / (1 + np.exp(-20 * (np.asarray(alpha) - 0.3)))


@given(st.floats(0.05, 0.6), st.floats(0, 0.3), st.floats(0.9, 3))
def test_the_smallest_share_inverts_the_curve(cost: float, spillover: float, worth: float) -> None:
    found = participation.smallest_share(
        logistic, cost, spillover=spillover, benefit=worth, tolerance=1e-9
    )
    needed = participation.needed_success(cost, spillover=spillover, benefit=worth)
    assert needed == pytest.approx(cost / (worth * (1 - spillover)))
    inverse = 0.3 + math.log(needed / (1 - needed)) / 20
    assert found == pytest.approx(max(inverse, 0), abs=2e-9)


def test_no_share_sustains_what_costs_too_much() -> None:
    assert math.isnan(participation.smallest_share(logistic, 1.0))
    assert math.isnan(participation.smallest_share(logistic, 0.0, spillover=1.0))
    assert participation.needed_success(0.1, spillover=1.5) == math.inf


def test_success_must_be_above_what_is_needed_not_at_it() -> None:
    def step(alpha: float) -> float:
        return float(alpha >= 0.1)

    assert participation.smallest_share(step, 0.0, tolerance=1e-9) == pytest.approx(0.1)
    assert math.isnan(participation.smallest_share(step, 1.0))
    assert participation.smallest_share(lambda alpha: 1.0, 0.5) == 0
    assert not participation.sustains_itself(0.5, 0.4, spillover=0.2)


def test_a_table_is_as_good_as_a_curve() -> None:
    table = pd.DataFrame({"alpha": [0, 0, 0.5, 1], "success": [0, 0.2, 0.5, 1.0]})
    assert participation.smallest_share(table, 0.3, tolerance=1e-9) == pytest.approx(0.25)
    intervals = participation.basins(table, 0.3, tolerance=1e-9)
    assert intervals["low"].tolist() == pytest.approx([0, 0.25])


def test_runs_of_several_settings_are_no_curve() -> None:
    result = gs.sweep(MIXED)
    with pytest.raises(ValueError, match=r"'payoff\.cost' varies"):
        participation.basins(result, 0.3)


MIXED = {
    "name": "mixed",
    "rounds": 1,
    "population": {"kind": "blank", "users": 10},
    "decision": "fixed",
    "platform": {"kind": "response", "curve": "logistic"},
    "sweep": {"grid": {"payoff.cost": [0.1, 0.2], "collective.seeds": [0, 5]}},
}


def test_basins_of_a_success_that_rises_and_falls() -> None:
    def hill(alpha: float) -> float:
        return 4 * alpha * (1 - alpha)

    found = participation.basins(hill, 0.75, tolerance=1e-10)
    assert found["direction"].tolist() == ["shrinks", "grows", "shrinks"]
    assert found["low"].tolist() == pytest.approx([0, 0.25, 0.75])
    assert found["high"].tolist() == pytest.approx([0.25, 0.75, 1])
    assert found["ends"].tolist() == pytest.approx([0, 0.75, 0.75])


def test_where_nothing_is_at_stake_nobody_moves() -> None:
    found = participation.basins(lambda alpha: float(alpha >= 0.4), 0.0, tolerance=1e-9)
    assert found["direction"].tolist() == ["stays", "grows"]
    assert found["low"].tolist() == pytest.approx([0, 0.4])
    assert np.isnan(found["ends"][0])


def test_a_touching_share_is_no_stretch() -> None:
    found = participation.basins(lambda alpha: 0.5 - abs(alpha - 0.5), 0.5)
    assert found["direction"].tolist() == ["shrinks"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"cost": math.nan},
        {"cost": 0.1, "spillover": -0.1},
        {"cost": 0.1, "benefit": 0.0},
        {"cost": -0.1, "spillover": 1.0},
    ],
)
def test_numbers_outside_their_domain_are_refused(arguments) -> None:
    with pytest.raises(ValueError, match="must"):
        participation.needed_success(**arguments)


@pytest.mark.parametrize("start", [0.1, 0.22, 0.28, 0.5, 0.7, 0.8, 1.0])
def test_simulated_collectives_end_where_the_basins_say(start: float) -> None:
    """The hill again, N = 2,000: an interior resting point, approached by small steps."""
    alpha = np.linspace(0, 1, 201)
    curve = {
        "kind": "table",
        "alpha": alpha.tolist(),
        "success": (4 * alpha * (1 - alpha)).tolist(),
    }
    scenario = gs.load("hardt-participation").replace(
        {
            "population.users": 2000,
            "rounds": 400,
            "payoff.cost": 0.75,
            "payoff.spillover": 0.0,
            "decision": {
                "kind": "best-response",
                "activation": {"kind": "inertial", "revision": 0.02},
            },
            "collective.seeds": start,
            "platform.curve": curve,
        }
    )
    final = gs.run(scenario).series["member_share"].iloc[-1]
    intervals = participation.basins(lambda share: 4 * share * (1 - share), 0.75)
    inside = intervals[(intervals["low"] <= start) & (start <= intervals["high"])].iloc[-1]
    assert final == pytest.approx(inside["ends"], abs=0.025)
