"""The ODD protocol of a scenario: its seven elements, and everything the scenario uses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

import groundswell as gs
from groundswell.commands_results import odd_command
from groundswell.component import Component
from groundswell.model import Phase
from groundswell.reporting import markdown
from groundswell.reporting.parts import parts, settings, text
from groundswell.scenarios.loading import library

ELEMENTS = [
    "1. Purpose and patterns",
    "2. Entities, state variables and scales",
    "3. Process overview and scheduling",
    "4. Design concepts",
    "5. Initialisation",
    "6. Input data",
    "7. Submodels",
]
CONCEPTS = (
    *("Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction"),
    *("Sensing", "Interaction", "Stochasticity", "Collectives", "Observation"),
)
HOSTILE = "<script>alert(1)</script> [x](http://y) `b` | *c* $d$ &lt; _e_"
BASE: dict[str, Any] = {
    "name": "base",
    "population": {"kind": "blank", "users": 50},
    "platform": {"kind": "response", "curve": "logistic"},
}


def paragraph(protocol: str, concept: str) -> str:
    """Return what is said of a design concept, on one line."""
    return " ".join(protocol.partition(f"**{concept}.**")[2].partition("\n\n")[0].split())


@pytest.mark.parametrize("name", library())
def test_every_library_scenario_has_one(name: str) -> None:
    scenario = gs.load(name)
    protocol = gs.odd(scenario)
    assert re.findall(r"^## (\d\. .*)$", protocol, re.MULTILINE) == ELEMENTS
    for concept in CONCEPTS:
        assert f"\n\n**{concept}.** " in protocol
    for part in parts(scenario):
        assert f" {part.title}\n" in protocol
        if isinstance(part.settings, Component):
            assert markdown.prose(type(part.settings).__doc__) in protocol
        for setting in settings(part, scenario):
            assert f"| `{setting.name}` | {markdown.escape(setting.value)} |" in protocol
    rendered = markdown.html(protocol)
    # Each table is one: no row stands alone as text.
    assert not re.search(r"<p>\s*\|", rendered)
    assert rendered.count("<table>") == protocol.count("|---|---|")


def test_components_that_only_the_sweep_has_are_described() -> None:
    kinds = [part.title for part in parts(gs.load("bendov-learners"))]
    for learner in ("sgd", "cvar", "chi2", "group-dro", "jtt"):
        assert kinds.count(f"Learner: {learner}") == 1
    assert "Learner: cvar\n\n`platform.learner`, at some points" in gs.odd("bendov-learners")


def test_phases_are_those_of_the_model_in_their_order() -> None:
    listed = re.findall(r"^\d\. \*\*(\w+)\*\*: (.*)$", gs.odd("quickstart"), re.MULTILINE)
    assert listed == [(phase.name.lower(), phase.value) for phase in Phase]


def test_text_follows_the_scenario() -> None:
    given, grown = gs.odd("hardt-bounds"), gs.odd("quickstart")
    assert "nobody decides" in paragraph(given, "Adaptation")
    assert "Join when it pays" in paragraph(grown, "Adaptation")
    assert "Logistic regression" in paragraph(grown, "Learning")
    changing = {"schedule": {"payoff.cost": [[0, 0.1], [9, 0.5]]}, "rounds": 9}
    protocol = gs.odd(gs.load({**BASE, **changing}))
    assert "`payoff.cost`: 0.1 in round 0, 0.5 in round 9 (linear between)" in protocol
    assert "users look at ties" not in protocol


def test_only_what_a_scenario_uses_is_told() -> None:
    given, alone, grown = (gs.odd(name) for name in ("hardt-bounds", "granovetter", "quickstart"))
    for unused in ("payoff.belief", "decision.activation"):
        assert f"`{unused}" not in given
        assert f"`{unused}" in grown
    assert "`payoff.belief" not in alone
    assert "Nothing is drawn." in paragraph(alone, "Stochasticity")
    assert "the seeds; who revises" in paragraph(grown, "Stochasticity")
    assert "success" not in paragraph(alone, "Sensing")
    assert "the success of the last round" in paragraph(grown, "Sensing")
    assert "`jtt` (Just train twice" in paragraph(gs.odd("bendov-learners"), "Learning")
    assert paragraph(alone, "Prediction") == "Users predict nothing."
    assert "Members are asked to follow the strategy; all do." in paragraph(grown, "Collectives")


@pytest.mark.parametrize(
    ("name", "users"),
    [
        ("quickstart", "There are 1,258."),
        ("sis-karate", "There are 34."),
        ("granovetter", "There are 100."),
        ("adult-facebook", "There are as many as the network has, or else the data."),
    ],
)
def test_users_are_counted_unless_a_file_has_them(name: str, users: str) -> None:
    assert paragraph(gs.odd(name), "Users").startswith(users)
    swept = {**BASE, "sweep": {"grid": {"population.users": [50, 60]}}}
    assert paragraph(gs.odd(swept), "Users").startswith("Their number is varied: 50, 60.")


def test_what_is_left_to_chance_counts_what_changes() -> None:
    compliance = "the order in which members comply"
    assert compliance not in paragraph(gs.odd("quickstart"), "Stochasticity")
    varied = {"sweep": {"grid": {"collective.compliance": [0.5, 1.0]}}}
    swept = gs.odd(gs.load("quickstart").replace(varied))
    assert compliance in paragraph(swept, "Stochasticity")
    assert "a share of them does (varied: 0.5, 1.0)" in paragraph(swept, "Collectives")


def test_what_varies_is_said_where_it_stands() -> None:
    protocol = gs.odd({**BASE, "sweep": {"grid": {"payoff.cost": [0.1, 0.2]}}})
    assert "| `cost` | varied: 0.1, 0.2 |" in protocol
    assert "- `payoff.cost`: varied: 0.1, 0.2" in protocol


def test_input_files_are_named(tmp_path: Path) -> None:
    edges = tmp_path / "edges.txt"
    edges.write_text("a b\nb c\n", encoding="utf-8")
    network = {"kind": "edge-list", "path": str(edges)}
    protocol = gs.odd({**BASE, "population": "blank", "network": network})
    assert f"- `network.path`: `{edges}`" in protocol
    assert "reads no files" in gs.odd(BASE)


def test_text_from_a_scenario_stays_text() -> None:
    protocol = gs.odd({**BASE, "name": HOSTILE})
    heading = protocol.splitlines()[0]
    html = MarkdownIt().render(heading)  # a reader that lets HTML through
    escaped = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert html == f"<h1>ODD protocol: {escaped}</h1>\n"


@pytest.mark.parametrize("code", ["a`b", "``", "a|b", "plain"])
def test_code_spans_hold_anything(code: str) -> None:
    table = f"| x |\n|---|\n| {markdown.code(code)} |\n"
    assert f"<code>{code}</code>" in markdown.html(table)


def test_prose_takes_what_comes_before_sections() -> None:
    docstring = """Do a_b with `c_d`.

        - as it is

        Parameters
        ----------
        x
            Not this.
        """
    assert markdown.prose(docstring) == "Do a_b with `c_d`.\n\n\\- as it is"


def test_values_are_short() -> None:
    assert text(tuple(range(100))).endswith("11, ... 100 in all]")
    assert text(gs.load("quickstart").payoff.cost) == "normal (mean = 0.9, sd = 0.3)"


def test_the_command_prints_or_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    odd_command("granovetter", None)
    assert capsys.readouterr().out == gs.odd("granovetter")
    odd_command("granovetter", Path("odd.md"))
    assert Path("odd.md").read_text(encoding="utf-8") == gs.odd("granovetter")
    with pytest.raises(gs.InputError, match="cannot write"):
        odd_command("granovetter", Path("no/odd.md"))
    for folder in (".", "/", ""):
        with pytest.raises(gs.InputError, match=r"'[./]' is a folder; name a file in it"):
            odd_command("granovetter", Path(folder))


def test_a_scenario_that_is_not_there(groundswell) -> None:
    unknown = groundswell("odd", "nothing")
    assert unknown.returncode == 2
    assert "Traceback" not in unknown.stderr
