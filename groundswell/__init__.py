"""Groundswell simulates algorithmic collective action.

Users of a platform that learns from their data form a collective over their ties, change what
they submit, and steer the model; the platform retrains every round.

>>> import groundswell as gs
>>> result = gs.run("granovetter")
>>> int(result.series["members"].iloc[-1])
100
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what a type checker and an editor see; see __getattr__ for the rest
    from groundswell.agents.users import User as User
    from groundswell.component import PARTS as PARTS
    from groundswell.component import Component as Component
    from groundswell.model import CollectiveActionModel as CollectiveActionModel
    from groundswell.phases import Phase as Phase
    from groundswell.problems import InputError as InputError
    from groundswell.problems import ScenarioError as ScenarioError
    from groundswell.reporting.odd import odd as odd
    from groundswell.reporting.report import report as report
    from groundswell.scenario import Scenario as Scenario
    from groundswell.scenarios.bundle import bundle as bundle
    from groundswell.scenarios.curve import success_curve as success_curve
    from groundswell.scenarios.export_network import export_network as export_network
    from groundswell.scenarios.loading import load as load
    from groundswell.scenarios.members import differences as differences
    from groundswell.scenarios.repeat import repeat as repeat
    from groundswell.scenarios.result import Result as Result
    from groundswell.scenarios.result import open_results as open  # noqa: A004, F401
    from groundswell.scenarios.running import run as run
    from groundswell.scenarios.running import sweep as sweep

# One thread per process: with small data, more make numerical libraries many times slower. They
# read this when they are loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")

__version__ = "0.1.0"

# Loaded on first use: importing Mesa alone takes a second.
_WHERE = {
    "CollectiveActionModel": "groundswell.model",
    "Component": "groundswell.component",
    "InputError": "groundswell.problems",
    "PARTS": "groundswell.component",
    "Phase": "groundswell.phases",
    "Result": "groundswell.scenarios.result",
    "Scenario": "groundswell.scenario",
    "ScenarioError": "groundswell.problems",
    "User": "groundswell.agents.users",
    "bundle": "groundswell.scenarios.bundle",
    "differences": "groundswell.scenarios.members",
    "export_network": "groundswell.scenarios.export_network",
    "load": "groundswell.scenarios.loading",
    "odd": "groundswell.reporting.odd",
    "open": "groundswell.scenarios.result",
    "repeat": "groundswell.scenarios.repeat",
    "report": "groundswell.reporting.report",
    "run": "groundswell.scenarios.running",
    "success_curve": "groundswell.scenarios.curve",
    "sweep": "groundswell.scenarios.running",
}
_RENAMED = {"open": "open_results"}

__all__ = ["__version__", *_WHERE]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'groundswell' has no attribute '{name}'")
    value = getattr(import_module(_WHERE[name]), _RENAMED.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__doc__", "__file__"])
