"""What results were made with: versions, machine, data."""

from __future__ import annotations

import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import groundswell
from groundswell.files import digest, file_settings
from groundswell.scenario import Scenario

PACKAGES = (
    *("groundswell", "mesa", "numba", "numpy", "networkx"),
    *("pandas", "pydantic", "scikit-learn", "scipy", "torch"),
)


def provenance(scenario: Scenario) -> dict[str, Any]:
    """Return versions, git commit, seed entropy, digests of input files, host and time."""
    return {
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), **_versions()},
        "git_commit": git_commit(),
        "seed": scenario.seed,
        "replicates": scenario.replicates,
        "streams": "SeedSequence(seed, spawn_key=(crc32(name), replicate, round))",
        "inputs": {path: f"sha256:{digest(path)}" for _, path in file_settings(scenario)},
        "host": {"system": platform.platform(), "machine": platform.machine()},
    }


def git_commit() -> str | None:
    """Return the commit of the checkout this package runs from, None if it is installed."""
    root = Path(__file__).parents[2]
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return None
    done = subprocess.run(  # noqa: S603
        [git, "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    if found["groundswell"] == "not installed":  # run from its checkout
        found["groundswell"] = groundswell.__version__
    return found
