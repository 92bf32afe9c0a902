"""Random scenario files that are valid, or nearly so, with the data files they name."""

from __future__ import annotations

from contextlib import chdir
from typing import Any

import rich.style  # noqa: F401  (draws random numbers when it is imported; strategies must not)
import tomlkit
from hypothesis import strategies as st

from groundswell.agents.collective import Collective
from groundswell.agents.decision import Decision
from groundswell.agents.network import Network
from groundswell.agents.payoff import Payoff
from groundswell.agents.population import Population
from groundswell.measure import Measure
from groundswell.platform.learners.base import Learner
from groundswell.platform.platform import Platform
from groundswell.problems import Key, Problem, ScenarioError
from groundswell.scenarios.loading import load_with_origin
from groundswell.scenarios.running import check_data
from groundswell.scenarios.sweeping import replicates
from groundswell.schedule import may_change
from groundswell.stopping import Stop
from tests.fuzz.fields import DATA, Context, component, mostly, section

FILES = {path.name: path.read_bytes() for path in sorted(DATA.iterdir())}
"""The data that scenarios name."""

MOST_MENDS = 15
STEERED = ("convex", "descent")
"""Theories of learners whose parameters a strategy may steer."""
CHANCE = 7
"""A number that comes as often as others: hypothesis likes the ends of a range."""

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
    platform = draw(mostly(section(Platform.kinds[kind], context), component(Platform, context)))
    learners: Any = Learner.kinds.values()
    steered = [one for one in learners if one.theory in STEERED and context.form in one.forms]
    if steered and "learner" in platform and draw(st.integers(0, 9)) in {CHANCE, CHANCE - 1}:
        learner = draw(st.sampled_from(steered))
        platform["learner"] = draw(section(learner, context))
        context = context._replace(theory=learner.theory)
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
        if name in {"collective", "network"} or draw(st.integers(0, 9)) <= CHANCE:
            settings[name] = draw(values)
    numbers = [key for key, value in numeric(settings) if isinstance(value, float)]
    changing = [key for key in numbers if may_change(tuple(key.split(".")))]
    if changing and draw(st.integers(0, 9)) == CHANCE:
        points = [[0, draw(st.floats(0, 1))], [draw(st.integers(1, 5)), draw(st.floats(0, 1))]]
        settings["schedule"] = {draw(st.sampled_from(changing)): points}
    if numbers and draw(st.integers(0, 9)) == CHANCE:
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


def mended(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings without those that are said to be wrong, as far as they can be left out."""
    with chdir(DATA):
        for _ in range(MOST_MENDS):
            left_out = [_left_out(settings, problem.key) for problem in _problems(settings)]
            if not any(left_out):
                break
    return settings


def _problems(settings: dict[str, Any]) -> list[Problem]:
    """Return what is said to be wrong with settings and data; nothing if something breaks."""
    try:
        loaded = load_with_origin(settings)
        check_data(replicates(loaded.scenario, loaded.origin), loaded.origin)
    except ScenarioError as error:
        return error.problems
    except Exception:  # found again when the case is run
        return []
    return []


def _left_out(settings: dict[str, Any], key: Key) -> bool:
    """Leave out a setting, or the nearest table around it that is there and need not be."""
    for depth in range(len(key), 0, -1):
        table: Any = settings
        for part in key[: depth - 1]:
            table = table.get(part) if isinstance(table, dict) else None
        needed = depth == 1 and key[0] in {"population", "platform"}
        if isinstance(table, dict) and key[depth - 1] in table and not needed:
            del table[key[depth - 1]]
            return True
    return False


VALID = st.tuples(scenarios(), st.integers(0, 9)).map(
    lambda drawn: case(drawn[0] if drawn[1] == CHANCE else mended(drawn[0]))
)
"""Files of scenarios, nine of ten without what is said to be wrong when their settings are read."""
