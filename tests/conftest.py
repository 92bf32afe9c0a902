"""Fixtures that several test folders use."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import io
import os
import re
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Iterator
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest
from hypothesis import settings
from typer.testing import CliRunner, Result

from groundswell.cli import app

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"

# A suite that runs in the background ignores Ctrl-C, and so would the commands it starts.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes depends on what else the machine does.
settings.register_profile("groundswell", deadline=None)
settings.load_profile("groundswell")

TORCH = "No module named 'torch'"


class WithoutTorch(MetaPathFinder):
    """Skips what imports torch; a run would store the error, and go on to the next."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname == "torch":
            for frame, _ in traceback.walk_stack(None):
                name = frame.f_globals.get("__name__", "")
                if name.startswith("groundswell.") and frame.f_code.co_name == "<module>":
                    sys.modules.pop(name, None)  # half of it is there
            pytest.skip(TORCH, allow_module_level=True)


if importlib.util.find_spec("torch") is None:
    sys.meta_path.insert(0, WithoutTorch())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Skip where a process that the test has started misses torch."""
        report = yield
        if report.failed and TORCH in report.longreprtext + report.caplog:
            report.outcome = "skipped"
            report.longrepr = (str(item.path), item.location[1] or 0, f"Skipped: {TORCH}")
        return report


Command = Callable[..., subprocess.CompletedProcess[str]]
Invoke = Callable[..., Result]


@pytest.fixture
def groundswell(tmp_path: Path) -> Command:
    """Run the command line in a fresh folder, as a newcomer would."""

    def call(*arguments: str, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "groundswell", *arguments],
            cwd=cwd,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"},
            check=False,
        )

    return call


@pytest.fixture
def invoke() -> Invoke:
    """Type a command, in this process; nothing may end in a traceback."""

    def call(*arguments: str) -> Result:
        done = CliRunner().invoke(app, list(arguments))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return call


@pytest.fixture
def made_with() -> Callable[[str], None]:
    """Skip where a package is installed in another version than what is compared was made with."""
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines())

    def check(package: str) -> None:
        here = importlib.metadata.version(package)
        if here != pins[package]:
            pytest.skip(f"made with {package} {pins[package]}, and {here} is installed")

    return check


@pytest.fixture
def real_data() -> Path:
    """The folder of real data, where there is one."""
    if not DATA.is_dir():
        pytest.skip("../shared/data is not there")
    return DATA


FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"# (\S+\.(?:toml|py))\n")


class Page:
    """A page of the documentation that is typed as a reader would, section by section."""

    def __init__(self, name: str, groundswell: Command) -> None:
        self.path = ROOT / "docs" / name
        self.text = self.path.read_text(encoding="utf-8")
        self.groundswell = groundswell

    @property
    def sections(self) -> int:
        """How many numbered sections there are; all code must be in one."""
        numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", self.text, re.MULTILINE)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(FENCE.findall(self.text)) == len(FENCE.findall(self.part(1, len(numbers))))
        return len(numbers)

    def part(self, first: int, last: int) -> str:
        """Return some of the numbered sections."""
        start = self.text.index(f"\n## {first}. ")
        end = self.text.find(f"\n## {last + 1}. ")
        return self.text[start : end if end >= 0 else len(self.text)]

    def follow(self, first: int, last: int) -> None:
        """Do what some sections say, and compare what they quote."""
        names: dict[str, object] = {"__name__": "page"}
        printed = ""
        for language, block in FENCE.findall(self.part(first, last)):
            if file := FILE.match(block):
                Path(file[1]).write_text(block, encoding="utf-8")
            elif language == "console":
                assert self.typed(block) == block
            elif language == "python":
                assert printed == "", "the page does not quote it"
                printed = self.said(block, names)
            elif language != "sh":  # tests/test_pages.py says which those are, and why
                assert language == "text"
                assert printed == block
                printed = ""
        assert printed == "", "the page does not quote it"

    def typed(self, block: str) -> str:
        """Return commands with what they print, as a terminal shows them."""
        shown = []
        for command in re.findall(r"^\$ groundswell (.*)$", block, re.MULTILINE):
            done = self.groundswell(*command.split())
            assert done.returncode == 0, done.stderr
            printed = [line.rstrip() for line in done.stdout.splitlines()]
            shown += [f"$ groundswell {command}", *printed]
        return "".join(f"{line}\n" for line in shown)

    def said(self, code: str, names: dict[str, object]) -> str:
        """Return what Python prints."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, self.path.name, "exec"), names)  # noqa: S102
        return printed.getvalue()


@pytest.fixture
def page(
    groundswell: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Page]]:
    """Open a page of the documentation in a fresh folder; forget the components it makes."""
    from groundswell.component import PARTS

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.syspath_prepend(tmp_path)
    for part in PARTS.values():
        monkeypatch.setattr(part, "kinds", dict(part.kinds))
    yield lambda name: Page(name, groundswell)
    for file in tmp_path.glob("*.py"):
        sys.modules.pop(file.stem, None)
