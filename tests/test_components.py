"""Kinds of a part: which class a setting stands for, and what stands for none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic_core import PydanticCustomError
from typer.testing import CliRunner

from groundswell.agents.decision import Decision
from groundswell.cli import app
from groundswell.component import ENTRY_POINT_GROUP, load_plugins
from groundswell.platform.curve import Curve
from groundswell.problems import InputError


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the kinds that a test makes."""
    monkeypatch.setattr(Curve, "kinds", dict(Curve.kinds))


def test_a_kind_belongs_to_the_class_that_came_first() -> None:
    step = Curve.kinds["step"]
    with pytest.raises(TypeError, match=r"curve kind 'step' is already taken by .*\.StepCurve"):

        class Stair(Curve):
            kind: Literal["step"] = "step"

    assert Curve.kinds["step"] is step


def test_a_class_that_is_defined_again_takes_the_place_of_the_old_one() -> None:
    def define() -> type[Curve]:
        class Mine(Curve):
            kind: Literal["mine"] = "mine"

        return Mine

    define()
    again = define()
    assert Curve.kinds["mine"] is again


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "the key 'kind' is missing (one of logistic, step, "),
        ({"kind": "stap"}, "unknown kind 'stap'; did you mean 'step'? (one of logistic, step, "),
        ("xyz", "unknown kind 'xyz' (one of logistic, step, "),
        ({"kind": 3}, "unknown kind 3 (one of logistic, step, "),
        (7, "expected a kind or a table with a kind (one of logistic, step, "),
    ],
)
def test_what_stands_for_no_kind_is_told_the_kinds_there_are(settings: Any, message: str) -> None:
    with pytest.raises(PydanticCustomError) as error:
        Curve.from_settings(settings)
    assert str(error.value).startswith(message)


def test_a_part_with_a_default_needs_no_kind() -> None:
    assert str(Decision.from_settings({})) == "best-response"


CLASS = '''
from typing import Any, ClassVar, Literal
from groundswell.platform.curve import Curve

class Broken(Curve):
    """A curve."""
    {kind}
'''


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Return what installs packages with a plug-in of one module each, and says its name."""
    monkeypatch.syspath_prepend(tmp_path)
    modules = set(sys.modules)

    def write(text: str) -> str:
        name = f"plugged_{len(list(tmp_path.iterdir()))}"
        (tmp_path / f"{name}.py").write_text(text)
        folder = tmp_path / f"{name}-1.5.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n")
        (folder / "entry_points.txt").write_text(f"[{ENTRY_POINT_GROUP}]\nmine = {name}\n")
        return name

    yield write
    for name in set(sys.modules) - modules:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("text", "raised"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise RuntimeError('first\\nsecond')", "RuntimeError: first;"),
        ("def (", "SyntaxError: invalid syntax"),
        ("import sys; sys.exit(7)", "SystemExit: 7"),
        (
            CLASS.format(kind='kind: Literal["step"] = "step"'),
            "TypeError: curve kind 'step' is already taken by groundswell.",
        ),
        (CLASS.format(kind='kind: Literal["x"]'), "TypeError: Broken needs a kind of its own: "),
        (CLASS.format(kind="slope: float = 1.0"), "Broken needs a kind: kind: Literal['x'] = 'x'"),
        (CLASS.format(kind='kind: ClassVar[str] = "x"'), "Broken needs a kind: kind: Literal"),
    ],
)
def test_a_broken_plug_in_is_named_with_what_it_raises(
    install: Callable[[str], str], text: str, raised: str
) -> None:
    name = install(text)
    said = f"the plug-in 'mine = {name}' of {name} 1.5 cannot be used: {raised}"
    with pytest.raises(InputError) as error:
        load_plugins()
    assert str(error.value).startswith(said)
    assert str(error.value).endswith("; mend or uninstall it")
    with pytest.raises(PydanticCustomError) as unknown:
        Curve.from_settings("stap")
    assert str(unknown.value).startswith("unknown kind 'stap'; did you mean 'step'? (one of ")
    assert said in str(unknown.value)


def test_a_broken_plug_in_does_not_keep_others_away(install: Callable[[str], str]) -> None:
    install("raise RuntimeError")
    install(CLASS.format(kind='kind: Literal["sound"] = "sound"'))
    install("1 / 0")
    assert Curve.of_kind("sound").summary() == "A curve."
    with pytest.raises(InputError) as error:
        load_plugins()
    assert len(str(error.value).splitlines()) == 2


def test_a_base_that_others_of_a_plug_in_share_needs_no_kind(install: Callable[[str], str]) -> None:
    base = CLASS.format(kind="slope: float = 1.0")
    install(f'{base}\nclass Steep(Broken):\n    kind: Literal["steep"] = "steep"\n')
    load_plugins()
    assert Curve.kinds["steep"].summary() == ""


def test_commands_that_load_plug_ins_end_clearly(install: Callable[[str], str]) -> None:
    install("raise RuntimeError('boom')")
    for command in (["list", "decision"], ["schema"]):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 2
        assert "RuntimeError: boom; mend or uninstall it" in done.output
