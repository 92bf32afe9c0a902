"""The pieces of the page, without what they are about: controls, images, buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara
from mesa.visualization import Slider
from mesa.visualization.solara_viz import UserInputs

from groundswell.explore.controls import Control


@solara.component
def Setting(control: Control, on_change: Callable[[str, Any], None]) -> None:
    """One control, with what it means on hovering."""

    def changed(value: Any) -> None:
        if value != control.value:
            on_change(control.key, control.setting(value))

    with solara.v.Html(tag="div", attributes={"title": control.help}, class_="setting"):
        if control.form == "number":
            box = solara.InputInt if control.whole else solara.InputFloat
            box(control.label, control.value, changed, optional=True)
        else:
            UserInputs({control.key: _as_mesa(control)}, lambda _, value: changed(value))


def _as_mesa(control: Control) -> Slider | dict[str, Any]:
    """Return the control as Mesa describes those of its own pages."""
    if control.form == "slider":
        number = int if control.whole else float
        limits = (control.low, control.high, control.step)
        label = f"{control.label} {control.value:g}"
        return Slider(label, number(control.value), *map(number, limits), dtype=number)
    name = {"menu": "Select", "checkbox": "Checkbox", "text": "InputText"}[control.form]
    value = "" if control.value is None else control.value
    return {
        "type": name, "label": control.label, "value": value, "values": list(control.options)
    }  # fmt: skip


@solara.component
def Figure(draw: Callable[[], bytes], dependencies: list[Any]) -> None:
    """An image that is drawn again when something it depends on has changed."""
    solara.Image(solara.use_memo(draw, dependencies), width="100%")


@solara.component_vue("copy.vue")
def CopyButton(text: str) -> None:
    """A button that puts a text on the clipboard."""
