"""The store: 500,000 rows of ``series``, of which those with one parameter value are read.

5,000 runs of 100 rounds over ten values of a setting, in a results folder: the rows of one value
are 50,000. Beside it, what an export of everything takes.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import groundswell as gs
from benchmarks.markdown import table
from groundswell.scenarios import exports
from groundswell.scenarios.store import RunRecord, Store
from groundswell.tables import SERIES

RUNS, ROUNDS, TURNS = 5_000, 100, 5
TARGET = 1.0


def study_of(folder: Path, runs: int, rounds: int) -> Store:
    """Return a folder's store with as many runs over ten values of ``payoff.benefit``."""
    store, row = Store(folder), dict.fromkeys(SERIES, 0.5)
    whole = {name: 1 for name, meaning in SERIES.items() if meaning.kind is int}
    for i in range(runs):
        rows = [row | whole | {"round": number, "success": number / i if i else 0.0}
                for number in range(rounds)]  # fmt: skip
        settings = {"payoff.benefit": i * 10 // runs / 10}
        store.add(RunRecord(f"{i:016x}", i % 10, 0, "ok", 0.1, settings, i, {"series": rows}))
    store.release()
    return store


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        start = perf_counter()
        store = study_of(Path(folder), RUNS, ROUNDS)
        written = perf_counter() - start
        result, seconds = gs.Result(gs.load("granovetter"), store), []
        for _ in range(TURNS):
            start = perf_counter()
            rows = len(result.read("series", where={"payoff.benefit": 0.3}))
            seconds.append(perf_counter() - start)
        start = perf_counter()
        exports.export(store, Path(folder))
        exported = perf_counter() - start
        store.release()
    took, verdict = median(seconds), "met" if median(seconds) < TARGET else "MISSED"
    found = [
        (f"write {RUNS:,} runs of {ROUNDS} rounds, one transaction each", f"{written:.1f} s", ""),
        (f"read the {rows:,} of {RUNS * ROUNDS:,} rows with one value", f"{took:.2f} s",
         f"{TARGET:.0f} s: {verdict}"),
        ("export all as CSV and Parquet", f"{exported:.1f} s", ""),
    ]  # fmt: skip
    print(table(("what", "time", "target"), found))
    print(f"\nLoad of the machine: {os.getloadavg()[0]:.1f}")
