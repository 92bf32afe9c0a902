"""What a sweep varies: grid, zip, table and designs, alone and together."""

from __future__ import annotations

import cProfile
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import groundswell as gs
from groundswell.problems import ScenarioError
from groundswell.scenarios.folder import refusal
from groundswell.scenarios.loading import load_with_origin
from groundswell.scenarios.sweeping import one_at_a_time, tasks

BLANK = {
    "name": "designs",
    "rounds": 2,
    "population": {"kind": "blank", "users": 20},
    "collective": {"seeds": 5},
    "platform": {"kind": "response", "curve": "logistic"},
}
BENEFIT, COST, SEEDS = "payoff.benefit", "payoff.cost", "collective.seeds"


def points(**sweep) -> list[dict]:
    work = tasks(gs.load(BLANK | {"sweep": sweep}))
    return [task.settings for task in work]


def refused(**sweep) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        points(**sweep)
    return error.value.lines


def test_zip_varies_settings_together() -> None:
    found = points(zip={BENEFIT: [1.0, 2.0], COST: [0.1, 0.2]})
    assert found == [{BENEFIT: 1.0, COST: 0.1}, {BENEFIT: 2.0, COST: 0.2}]


def test_grid_zip_and_a_design_are_multiplied() -> None:
    found = points(
        grid={SEEDS: [1, 2, 3]},
        zip={COST: [0.1, 0.2], "payoff.selective_incentive": [0.3, 0.4]},
        latin={"points": 5, "ranges": {BENEFIT: [0.5, 1.5]}},
    )
    assert len(found) == 3 * 2 * 5
    assert list(found[0]) == [SEEDS, COST, "payoff.selective_incentive", BENEFIT]
    assert len({tuple(point.values()) for point in found}) == 30


@pytest.mark.parametrize("design", ["latin", "sobol"])
def test_points_fill_ranges(design: str) -> None:
    found = points(
        **{design: {"points": 64, "ranges": {BENEFIT: [0.5, 1.5], SEEDS: [0.001, 0.1, "log"]}}}
    )
    benefit = np.sort([point[BENEFIT] for point in found])
    seeds = np.sort([point[SEEDS] for point in found])
    # One point in each 64th of each range, of the logarithm where it is asked for.
    assert (np.floor((benefit - 0.5) * 64) == np.arange(64)).all()
    assert (np.floor(np.log(seeds / 0.001) / np.log(100) * 64) == np.arange(64)).all()


def test_integers_are_as_likely_as_each_other_and_equal_points_count_once() -> None:
    design = {"points": 64, "ranges": {SEEDS: [1, 4], "rounds": [1, 2]}}
    found = points(sobol=design)
    assert len(found) == 8
    assert {(point[SEEDS], point["rounds"]) for point in found} == {
        (seeds, rounds) for seeds in (1, 2, 3, 4) for rounds in (1, 2)
    }
    assert all(isinstance(point[SEEDS], int) for point in found)
    unit = gs.load(BLANK | {"sweep": {"sobol": design}}).sweep.sobol.spread(0)
    assert [unit.count((s, r)) for s in (1, 2, 3, 4) for r in (1, 2)] == [8] * 8


def test_a_design_follows_the_seed_of_the_scenario_or_its_own() -> None:
    scenario = gs.load(BLANK | {"sweep": {"latin": {"points": 4, "ranges": {BENEFIT: [0.5, 1.5]}}}})
    other, own = scenario.replace({"seed": 1}), scenario.replace({"sweep.latin.seed": 7})

    def drawn(one):
        return [task.settings for task in tasks(one)]

    assert drawn(scenario) == drawn(scenario) != drawn(other)
    assert drawn(own) == drawn(own.replace({"seed": 1})) != drawn(scenario)


def test_designs_of_other_seeds_do_not_share_a_folder(tmp_path: Path) -> None:
    design = {"latin": {"points": 2, "ranges": {BENEFIT: [0.5, 1.5]}}}
    gs.sweep(BLANK | {"sweep": design}, out=tmp_path / "a")
    same, other = gs.load(BLANK | {"sweep": design}), gs.load(BLANK | {"sweep": design, "seed": 1})
    assert refusal(tmp_path / "a", same) is None
    assert "other settings" in str(refusal(tmp_path / "a", other))
    again = gs.open(tmp_path / "a").scenario
    assert again.sweep == same.sweep


