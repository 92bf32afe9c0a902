"""The report of results: one page that needs nothing else, in which text stays text."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import groundswell as gs
from groundswell.commands_results import report_command
from groundswell.reporting import tables
from groundswell.reporting.figures import inline

HOSTILE = "<script>alert(1)</script>"
LABEL = "<img src=x onerror=alert(1)>"
GAME: dict[str, Any] = {
    "name": HOSTILE,
    "rounds": 6,
    "replicates": 2,
    "population": {"kind": "blank", "users": 100},
    "network": "complete",
    "payoff": {"cost": {"kind": "normal", "mean": 0.5, "sd": 0.15}},
    "platform": {"kind": "response", "curve": "logistic"},
    "sweep": {"grid": {"collective.seeds": [0.1, 0.3, 0.5], "payoff.benefit": [0.8, 1.2]}},
}
VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """What a page holds; ends that do not fit their beginnings are errors."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def captions(self) -> list[str]:
        """What the figures show."""
        return [had["aria-label"] for tag, had in self.tags if tag == "svg"]


def reported(result: gs.Result, tmp_path: Path) -> Page:
    """Write a report, and check what holds of every one."""
    page = Page(gs.report(result, tmp_path / "report.html").read_text(encoding="utf-8"))
    names = [tag for tag, _ in page.tags]
    assert not {"script", "link", "iframe", "object", "img", "base", "form"} & set(names)
    for _, had in page.tags:
        for name in ("src", "href", "xlink:href", "action", "srcset", "data"):
            assert had.get(name, "#").startswith(("#", "data:"))
        assert not [name for name in had if name.startswith("on")]
        assert not re.search(r"url\((?!#)", had.get("style", ""))
    ids = [had["id"] for _, had in page.tags if "id" in had]
    assert len(ids) == len(set(ids))
    links = [v[1:] for _, had in page.tags for k, v in had.items() if k in {"href", "xlink:href"}
             and v.startswith("#")]  # fmt: skip
    assert set(links) <= set(ids)
    headings = [int(tag[1]) for tag in names if re.fullmatch(r"h\d", tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))
    return page


@pytest.fixture(scope="module")
def game() -> gs.Result:
    return gs.sweep(GAME)


def test_a_sweep_of_a_game(game, tmp_path) -> None:
    page = reported(game, tmp_path)
    assert page.captions == [
        "Over the rounds",
        "Success over the share of planted data",
        "Final share over both settings",
        "Probability of tipping",
        "Mean field, and the way of one run",
    ]
    assert HOSTILE in page.text
    assert "Fixed points beside final shares" in page.text
    assert "varied: 0.1, 0.3, 0.5" in page.text
    assert "groundswell sweep scenario.toml" in page.text
    for element in ("1. Purpose and patterns", "7. Submodels"):
        assert element in page.text


def test_one_run(tmp_path) -> None:
    page = reported(gs.run("granovetter"), tmp_path)
    assert page.captions == ["Over the rounds"]
    assert "1 run\n" in page.text
    assert "groundswell run scenario.toml" in page.text
    assert "Points of the sweep" not in page.text


def test_a_given_collective_with_bounds(tmp_path) -> None:
    changes = {"replicates": 2, 'sweep.grid."platform.learner.epsilon"': [0.0, 0.2]}
    page = reported(gs.sweep(gs.load("hardt-bounds").replace(changes)), tmp_path)
    assert page.captions == ["Success over the share of planted data", "Success over both settings"]
    assert "In 0 of 72 rounds with a bound, success was measured below it" in page.text
    assert "Critical masses" in page.text


def test_thresholds_have_a_mean_field(tmp_path) -> None:
    threshold = {"kind": "normal", "mean": 0.3, "sd": 0.1}
    decision = {"kind": "threshold", "of": "everybody", "threshold": threshold}
    page = reported(gs.run({**GAME, "sweep": {}, "decision": decision}), tmp_path)
    assert "Mean field, and the way of one run" in page.captions
    assert "Fixed points beside final shares" in page.text


def test_a_sensitivity_analysis(tmp_path) -> None:
    ranges = {"payoff.benefit": [0.5, 1.5], "collective.seeds": [0.1, 0.5]}
    design = {"sweep": {"morris": {"trajectories": 3, "ranges": ranges}}}
    page = reported(gs.sweep({**GAME, **design}), tmp_path)
    assert "What the final share depends on" in page.captions
    assert "Probability of tipping" not in page.captions


def test_there_and_back(tmp_path) -> None:
    course = {"schedule": {"payoff.benefit": [[0, 0.2], [3, 1.5], [6, 0.2]]}, "sweep": {}}
    page = reported(gs.run({**GAME, **course}), tmp_path)
    assert "There and back: payoff.benefit" in page.captions


