"""What analyses refuse, and how they say so."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from groundswell.analysis import bifurcation, markov, participation, replicates
from groundswell.analysis.finite_game import game
from groundswell.analysis.tables import as_curve


def flat(alpha: float) -> float:
    """Success that does not depend on the share."""
    return 0.5


def test_a_stationary_law_is_of_users_who_revise_one_by_one() -> None:
    two = game(flat, [0.1, 0.2])
    with pytest.raises(ValueError, match="activation must be random or sequential, found all"):
        markov.chain(two, rationality=1.0, activation="all")
    with pytest.raises(ValueError, match="belief must be curve or last, found never"):
        markov.counts(game(flat, [0.1, 0.1]), rationality=1.0, belief="never")


def test_the_order_of_few_users_only_is_gone_through() -> None:
    many = game(flat, [0.1] * (markov.MOST_SEQUENTIAL + 1))
    said = f"at most {markov.MOST_SEQUENTIAL} users may be sequential, found {many.users}"
    with pytest.raises(ValueError, match=said):
        markov.chain(many, rationality=1.0, activation="sequential")


def test_success_that_drives_members_away_is_never_needed() -> None:
    assert participation.needed_success(0.0, spillover=1.0) == math.inf
    said = r"cost must be at least 0 where spillover >= 1, found -0\.1"
    with pytest.raises(ValueError, match=said):
        participation.needed_success(-0.1, spillover=1.0)


def test_a_parameter_that_is_varied_has_no_value_of_its_own() -> None:
    with pytest.raises(ValueError, match="'benefit' is varied; leave its own value out"):
        bifurcation.branches(flat, 0.2, "benefit", [0.5, 1.0], benefit=1.0)


def test_without_a_measured_value_nobody_knows_how_many_runs_are_needed() -> None:
    with pytest.raises(ValueError, match="no run has a measured success"):
        replicates.replicates_needed([math.nan, math.nan], 0.1, value="success")


def test_a_curve_needs_a_measured_success() -> None:
    table = pd.DataFrame({"alpha": [0.1, 0.2], "success": [math.nan, math.nan]})
    with pytest.raises(ValueError, match="the table holds no measured success"):
        as_curve(table)