def test_sensitivity_designs_have_as_many_points_as_they_say() -> None:
    ranges = {BENEFIT: [0.5, 1.5], SEEDS: [0.1, 0.5]}
    morris = {"trajectories": 5, "ranges": ranges}
    spread = gs.load(BLANK | {"sweep": {"morris": morris}}).sweep.morris.spread(0)
    assert len(spread) == 5 * 3
    assert len(points(morris=morris)) == len(set(spread))
    assert len(points(saltelli={"points": 8, "ranges": ranges})) == 8 * 4
    both = {"points": 8, "second_order": True, "ranges": ranges}
    assert gs.load(BLANK | {"sweep": {"saltelli": both}}).sweep.saltelli.size == 8 * 6
    # Of two settings, exchanging the one is exchanging the other the other way round.
    assert len(points(saltelli=both)) == 8 * 4
    moved = points(morris={"trajectories": 1000, "levels": 4, "ranges": {SEEDS: [0.0, 0.3]}})
    assert sorted(point[SEEDS] for point in moved) == pytest.approx([0.0, 0.1, 0.2, 0.3], abs=1e-12)


@pytest.fixture
def table(tmp_path: Path):
    """Write a scenario and its table of points into a folder."""

    def write(text: str) -> Path:
        (tmp_path / "points.csv").write_text(text, encoding="utf-8")
        path = tmp_path / "study.toml"
        path.write_text(
            'name = "table"\nrounds = 2\nplatform = { kind = "response", curve = "logistic" }\n'
            'population = { kind = "blank", users = 20 }\ncollective.seeds = 5\n'
            'schedule = { "payoff.cost" = [[0, 0.1], [2, 0.2]] }\n'
            '[sweep]\ntable = "points.csv"\n',
            encoding="utf-8",
        )
        return path

    return write


def table_problems(path: Path) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        gs.sweep(path)
    folder = f"{path.parent}/"
    return [line.removeprefix(folder) for line in error.value.lines]


def test_a_table_holds_points(table) -> None:
    text = f"{BENEFIT},decision.kind,{SEEDS}\n1.0,fixed,5\n\n1.5,best-response,0.5\n"
    result = gs.sweep(table(text))
    assert result.runs[BENEFIT].tolist() == [1.0, 1.5]
    assert result.runs["decision.kind"].tolist() == ["fixed", "best-response"]
    assert result.runs[SEEDS].tolist() == ["5", "0.5"]


def test_an_edited_table_is_another_study(table, tmp_path: Path) -> None:
    path = table(f"{BENEFIT}\n1.0\n")
    gs.sweep(path, out=tmp_path / "out")
    assert refusal(tmp_path / "out", gs.load(path)) is None
    assert "other settings" in str(refusal(tmp_path / "out", gs.load(table(f"{BENEFIT}\n2.0\n"))))


def test_problems_of_a_table_name_its_lines(table) -> None:
    text = f"{BENEFIT},{SEEDS}\n1,5\n1\n2,\n1,5\n"
    assert table_problems(table(text)) == [
        "points.csv:3: sweep.table: has 1 values, expected 2: one for each column",
        f"points.csv:4: sweep.table: '{SEEDS}' is empty; each point needs a value of each setting",
        "points.csv:5: sweep.table: is the same point as line 2",
    ]
    assert table_problems(table(f"{BENEFIT},seed,payoff.cost,{BENEFIT}\n")) == [
        f"points.csv:1: sweep.table: has two columns '{BENEFIT}'",
        "points.csv:1: sweep.table: holds no points; write a row of values for each below the keys",
    ]
    assert table_problems(table("seed,payoff.cost,a b\n1,2,3\n")) == [
        "points.csv:1: sweep.table: 'seed' cannot be swept; use replicates for runs with "
        "independent randomness: replicates = ...",
        "points.csv:1: sweep.table: 'payoff.cost' cannot be swept, for the schedule sets it; "
        "leave one of them out",
        "points.csv:1: sweep.table: not a key; write it like 'platform.kind'",
    ]


def test_a_quote_that_never_ends_is_no_table(table) -> None:
    (line,) = table_problems(table(f'{BENEFIT}\n"1.0\n2.0\n'))
    assert line.startswith("study.toml:8: sweep.table: ")
    assert line.endswith("points.csv' is no CSV file: unexpected end of data")


