"""What the README says can be typed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import groundswell as gs
from groundswell.scenarios.loading import library

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_scenario_runs() -> None:
    (text,) = blocks("toml")
    series = gs.run(tomllib.loads(text)).series
    assert series["alpha"].iloc[-1] > 0.5
    assert len(text.splitlines()) <= 15


@pytest.mark.slow
def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # it writes a report
    (code,) = blocks("python")
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102


@pytest.mark.slow
def test_the_commands_run(groundswell) -> None:
    (text,) = blocks("console")
    commands = re.findall(r"^\$ groundswell (.*?)(?:\s+#.*)?$", text, re.MULTILINE)
    assert len(commands) == len(text.splitlines())
    for command in commands:
        done = groundswell(*command.split())
        assert done.returncode == 0, done.stderr


def test_the_numbers_are_those_of_the_quickstart() -> None:
    last = gs.run("quickstart").series.iloc[-1]
    shown = [
        f"{last[name]:.3f}" for name in ("member_share", "alpha", "success", "lift", "accuracy")
    ]
    assert re.search(r"\s+".join(map(re.escape, shown)), README)


def test_library_scenarios_are_named() -> None:
    for name in ("quickstart", "granovetter", "tipping-point", "adult-facebook"):
        assert name in library()
        assert name in README
