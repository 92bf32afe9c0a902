"""The explorer: what its page is made of, and the page in a real browser."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import groundswell as gs
from groundswell.commands import parse_changes
from groundswell.component import PARTS
from groundswell.explore import figures, server
from groundswell.explore.controls import controls
from groundswell.explore.draft import Draft
from groundswell.explore.people import people
from groundswell.explore.simulation import Simulation
from groundswell.problems import InputError

Command = Callable[..., subprocess.CompletedProcess[str]]
ROOT = Path(__file__).parents[1]
TINY = """
name = "tiny"
rounds = 3
population = { kind = "blank", users = 60 }
network = { kind = "ring", degree = 4 }
payoff = { cost = { kind = "uniform" }, peer_pressure = 0.5 }
collective = { seeds = 0.2 }
platform = { kind = "response", curve = { kind = "logistic", midpoint = 0.3, steepness = 10.0 } }
"""


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Draft:
    monkeypatch.chdir(tmp_path)
    Path("tiny.toml").write_text(TINY)
    return Draft.of("tiny.toml", {})


def control(draft: Draft, key: str, form: str) -> Any:
    every = [one for those in controls(draft.scenario).values() for one in those]
    return next(one for one in every if (one.key, one.form) == (key, form))


def test_controls_follow_the_schema(tiny: Draft) -> None:
    seeds = control(tiny, "collective.seeds", "slider")
    assert (seeds.value, seeds.low, seeds.high, seeds.whole) == (0.2, 0, 1, False)
    assert control(tiny, "network.degree", "number").whole
    assert control(tiny, "collective.committed", "checkbox").value is True
    assert control(tiny, "collective.seeding", "menu").options[:2] == ("random", "degree")
    assert control(tiny, "rounds", "number").help == "Number of rounds after round 0."
    assert set(control(tiny, "decision", "menu").options) == set(PARTS["decision"].kinds)
    revision = control(tiny, "decision.activation.revision", "slider")
    assert (revision.value, revision.low, revision.high) == (0.2, 0, 1)


@pytest.mark.parametrize("name", ["quickstart", "bayes-step", "sis-karate", "hardt-tokens"])
def test_every_kind_on_a_menu_can_be_chosen_or_says_why_not(name: str) -> None:
    draft = Draft.of(name, {})
    for those in controls(draft.scenario).values():
        for one in those:
            for option in one.options:
                chosen = draft.change(one.key, one.setting(option))
                assert chosen.problem or control(chosen, one.key, "menu").value == option


def test_a_kind_goes_on_with_what_it_shares_with_the_old_one(tiny: Draft) -> None:
    menu = control(tiny, "payoff.peer_pressure", "menu")
    assert menu.setting("normal") == {"kind": "normal", "mean": 0.5, "sd": 0.1}
    changed = tiny.change("payoff.peer_pressure", menu.setting("normal"))
    again = control(changed, "payoff.peer_pressure", "menu").setting("constant")
    assert changed.change("payoff.peer_pressure", again).changes == {}


def test_what_does_not_fit_is_refused_and_changes_nothing(tiny: Draft) -> None:
    refused = tiny.change("network.degree", 5)
    assert "network.degree: should be a multiple of 2, found 5" in refused.problem
    assert (refused.changes, refused.scenario) == (tiny.changes, tiny.scenario)
    assert not refused.change("network.degree", 6).problem


def test_the_command_and_the_file_make_the_same_scenario(tiny: Draft) -> None:
    menu = control(tiny, "payoff.cost", "menu")
    draft = tiny.change("payoff.cost", menu.setting("normal")).change("payoff.cost.mean", 0.4)
    draft = draft.change("rounds", 2).change("decision", "voter").change("stop", "settled")
    words = shlex.split(draft.command)
    assert words[:3] == ["groundswell", "run", "tiny.toml"]
    assert Draft.of(words[2], parse_changes(words[4::2])).scenario == draft.scenario
    path = draft.save()
    assert path.name == "tiny-explored.toml"
    assert draft.save().name == "tiny-explored-2.toml"
    assert gs.load(path).model_dump() == draft.scenario.model_dump()
    assert len(gs.run(path).series) == 3


def test_a_file_that_cannot_be_written_says_so(
    tiny: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Draft, "file_name", "nowhere/x.toml")
    with pytest.raises(InputError, match=r"cannot write 'nowhere.x\.toml': No such file"):
        tiny.save()


def test_a_name_that_is_always_taken_says_so(tiny: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: object, **__: object) -> None:
        raise FileExistsError

    monkeypatch.setattr(Path, "open", taken)
    with pytest.raises(InputError, match=r"'tiny-explored-999\.toml' and all before it exist"):
        tiny.save()


def test_a_file_says_what_it_came_from_on_one_line(tiny: Draft) -> None:
    Path("a\nb.toml").write_text(TINY)
    text = Draft.of("a\nb.toml", {}).text
    assert text.startswith("# Made on the page of: groundswell explore 'a\\nb.toml'\n")
    assert tomllib.loads(text)["name"] == "tiny"


def test_a_round_that_fails_is_told_and_leaves_the_page(
    tiny: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    solara = pytest.importorskip("solara")
    from groundswell.explore.web.session import Session

    session = Session(solara.reactive(tiny))
    asyncio.run(session.make())
    session.playing.set(True)
    monkeypatch.setattr(Simulation, "step", lambda _: 1 / 0)
    asyncio.run(session.advance())
    assert session.problem.value == "ZeroDivisionError: division by zero"
    assert not session.playing.value
    monkeypatch.setattr(Simulation, "__init__", lambda *_: [].pop())
    asyncio.run(session.make())
    assert session.problem.value == "IndexError: pop from empty list"


def test_a_simulation_is_the_run_of_its_scenario(tiny: Draft) -> None:
    simulation = Simulation(tiny.scenario)
    first = simulation.moment
    while simulation.moment.running:
        simulation.step()
    last = simulation.step()
    simulation.close()
    assert (first.round, last.round, last.status[-15:]) == (0, 3, "the run is over")
    expected = gs.run(tiny.scenario).series.drop(columns="run")
    np.testing.assert_array_equal(last.series.to_numpy(float), expected.to_numpy(float))
    assert len(first.series) == 1


def test_a_user_does_what_is_said_of_it(tiny: Draft) -> None:
    synchronous = tiny.scenario.replace({"decision.activation": "synchronous"})
    model = gs.CollectiveActionModel(synchronous)
    while model.running and model.round < 3:
        said = people(model)
        terms = said["benefit believed to be gained"] + said["pressure felt"] - said["cost borne"]
        np.testing.assert_allclose(terms, said["advantage of joining Δu"], atol=1e-12)
        model.step()
        np.testing.assert_array_equal(model.columns["joined"], said["will be a member"])


def test_figures_are_images(tiny: Draft) -> None:
    simulation = Simulation(tiny.scenario)
    *_, response = simulation.response()
    for image in (
        figures.course(simulation.moment),
        figures.mean_field(simulation, response, simulation.moment),
    ):
        assert image.startswith(b"\x89PNG")
    assert figures.why_no_mean_field(simulation) == ""
    voting = Simulation(tiny.scenario.replace({"decision": "voter"}))
    assert "voter" in figures.why_no_mean_field(voting)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("empty", "no results"),
        ("bad.toml", "bad.toml:2: rounds: should be"),
        ("nothing", "there is no file or library scenario 'nothing'"),
    ],
)
def test_bad_input(groundswell: Command, tmp_path: Path, source: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.toml").write_text(TINY.replace("rounds = 3", "rounds = 0").lstrip())
    done = groundswell("explore", source, "--no-browser")
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_settings_of_results_cannot_be_changed(groundswell: Command, tmp_path: Path) -> None:
    (tmp_path / "res").mkdir()
    done = groundswell("explore", "res", "--set", "rounds=3")
    assert (done.returncode, "'res' is a results folder" in done.stderr) == (2, True)


def test_a_port_in_use_says_what_to_do() -> None:
    with server.listen(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"cannot use port {port}: .*--port"):
            server.listen(port)


def test_without_solara_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SETTINGS", {})
    monkeypatch.setitem(sys.modules, "solara.server.starlette", None)
    with pytest.raises(InputError, match=r"pip install 'groundswell\[explore\]'"):
        server.check_installed()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Solara's, of Mesa's components
def test_a_refused_value_is_taken_back(tiny: Draft) -> None:
    solara = pytest.importorskip("solara")
    from ipyvuetify import TextField

    from groundswell.explore.web.page import Settings

    _, page = solara.render(Settings(solara.reactive(tiny)), handle_error=False)

    def box() -> Any:
        return next(one for one in page.find(TextField).widgets if one.label == "degree")

    for typed, left in (("5", "4"), ("5", "4"), ("6", "6"), ("7", "6"), ("", "4")):
        box().fire_event("change", typed)
        assert box().v_model == left
    page.close()


class Page:
    """The page in a browser of its own."""

    def __init__(self, driver: Any, url: str) -> None:
        self.driver = driver
        driver.get(url)

    def find(self, xpath: str) -> list[Any]:
        return self.driver.find_elements("xpath", xpath)

    def wait(self, what: Callable[[], Any], seconds: float = 30) -> Any:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if found := what():
                    return found
            except Exception as error:  # what was found may be drawn anew
                if type(error).__name__ != "StaleElementReferenceException":
                    raise
            time.sleep(0.1)
        raise AssertionError(f"not within {seconds} s; status: {self.status!r}")

    def click(self, xpath: str) -> None:
        def clicked() -> bool:
            shown = [one for one in self.find(xpath) if one.is_displayed() and one.is_enabled()]
            if shown:
                self.driver.execute_script("arguments[0].click()", shown[0])
            return bool(shown)

        self.wait(clicked)

    def press(self, button: str) -> None:
        self.click(f"//button[normalize-space(.)='{button}' and not(@disabled)]")

    def choose(self, menu: str, option: str) -> None:
        self.click(f"//label[.='{menu}']/ancestor::div[@role='button']")
        listed = "//div[contains(@class, 'menuable__content__active')]"
        self.click(f"{listed}//div[@role='option'][normalize-space(.)='{option}']")

    def type(self, label: str, value: str) -> None:
        """Type as fast as it goes, over what a box holds, and leave it."""
        from selenium.webdriver.common.keys import Keys

        box = self.wait(lambda: self.find(f"//label[.='{label}']/following-sibling::input"))[0]
        self.wait(box.is_displayed)
        box.send_keys(Keys.CONTROL + "a", Keys.NULL, value, Keys.TAB)

    def text(self, css_class: str) -> str:
        return " ".join(one.text for one in self.driver.find_elements("class name", css_class))

    @property
    def status(self) -> str:
        return self.text("status")

    @property
    def round(self) -> int:
        found = re.search(r"round (\d+)", self.status)
        return int(found[1]) if found else -1

    @property
    def alpha(self) -> float:
        return float(re.search(r"α = ([\d.]+)", self.status)[1])

    def complaints(self) -> list[Any]:
        return [line for line in self.driver.get_log("browser") if line["level"] == "SEVERE"]

    def asked_for(self) -> set[str]:
        events = [
            json.loads(one["message"])["message"] for one in self.driver.get_log("performance")
        ]
        requests = [one["params"] for one in events if one["method"].endswith("WillBeSent")]
        sockets = [one["params"] for one in events if one["method"].endswith("SocketCreated")]
        return {one["request"]["url"] for one in requests} | {one["url"] for one in sockets}


@pytest.fixture
def browse(tmp_path: Path) -> Iterator[Callable[[str], Page]]:
    """Open pages, each in a browser with a profile of its own."""
    webdriver = pytest.importorskip("selenium.webdriver")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("chromium and chromedriver are not installed")
    opened: list[Any] = []

    def open_(url: str) -> Page:
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for flag in (
            "headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
            "disable-background-networking", "disable-component-update", "disable-sync",
            "window-size=1280,1400", f"user-data-dir={tmp_path / f'profile{len(opened)}'}",
        ):  # fmt: skip
            options.add_argument(f"--{flag}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        opened.append(webdriver.Chrome(options, webdriver.ChromeService(driver)))
        return Page(opened[-1], url)

    yield open_
    for one in opened:
        one.quit()


@pytest.fixture
def explore(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Start the explorer without a display; in the end interrupt it, and see it go quietly."""
    pytest.importorskip("solara")
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> str:
        screens = {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}
        process = subprocess.Popen(
            [sys.executable, "-m", "groundswell", "explore", *arguments, "--port", "0"],
            cwd=tmp_path,
            env={k: v for k, v in os.environ.items() if k not in screens}
            | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        said = process.stdout.readline()
        assert said.startswith("the page is at http://localhost:"), process.communicate()
        return said.split()[-1]

    yield start
    for process in started:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        assert (process.returncode, said) == (130, "interrupted\n")


@pytest.mark.slow
def test_a_scenario_in_the_browser(
    explore: Callable[..., str], browse: Callable[[str], Page], tmp_path: Path
) -> None:
    url = explore("quickstart")
    page = browse(url)
    page.wait(lambda: page.round == 0, 60)
    start = page.alpha
    page.press("Play")
    page.wait(lambda: page.alpha != start, 10)
    other = browse(url)
    other.wait(lambda: other.round == 0, 60)
    page.press("Pause")
    page.wait(lambda: page.find("//button[normalize-space(.)='Play' and not(@disabled)]"))
    reached = page.round
    assert reached > 0
    page.choose("learner", "naive-bayes")
    page.wait(lambda: "platform.learner=naive-bayes" in page.text("command"))
    assert "Reset starts a run with them" in page.driver.page_source
    page.click("//button[normalize-space(.)='measure']")
    page.type("test users", "1234")
    page.wait(lambda: "measure.test_users=1234" in page.text("command"))
    page.press("Reset")
    page.wait(lambda: page.round == 0)
    page.press("Step")
    page.wait(lambda: page.round == 1)
    assert other.round == 0
    assert other.text("command") == "groundswell run quickstart"
    page.press("Save as scenario file")
    page.wait(lambda: "quickstart-explored.toml" in page.text("said"))
    path = tmp_path / "quickstart-explored.toml"
    assert tomllib.loads(path.read_text(encoding="utf-8"))["rounds"] == 30
    result = gs.run(gs.load(path).replace({"rounds": 1}))
    assert str(result.scenario.platform.learner) == "naive-bayes"
    assert f"{result.series['alpha'].iloc[-1]:.3f}" == f"{page.alpha:.3f}"
    assert len(page.driver.find_elements("tag name", "img")) >= 2
    for one in (page, other):
        assert one.complaints() == []
        near = ("http://localhost:", "ws://localhost:", "data:", "blob:", "chrome")
        assert [place for place in one.asked_for() if place and not place.startswith(near)] == []


@pytest.mark.slow
def test_the_page_answers_during_a_fit(
    explore: Callable[..., str], browse: Callable[[str], Page]
) -> None:
    page = browse(explore("quickstart", "--set", "platform.learner.kind=boosting"))
    page.wait(lambda: "making the model" in page.status)
    page.click("//label[.='withdraw']")
    page.wait(lambda: "platform.withdraw=true" in page.text("command"), 2)
    assert "making the model" in page.status


@pytest.mark.slow
def test_results_in_the_browser(
    explore: Callable[..., str], browse: Callable[[str], Page], tmp_path: Path
) -> None:
    (tmp_path / "tiny.toml").write_text(TINY)
    gs.run(tmp_path / "tiny.toml", out=tmp_path / "res")
    page = browse(explore("res"))
    page.wait(lambda: page.status == "res: runs: 1 ok")
    page.wait(lambda: len(page.driver.find_elements("tag name", "img")) == 3)
    assert page.complaints() == []
