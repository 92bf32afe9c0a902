"""The pieces of the page, without what they are about: controls, images, buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara
from mesa.visualization import Slider
from mesa.visualization.solara_viz import UserInputs

from groundswell.explore.controls import Control


@solara.component
def Setting(control: Control, refused: int, on_change: Callable[[str, Any], None]) -> None:
    """One control, with what it means on hovering.

    A value that was refused is still in the browser. With another number of refusals, and another
    key, a new control takes the place of the one that shows it.
    """

    def changed(_: str, value: Any) -> None:
        setting = control.value if value == control.value else control.setting(value)
        if setting != control.value:
            on_change(control.key, setting)

    with solara.v.Html(tag="div", attributes={"title": control.help}, class_="setting"):
        UserInputs({control.key: _as_mesa(control)}, changed)


def _as_mesa(control: Control) -> Slider | dict[str, Any]:
    """Return the control as Mesa describes those of its own pages."""
    if control.form == "slider":
        number = int if control.whole else float
        limits = (control.low, control.high, control.step)
        label = f"{control.label} {control.value:g}"
        return Slider(label, number(control.value), *map(number, limits), dtype=number)
    if control.form == "menu":
        values = list(control.options)
        return {"type": "Select", "label": control.label, "value": control.value, "values": values}
    if control.form == "checkbox":
        return {"type": "Checkbox", "label": control.label, "value": control.value}
    value = "" if control.value is None else str(control.value)
    return {"type": "InputText", "label": control.label, "value": value}


@solara.component
def Figure(draw: Callable[[], bytes], dependencies: list[Any]) -> None:
    """An image that is drawn again when something it depends on has changed."""
    solara.Image(solara.use_memo(draw, dependencies), width="100%")


@solara.component_vue("copy.vue")
def CopyButton(text: str) -> None:
    """A button that puts a text on the clipboard."""
