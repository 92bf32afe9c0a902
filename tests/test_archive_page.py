"""What docs/archive.md tells its readers to type prints what the page says."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "docs" / "archive.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def typed(groundswell, block: str) -> str:
    """Return commands with what they print, as a terminal shows them."""
    shown = ""
    for command in re.findall(r"^\$ groundswell (.*)$", block, re.MULTILINE):
        done = groundswell(*command.split())
        assert done.returncode == 0, done.stderr
        shown += f"$ groundswell {command}\n{done.stdout}"
    return shown


def test_the_page_is_followed(groundswell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    for language, block in FENCE.findall(PAGE):
        if language == "toml":
            Path("study.toml").write_text(block, encoding="utf-8")
        elif language == "console":
            assert typed(groundswell, block) == block
        elif language == "python":
            with contextlib.redirect_stdout(printed):
                exec(compile(block, "archive.md", "exec"), {})  # noqa: S102
        else:
            assert printed.getvalue() == block
