"""What the documentation tells its readers to type prints what it says, figures included.

Pages are typed section by section in a fresh folder. A page with code that nobody follows fails.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from markdown_it import MarkdownIt

from groundswell.scenarios.loading import library

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
EXECUTED = {"console", "python", "toml"}

FOLLOWED = {
    "archive.md": [(1, 4)],
    "cite.md": [(1, 2)],
    "conformance.md": [(1, 3)],
    "data.md": [(1, 4)],
    "learner.md": [(1, 2)],
    "rule.md": [(1, 3)],
    "sensitivity.md": [(1, 3), (1, 5)],
    "tipping.md": [(1, 6), (7, 7), (8, 8)],
    "tutorial.md": [(1, 3), (1, 6)],
}
"""Which sections of a page are followed together."""
SLOW = {("archive.md", 4), ("cite.md", 2), ("data.md", 4), ("learner.md", 2), ("sensitivity.md", 3),
        ("sensitivity.md", 5), ("tipping.md", 6), ("tipping.md", 7), ("tipping.md", 8),
        ("tutorial.md", 6)}  # fmt: skip
"""Pages and last sections that take longer."""
ELSEWHERE = {
    "README.md": "tests/test_readme.py",
    "cluster.md": "tests/test_cluster_page.py",
    "critical_mass.md": "docs/conf.py",  # a notebook: its cells run when the page is built
}
"""What executes the other pages."""
NOT_EXECUTED = {
    "README.md": "make installs packages from the network; CI does it",
    "cluster.md": "two more machines are needed; that the command is there is tested",
    "rule.md": "pip writes what the test writes",
    "tutorial.md": "pip installs packages from the network; CI does it",
}
"""Why a page has one block tagged ``sh``, which nobody executes."""

WORDS = re.compile(r"<!-- (.*?) -->")  # matplotlib says beside the shapes what they spell
MADE = re.compile(r"base64,.*?\"|\w*[0-9a-f]{10}\w*", re.DOTALL)  # pictures, and names of shapes
NUMBER = re.compile(r"-?\d+\.\d+")


def cases() -> list[object]:
    """Return the parts of pages, those that take longer marked."""
    found = []
    for name, parts in FOLLOWED.items():
        for first, last in parts:
            marks = [pytest.mark.slow] if (name, last) in SLOW else []
            one = pytest.param(name, first, last, marks=marks, id=f"{name}-{first}-{last}")
            found.append(one)
    return found


@pytest.mark.parametrize(("name", "first", "last"), cases())
def test_the_page_is_followed(name, first, last, page, tmp_path, request) -> None:
    followed = page(name)
    if (name, last) == ("tipping.md", 8):
        facebook = request.getfixturevalue("real_data") / "facebook_combined.txt"
        (tmp_path / facebook.name).symlink_to(facebook)
    if (name, last) == ("rule.md", 3):
        followed.follow(1, 2)
        install(tmp_path, followed.part(3, 3))
        followed.follow(3, 3)
    else:
        followed.follow(first, last)
    for figure in re.findall(r"\(figures/(.*?)\)", followed.part(first, last)):
        assert_same_figure(tmp_path / figure, DOCS / "figures" / figure)


def install(folder: Path, text: str) -> None:
    """Do what ``pip install`` does with the entry points of a page's ``pyproject.toml``."""
    (block,) = (token.content for token in MarkdownIt().parse(text) if token.info == "toml")
    project = tomllib.loads(block)["project"]
    ((group, points),) = project["entry-points"].items()
    info = folder / f"{project['name']}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = [f"{name} = {module}" for name, module in points.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]) + "\n")


def assert_same_figure(drawn: Path, kept: Path) -> None:
    """Compare what two figures spell, and where their shapes are, as well as can be seen."""
    texts = [path.read_text(encoding="utf-8") for path in (drawn, kept)]
    words = [WORDS.findall(text) for text in texts]
    assert words[0] == words[1]
    positions = [[float(x) for x in NUMBER.findall(MADE.sub("", text))] for text in texts]
    np.testing.assert_allclose(*positions, atol=0.05)


def written() -> list[Path]:
    """Return all pages that people have written."""
    pages = [path for path in DOCS.rglob("*.md") if path.parts[len(DOCS.parts)] not in MADE_PAGES]
    return [ROOT / "README.md", *sorted(pages)]


MADE_PAGES = {"_build", "reference"}
"""Folders that a build writes."""


@pytest.mark.parametrize("path", written(), ids=lambda path: path.name)
def test_no_block_is_left_out(path: Path, page) -> None:
    tokens = MarkdownIt().parse(path.read_text(encoding="utf-8"))
    assert not [token.content for token in tokens if token.type == "code_block"], "has no language"
    found = [token.info for token in tokens if token.type == "fence"]
    languages = [info for info in found if not info.startswith("{")]  # a directive of Sphinx's
    assert set(languages) <= {*EXECUTED, "text", "sh"}
    assert languages.count("sh") == (path.name in NOT_EXECUTED)
    cells = any(info.startswith("{code-cell}") for info in found)
    if path.name in ELSEWHERE:
        assert path.name in (ROOT / ELSEWHERE[path.name]).read_text(encoding="utf-8") or cells
    elif path.name in FOLLOWED:
        sections = page(path.name).sections
        covered = {n for first, last in FOLLOWED[path.name] for n in range(first, last + 1)}
        code = {n for n in range(1, sections + 1) if "```" in page(path.name).part(n, n)}
        assert code <= covered
    else:
        assert not EXECUTED & set(languages)
        assert not cells


def test_no_list_names_a_page_that_is_not_there() -> None:
    names = {path.name for path in written()}
    assert {*FOLLOWED, *ELSEWHERE, *NOT_EXECUTED} <= names
    assert not FOLLOWED.keys() & ELSEWHERE.keys()


def test_scenarios_that_the_tipping_page_names_are_there(page) -> None:
    for name in re.findall(r"`(tipping-[a-z]+)`", page("tipping.md").text):
        assert name in library()
