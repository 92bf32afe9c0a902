"""Everything wrong with the data is said at once, and odd data are pointed out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import groundswell as gs
from groundswell.problems import ScenarioError
from groundswell.randomness import Streams
from groundswell.world import build_world


def settings(path: Path) -> dict:
    return {
        "name": "people",
        "rounds": 1,
        "population": {"kind": "table", "path": str(path), "label": "y"},
        "decision": "fixed",
        "collective": {
            "seeds": 2,
            "strategy": {"kind": "feature-label", "target": "b"},
            "signal": {"kind": "set-features", "features": {"x": 1.0}},
        },
        "platform": {"kind": "learning", "learner": "tree"},
    }


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    lines = [f"{i},{'pqr'[i % 3]},{'ab'[i % 2]}" for i in range(40)]
    path.write_text("\n".join(["x,job,y", *lines]) + "\n")
    return path


def test_settings_that_do_not_fit_the_data_are_all_named(table: Path) -> None:
    scenario = gs.load(settings(table)).replace(
        {
            "collective.strategy.target": "high",
            "collective.seeds": 5000,
            "network": {"kind": "ring", "degree": 600},
            "payoff.cost": {"kind": "column", "column": "xx"},
        }
    )
    with pytest.raises(ScenarioError) as caught:
        build_world(scenario, Streams(0))
    keys = {problem.key for problem in caught.value.problems}
    assert keys == {
        ("collective", "strategy", "target"),
        ("collective", "seeds"),
        ("network", "degree"),
        ("payoff", "cost"),
    }


def test_every_feature_of_a_signal_is_checked(table: Path) -> None:
    features = {"job": "zz", "x": "three", "foo": 1.0}
    scenario = gs.load(settings(table)).replace({"collective.signal.features": features})
    with pytest.raises(ScenarioError) as caught:
        build_world(scenario, Streams(0))
    assert [problem.key[-1] for problem in caught.value.problems] == ["job", "x", "foo"]


def test_a_stray_cell_in_a_column_of_numbers_is_pointed_out(table: Path) -> None:
    table.write_text(table.read_text().replace("\n7,", "\nn/a,"))
    scenario = gs.load(settings(table)).replace({"collective.signal.features": {"job": "p"}})
    (note,) = build_world(scenario, Streams(0)).notes
    assert note == (
        "column 'x' is read as 40 categories and not as numbers, because of 'n/a' in line 9"
    )


@pytest.mark.parametrize("cell", ["inf", "n/a", "7\0"])
@pytest.mark.parametrize(
    ("kind", "message"),
    [("set-features", "column 'x' has no category '2.5'"), ("shift", "column 'x' is not numeric")],
)
def test_the_cell_that_makes_a_column_categorical_is_named(
    table: Path, cell: str, kind: str, message: str
) -> None:
    table.write_text(table.read_text().replace("\n7,", f"\n{cell},"))
    signal = {"kind": kind, "features": {"x": 2.5}}
    scenario = gs.load(settings(table)).replace({"collective.signal": signal})
    with pytest.raises(ScenarioError) as caught:
        build_world(scenario, Streams(0))
    (problem,) = caught.value.problems
    assert problem.message == (
        f"{message}; column 'x' is read as 40 categories and not as numbers, because of {cell!r} "
        f"in line 9 of '{table.name}'"
    )


def test_parquet_with_lists_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lists.parquet"
    pd.DataFrame({"x": [[1], [2]], "y": ["a", "b"]}).to_parquet(path)
    with pytest.raises(ScenarioError, match=r"column 'x' of .* holds lists"):
        build_world(gs.load(settings(path)), Streams(0))


def test_replicates_have_their_own_mesa_randomness(table: Path) -> None:
    draws = {
        gs.CollectiveActionModel(settings(table), replicate=replicate).random.random()
        for replicate in range(3)
    }
    assert len(draws) == 3


def test_a_model_stops_running_after_its_rounds(table: Path) -> None:
    model = gs.CollectiveActionModel(gs.load(settings(table)).replace({"rounds": 4}))
    model.run_model()
    assert model.round == 4