def test_labels_with_html_are_text_in_figures_too(tmp_path) -> None:
    rows = [f"{i},{'ab'[i % 2]},{(LABEL, '$no$')[i % 2]}\n" for i in range(40)]
    (tmp_path / "users.csv").write_text("x,y,label\n" + "".join(rows), encoding="utf-8")
    scenario = {
        "name": HOSTILE,
        "rounds": 2,
        "population": {
            "kind": "table",
            "path": str(tmp_path / "users.csv"),
            "label": "label",
            "test_share": 0.3,
        },
        "collective": {
            "seeds": 0.2,
            "strategy": {"kind": "feature-label", "target": LABEL},
            "signal": {"kind": "set-features", "features": {"y": "b"}},
        },
        "platform": {"kind": "learning", "learner": "naive-bayes"},
        "sweep": {"grid": {"collective.strategy.target": [LABEL, "$no$"]}},
    }
    html = gs.report(gs.sweep(scenario), tmp_path / "report.html").read_text(encoding="utf-8")
    page = reported(gs.sweep(scenario), tmp_path)
    assert page.text.count(LABEL) > 5
    figures = "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    assert "&lt;img src=x onerror=alert(1)&gt;</text>" in figures
    assert ">$no$</text>" in figures


@pytest.fixture
def folder(game, tmp_path: Path) -> Path:
    return game.save(tmp_path / "results")


def altered(folder: Path, *statements: str) -> Path:
    """Change the database of a results folder."""
    with closing(sqlite3.connect(folder / "results.sqlite")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return folder


def test_a_folder(folder) -> None:
    path = gs.report(folder)
    assert path == folder / "report.html"
    text = Page(path.read_text(encoding="utf-8")).text
    assert f"groundswell repeat {folder}" in text
    assert f"groundswell bundle {folder}" in text
    for known in ("git commit", "version of numpy", "host system", "seed"):
        assert known in text


def test_only_failed_runs(folder) -> None:
    error = "UPDATE runs SET status = 'failed', error = 'Traceback' || char(10) || 'E: <b>boom</b>'"
    altered(folder, error, "DELETE FROM series")
    page = reported(gs.open(folder), folder)
    assert page.captions == []
    assert "12 runs" in page.text
    assert "no run went well" in page.text
    assert "E: <b>boom</b>" in page.text


def test_no_runs_yet(folder) -> None:
    altered(folder, "DELETE FROM series", "DELETE FROM runs")
    page = reported(gs.open(folder), folder)
    assert "none has ended yet" in page.text
    assert "groundswell repeat" not in page.text


def test_results_of_an_older_version(folder) -> None:
    altered(folder, "ALTER TABLE series DROP COLUMN success", "DROP TABLE ties")
    (folder / "manifest.json").unlink()
    page = reported(gs.open(folder), folder)
    assert "success: these results are of an older version" in page.text
    assert "do not say what they were made with" in page.text
    assert "Over the rounds" in page.captions


def test_bad_input(game, folder, tmp_path) -> None:
    with pytest.raises(gs.InputError, match="'nowhere' is not a results folder"):
        gs.report("nowhere")
    with pytest.raises(gs.InputError, match="in memory only"):
        gs.report(game)
    with pytest.raises(gs.InputError, match="cannot write"):
        gs.report(folder, tmp_path / "no" / "report.html")


def test_the_command(groundswell, folder, monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    report_command(Path("results"), None)
    assert capsys.readouterr().out == "wrote results/report.html; open it in a browser\n"
    gone = groundswell("report", "nowhere")
    assert gone.returncode == 2
    assert gone.stderr.startswith("'nowhere' is not a results folder")


def test_figures_do_not_share_ids() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="5pt" height="5pt" viewBox="0 0 5 5">'
        '<g id="kept"/><g id="gone" clip-path="url(#kept)"><text>id="kept" #kept</text></g></svg>'
    )
    assert inline(svg, "f1", "a <b>") == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 5 5" role="img" '
        'aria-label="a &lt;b&gt;"><g id="f1-kept" /><g clip-path="url(#f1-kept)">'
        '<text>id="kept" #kept</text></g></svg>'
    )


def test_long_tables_say_what_they_leave_out(game) -> None:
    import pandas as pd

    long = tables.table("long", pd.DataFrame({"x": range(1000)}))
    assert len(long.rows) == tables.MOST_ROWS
    assert long.note == "60 of 1,000 rows are shown."
    points = tables.by_point(game, tables.last_of(game))
    assert points is not None
    assert (len(points.rows), points.note) == (6, "")


@pytest.mark.slow
def test_a_report_of_a_thousand_runs_is_quick_and_small(tmp_path) -> None:
    grid = {
        "collective.seeds": [i / 20 for i in range(1, 11)],
        "payoff.benefit": [0.4 + i / 10 for i in range(10)],
    }
    result = gs.sweep({**GAME, "rounds": 50, "replicates": 10, "sweep": {"grid": grid}})
    assert sum(result.statuses.values()) == 1000
    start = time.process_time()  # others may share the processor
    path = gs.report(result, tmp_path / "report.html")
    assert time.process_time() - start < 15
    assert path.stat().st_size < 5e6
