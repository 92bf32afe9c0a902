"""The example plug-in, installed as its README says, is there like any other component."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "docs" / "example-plugin"


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A fresh environment with the plug-in, where pip can build it without a network."""
    folder = tmp_path_factory.mktemp("plug-in")
    shutil.copytree(PLUGIN, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    here = next(
        (folder / "venv").glob("lib*/python*/site-packages"), folder / "venv/Lib/site-packages"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
         "--no-build-isolation", "--disable-pip-version-check", "--target", here,
         folder / "source"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"pip cannot build a package here: {done.stderr.strip().splitlines()[-1]}")
    # The packages that Groundswell needs are those of the environment that runs the tests.
    needed = [path for path in sys.path if path.endswith("site-packages")]
    (here / "needed.pth").write_text("\n".join([str(ROOT), *needed]))
    return folder


@pytest.fixture
def run(environment):
    def call(*arguments):
        python = environment / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
        return subprocess.run(
            [python, *arguments], cwd=environment / "source", capture_output=True, text=True,
            encoding="utf-8", timeout=300, check=False,
            env={**{k: v for k, v in os.environ.items() if k != "PYTHONPATH"}, "COLUMNS": "120"},
        )  # fmt: skip

    return call


@pytest.mark.slow
def test_its_readme_is_followed(run):
    commands = re.findall(
        r"^\$ groundswell (.*)$", (PLUGIN / "README.md").read_text(), re.MULTILINE
    )
    assert len(commands) == 2
    printed = []
    for command in commands:
        done = run("-m", "groundswell", *command.split())
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout)
    assert re.search(r"^  weary +Join when a share", printed[0], re.MULTILINE)
    assert "weary" in printed[1]


@pytest.mark.slow
def test_its_learner_is_listed_with_its_bounds(run):
    listed = run("-m", "groundswell", "list", "learner", "--verbose").stdout
    assert "example-centroid" in listed
    assert "shrink (default 0.0, >= 0, < 1): How far the means are drawn" in listed


@pytest.mark.slow
def test_its_own_tests_pass(run):
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


@pytest.mark.slow
def test_it_is_not_there_where_it_is_not_installed(groundswell):
    assert "weary" not in groundswell("list", "decision").stdout