def test_a_column_of_a_table_has_a_name(table) -> None:
    assert table_problems(table(f"{BENEFIT}, \n1.0,2\n"))[0] == (
        "points.csv:1: sweep.table: column 2 has no name; name each column by a dotted key"
    )


def test_values_of_a_table_are_checked(table) -> None:
    first, second = table_problems(table(f"{BENEFIT},collective.sed\n1,5\nx,6\n"))
    assert first.startswith("points.csv:2: collective.sed: unknown key; did you mean 'seeds'?")
    assert second.startswith("points.csv:3: payoff.benefit: should be")


def test_many_wrong_rows_do_not_flood(table) -> None:
    rows = "\n".join(f"-{number}" for number in range(1, 2001))
    assert len(table_problems(table(f"{SEEDS}\n{rows}\n"))) == 51
    rows = "\n".join("1,2" for _ in range(2000))
    lines = table_problems(table(f"{SEEDS}\n{rows}\n"))
    assert len(lines) == 21
    assert any(line.endswith("has 1,980 problems more") for line in lines)


def test_a_missing_or_empty_table(table) -> None:
    path = table(" \n")
    assert "is empty" in table_problems(path)[0]
    (path.parent / "points.csv").unlink()
    (line,) = table_problems(path)
    assert line.startswith("study.toml:8: sweep.table: there is no file")


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        ({"zip": {BENEFIT: [1.0, 2.0], COST: [1.0]}}, "found 2 of 'payoff.benefit', 1 of"),
        ({"zip": {BENEFIT: [1.0, 1.0]}}, r"sweep.zip: \[1.0\] is there more than once"),
        ({"grid": {BENEFIT: []}}, "should hold at least 1, found 0"),
        ({"zip": {BENEFIT: []}}, "should hold at least 1, found 0"),
        ({"grid": {BENEFIT: [1.0]}, "zip": {BENEFIT: [2.0]}}, "is the same setting as 'sweep.grid"),
        (
            {"latin": {"points": 2, "ranges": {"seed": [1, 9]}}},
            "sweep.latin.ranges.seed: cannot be swept; use replicates",
        ),
        ({"latin": {"points": 2, "ranges": {BENEFIT: [2.0, 1.0]}}}, "low < high, found 2.0 and"),
        ({"latin": {"points": 2, "ranges": {BENEFIT: [0, 1, "log"]}}}, "should have low > 0"),
        ({"latin": {"points": 2, "ranges": {BENEFIT: [1, 2, 3]}}}, r"should be \[low, high\] or"),
        ({"latin": {"points": 2, "ranges": {}}}, "should hold at least 1, found 0"),
        ({"sobol": {"points": 9, "ranges": {BENEFIT: [1, 2]}}}, "take 8 or 16"),
        (
            {"morris": {"ranges": {SEEDS: [1, 5]}}},
            r"should go up in 3 equal steps of integers, found 1 to 5; take 1 to 7, or 1.0 to 5.0",
        ),
        ({"morris": {"levels": 3, "ranges": {BENEFIT: [1, 2]}}}, "multiple of 2"),
        (
            {
                "latin": {"points": 2, "ranges": {BENEFIT: [1, 2]}},
                "sobol": {"points": 2, "ranges": {COST: [0, 1]}},
            },
            "has latin and sobol; take one of them",
        ),
        (
            {"morris": {"ranges": {BENEFIT: [1.0, 2.0]}}, "grid": {COST: [1.0]}},
            "has morris and grid; a sensitivity analysis varies nothing beside its ranges",
        ),
        (
            {"grid": {f"population.{name}": list(range(1000)) for name in "abc"}},
            "asks for 1,000,000,000 runs; at most",
        ),
        (
            {"latin": {"points": 10**9, "ranges": {BENEFIT: [1.0, 2.0]}}},
            "sweep.latin: asks for 1,000,000,000 runs; at most",
        ),
    ],
)
def test_bad_sweeps_are_refused_at_once(sweep: dict, message: str) -> None:
    start = time.process_time()
    with pytest.raises(ScenarioError, match=message):
        points(**sweep)
    assert time.process_time() - start < 1


def test_what_is_wrong_at_many_points_is_said_once() -> None:
    (line,) = refused(latin={"points": 500, "ranges": {"rounds": [1.0, 9.0]}})
    assert line.startswith("scenario: sweep.latin.ranges.rounds: should be a valid integer, found")
    lines = refused(latin={"points": 50, "ranges": {"payoff.cosst": [0, 1], SEEDS: [-5, -1]}})
    assert len(lines) == 2


