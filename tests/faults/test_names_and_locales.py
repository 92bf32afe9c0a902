"""Names, labels and line ends of all kinds, and locales that would read or write others."""

from __future__ import annotations

import locale
import os
from pathlib import Path

import pytest

import groundswell as gs

from .conftest import environment

ASCII = {"LC_ALL": "C", "LANG": None, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
TABLE = """\
name = "żółw 🐢"
rounds = 1
population = { kind = "table", path = "données.csv", label = "größe" }
platform = { kind = "learning", learner = "naive-bayes" }
measure = { groups = ["class"] }
[collective]
seeds = 2
strategy = { kind = "feature-label", target = "groß" }
signal = { kind = "set-features", features = { "é" = 3.0 } }
"""
PEOPLE = "é,größe\n" + "".join(f"{i},{('groß', 'małe')[i % 2]}\n" for i in range(40))


@pytest.fixture
def foreign(study: Path) -> Path:
    """A scenario whose names and labels are not ASCII, in a folder that is not either."""
    folder = study / "Ünï dir"
    folder.mkdir()
    (folder / "żółw.toml").write_text(TABLE, encoding="utf-8")
    (folder / "données.csv").write_text(PEOPLE, encoding="utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("more", [{}, ASCII], ids=["UTF-8", "ASCII"])
def test_names_that_are_not_ascii(foreign: Path, start, more: dict[str, str | None]) -> None:
    options = {"env": environment(**more), "cwd": foreign}
    done = start("run", "żółw.toml", "--out", "wyniki-ż", **options)
    assert done.returncode == 0, done.stderr
    assert "wyniki-ż" in done.stdout
    stored = gs.open(foreign / "wyniki-ż")
    assert set(stored.groups["group"]) == {"groß", "małe"}
    assert stored.scenario.population.path == str(foreign / "données.csv")
    assert start("report", "wyniki-ż", **options).returncode == 0
    assert "żółw 🐢" in (foreign / "wyniki-ż" / "report.html").read_text(encoding="utf-8")
    if more:
        wrong = start("check", "żółw2.toml", **options)
        assert (wrong.returncode, wrong.stderr) == (2, "there is no file 'żółw2.toml'\n")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text(study: Path, start) -> None:
    """File systems hold bytes; these are no UTF-8, which a page and a scenario must be."""
    done = start("run", "tiny.toml", "--out", os.fsdecode(b"out-\xff"))
    assert done.returncode == 0, done.stderr
    assert start("report", os.fsdecode(b"out-\xff")).returncode == 0
    folder = study / os.fsdecode(b"in-\xff")
    folder.mkdir()
    (folder / "s.toml").write_text(TABLE, encoding="utf-8")
    (folder / "données.csv").write_text(PEOPLE, encoding="utf-8")
    done = start("run", "s.toml", cwd=folder)
    assert done.returncode == 2
    assert "population.path: is in a folder whose name is no UTF-8" in done.stderr
    assert "in-\\udcff" in done.stderr


def test_ascii_is_no_hindrance(study: Path, start) -> None:
    (study / "é.toml").write_text((study / "tiny.toml").read_text("utf-8"), encoding="utf-8")
    done = start("run", "é.toml", "--out", "ż", "--quiet", env=environment(**ASCII))
    assert (done.returncode, done.stdout) == (0, "ż\n")
    assert len(gs.open("ż").runs) == 2


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def test_line_ends_of_windows(study: Path, foreign: Path) -> None:
    (study / "edges.txt").write_text("0 1\n1 2\n2 3\n", encoding="utf-8")
    (study / "points.csv").write_text("payoff.cost\n0.1\n0.2\n", encoding="utf-8")
    net = {"network": {"kind": "edge-list", "path": str(study / "edges.txt")}}
    tiny = gs.load("tiny.toml").replace({**net, "population.users": 4, "collective.seeds": 1})
    tiny = tiny.replace({"sweep": {"table": str(study / "points.csv")}})
    before = [gs.run(foreign / "żółw.toml").series, gs.sweep(tiny).series]
    for path in (study / "edges.txt", study / "points.csv", *foreign.iterdir()):
        path.write_bytes(crlf(path.read_text(encoding="utf-8")))
    after = [gs.run(foreign / "żółw.toml").series, gs.sweep(tiny).series]
    for one, other in zip(before, after, strict=True):
        assert one.drop(columns="run").equals(other.drop(columns="run"))
    texts = {"kind": "text", "path": str(study / "texts.csv"), "text": "t", "label": "y"}
    lines = "".join(f'"one two\n{word}",{word}\n' for word in ("a", "b") * 20)
    labels = []
    for text in (lines.encode(), crlf(lines)):
        (study / "texts.csv").write_bytes(b"t,y\n" + text)
        settings = {
            "name": "texts", "rounds": 1, "population": texts,
            "collective": {"seeds": 1}, "decision": "fixed",
            "platform": {"kind": "learning", "learner": "tfidf"},
        }  # fmt: skip
        labels.append(gs.run(settings).series["accuracy"].tolist())
    assert labels[0] == labels[1]


def test_a_locale_with_decimal_commas(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = gs.run("tiny.toml", out="plain")
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
    except locale.Error:  # what it would change, where it is not installed
        comma = {**locale.localeconv(), "decimal_point": ",", "thousands_sep": "."}
        monkeypatch.setattr(locale, "localeconv", lambda: comma)
    try:
        assert gs.run("tiny.toml", out="commas").series.equals(plain.series)
        gs.report("commas", out="commas.html")
    finally:
        locale.setlocale(locale.LC_ALL, before)
    series = [(study / folder / "series.csv").read_text("utf-8") for folder in ("plain", "commas")]
    assert series[0] == series[1]
