"""Random scenario files that are valid, or nearly so, with the data files they name."""

from __future__ import annotations

from typing import Any

import tomlkit
from hypothesis import strategies as st

from groundswell.agents.collective import Collective
from groundswell.agents.decision import Decision
from groundswell.agents.network import Network
from groundswell.agents.payoff import Payoff
from groundswell.agents.population import Population
from groundswell.measure import Measure
from groundswell.platform.platform import Platform
from groundswell.schedule import may_change
from groundswell.stopping import Stop
from tests.fuzz.fields import DATA, Context, component, mostly, section

FILES = {path.name: path.read_bytes() for path in sorted(DATA.iterdir())}
"""The data that scenarios name."""

Case = dict[str, bytes]
"""Files by name; the scenario is ``scenario.toml``."""


def case(settings: dict[str, Any], **files: bytes) -> Case:
    """Return the files of a scenario, with the data that it names."""
    text = tomlkit.dumps(settings)
    named = {name: content for name, content in FILES.items() if name in text}
    return {"scenario.toml": text.encode(), **named, **files}


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """Return settings of a scenario of random kinds of all parts."""
    nothing = Context.of({"kind": "blank"})
    population = draw(component(Population, nothing))
    if population["kind"] not in {"table", "text"} and draw(st.integers(0, 9)):
        population.setdefault("users", draw(st.integers(1, 40)))
    context = Context.of(population)
    kind = "response" if context.form == "none" else "learning"
    platform = draw(
        mostly(section(Platform.kinds[kind], context), component(Platform, context))
    )
    settings: dict[str, Any] = {
        "name": "fuzz",
        "rounds": draw(st.integers(1, 5)),
        "seed": draw(st.sampled_from([0, 1, 2**63 - 1])),
        "population": population,
        "platform": platform,
    }
    sections = {
        "network": component(Network, context),
        "decision": component(Decision, context),
        "payoff": section(Payoff, context),
        "collective": section(Collective, context),
        "measure": section(Measure, context),
        "stop": component(Stop, context),
    }
    for name, values in sections.items():
        if draw(st.integers(0, 3)):
            settings[name] = draw(values)
    numbers = [key for key, value in numeric(settings) if isinstance(value, float)]
    changing = [key for key in numbers if may_change(tuple(key.split(".")))]
    if changing and not draw(st.integers(0, 4)):
        points = [[0, draw(st.floats(0, 1))], [draw(st.integers(1, 5)), draw(st.floats(0, 1))]]
        settings["schedule"] = {draw(st.sampled_from(changing)): points}
    if numbers and not draw(st.integers(0, 4)):
        settings["sweep"] = draw(sweeps(numbers))
    return settings


@st.composite
def sweeps(draw: st.DrawFn, keys: list[str]) -> dict[str, Any]:
    """Return a small sweep of some numbers."""
    key = draw(st.sampled_from(keys))
    form = draw(st.sampled_from(["grid", "zip", "latin", "sobol"]))
    if form in {"grid", "zip"}:
        return {form: {key: draw(st.lists(st.floats(0, 1), min_size=1, max_size=2))}}
    return {form: {"points": 2, "ranges": {key: [0.0, draw(st.sampled_from([0.5, 1.0]))]}}}


def numeric(settings: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Return the settings of a table that are numbers, by dotted key."""
    found: list[tuple[str, Any]] = []
    for name, value in settings.items():
        if isinstance(value, dict):
            found += numeric(value, f"{prefix}{name}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append((f"{prefix}{name}", value))
    return found


VALID = scenarios().map(case)

