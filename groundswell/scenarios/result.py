"""Results: tidy tables, in memory or in the folder they are saved in."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from groundswell.scenario import Scenario
from groundswell.scenarios import folder as results_folder
from groundswell.scenarios.loading import load
from groundswell.scenarios.store import Store
from groundswell.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd


class Result:
    """The runs of a scenario.

    Its tables are attributes: ``runs``, and those that `groundswell.tables.TABLES` describes, which
    are ``series`` (one row per run and round), ``groups``, ``blocks``, ``epochs`` and ``ties``. A
    table that was not asked for is empty. `columns.json` in a results folder says what columns
    mean.

    Parameters
    ----------
    scenario
        The scenario, with the sweep if that is what was run.
    store
        Where its runs are.
    ids
        Which of the runs in the store are meant; None for all.
    """

    def __init__(self, scenario: Scenario, store: Store, ids: list[str] | None = None) -> None:
        self.scenario = scenario
        self.store = store
        self._ids = ids

    def __repr__(self) -> str:
        where = f", folder={str(self.folder)!r}" if self.folder else ""
        return f"Result({self.scenario.name!r}, runs={len(self.runs)}{where})"

    @property
    def folder(self) -> Path | None:
        """The results folder, None while results are in memory only."""
        return self.store.folder

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run: id, replicate, seed, status, seconds, error, and what varies."""
        return self._own(self.store.runs())

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name not in TABLES:
            raise AttributeError(f"a result has no attribute or table '{name}'")
        table = self._own(self.store.table(name))
        setattr(self, name, table)  # read once
        return table

    def __dir__(self) -> list[str]:
        return sorted([*super().__dir__(), *TABLES])

    def _own(self, table: pd.DataFrame) -> pd.DataFrame:
        if self._ids is None:
            return table
        return table[table["run"].isin(self._ids)].reset_index(drop=True)

    def save(self, folder: str | Path) -> Path:
        """Write these runs into a folder, made if need be, and return the folder.

        Raises
        ------
        InputError
            If it cannot be written, or holds the results of another scenario.
        """
        target = results_folder.prepare(Path(folder), self.scenario)
        target.merge(self.store, self._ids)
        results_folder.finish(self.scenario, target)
        return Path(folder)


def open_results(folder: str | Path) -> Result:
    """Open the results in a folder.

    Raises
    ------
    InputError
        If there are none.
    """
    path = Path(folder)
    results_folder.check(path)
    return Result(load(path / results_folder.SCENARIO), Store(path, read_only=True))
