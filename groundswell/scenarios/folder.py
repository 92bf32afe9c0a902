"""The results folder: what lies beside the database, and whose it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

from groundswell.files import whole
from groundswell.problems import InputError
from groundswell.scenario import Scenario
from groundswell.scenarios import checkpoint, exports
from groundswell.scenarios.database import DATABASE, advice
from groundswell.scenarios.exports import remove_abandoned
from groundswell.scenarios.identity import NUMBERS, study_id
from groundswell.scenarios.manifest import MANIFEST, read_manifest
from groundswell.scenarios.provenance import input_files, provenance
from groundswell.scenarios.store import Store
from groundswell.scenarios.writing import scenario_text
from groundswell.tables import TABLES

SCENARIO = "scenario.toml"
COLUMNS = "columns.json"
EXPORTS = tuple(f"{table}.{kind}" for kind in ("csv", "parquet") for table in ("runs", *TABLES))
FILES = (SCENARIO, DATABASE, COLUMNS, *EXPORTS)
"""What is written beside the manifest."""
BESIDE = (*(f"{DATABASE}-{end}" for end in ("wal", "shm", "journal")), checkpoint.FOLDER)
"""What is there while runs are done."""

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
    reason = refusal(folder, scenario)
    if reason:
        raise InputError(f"{reason}; choose another folder, such as '{_free(folder)}'")
    with _clear_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        remove_abandoned(folder)
        # First of all: a folder without it would not be taken for ours the next time.
        write_manifest(folder, scenario, {})
        _write(folder / SCENARIO, scenario_text(scenario))
    return Store(folder)


def refusal(folder: Path, scenario: Scenario) -> str | None:
    """Return why a folder cannot hold the results of a scenario, None if it can."""
    try:
        _refuse_links(folder)
        return _whose(folder, scenario)
    except InputError as error:
        return str(error)


def _whose(folder: Path, scenario: Scenario) -> str | None:
    """Return why what a folder holds is not of a scenario, None if it is."""
    path = folder / MANIFEST
    if not path.exists():
        mine = next((name for name in FILES if (folder / name).exists()), None)
        return mine and (
            f"'{folder}' holds a '{mine}' that is not of a results folder, and it would be "
            "overwritten"
        )
    manifest = read_manifest(path)
    if manifest is None:
        return f"'{folder}' holds a '{MANIFEST}' that is not of a results folder"
    if manifest["numbers"] != NUMBERS:
        return (
            f"'{folder}' holds results of numbers version {manifest['numbers']} "
            f"('{manifest.get('name')}'), and this groundswell computes version {NUMBERS}, which "
            "are not to be mixed"
        )
    if manifest["study"] != study_id(scenario):
        return (
            f"'{folder}' holds the results of other settings or data ('{manifest.get('name')}', "
            f"numbers version {manifest['numbers']})"
        )
    return None


def next_free(folder: Path, scenario: Scenario) -> Path:
    """Return the first of a folder, folder-2, folder-3, ... that can hold a scenario's results."""
    choices = chain([folder], (_numbered(folder, number) for number in count(2)))
    return next(choice for choice in choices if refusal(choice, scenario) is None)


def finish(
    scenario: Scenario,
    store: Store,
    seconds: float | None = None,
    inputs: dict[str, str] | None = None,
) -> None:
    """Write the exports, what their columns mean, and what has happened into the manifest.

    Whose results they are stays as it was when the folder was prepared, whatever has become of the
    data. `inputs` are the digests of the files that runs were made from; by default as they are.

    Raises
    ------
    InputError
        If they cannot be written; those of before are left as they were.
    """
    folder = store.folder
    if folder is None:
        return
    with _clear_errors(folder):
        tables = exports.export(store, folder)[1:]
        _write(folder / COLUMNS, json.dumps(_columns(tables), indent=2, ensure_ascii=False))
        content = {
            "inputs": input_files(scenario, store.settings()) if inputs is None else inputs,
            "runs": sum(store.statuses().values()),
            "seeds": store.seeds(),
            "seconds": seconds,
        }
        begun = read_manifest(folder / MANIFEST) or {}
        _write(folder / MANIFEST, json.dumps(begun | content, indent=2, ensure_ascii=False))
    store.release()


def check(folder: Path) -> None:
    """Refuse a folder without results, or with links in place of its files.

    Raises
    ------
    InputError
        If it holds none, or a file of them is a link.
    """
    _refuse_links(folder)
    if not (folder / DATABASE).is_file() or not (folder / SCENARIO).is_file():
        raise InputError(f"'{folder}' is not a results folder: it has no {DATABASE} or {SCENARIO}")


class Study(NamedTuple):
    """Whose results a folder holds."""

    id: str
    numbers: int


def study(folder: Path) -> Study:
    """Return whose results a folder holds.

    Raises
    ------
    InputError
        If its manifest does not say.
    """
    manifest = read_manifest(folder / MANIFEST)
    if manifest is None:
        raise InputError(f"'{folder}' is not a results folder: it has no {MANIFEST} of ours")
    return Study(manifest["study"], manifest["numbers"])


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


def _columns(tables: Iterable[str]) -> dict[str, Any]:
    """Return what the columns of ``runs`` and of the other tables mean."""
    described: dict[str, Any] = {"runs": {name: {"meaning": text} for name, text in RUNS.items()}}
    for table in tables:
        described[table] = {"run": {"meaning": RUNS["run"]}} | {
            name: {"meaning": column.meaning, "unit": column.unit, "range": column.range}
            for name, column in TABLES[table].columns.items()
        }
    return described


def _refuse_links(folder: Path) -> None:
    """Refuse links in place of files: what they lead to would be packed, or written over."""
    for path in (folder / name for name in (MANIFEST, *FILES, *BESIDE)):
        if path.is_symlink():
            raise InputError(
                f"'{path}' is a link, and results are neither read nor written through one: put "
                "the file itself there"
            )


def _free(folder: Path) -> Path:
    return next(free for n in count(2) if not (free := _numbered(folder, n)).exists())


def _numbered(folder: Path, number: int) -> Path:
    named = folder if folder.name not in {"", ".."} else folder.resolve()
    return named.with_name(f"{named.name}-{number}")


def _write(path: Path, text: str) -> None:
    with whole(path) as part:
        part.write_text(text + "\n", encoding="utf-8")


@contextmanager
def _clear_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"cannot write results to '{folder}': {reason}{advice(error)}") from None
