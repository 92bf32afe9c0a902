"""What is written and printed: no formula for a spreadsheet, no markup, nothing for a terminal."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

import groundswell as gs
from groundswell.problems import printable
from groundswell.scenarios.exports import without_formulas

EVIL = '=HYPERLINK("http://x","<script>alert(1)</script>")\x1b[2J'


@pytest.mark.parametrize("text", ["=1+1", "+x", "-2+3", "@SUM(A1)", "\t=x", "\r=x", " =x", "-1-"])
def test_formulas_get_an_apostrophe(text: str) -> None:
    table = without_formulas(pd.DataFrame({"group": [text, "a"], "n": [-1, 2]}))
    assert list(table["group"]) == [f"'{text}", "a"]
    assert list(table["n"]) == [-1, 2]


@pytest.mark.parametrize("text", ["-1", "+5", "-1.5e-3", "a=b", "1-2", "", "e-mail@x", "'=x"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert list(without_formulas(pd.DataFrame({"group": [text]}))["group"]) == [text]


def test_no_column_is_exempt_and_no_name_of_one() -> None:
    """A stranger's database may hold anything as the id of a run, or as what a sweep set."""
    table = pd.DataFrame({"run": ["=x"], "status": ["@x"], "=HYPERLINK(1)": [1], "-1": [2]})
    guarded = without_formulas(table)
    assert list(guarded.columns) == ["run", "status", "'=HYPERLINK(1)", "-1"]
    assert guarded.iloc[0].tolist() == ["'=x", "'@x", 1, 2]
    assert list(table.columns)[2] == "=HYPERLINK(1)", "the table itself stays as it is"


def test_files_have_no_formulas_in_their_first_line(results: Path, invoke) -> None:
    with closing(sqlite3.connect(results / "results.sqlite")) as connection:
        connection.execute("""UPDATE runs SET settings = '{"=HYPERLINK(1)": "=2+2"}'""")
        connection.commit()
    assert invoke("export", "out").exit_code == 0
    written = pd.read_csv(results / "runs.csv")
    assert list(written["'=HYPERLINK(1)"]) == ["'=2+2"] * 2


@pytest.fixture
def hostile(here: Path) -> Path:
    """Results of data whose labels do harm where they can."""
    quoted = EVIL.replace('"', '""')
    rows = "".join(f'{i},"{(quoted, "ok")[i % 2]}"\n' for i in range(40))
    (here / "people.csv").write_text(f"x,y\n{rows}", encoding="utf-8")
    settings = {
        "name": "=1+1 <b>", "rounds": 1, "measure": {"groups": ["class"]},
        "population": {"kind": "table", "path": "people.csv", "label": "y"},
        "collective": {
            "seeds": 1, "strategy": {"kind": "feature-label", "target": EVIL},
            "signal": {"kind": "set-features", "features": {"x": 3.0}},
        },
        "platform": {"kind": "learning", "learner": "naive-bayes"},
    }  # fmt: skip
    gs.run(settings, out="out")
    return here / "out"


def test_csv_for_spreadsheets_and_exact_values_elsewhere(hostile: Path) -> None:
    written = pd.read_csv(hostile / "groups.csv")
    assert set(written["group"]) == {f"'{EVIL}", "ok"}
    assert set(pd.read_parquet(hostile / "groups.parquet")["group"]) == {EVIL, "ok"}
    assert set(gs.open(hostile).groups["group"]) == {EVIL, "ok"}


def test_pages_show_text_as_text(hostile: Path) -> None:
    page = gs.report(hostile, out="page.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    assert "default-src 'none'" in page


def test_terminals_are_not_steered(hostile: Path, invoke) -> None:
    for command in (["run", "out/scenario.toml", "--out", "new"], ["check", "out/scenario.toml"]):
        done = invoke(*command)
        assert done.exit_code == 0, done.output
        assert "\x1b" not in done.output
    wrong = invoke("check", "tiny.toml", "--set", 'collective.strategy.target="a\\u001b[2J"')
    assert wrong.exit_code == 2
    assert "\x1b" not in wrong.output
    assert printable("a\tb\nc") == "a\tb\nc"
