"""The shape of the house: who imports whom, no global randomness, short files."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "groundswell"
FILES = sorted(PACKAGE.rglob("*.py"))

# A module may import from rooms before its own in this order, or from its own room.
ORDER = [
    {"problems", "machine", "files", "randomness", "component", "data", "gradients", "schedule"},
    {"agents", "platform"},
    {
        "settings_errors",
        "contradictions",
        "measure",
        "recruitment",
        "tie_checks",
        "schedule_checks",
        "stopping",
        "designs",
        "sweep_settings",
        "scenario",
    },
    {"tables", "groups", "blocks", "dealing", "dependence", "reuse", "world", "recorder"},
    {"campaign", "phases"},
    {"model"},
    {"snapshot"},
    {"scenarios"},
    {"testing"},
    {"reporting"},
    {"progress", "summary", "planning", "commands", "commands_results", "listing"},
    {"explore"},
    {"exits"},
    {"cli_results"},
    {"cli"},
]
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}
LEAVES = {
    "groundswell.analysis.bounds",
    "groundswell.analysis.exchangeability",
    "groundswell.analysis.gradient_bounds",
    "groundswell.analysis.groups",
    "groundswell.analysis.parameters",
}
READERS = {"reporting", "explore"}
"""Rooms that show what analysis finds in results."""
NAMES = [str(path.relative_to(PACKAGE)) for path in FILES]


def imported_rooms(path: Path) -> set[tuple[str, str]]:
    """Rooms of the package that a file imports, type-checking imports left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = []
    modules = [
        module
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in (
            [f"{node.module}.{alias.name}" for alias in node.names]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
    ]
    return {
        (module.split(".")[1], module)
        for module in modules
        if module.startswith("groundswell.") and module.split(".")[1] in {*LEVEL, "analysis"}
    }


@pytest.mark.parametrize("name", NAMES)
def test_imports_run_one_way(name: str) -> None:
    room = Path(name).parts[0].removesuffix(".py")
    if room not in LEVEL and room != "analysis":
        pytest.skip("the package's own __init__ and __main__")
    for other, module in imported_rooms(PACKAGE / name):
        if other == room:
            continue
        if other == "analysis":
            assert room in READERS or module.startswith(tuple(LEAVES)), module
        elif room == "analysis":
            assert other in {"problems", "data"}, module
        else:
            assert LEVEL[other] < LEVEL[room] or LEVEL[other] == LEVEL[room] != 1, module


def test_bounds_import_nothing_of_ours() -> None:
    assert imported_rooms(PACKAGE / "analysis" / "bounds.py") == set()


@pytest.mark.parametrize("name", NAMES)
def test_no_global_randomness(name: str) -> None:
    text = (PACKAGE / name).read_text(encoding="utf-8")
    assert not re.search(r"np\.random\.(seed|rand|randn|randint|choice|shuffle|normal)\b", text)
    assert not re.search(r"^import random\b|\brandom\.seed\(", text, re.MULTILINE)
    assert not re.search(r"seed \+ \w|torch\.manual_seed", text)


@pytest.mark.parametrize("name", NAMES)
def test_files_are_short(name: str) -> None:
    assert len((PACKAGE / name).read_text(encoding="utf-8").splitlines()) <= 300


def test_no_module_named_platform_can_be_imported_from_the_root() -> None:
    import platform

    assert platform.python_version()
    assert not (PACKAGE.parent / "platform").exists()
