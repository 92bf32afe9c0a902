"""What docs/tipping.md tells its readers to type prints what the page says, figures included."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from groundswell.scenarios.loading import library

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "tipping.md").read_text(encoding="utf-8")
FIGURES = ROOT / "docs" / "figures"
WORDS = re.compile(r"<!-- (.*?) -->")  # matplotlib says beside the shapes what they spell
MADE = re.compile(r"base64,.*?\"|\w*[0-9a-f]{10}\w*", re.DOTALL)  # pictures, and names of shapes
NUMBER = re.compile(r"-?\d+\.\d+")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def follow(groundswell, tmp_path, monkeypatch) -> Callable[[str], None]:
    """Do in a fresh folder what a part of the page says, and compare what it quotes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")

    def run(text: str) -> None:
        names: dict[str, object] = {"__name__": "page"}
        printed = ""
        for language, block in FENCE.findall(text):
            if language == "toml":
                name = re.match(r"# (\S+\.toml)\n", block)[1]
                Path(name).write_text(block, encoding="utf-8")
            elif language == "console":
                assert typed(groundswell, block) == block
            elif language == "python":
                assert printed == "", "the page does not quote it"
                printed = said(block, names)
            else:
                assert language == "text"
                assert printed == block
                printed = ""
        assert printed == "", "the page does not quote it"

    return run


def typed(groundswell, block: str) -> str:
    """Return commands with what they print, as a terminal shows them."""
    shown = []
    for command in re.findall(r"^\$ groundswell (.*)$", block, re.MULTILINE):
        done = groundswell(*command.split())
        assert done.returncode == 0, done.stderr
        printed = [line.rstrip() for line in done.stdout.splitlines()]
        shown += [f"$ groundswell {command}", *printed]
    return "".join(f"{line}\n" for line in shown)


def said(code: str, names: dict[str, object]) -> str:
    """Return what Python prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "tipping.md", "exec"), names)  # noqa: S102
    return printed.getvalue()


def part(first: int, last: int) -> str:
    """Return some of the numbered sections."""
    start = PAGE.index(f"\n## {first}. ")
    end = PAGE.find(f"\n## {last + 1}. ")
    return PAGE[start : end if end >= 0 else len(PAGE)]


def test_a_known_response(follow, tmp_path) -> None:
    follow(part(1, 6))
    for figure in re.findall(r"\(figures/(.*?)\)", PAGE):
        drawn, kept = ((folder / figure).read_text() for folder in (tmp_path, FIGURES))
        assert WORDS.findall(drawn) == WORDS.findall(kept)
        positions = [[float(x) for x in NUMBER.findall(MADE.sub("", t))] for t in (drawn, kept)]
        np.testing.assert_allclose(*positions, atol=0.05)  # as well as can be seen


@pytest.mark.slow
def test_a_trained_learner(follow) -> None:
    follow(part(7, 7))


@pytest.mark.slow
def test_a_real_network(follow, tmp_path, real_data) -> None:
    name = "facebook_combined.txt"
    (tmp_path / name).symlink_to(real_data / name)
    follow(part(8, 8))


def test_all_of_the_page_is_followed() -> None:
    assert len(FENCE.findall(PAGE)) == sum(len(FENCE.findall(part(i, i))) for i in range(1, 9))
    assert f"\n## {9}. " not in PAGE
    for name in re.findall(r"`(tipping-[a-z]+)`", PAGE):
        assert name in library()
