"""What the pages of the explorer say where there is nothing to draw, rendered without a browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import groundswell as gs
from groundswell.explore.draft import Draft
from groundswell.explore.opened import opened
from groundswell.explore.simulation import Simulation

pytestmark = [
    pytest.mark.slow,  # Solara takes seconds to load
    pytest.mark.filterwarnings("ignore"),  # Solara's, of Mesa's components
]

TINY = """
name = "tiny"
rounds = 3
population = { kind = "blank", users = 60 }
network = { kind = "ring", degree = 4 }
payoff = { cost = { kind = "uniform" }, peer_pressure = 0.5 }
collective = { seeds = 0.2 }
platform = { kind = "response", curve = { kind = "logistic", midpoint = 0.3, steepness = 10.0 } }
"""


class Shown:
    """A component that is rendered: what it says, and what can be pressed."""

    def __init__(self, element: Any) -> None:
        solara = pytest.importorskip("solara")
        self.box, self.found = solara.render(element, handle_error=False)

    def widgets(self, kind: str) -> list[Any]:
        return [one for one in _inside(self.box) if type(one).__name__ == kind]

    @property
    def text(self) -> str:
        return " ".join(one for one in _inside(self.box) if isinstance(one, str))

    def wait(self, what: Callable[[], bool], seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < until, self.text
            time.sleep(0.05)

    def press(self, label: str) -> None:
        next(one for one in self.widgets("Btn") if label in one.children).click()


def _inside(widget: Any) -> Iterator[Any]:
    """Yield a widget, or text, and all that is in it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _inside(child)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Draft:
    monkeypatch.chdir(tmp_path)
    Path("tiny.toml").write_text(TINY)
    return Draft.of("tiny.toml", {})


@pytest.fixture
def show() -> Iterator[Callable[[Any], Shown]]:
    """Render components, and let go of them."""
    rendered: list[Shown] = []

    def call(element: Any) -> Shown:
        rendered.append(Shown(element))
        return rendered[-1]

    yield call
    for one in rendered:
        one.found.close()


def mean_field(draft: Draft) -> Any:
    solara = pytest.importorskip("solara")
    from groundswell.explore.web.panels import MeanField

    simulation = Simulation(draft.scenario)
    return MeanField(simulation, simulation.moment, solara.reactive(False))


def test_a_user_who_is_not_there_is_said_not_to_be(tiny: Draft, show) -> None:
    pytest.importorskip("solara")
    from groundswell.explore.web.panels import OneUser

    shown = show(OneUser(Simulation(tiny.scenario).moment))
    assert "when it revises next, it" in shown.text
    (box,) = shown.widgets("TextField")
    box.v_model = "60"
    assert "users go from 0 to 59" in shown.text
    assert "when it revises next, it" not in shown.text


def test_a_rule_without_a_mean_field_says_which_has_one(tiny: Draft, show) -> None:
    shown = show(mean_field(tiny.change("decision", "voter")))
    assert "There is one where users decide by best-response" in shown.text


def test_a_long_measurement_waits_until_it_is_asked_for(tiny: Draft, show, monkeypatch) -> None:
    monkeypatch.setattr(Simulation, "quick", False)
    shown = show(mean_field(tiny))
    assert "It takes the platform's response: 11 trainings." in shown.text
    shown.press("Measure")
    shown.wait(lambda: "trainings" not in shown.text)
    assert "There is none" not in shown.text


def test_a_platform_without_a_response_says_so(tiny: Draft, show, monkeypatch) -> None:
    monkeypatch.setattr(Simulation, "response", lambda _: iter(()))
    shown = show(mean_field(tiny))
    shown.wait(lambda: "There is none: this platform has no response S(α)." in shown.text)


def test_a_file_that_cannot_be_saved_is_told_on_the_page(tiny: Draft, show, monkeypatch) -> None:
    pytest.importorskip("solara")
    from groundswell.explore.web.panels import Taking

    monkeypatch.setattr(Draft, "file_name", "nowhere/x.toml")
    shown = show(Taking(tiny))
    shown.press("Save as scenario file")
    assert "cannot write 'nowhere/x.toml': No such file or directory" in shown.text


def test_results_in_which_no_run_went_well_say_so(tiny: Draft, show, monkeypatch) -> None:
    pytest.importorskip("solara")
    from groundswell.explore.web.page import Page

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(gs.CollectiveActionModel, "step", fail)
        gs.run(tiny.scenario, out="res")
    monkeypatch.setattr(opened, "what", Path("res"))
    shown = show(Page())
    assert "res: runs: 1 failed" in shown.text
    assert "No run went well, so that there is nothing to draw." in shown.text


def test_without_anything_opened_the_page_is_empty(show, monkeypatch) -> None:
    pytest.importorskip("solara")
    from groundswell.explore.web.page import Page

    monkeypatch.setattr(opened, "what", None)
    assert show(Page()).text.strip() == ""
