"""Each way to be wrong: one clear line with its place, and nothing else happens."""

from __future__ import annotations

from pathlib import Path

import pytest

import groundswell as gs
from groundswell.problems import ScenarioError
from groundswell.scenarios.loading import load_with_origin
from groundswell.scenarios.running import check_data
from groundswell.scenarios.sweeping import tasks


def problems(path: Path, **changes: object) -> list[str]:
    """Check a scenario file as the command does."""
    try:
        loaded = load_with_origin(path, changes)
        check_data(tasks(loaded.scenario, loaded.origin), loaded.origin, loaded.scenario)
    except ScenarioError as error:
        return error.lines
    return []


def edited(folder: Path, old: str, new: str) -> Path:
    """Change the scenario file."""
    path = folder / "small.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


SETTINGS = [
    ("rounds = 3", "rouns = 3", "small.toml:2: rouns: unknown key; did you mean 'rounds'?"),
    ("rounds = 3", "rounds = 0", "small.toml:2: rounds: should be greater than or equal to 1"),
    ("rounds = 3", 'rounds = "3"', "small.toml:2: rounds: should be a valid integer, found '3'"),
    ("rounds = 3", "rounds = true", "small.toml:2: rounds: should be a valid integer, found True"),
    ('name = "small"', "", "small.toml: name: is missing"),
    ("rounds = 3", "rounds = 3\npayoff.cost = 1e308", "small.toml:3: payoff.cost: should be from"),
    (
        "rounds = 3",
        "rounds = 3\npayoff.spillover = 1.1e30",
        "small.toml:3: payoff.spillover: should be from -1e+30 to 1e+30, found 1.1e+30",
    ),
    ("seeds = 2", "seeds = 1.5", "small.toml:13: collective.seeds: is a share"),
    ("seeds = 2", 'seeds = "few"', "small.toml:13: collective.seeds: should be a valid integer or"),
    ('"logistic"', '"logistics"', "small.toml:19: platform.learner: unknown kind 'logistics'"),
    ('kind = "none"', 'kind = "ring"\ndegree = 3', "small.toml:11: network.degree: should be a"),
    ("label =", "lable =", "small.toml:7: population.lable: unknown key; did you mean 'label'?"),
    (', target = "b"', "", "small.toml:14: collective.strategy.target: is missing"),
    ("seeds = 2", "seeds = 2\ncompliance = 2.0", "small.toml:14: collective.compliance: should be"),
]


@pytest.mark.parametrize(("old", "new", "line"), SETTINGS)
def test_wrong_settings(folder: Path, old: str, new: str, line: str) -> None:
    path = edited(folder, old, new)
    found = [text.removeprefix(f"{folder}/") for text in problems(path)]
    assert any(text.startswith(line) for text in found), found


def test_everything_wrong_with_the_settings_is_said_at_once(folder: Path) -> None:
    path = edited(folder, "rounds = 3", "rounds = 0\nseed = -1\nunknown = 1")
    edited(folder, '"logistic"', '"forest-of-trees"')
    edited(folder, "set-features", "pixels")
    keys = {line.split(": ")[1] for line in problems(path)}
    assert keys == {
        "rounds",
        "seed",
        "unknown",
        "collective.signal.pixels",
        "collective.signal.features",
        "platform.learner",
    }


def test_contradictions_are_said_beside_wrong_settings(folder: Path) -> None:
    path = edited(
        folder, "rounds = 3", "rounds = 0\ndecision = { kind = 'threshold', threshold = 1 }"
    )
    lines = problems(path)
    assert any("rounds" in line for line in lines)
    assert any("network 'none' has no ties" in line for line in lines)


DATA = [
    ("x,c,z\n1,p,a\n2,q,b\n", "has no column 'y'; known: x, c, z"),
    ("x,c,y\n1,p,a\n2,q,a\n", "one class only ('a')"),
    ("x,c,x\n1,p,a\n2,q,b\n", "bad.csv:1: population.path: duplicate column name 'x'"),
    ("", "is empty"),
    ("x,c,y\n", "has no rows"),
    ("x,c,y\n1,p,a\n1,p\n", "bad.csv:3: population.path: expected 3 values, found 2"),
    ("x,c,y\n1,p,a\n1,p,b,4\n", "bad.csv:3: population.path: expected 3 values, found 4"),
    ("x,c,y\n1,p,a\n1,p,?\n3,p,b\n", "bad.csv:3: population.label: the label 'y' is missing"),
    ("x,c,y\nlow,p,a\nhigh,p,b\nmid,q,a\nlow,q,b\n", "column 'x' has no category '3.0'"),
]


@pytest.mark.parametrize(("content", "message"), DATA)
def test_wrong_tables(folder: Path, content: str, message: str) -> None:
    (folder / "bad.csv").write_text(content, encoding="utf-8")
    (line,) = problems(edited(folder, "people.csv", "bad.csv"))
    assert message in line


def test_an_extreme_number_in_a_signal(folder: Path) -> None:
    (line,) = problems(folder / "small.toml", **{"collective.signal.features.x": 1e300})
    assert "collective.signal.features: should be from -1e+30 to 1e+30, found 1e+300" in line


def test_text_in_a_numeric_signal(folder: Path) -> None:
    (line,) = problems(edited(folder, '"x" = 3.0', '"x" = "three"'))
    assert "small.toml:15: collective.signal.features.x: column 'x' is numeric" in line


def test_not_utf8_names_the_line(folder: Path) -> None:
    (folder / "bad.csv").write_bytes("x,c,y\n1,p,a\n2,é,b\n".encode("latin-1"))
    (line,) = problems(edited(folder, "people.csv", "bad.csv"))
    assert "bad.csv:3: population.path: 'bad.csv' is not UTF-8" in line