def test_a_schedule_and_a_range_do_not_set_the_same() -> None:
    scenario = BLANK | {"schedule": {COST: [[0, 0.1], [2, 0.2]]}}
    design = {"latin": {"points": 2, "ranges": {"payoff.cost.sd": [0.1, 0.2]}}}
    with pytest.raises(ScenarioError, match="sets what the sweep varies with 'payoff"):
        gs.load(scenario | {"sweep": design})


def test_data_are_checked_at_all_values_of_a_list_and_at_the_ends_of_a_range() -> None:
    listed = tasks(gs.load(BLANK | {"sweep": {"grid": {SEEDS: [1, 2, 3], COST: [0.1, 0.2]}}}))
    chosen = [task.settings for task in one_at_a_time(listed)]
    assert [tuple(point.values()) for point in chosen] == [(1, 0.1), (1, 0.2), (2, 0.1), (3, 0.1)]
    design = {"sobol": {"points": 1024, "ranges": {BENEFIT: [0.0, 1.0], COST: [0.0, 1.0]}}}
    drawn = tasks(gs.load(BLANK | {"sweep": design}))
    chosen = [task.settings for task in one_at_a_time(drawn)]
    assert len(chosen) <= 5
    assert min(point[COST] for point in chosen) == min(task.settings[COST] for task in drawn)


def calls(scenario, origin) -> int:
    """Return how many functions are called until all runs of a study are known."""
    with cProfile.Profile() as profile:
        tasks(scenario, origin)
    return sum(entry.callcount for entry in profile.getstats())


def test_twice_the_points_are_twice_the_work() -> None:
    def work(count: int) -> int:
        design = {"points": count, "ranges": {BENEFIT: [0.5, 1.5], COST: [0.0, 1.0]}}
        loaded = load_with_origin(BLANK | {"sweep": {"sobol": design}})
        return calls(loaded.scenario, loaded.origin)

    work(2)  # what is made once
    assert work(512) < 2.1 * work(256)


def test_only_sensitivity_designs_load_salib() -> None:
    code = (
        "import sys, groundswell as gs\n"
        "from groundswell.scenarios.sweeping import tasks\n"
        f"scenario = gs.load({BLANK!r})\n"
        "grid = {'latin': {'points': 2, 'ranges': {'payoff.benefit': [1, 2]}}}\n"
        "tasks(scenario.replace({'sweep': grid}))\n"
        "assert 'SALib' not in sys.modules and 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_places_of_swept_values(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        'name = "a"\npopulation = { kind = "blank", users = 9 }\nplatform.kind = "response"\n'
        'platform.curve = "logistic"\n'
        '[sweep.zip]\n"payoff.benefit" = [1.0, 2.0]\n"collective.seeds" = [1, -1]\n',
        encoding="utf-8",
    )
    loaded = load_with_origin(path)
    with pytest.raises(ScenarioError, match=r"study.toml:7: sweep.zip.collective.seeds\[1\]"):
        tasks(loaded.scenario, loaded.origin)


def test_a_point_is_the_scenario_with_its_values() -> None:
    scenario = gs.load(
        BLANK | {"sweep": {"grid": {"payoff.cost.sd": [0.1], "decision.kind": ["fixed"]}}}
    ).replace({"payoff.cost": {"kind": "normal", "mean": 0.2, "sd": 0.5}})
    (task,) = tasks(scenario)
    expected = scenario.replace({"sweep": {}, **task.settings})
    assert task.scenario == expected
    assert task.scenario.model_dump() == expected.model_dump()


def test_the_schema_takes_ranges_as_lists() -> None:
    schema = gs.Scenario.model_json_schema()
    pair, _ = schema["$defs"]["Range"]["anyOf"]
    assert pair["prefixItems"][2] == {"const": "log"}


def test_twice_the_rows_are_twice_the_work(table) -> None:
    def work(count: int) -> int:
        lines = "\n".join(f"{number / 1000},{number % 20}" for number in range(count))
        loaded = load_with_origin(table(f"{BENEFIT},{SEEDS}\n{lines}\n"))
        return calls(loaded.scenario, loaded.origin)

    work(2)
    assert work(512) < 2.1 * work(256)
