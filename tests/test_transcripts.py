"""Library scenarios still have the numbers that their transcripts show, line by line."""

from __future__ import annotations

import pytest

from groundswell.problems import InputError
from groundswell.scenarios.identity import NUMBERS
from groundswell.scenarios.loading import library
from tests.transcripts.transcript import (
    CHANGELOG,
    HERE,
    Entry,
    entry,
    ledger,
    problem,
    transcript,
    version_of,
)

SLOW = {"adult-facebook", "tipping-facebook"}
"""Scenarios that take more than two seconds."""


def text_of(name: str) -> str:
    return (HERE / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in library()],
)
def test_replay(name: str) -> None:
    try:
        again = transcript(name)
    except InputError as error:
        pytest.skip(str(error))
    assert again.splitlines() == text_of(name).splitlines(), "see: make transcripts"


def test_every_library_scenario_has_a_transcript() -> None:
    assert sorted(path.stem for path in HERE.glob("*.txt")) == library()


@pytest.mark.parametrize("name", library())
def test_the_ledger_has_the_numbers_of_each_transcript(name: str) -> None:
    try:
        latest = entry(name, text_of(name))
    except InputError as error:
        pytest.skip(str(error))
    assert latest == [one for one in ledger() if one.name == name][-1]


def test_changed_numbers_have_their_line_in_the_changelog() -> None:
    entries, changelog = ledger(), CHANGELOG.read_text(encoding="utf-8")
    assert [problem(one, entries, changelog) for one in entries] == [None] * len(entries)
    assert {version_of(path.read_text(encoding="utf-8")) for path in HERE.glob("*.txt")} == {
        NUMBERS
    }


def test_changed_numbers_without_a_new_version_are_refused() -> None:
    before = Entry(5, "quickstart", "a-run", "some-numbers")
    changelog = "- **Numbers** version 5: the fifth.\n"
    assert problem(before, [before], changelog) is None
    other = before._replace(digest="others")
    assert "raise NUMBERS" in str(problem(other, [before], changelog))
    newer = other._replace(version=6, run="its-id-with-version-6")
    assert "no line '- **Numbers** version 6" in str(problem(newer, [before], changelog))
    assert problem(newer, [before], f"- **Numbers** version 6: why.\n{changelog}") is None
    edited = before._replace(run="its-id-with-other-settings", digest="others")
    assert problem(edited, [before], changelog) is None
