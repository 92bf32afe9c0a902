"""Writing scenarios as TOML."""

from __future__ import annotations

from typing import Any

import tomlkit

from groundswell.scenario import Scenario


def scenario_text(scenario: Scenario) -> str:
    """Return a scenario as TOML with every setting in it, ready to be loaded again."""
    return tomlkit.dumps(_without_none(scenario.model_dump(mode="json"))).rstrip()


def _without_none(value: Any) -> Any:
    """Leave out what is not set: TOML has no word for it."""
    if isinstance(value, dict):
        return {name: _without_none(inner) for name, inner in value.items() if inner is not None}
    return value
