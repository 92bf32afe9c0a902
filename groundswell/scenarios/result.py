"""Results: tidy tables, in memory or in the folder they are saved in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundswell.problems import InputError, did_you_mean
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
    already
        How many of them were there before they were asked for, and were not run again.
    """

    def __init__(
        self, scenario: Scenario, store: Store, ids: list[str] | None = None, already: int = 0
    ) -> None:
        self.scenario = scenario
        self.store = store
        self.already = already
        self._ids = ids

    def __repr__(self) -> str:
        where = f", folder={str(self.folder)!r}" if self.folder else ""
        return f"Result({self.scenario.name!r}, runs={sum(self.statuses.values())}{where})"

    @property
    def folder(self) -> Path | None:
        """The results folder, None while results are in memory only."""
        return self.store.folder

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run: id, replicate, seed, status, seconds, error, and what varies."""
        return self.read("runs")

    @property
    def statuses(self) -> dict[str, int]:
        """How many runs have each status: ``ok``, ``diverged``, ``failed``."""
        return self.store.statuses(self._ids)

    def read(
        self,
        table: str = "series",
        columns: Sequence[str] | None = None,
        where: Mapping[str, Any] | None = None,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """Read some rows and columns of a table, and nothing else, from where they are stored.

        Parameters
        ----------
        table
            ``"runs"``, ``"series"`` or another table.
        columns
            Which columns; by default all.
        where
            What rows are wanted: for a column of the table, for one of ``runs`` or for a setting
            that the sweep varies, the value it must have, or a list of values.
        limit
            How many rows at most.

        Raises
        ------
        InputError
            If there is no such table, column or setting.

        >>> import groundswell as gs
        >>> study = gs.sweep("bayes-step", rounds=1)
        >>> study.read(columns=["members", "success"], where={"collective.seeds": 91, "round": 1})
           members  success
        0       91      1.0
        """
        if table != "runs" and table not in TABLES:
            hint = did_you_mean(table, ["runs", *TABLES])
            raise InputError(f"there is no table '{table}'{hint}")
        return self.store.read(table, columns, where, self._ids, limit)

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name not in TABLES:
            raise AttributeError(f"a result has no attribute or table '{name}'")
        table = self.read(name)
        setattr(self, name, table)  # read once
        return table

    def __dir__(self) -> list[str]:
        return sorted([*super().__dir__(), *TABLES])

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
