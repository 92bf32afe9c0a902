"""Kinds of a part: which class a setting stands for, and what stands for none."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic_core import PydanticCustomError

from groundswell.agents.decision import Decision
from groundswell.platform.curve import Curve


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
