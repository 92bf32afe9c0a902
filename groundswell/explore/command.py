"""What ``groundswell explore`` does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from groundswell.component import load_plugins
from groundswell.explore import server
from groundswell.explore.draft import Draft
from groundswell.explore.opened import opened
from groundswell.problems import InputError
from groundswell.scenarios.loading import library, load_with_origin
from groundswell.scenarios.result import open_results
from groundswell.scenarios.running import check_data
from groundswell.scenarios.sweeping import replicates


def explore_command(source: str, changes: Mapping[str, Any], port: int, *, browser: bool) -> None:
    """Show a scenario or a results folder in the browser.

    Raises
    ------
    InputError
        If Solara is not installed, the port is taken, or a folder holds no results.
    ScenarioError
        If the scenario or its data are wrong.
    """
    opened.what = _folder(source, changes) if is_folder(source) else _draft(source, changes)
    server.check_installed()
    server.serve(server.listen(port), browser=browser)


def is_folder(source: str) -> bool:
    """Whether results are meant: a folder, unless it has the name of a library scenario."""
    return Path(source).is_dir() and source not in library()


def _folder(folder: str, changes: Mapping[str, Any]) -> Path:
    if changes:
        raise InputError(f"--set changes a scenario, and '{folder}' is a results folder")
    open_results(folder)
    return Path(folder)


def _draft(source: str, changes: Mapping[str, Any]) -> Draft:
    load_plugins()
    loaded = load_with_origin(source, changes)
    check_data(replicates(loaded.scenario, loaded.origin)[:1], loaded.origin)
    return Draft(source, dict(changes), loaded.scenario)
