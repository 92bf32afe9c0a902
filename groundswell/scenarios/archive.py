"""A results folder as what its runs can be done again from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundswell.files import SHA, digest, file_settings
from groundswell.problems import InputError, did_you_mean, dotted
from groundswell.scenario import Scenario
from groundswell.scenarios import folder as results_folder
from groundswell.scenarios.identity import NUMBERS
from groundswell.scenarios.loading import load
from groundswell.scenarios.manifest import MANIFEST, read_manifest
from groundswell.scenarios.simulate import Task
from groundswell.scenarios.store import COLUMNS, RunRecord, Store
from groundswell.scenarios.sweeping import without_sweep
from groundswell.tables import TABLES, Row

MOVED = "moved"
"""Key of the manifest under which a bundle says where each input file has gone."""


@dataclass(frozen=True)
class Archive:
    """A results folder, or an unpacked bundle, with what it says about itself.

    Parameters
    ----------
    folder
        Where it is, absolute.
    manifest
        What the results were made from and with.
    scenario
        The scenario of all runs.
    store
        The results.
    """

    folder: Path
    manifest: dict[str, Any]
    scenario: Scenario
    store: Store

    @classmethod
    def open(cls, folder: str | Path) -> Archive:
        """Open a folder; nothing is written into it.

        Raises
        ------
        InputError
            If it has no results, no manifest that says what they were made from, or links in place
            of files.
        """
        path = Path(folder)
        if path.is_file():
            raise InputError(f"'{path}' is a file; unpack it, and name the folder")
        results_folder.check(path)
        manifest = read_manifest(path / MANIFEST)
        if manifest is None:
            raise InputError(
                f"'{path}' has no {MANIFEST} that says what its results were made from"
            )
        scenario = load(path / results_folder.SCENARIO)
        return cls(path.resolve(), manifest, scenario, Store(path, read_only=True))

    @property
    def ids(self) -> list[str]:
        """The ids of the runs, in the order of the table ``runs``."""
        return [str(run) for run in self.store.read("runs", ["run"])["run"]]

    def chosen(self, count: int | None, named: Sequence[str]) -> list[str]:
        """Return all runs, so many spread evenly over them, or those that are named.

        Raises
        ------
        InputError
            If there is no run, or none of a name.
        """
        ids = self.ids
        if count is not None and named:
            raise InputError("either say how many runs to do again, or name them")
        for run in named:
            if run not in ids:
                raise InputError(f"'{self.folder}' has no run '{run}'{did_you_mean(run, ids)}")
        if not ids:
            raise InputError(f"'{self.folder}' holds no runs yet")
        if count is None or count >= len(ids):
            return list(dict.fromkeys(named)) or ids
        return [ids[i * len(ids) // count] for i in range(count)]

    def record(self, run: str) -> RunRecord:
        """Return a run as it was stored."""
        return stored(self.store, run)

    def task(self, record: RunRecord) -> Task:
        """Return what is to be done to do a run again.

        Raises
        ------
        ScenarioError
            If the scenario does not take the settings of the run.
        """
        base = without_sweep(self.scenario)
        scenario = base.replace({**record.settings, "seed": record.seed})
        there = {dotted(key): self.place(path) for key, path in file_settings(scenario)}
        return Task(scenario.replace(there), record.replicate, record.position, record.settings)

    def place(self, path: str) -> str:
        """Return where a file is that a scenario names: bundles have theirs in the folder.

        Raises
        ------
        InputError
            If that would be outside the folder.
        """
        moved = self.manifest.get(MOVED, {}).get(path)
        if moved is None:
            return path
        target = (self.folder / moved).resolve()
        if not target.is_relative_to(self.folder):
            raise InputError(f"the manifest puts '{path}' outside its folder, at '{moved}'")
        return str(target)

    def check_inputs(self, paths: Iterable[str]) -> None:
        """Refuse input files that are missing, or are not those the results were made from.

        Raises
        ------
        InputError
            Names all of them, with what is expected.
        """
        wrong = list(filter(None, map(self._wrong, sorted(set(paths)))))
        if wrong:
            raise InputError("\n".join(wrong))

    def check_ids(self, records: Sequence[RunRecord], tasks: Sequence[Task]) -> None:
        """Refuse settings that are not those of the results; after `check_inputs`.

        Raises
        ------
        InputError
            Names the first run that the scenario would not give today.
        """
        if self.manifest["numbers"] != NUMBERS:  # ids are made with the version
            return
        for record, task in zip(records, tasks, strict=True):
            if task.run != record.run:
                raise InputError(
                    f"'{results_folder.SCENARIO}' or a file it names has changed since run "
                    f"{record.run} was done: it is not the run of these settings"
                )

    def digest(self, path: str) -> str | None:
        """Return the digest that a file had when the results were made, None if nobody says."""
        for named, expected in self.manifest.get("inputs", {}).items():
            if str(self.folder / named) == path:
                return str(expected).removeprefix(SHA)
        return None

    def _wrong(self, path: str) -> str | None:
        """Return what is wrong with an input file."""
        expected = self.digest(path)
        if not Path(path).is_file():
            which = f"the file with SHA-256 {expected}" if expected else "the file of that name"
            return f"there is no file '{path}'; put {which} there"
        found = digest(path)
        if expected is None or found == expected:
            return None
        return (
            f"'{path}' has changed since the results were made: its SHA-256 is {found}, not "
            f"{expected}; put the old file back"
        )


def stored(store: Store, run: str) -> RunRecord:
    """Return a run as it was added to a store, numbers that are missing as NaN.

    Raises
    ------
    InputError
        If it is not as it was stored.
    """
    try:
        ((*summary,),) = store.rows("runs", [run])
        values = dict(zip(COLUMNS["runs"], summary, strict=True))
        tables = {name: list(_rows(store, name, run)) for name in TABLES}
        values["settings"] = dict(json.loads(values["settings"]))
        return RunRecord(**values, tables=tables)
    except (ValueError, TypeError) as error:
        raise InputError(f"run {run} in '{store.folder}' cannot be read: {error}") from None


def _rows(store: Store, name: str, run: str) -> Iterator[Row]:
    """Return the rows of a run in a table, in order."""
    table = TABLES[name]
    rows = [dict(zip(table.columns, row[1:], strict=True)) for row in store.rows(name, [run])]
    for row in sorted(rows, key=lambda row: [row[column] for column in table.key]):
        for column, meaning in table.columns.items():
            if not isinstance(row[column], meaning.kind | int | None):
                raise ValueError(f"{name}.{column} is {row[column]!r}")
        yield {
            column: float("nan") if row[column] is None and meaning.kind is float else row[column]
            for column, meaning in table.columns.items()
        }
