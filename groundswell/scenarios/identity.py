"""Which run is which: ids that depend on what affects numbers, and on nothing else."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from groundswell.files import file_settings, labelled_digest
from groundswell.scenario import Scenario

NUMBERS = 7
"""Raised whenever a change of the code changes results; ids change with it."""

INERT = {"version", "name", "seed", "replicates", "sweep"}
"""Settings that do not affect the numbers of a run, or that its id has beside the settings."""


def study_id(scenario: Scenario) -> str:
    """Return the id of what all runs of a study share: the settings and the sweep.

    Without the sweep, a run and a sweep of one scenario would be one study, and the run would take
    the place of a run of the sweep.
    """
    varied = swept(scenario)
    return _hash({"numbers": NUMBERS, "settings": canonical(scenario), **varied})


def swept(scenario: Scenario) -> dict[str, Any]:
    """Return what tells a sweep from others: a table by its bytes, a design with its seed."""
    sweep = scenario.sweep
    varied = {"grid": {}, **sweep.model_dump(mode="json", exclude_defaults=True)}
    if sweep.table is not None:
        varied["table"] = labelled_digest(sweep.table)
    if sweep.design is not None and sweep.design.seed is None:
        varied[str(sweep.design_name)]["seed"] = scenario.seed
    return varied


def run_id(scenario: Scenario, replicate: int) -> str:
    """Return the id of one run of a scenario."""
    return _hash(
        {
            "numbers": NUMBERS,
            "settings": canonical(scenario),
            "seed": scenario.seed,
            "replicate": replicate,
        }
    )


def canonical(scenario: Scenario) -> dict[str, Any]:
    """Return the settings that affect numbers, files by the digest of their bytes."""
    settings = scenario.model_dump(mode="json", exclude=INERT)
    for key, path in file_settings(scenario):
        if key[0] in INERT:
            continue
        table = settings
        for part in key[:-1]:
            table = table[str(part)]
        table[str(key[-1])] = labelled_digest(path)
    return settings


def flat(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return settings by dotted key.

    >>> flat({"a": {"b": 1}, "c": 2})
    {'a.b': 1, 'c': 2}
    """
    result: dict[str, Any] = {}
    for name, value in settings.items():
        key = f"{prefix}{name}"
        result |= flat(value, f"{key}.") if isinstance(value, dict) else {key: value}
    return result


def _hash(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
