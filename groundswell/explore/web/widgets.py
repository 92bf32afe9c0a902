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
        if control.form in {"number", "text"}:
            value = "" if control.value is None else str(control.value)
            Box(control.label, value, lambda typed: changed(control.key, typed))
        else:
            UserInputs({control.key: _as_mesa(control)}, changed)


@solara.component
def Box(label: str, value: str, on_value: Callable[[str], None]) -> None:
    """A box to type into: what it holds counts once it is left, or at the enter key.

    Then the value comes with the event. That of the widget comes letter by letter, in its own time,
    and after it: "20" would be read as "2".
    """
    box = solara.v.TextField(label=label, v_model=value, hide_details=True)
    solara.v.use_event(box, "change", lambda _widget, _event, typed: on_value(typed))


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
    return {"type": "Checkbox", "label": control.label, "value": control.value}


@solara.component
def Figure(draw: Callable[[], bytes], dependencies: list[Any]) -> None:
    """An image that is drawn again when something it depends on has changed."""
    solara.Image(solara.use_memo(draw, dependencies), width="100%")


@solara.component_vue("copy.vue")
def CopyButton(text: str) -> None:
    """A button that puts a text on the clipboard."""
