"""Peers do the same as we do, which makes timing them fair; their tables have a page."""

from __future__ import annotations

import re

import pytest

from benchmarks import page
from benchmarks.markdown import table
from benchmarks.peers.compare import RIVALS, Rival, Task, compare
from benchmarks.peers.contender import Ours
from groundswell.scenarios.keeping import forget

CASCADE = Task(share=0.1, rounds=8, starts=3, turns=1)


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.title)
def test_peers_have_the_same_members_in_each_round(rival: Rival) -> None:
    package = rival.place.partition("_")[0]
    pytest.importorskip(package, reason=f"{package} is in the environment of `make bench` only")
    ours = Ours(200, reversible=rival.reversible)
    theirs = rival.peer(ours.ties, ours.thresholds)
    compare(ours, theirs, 200, CASCADE)
    rows = ours.model.recorder.rows[-CASCADE.rounds :]
    assert rows[0]["members"] < rows[2]["members"], "no cascade"
    assert any(row["left"] for row in rows[1:]) == rival.reversible
    for model in (ours.model, theirs):
        forget(model)


def test_a_difference_stops_the_benchmark() -> None:
    ours, others = Ours(200), Ours(200, seed=1)
    with pytest.raises(AssertionError, match="members: ours"):
        compare(ours, others, 200, CASCADE)
    for one in (ours, others):
        forget(one.model)


def test_as_many_members_who_are_others_stop_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = Ours(200), Ours(200)
    monkeypatch.setattr(theirs, "members", lambda: Ours.members(theirs)[::-1])
    with pytest.raises(AssertionError, match="members: ours"):
        compare(ours, theirs, 200, CASCADE)
    for one in (ours, theirs):
        forget(one.model)


def test_what_is_printed_goes_into_its_place_and_prose_stays() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    for name in page.MAINS:
        changed = page.replaced(text, name, "| new |\n")
        assert f"<!-- {name} -->\n\n| new |\n\n<!-- end of {name} -->" in changed
        assert page.replaced(changed, name, "| new |\n") == changed
        outside = re.compile(rf"<!-- {name} -->.*<!-- end of {name} -->", re.DOTALL)
        assert outside.sub("", changed) == outside.sub("", text)


def test_plain_lines_are_shown_as_they_are() -> None:
    shown = page.replaced("<!-- store -->\n<!-- end of store -->\n", "store", "took:\n  1 s\n")
    assert "```text\ntook:\n  1 s\n```" in shown


def test_a_page_without_the_place_is_refused() -> None:
    with pytest.raises(ValueError, match="needs '<!-- store -->'"):
        page.replaced("Prose.\n", "store", "new\n")


def test_tables_are_aligned() -> None:
    assert table(["peer", "times"], [["Mesa", 40]]).splitlines() == [
        "| peer | times |",
        "|------|------:|",
        "| Mesa |    40 |",
    ]
