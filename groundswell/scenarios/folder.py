"""The results folder: what lies beside the database, and whose it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from groundswell.problems import InputError
from groundswell.recorder import SERIES
from groundswell.scenario import Scenario
from groundswell.scenarios.identity import NUMBERS, study_id
from groundswell.scenarios.provenance import provenance
from groundswell.scenarios.store import DATABASE, Store
from groundswell.scenarios.writing import scenario_text

SCENARIO = "scenario.toml"
MANIFEST = "manifest.json"
COLUMNS = "columns.json"

RUNS = {
    "run": "id of the run: a hash of the settings, data, seed and replicate behind its numbers",
    "replicate": "which replicate of the scenario, from 0",
    "seed": "seed of the scenario",
    "status": "ok, diverged (losses that are not finite) or failed",
    "seconds": "wall time in seconds",
    "error": "what went wrong in a failed run",
}


def prepare(folder: Path, scenario: Scenario) -> Store:
    """Make or open the results folder of a scenario.

    Raises
    ------
    InputError
        If it cannot be written, or holds something else.
    """
    manifest = _read_manifest(folder)
    if manifest is None and (folder / SCENARIO).exists():
        raise InputError(
            f"'{folder}' holds a {SCENARIO} that is not the record of a run, and it would be "
            "overwritten; choose another folder with --out"
        )
    if manifest is not None and manifest.get("study") != study_id(scenario):
        raise InputError(
            f"'{folder}' holds the results of other settings or data ('{manifest.get('name')}', "
            f"numbers version {manifest.get('numbers')}); choose another folder with --out, "
            f"such as '{_free(folder)}'"
        )
    store = Store(folder)
    try:
        _write(folder / SCENARIO, scenario_text(scenario))
        _write(folder / COLUMNS, json.dumps(_columns(), indent=2, ensure_ascii=False))
        write_manifest(folder, scenario, {})
    except OSError as error:
        raise InputError(f"cannot write results to '{folder}': {error.strerror}") from None
    return store


def finish(scenario: Scenario, store: Store, seconds: float | None = None) -> None:
    """Write the exports, and the wall time into the manifest."""
    folder = store.folder
    if folder is None:
        return
    runs, series = store.runs(), store.series()
    for name, table in (("runs", runs), ("series", series)):
        table.to_csv(folder / f"{name}.csv", index=False)
        table.to_parquet(folder / f"{name}.parquet", index=False)
    write_manifest(folder, scenario, {"runs": len(runs), "seconds": seconds})


def check(folder: Path) -> None:
    """Refuse a folder without results.

    Raises
    ------
    InputError
        If it holds none.
    """
    if not (folder / DATABASE).is_file() or not (folder / SCENARIO).is_file():
        raise InputError(f"'{folder}' is not a results folder: it has no {DATABASE} or {SCENARIO}")


def write_manifest(folder: Path, scenario: Scenario, more: dict[str, Any]) -> None:
    """Write what the results were made from and with."""
    content = {
        "name": scenario.name,
        "study": study_id(scenario),
        "numbers": NUMBERS,
        **provenance(scenario),
        **more,
    }
    _write(folder / MANIFEST, json.dumps(content, indent=2, ensure_ascii=False))


def _read_manifest(folder: Path) -> dict[str, Any] | None:
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read '{folder / MANIFEST}': {error}") from None
    return content if isinstance(content, dict) else {}


def _columns() -> dict[str, Any]:
    series = {"run": {"meaning": RUNS["run"]}}
    for name, meaning in SERIES.items():
        series[name] = {
            "meaning": meaning.meaning, "unit": meaning.unit, "range": meaning.range,
        }  # fmt: skip
    return {"runs": {name: {"meaning": text} for name, text in RUNS.items()}, "series": series}


def _free(folder: Path) -> Path:
    number = 2
    while (free := folder.with_name(f"{folder.name}-{number}")).exists():
        number += 1
    return free


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(path)
