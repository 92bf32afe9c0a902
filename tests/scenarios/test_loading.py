"""Reading scenario files: positions, defaults, extends, overrides, paths."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

import groundswell as gs
from groundswell.problems import ScenarioError
from groundswell.scenarios.loading import library, load_with_origin
from groundswell.scenarios.positions import key_lines
from groundswell.scenarios.sweeping import tasks
from groundswell.scenarios.writing import scenario_text

MINIMAL = {"name": "m", "population": "digits", "platform": {"kind": "learning", "learner": "tree"}}
PLANTING = {"strategy": {"kind": "feature-label", "target": 3}}


def test_defaults_are_those_of_the_design() -> None:
    scenario = gs.load({**MINIMAL, "collective": PLANTING})
    assert str(scenario.network) == "none"
    assert str(scenario.decision) == "best-response"
    assert scenario.decision.activation.revision.value == 0.2
    assert scenario.payoff.benefit.value == 1.0
    assert scenario.payoff.cost.value == 0.0
    assert (scenario.collective.seeds, scenario.collective.compliance) == (0.01, 1.0)
    assert scenario.collective.committed
    assert str(scenario.platform.memory) == "current"
    assert scenario.platform.retrain_every == 1


def test_positions_of_every_spelling() -> None:
    text = """\
a.b = 1 # a comment with = and [
"quoted key" = "a # b"
many = [
  1, 2,
  { x = 1,
    y = 2 },
]
long = '''
[not.a.table]
'''