def test_missing_file_and_folder(folder: Path) -> None:
    path = edited(folder, "people.csv", "nobody.csv")
    assert f"there is no file '{folder}/nobody.csv'" in problems(path)[0]
    path = edited(folder, "nobody.csv", ".")
    assert "is a folder; name a file in it" in problems(path)[0]


def test_everything_wrong_with_the_data_is_said_at_once(folder: Path) -> None:
    path = edited(folder, 'target = "b"', 'target = "c"')
    edited(folder, '"x" = 3.0', '"xx" = 3.0')
    edited(folder, 'kind = "none"', 'kind = "edge-list"\npath = "nothing.txt"')
    lines = problems(path)
    assert ["there is no file" in lines[0], "no column 'xx'" in lines[2]] == [True, True]
    assert "there is no label 'c'; known: a, b" in lines[1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("0 1\n1 -2\n", "ties.txt:2: network.path: ids that are numbers should be whole"),
        ("0 1\nann\n", "ties.txt:2: network.path: expected two user ids"),
        ("# nothing\n", "the file has no ties"),
        ("0 1\n1 2\n", None),
    ],
)
def test_edge_lists(folder: Path, content: str, message: str | None) -> None:
    (folder / "ties.txt").write_text(content, encoding="utf-8")
    path = edited(folder, 'kind = "none"', 'kind = "edge-list"\npath = "ties.txt"')
    if message:
        assert message in problems(path)[0]
    else:
        assert gs.run(path).series["members"].iloc[0] == 2


def test_more_users_than_the_network_has(folder: Path) -> None:
    path = edited(folder, 'kind = "none"', 'kind = "named"\nname = "karate"')
    edited(folder, 'label = "y"', 'label = "y"\nusers = 50')
    (line,) = problems(path)
    assert "population.users: 50 users, but the network has 34" in line


def test_too_many_users_are_refused_with_the_memory_they_need() -> None:
    blank = {"kind": "blank", "users": 10**12}
    settings = {
        "name": "huge",
        "population": blank,
        "platform": {"kind": "response", "curve": "logistic"},
    }
    with pytest.raises(ScenarioError, match=r"1,000,000,000,000 users would need about .* GiB"):
        gs.run(settings)


@pytest.mark.parametrize(
    "change",
    [
        {"population": {"kind": "categorical", "users": 9, "cells": 10**10}},
        {"population": {"kind": "categorical", "users": 9, "labels": 10**10}},
        {"population": {"kind": "slabs", "users": 9, "features": 10**10}},
        {"population": {"kind": "slabs", "users": 9}, "measure": {"test_users": 10**12}},
    ],
)
def test_sizes_that_no_machine_has_are_refused_before_anything_is_made(
    change: dict[str, object],
) -> None:
    settings = {"name": "huge", "platform": {"kind": "learning", "learner": "sgd"}, **change}
    with pytest.raises(ScenarioError, match="should be less than or equal to"):
        gs.run(settings, rounds=1)


def test_malformed_toml_names_the_line(folder: Path) -> None:
    path = edited(folder, "rounds = 3", "rounds = ")
    assert problems(path) == [f"{path}:2: not valid TOML: Invalid value"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "rounds = 3\nrounds = 4\n",
            "2: not valid TOML: 'rounds' has a value already; give it once",
        ),
        ("rounds = 3\nrounds = 4", "2: not valid TOML: 'rounds' has a value already; give it once"),
        ("a = 3\n[a]\n", "2: not valid TOML: Cannot overwrite a value"),
    ],
)
def test_a_key_that_is_there_twice_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "twice.toml"
    path.write_text(text)
    assert problems(path) == [f"{path}:{said}"]


def test_negative_amounts_are_said_before_anything_runs(folder: Path) -> None:
    (folder / "people.csv").write_text("x,c,y\n1,p,a\n-2,q,b\n3,p,b\n4,q,a\n", encoding="utf-8")
    multinomial = '{ kind = "naive-bayes", numeric = "multinomial" }'
    path = edited(folder, '"logistic"', multinomial)
    (line,) = problems(path)
    assert line.startswith(f"{path}:19: platform.learner.numeric: numeric = 'multinomial' needs")
    assert "column 'x' goes down to -2" in line


def test_an_empty_scenario_file_is_named(folder: Path) -> None:
    path = folder / "small.toml"
    path.write_text("\n", encoding="utf-8")
    assert problems(path) == [f"{path}: '{path}' is empty"]


def test_each_problem_is_one_line_whatever_is_in_it(folder: Path) -> None:
    path = edited(folder, "rounds = 3", r'"rou\nds\u001b[2J" = 3')
    assert problems(path)[0].startswith(rf"{path}:2: rou\nds\x1b[2J: unknown key")


def test_contradictions_between_sections_name_what_would_work(folder: Path) -> None:
    path = edited(folder, '"logistic"', '"bayes"')
    (line,) = problems(path)
    assert "'bayes' cannot learn from the data of a 'table' population" in line
    assert "it needs one of: categorical" in line


def test_sweep_values_are_checked_before_anything_runs(folder: Path) -> None:
    grid = (
        '[sweep]\ngrid = { "rounds" = [1, 0], "collective.sed" = [1], "payoff.cost" = [1, "x"] }\n'
    )
    path = folder / "small.toml"
    path.write_text(path.read_text(encoding="utf-8") + grid, encoding="utf-8")
    text = "\n".join(problems(path))
    assert "sweep.grid.rounds" in text
    assert "did you mean 'seeds'" in text
    assert "should be a number or a distribution, found 'x'" in text
