"""A scenario, a data file, a results folder or the name of a plug-in never runs code."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from groundswell.scenarios.checkpoint import NoCheckpointError, read

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "groundswell").rglob("*.py"))
READERS_OF_CODE = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "yaml", "runpy", "code"}
CALLS = {"eval", "exec", "compile", "__import__", "system", "popen", "execfile"}
IMPORTERS = {
    "groundswell/__init__.py",
    "explore/server.py",
    "platform/learners/scikit.py",
    "testing/conformance.py",
}
"""Modules that import by name: names of ours, and in `scikit` those of an allow-list."""
STARTERS = {"exits.py", "scenarios/provenance.py"}
"""Modules that start a process: this one again, and git in the folder of this package."""


def modules(tree: ast.AST) -> set[str]:
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    return {name.partition(".")[0] for name in names}


def calls(tree: ast.AST) -> list[tuple[str, ast.Call]]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            found.append((name, node))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_package_has_no_way_to_run_data(path: Path) -> None:
    tree, name = ast.parse(path.read_text(encoding="utf-8")), str(path)
    assert not modules(tree) & READERS_OF_CODE
    for called, call in calls(tree):
        named = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
        of = call.func.value.id if named else ""
        if called in CALLS:
            assert of in {"re", "model"}, f"{called} in line {call.lineno}"  # re.compile
        if called == "load" and of in {"np", "numpy", "torch", "joblib"}:
            allowed = {one.arg: ast.unparse(one.value) for one in call.keywords}
            assert allowed.get("allow_pickle") == "False"
        if called == "import_module":
            assert name.endswith(tuple(IMPORTERS))
        if of == "subprocess" or called in {"execv", "execve", "spawnv", "fork"}:
            assert name.endswith(tuple(STARTERS))


@pytest.mark.parametrize("estimator", ["os.system", "sklearn.svm", "evil.Model", "../evil"])
def test_estimators_are_on_a_list(here: Path, refused, estimator: str) -> None:
    (here / "evil.py").write_text("open('ran', 'w')\n", encoding="utf-8")
    learner = f'platform.learner={{kind="sklearn",estimator="{estimator}"}}'
    assert "is not an allowed classifier" in refused("check", "quickstart", "--set", learner)
    assert not (here / "ran").exists()


def test_kinds_are_names_and_not_places(here: Path, refused) -> None:
    for kind in ("os:system", "evil", "./evil.py", "evil.Model"):
        said = refused("check", "tiny.toml", "--set", f'network={{kind="{kind}"}}')
        assert f"unknown kind '{kind}'" in said


def test_nothing_of_the_folder_one_is_in_is_imported(here: Path) -> None:
    """As a command, that is: Python's own ``-m`` puts the folder first of all it imports from."""
    info = here / "evil-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: evil\nVersion: 1.0\n", encoding="utf-8")
    point = "[groundswell.components]\nevil = evil\n"
    (info / "entry_points.txt").write_text(point, encoding="utf-8")
    for module in ("evil", "numpy", "yaml", "sitecustomize", "torch", "groundswell"):
        (here / f"{module}.py").write_text("open('ran', 'w')\n", encoding="utf-8")
    command = "import sys; from groundswell.cli import main; sys.argv[0] = 'groundswell'; main()"
    for arguments in (("list",), ("check", "tiny.toml", "--set", "network=evil")):
        subprocess.run(
            [sys.executable, "-P", "-c", command, *arguments], cwd=here, check=False, timeout=120,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True,
        )  # fmt: skip
        assert not (here / "ran").exists()


class Payload:
    def __reduce__(self) -> tuple[object, ...]:
        return (open, ("ran", "w"))


def test_checkpoints_are_plain_arrays(here: Path) -> None:
    np.savez("evil.npz", header=np.array([Payload()], dtype=object), allow_pickle=True)
    with pytest.raises(NoCheckpointError, match="cannot be read"):
        read(here / "evil.npz", "run")
    assert not (here / "ran").exists()


def test_checkpoints_do_not_grow_when_they_are_read(here: Path) -> None:
    np.savez_compressed("bomb.npz", header=np.zeros(10**7, dtype=np.uint8))
    assert (here / "bomb.npz").stat().st_size < 20_000
    with pytest.raises(NoCheckpointError, match="it is compressed"):
        read(here / "bomb.npz", "run")


def test_security_md_is_there_and_goes_with_the_package() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert re.search(r"^## What is promised$", text, re.MULTILINE)
    assert re.search(r"^## What is not$", text, re.MULTILINE)
    assert re.search(r"^## Reporting$", text, re.MULTILINE)
    assert '"SECURITY.md"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "(SECURITY.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