[table]
inner = { p = [ { q = 1 } ] }
[table.'sub table']
k = 1.5e3
when = 1979-05-27T07:32:00Z
[[points]]
x = 1
[[points]]
x = 2
"""
    lines = key_lines(text)
    expected = {
        ("a", "b"): 1,
        ("quoted key",): 2,
        ("many", 0): 4,
        ("many", 2, "x"): 5,
        ("many", 2, "y"): 6,
        ("long",): 8,
        ("table", "inner", "p", 0, "q"): 13,
        ("table", "sub table", "k"): 15,
        ("table", "sub table", "when"): 16,
        ("points", 0, "x"): 18,
        ("points", 1, "x"): 20,
    }
    assert {key: lines.get(key) for key in expected} == expected
    assert ("not",) not in lines


keys = st.text(min_size=1, max_size=6)
values = st.recursive(
    st.one_of(st.integers(-9, 9), st.booleans(), st.text(max_size=8), st.floats(-1, 1)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(keys, values, max_size=4))
def test_every_key_of_any_document_has_a_line(settings: dict[str, object]) -> None:
    text = tomlkit.dumps(settings)
    lines = key_lines(text)
    source = text.split("\n")

    def check(value: object, key: tuple[str | int, ...]) -> None:
        if key:
            assert 1 <= lines[key] <= len(source)
        if isinstance(value, dict):
            for name, inner in value.items():
                check(inner, (*key, name))

    check(tomlkit.parse(text).unwrap(), ())


def test_extends_merges_one_level_and_keeps_places(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "ties.txt").write_text("0 1\n1 2\n")
    base = 'name = "base"\n[network]\nkind = "edge-list"\npath = "ties.txt"\n'
    base += '[population]\nkind = "blank"\n[platform]\nkind = "response"\ncurve = "logistic"\n'
    (inner / "base.toml").write_text(base)
    child = tmp_path / "child.toml"
    child.write_text('extends = "inner/base.toml"\nname = "child"\n[payoff]\ncost = 0.5\n')
    scenario = gs.load(child)
    assert scenario.name == "child"
    assert scenario.network.path == str(inner / "ties.txt")
    assert scenario.payoff.cost.value == 0.5
    child.write_text('extends = "inner/base.toml"\n[platform.curve]\nkind = "step"\nat = 2.0\n')
    with pytest.raises(ScenarioError, match=r"child\.toml:4: platform\.curve\.at"):
        gs.load(child)
    child.write_text('extends = "inner/nothing.toml"\n')
    with pytest.raises(ScenarioError, match=r"child\.toml:1: extends: there is no file"):
        gs.load(child)
    (inner / "base.toml").write_text('extends = "other.toml"\n' + base)
    child.write_text('extends = "inner/base.toml"\n')
    with pytest.raises(ScenarioError, match="one level is allowed"):
        gs.load(child)


def test_a_component_of_another_kind_replaces_the_one_of_the_base(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(scenario_text(gs.load("quickstart")), encoding="utf-8")
    child = tmp_path / "child.toml"
    child.write_text('extends = "base.toml"\nplatform = { learner = { kind = "knn" } }\n')
    learner = gs.load(child).platform.learner
    assert (str(learner), learner.neighbours) == ("knn", 5)


def test_set_changes_values_and_kinds() -> None:
    changes = {
        "platform.learner.neighbours": 3,
        "platform.learner.kind": "knn",
        "collective.seeds": 7,
        "decision.activation": "sequential",
    }
    scenario = load_with_origin("quickstart", changes).scenario
    assert scenario.platform.learner.neighbours == 3
    assert scenario.collective.seeds == 7
    assert str(scenario.decision.activation) == "sequential"
    with pytest.raises(ScenarioError, match=r"--set: platform\.lerner: unknown key; did you mean"):
        load_with_origin("quickstart", {"platform.lerner": 1})
    with pytest.raises(ScenarioError, match=r"--set: rounds\.x: rounds is no table"):
        load_with_origin("quickstart", {"rounds.x": 1})


def test_replace_accepts_a_bare_kind_as_a_table() -> None:
    scenario = gs.load(MINIMAL | {"collective": PLANTING})
    assert scenario.replace({"platform.learner.depth": 2}).platform.learner.depth == 2
    with pytest.raises(
        ScenarioError, match=r"scenario: platform\.learner\.depth: should be greater"
    ):
        scenario.replace({"platform.learner.depth": 0})


@pytest.mark.parametrize("name", library())
def test_a_resolved_scenario_loads_again(name: str, tmp_path: Path) -> None:
    scenario = gs.load(name)
    path = tmp_path / "scenario.toml"
    path.write_text(scenario_text(scenario), encoding="utf-8")
    assert gs.load(path) == scenario


def test_paths_are_relative_to_the_scenario_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    scenario = gs.load(folder / "small.toml")
    assert scenario.population.path == str(folder / "people.csv")


def test_windows_line_ends_and_byte_order_mark(folder: Path) -> None:
    path = folder / "small.toml"
    text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    table = folder / "people.csv"
    table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes().replace(b"\n", b"\r\n"))
    assert gs.run(path).series["members"].iloc[0] == 2
    path.write_bytes(text.replace("rounds = 3", "rounds = 0").encode())
    with pytest.raises(ScenarioError, match=r"small\.toml:2: rounds"):
        gs.load(path)


def test_json_schema_lists_every_kind_and_describes_fields() -> None:
    from groundswell.component import PARTS

    text = json.dumps(gs.Scenario.model_json_schema())
    for component in (kind for part in PARTS.values() for kind in part.kinds.values()):
        assert f'"const": "{component.model_fields["kind"].default}"' in text
    undescribed = [
        f"{component.__name__}.{name}"
        for part in PARTS.values()
        for component in part.kinds.values()
        for name, field in component.model_fields.items()
        if name != "kind" and not field.description
    ]
    assert undescribed == []


def test_loading_never_runs_code_named_in_a_scenario() -> None:
    learner = {"kind": "sklearn", "estimator": "os.system", "parameters": {"command": "false"}}
    with pytest.raises(ScenarioError, match=r"'os\.system' is not an allowed classifier"):
        gs.load({**MINIMAL, "platform": {"kind": "learning", "learner": learner}})


def test_extends_is_a_path(tmp_path: Path) -> None:
    child = tmp_path / "child.toml"
    child.write_text('name = "child"\nextends = 3\n')
    said = r"child\.toml:2: extends: should be the path of a scenario file, found 3"
    with pytest.raises(ScenarioError, match=said):
        gs.load(child)


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="is a folder; name a file in it"):
        gs.load(tmp_path)


def test_files_inside_a_changed_section_are_found_from_everywhere(tmp_path: Path) -> None:
    """A swept section with a path in it is recorded with the path as the scenario has it."""
    (tmp_path / "ties.txt").write_text("0 1\n1 2\n", encoding="utf-8")
    file = tmp_path / "m.toml"
    file.write_text(
        'name = "m"\nrounds = 1\npopulation = { kind = "blank" }\n'
        'platform = { kind = "response", curve = "logistic" }\n'
        '[[sweep.grid.network]]\nkind = "edge-list"\npath = "ties.txt"\n',
        encoding="utf-8",
    )
    loaded = load_with_origin(file)
    (task,) = tasks(loaded.scenario, loaded.origin)
    absolute = str(tmp_path / "ties.txt")
    assert task.recorded == {"network": {"kind": "edge-list", "path": absolute}}
