"""What results were made with: versions, machine, data."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import groundswell
from groundswell.files import file_settings, labelled_digest
from groundswell.scenario import Scenario
from groundswell.scenarios.manifest import ABSENT

PACKAGES = (
    *("groundswell", "mesa", "numba", "numpy", "networkx"),
    *("pandas", "pydantic", "scikit-learn", "scipy", "torch"),
)
STREAMS = "SeedSequence(seed, spawn_key=(crc32(name), replicate, round))"
"""How the random streams of a run come from its seed, as `groundswell.randomness` makes them."""


def provenance(scenario: Scenario) -> dict[str, Any]:
    """Return versions, git commit, seed entropy, digests of input files, host and time."""
    return {
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "git_commit": git_commit(),
        "seed": scenario.seed,
        "replicates": scenario.replicates,
        "streams": STREAMS,
        "inputs": input_files(scenario, ()),
        "host": host(),
    }


def input_files(scenario: Scenario, varied: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the digests of the files that a scenario and its runs name; see `files_named`."""
    return {path: labelled_digest(path) for path in files_named(scenario, varied)}


def digests(scenarios: Iterable[Scenario]) -> dict[str, str]:
    """Return the digests of all files that scenarios name."""
    different = {id(scenario): scenario for scenario in scenarios}  # replicates share theirs
    paths = {path for one in different.values() for _, path in file_settings(one)}
    return {path: labelled_digest(path) for path in sorted(paths)}


def files_named(scenario: Scenario, varied: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the files that a scenario names, and those its runs do.

    Parameters
    ----------
    scenario
        The scenario.
    varied
        What a sweep set in each run, by dotted key.
    """
    files = {path for _, path in file_settings(scenario)}
    base, met = scenario.replace({"sweep": {}}), {"{}"}
    for settings in varied:
        # Numbers name no files: of runs that differ in nothing else, one will do.
        worded = {key: one for key, one in settings.items() if isinstance(one, str | dict | list)}
        name = json.dumps(worded, sort_keys=True)
        if name not in met:
            met.add(name)
            files |= {path for _, path in file_settings(base.replace(dict(settings)))}
    return sorted(files)


def git_commit() -> str | None:
    """Return the commit of the checkout this package runs from, None if it is installed."""
    root = Path(__file__).parents[2]
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return None
    if Path(git).resolve().parent == Path.cwd():  # where Windows looks first, and others do not
        return None
    done = subprocess.run(  # noqa: S603
        [git, "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None


def host() -> dict[str, str]:
    """Return what machine this is."""
    return {"system": platform.platform(), "machine": platform.machine()}


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that numbers may depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = ABSENT
    if found["groundswell"] == ABSENT:  # run from its checkout
        found["groundswell"] = groundswell.__version__
    return found
