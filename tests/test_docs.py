"""The documentation builds without a warning, into pages that need no network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from groundswell.component import PARTS
from groundswell.scenarios.loading import library
from groundswell.tables import TABLES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
CITED = re.compile(r"(theory|dynamics)\.md`*,?\s+sections? (\d)(?: and (\d))?")
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}


class Loaded(HTMLParser):
    """Collects what a page loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in LOADED:
            self.found.append(dict(attrs).get(LOADED[tag]) or "")


@pytest.mark.slow
def test_the_pages_build_without_a_warning(tmp_path: Path) -> None:
    built = tmp_path / "html"
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q"]
    command += ["-d", str(tmp_path / "doctrees"), str(DOCS), str(built)]
    done = subprocess.run(
        [*command, "-D", f"nb_execution_cache_path={tmp_path / 'cells'}"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert_no_network(built)
    assert_reference(built / "reference")
    notebook = (built / "critical_mass.html").read_text(encoding="utf-8")
    assert notebook.count("cell_output") >= 6
    assert "_images/" in notebook


def assert_no_network(built: Path) -> None:
    """Look at what pages and their styles load."""
    for page in built.rglob("*.html"):
        for address in Loaded(page.read_text(encoding="utf-8")).found:
            assert "//" not in address.partition("data:")[0], (page.name, address)
    for sheet in built.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", text), sheet.name


def assert_reference(folder: Path) -> None:
    """Look for every kind, parameter, column and scenario."""
    pages = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}
    for name, part in PARTS.items():
        ours = {k: c for k, c in part.kinds.items() if c.__module__.startswith("groundswell.")}
        for kind, component in ours.items():  # other tests register theirs
            assert f'id="{kind}"' in pages[name]
            for field in component.model_fields:
                assert field == "kind" or f">{field}<" in pages[name]
    for table in TABLES.values():
        assert all(f">{column}<" in pages["tables"] for column in table.columns)
    assert all(f'id="{name}"' in pages["library"] for name in library())


def test_sections_that_the_code_cites_are_there() -> None:
    headings = {
        name: set(re.findall(r"^## (\d)\. ", (DOCS / f"{name}.md").read_text("utf-8"), re.M))
        for name in ("theory", "dynamics")
    }
    cited = [
        (page, section)
        for path in [*ROOT.glob("groundswell/**/*.py"), *ROOT.glob("tests/**/*.py")]
        for page, *sections in CITED.findall(path.read_text(encoding="utf-8"))
        for section in filter(None, sections)
    ]
    assert len(cited) >= 10
    assert all(section in headings[page] for page, section in cited)
