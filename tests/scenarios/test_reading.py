"""Results read by row and column, and exported, without having all of them in memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import groundswell as gs
from benchmarks import store as reading
from groundswell.problems import InputError
from groundswell.scenarios import exports
from groundswell.scenarios.store import Store

TINY = {
    "name": "reading",
    "rounds": 3,
    "replicates": 2,
    "population": {"kind": "blank", "users": 20},
    "network": {"kind": "ring", "degree": 2},
    "decision": {"kind": "threshold", "of": "everybody", "threshold": 0.3},
    "collective": {"seeds": 5},
    "platform": {"kind": "response", "curve": "logistic"},
    "sweep": {
        "grid": {"collective.seeds": [5, 6], "collective.seeding": ["random", "degree"]},
    },
}


@pytest.fixture(scope="module")
def study() -> gs.Result:
    return gs.sweep(TINY)


@pytest.mark.parametrize(
    "where",
    [
        {"collective.seeds": 6},
        {"collective.seeds": [6.0]},
        {"collective.seeding": "degree", "round": [1, 3]},
        {"replicate": 1, "collective.seeds": np.array([5, 6])},
        {"status": "ok", "round": 2},
        {"round": np.int64(0), "replicate": range(2)},
        {"members": 20, "collective.seeds": 5},
        {"collective.seeds": []},
        {"collective.seeds": 7},
    ],
)
def test_rows_are_those_pandas_would_choose(study: gs.Result, where: dict) -> None:
    table = study.series.merge(study.runs, on="run", how="left")
    for name, value in where.items():
        values = [value] if np.isscalar(value) else list(value)
        table = table[table[name].isin(values)]
    expected = table[study.series.columns].reset_index(drop=True)
    found = study.read("series", where=where)
    pd.testing.assert_frame_equal(found, expected)
    columns = ["success", "run", "round"]
    pd.testing.assert_frame_equal(study.read(columns=columns, where=where), expected[columns])


def test_runs_are_chosen_likewise(study: gs.Result) -> None:
    runs = study.read("runs", ["collective.seeds", "run"], {"collective.seeding": "random"})
    expected = study.runs[study.runs["collective.seeding"] == "random"]
    pd.testing.assert_frame_equal(runs, expected[runs.columns].reset_index(drop=True))
    assert len(study.read("runs", limit=3)) == 3
    some = study.runs["run"].iloc[[4, 1]]
    assert study.read("runs", where={"run": some})["run"].tolist() == [some.iloc[1], some.iloc[0]]


def test_values_of_several_types_are_chosen_by_what_is_shown() -> None:
    normal = {"kind": "normal", "mean": 0.5, "sd": 0.00001}
    grid = {"collective.seeds": [1, 0.5, 1.0], "payoff.cost": [0.5, normal]}
    result = gs.sweep({**TINY, "replicates": 1, "sweep": {"grid": grid}})
    for name in grid:
        for text in result.runs[name].unique():
            chosen = result.read("runs", where={name: text})
            assert chosen[name].unique().tolist() == [text]
    assert len(result.read("runs", where={"payoff.cost": normal})) == 3
    assert len(result.read("runs", where={"collective.seeds": 1})) == 4  # as numbers they are equal


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("serie",), "there is no table 'serie'; did you mean 'series'?"),
        (("series", ["sucess"]), "'series' has no column 'sucess'; did you mean 'success'?"),
        (("runs", ["round"]), "the table 'runs' has no column 'round'"),
        (("series", None, {"collective.seed": 1}), "did you mean 'collective.seeds'?"),
        (("runs", None, {"round": 1}), "neither 'runs' nor the sweep has 'round'"),
    ],
)
def test_what_cannot_be_read(study: gs.Result, arguments: tuple, message: str) -> None:
    with pytest.raises(InputError) as caught:
        study.read(*arguments)
    assert message in str(caught.value)


def test_chunks_make_the_same_files(study: gs.Result, tmp_path: Path, monkeypatch) -> None:
    study.save(tmp_path / "whole")
    monkeypatch.setattr(exports, "ROWS", 3)
    study.save(tmp_path / "chunks")
    for name in ("runs", "series"):
        whole, chunks = (tmp_path / folder / f"{name}.csv" for folder in ("whole", "chunks"))
        assert whole.read_bytes() == chunks.read_bytes()
        whole, chunks = (tmp_path / folder / f"{name}.parquet" for folder in ("whole", "chunks"))
        pd.testing.assert_frame_equal(pd.read_parquet(whole), pd.read_parquet(chunks))
        kept = getattr(study, name).drop(columns="error", errors="ignore")
        pd.testing.assert_frame_equal(pd.read_parquet(chunks)[list(kept)], kept)


def test_export_by_the_command(groundswell, study: gs.Result, tmp_path: Path) -> None:
    study.save(tmp_path / "out")
    for name in ("runs", "series"):
        for kind in ("csv", "parquet"):
            (tmp_path / "out" / f"{name}.{kind}").unlink()
    done = groundswell("export", "out", "--format", "csv", "--table", "series")
    assert (done.stdout, done.stderr) == ("out/series.csv\n", "")
    assert len(groundswell("export", "out").stdout.splitlines()) == 4
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out/series.parquet"), study.series)
    for arguments, message in (
        (["out", "--table", "groups"], "have no table 'groups'; there are: runs, series"),
        (["nowhere"], "'nowhere' is not a results folder"),
        (["out", "--format", "xlsx"], "'xlsx' is not one of"),
    ):
        done = groundswell("export", *arguments)
        assert done.returncode == 2
        assert message in done.stderr


def test_who_has_read_less_does_not_export_over_who_has_read_more(tmp_path: Path) -> None:
    result = gs.sweep(TINY, out=tmp_path / "out", replicates=1)
    store, late = Store(tmp_path / "out"), Store(tmp_path / "out")
    write = exports._write

    def meanwhile(reading, paths) -> None:
        exports._write = write
        write(reading, paths)
        gs.sweep(TINY, out=tmp_path / "out")

    exports._write = meanwhile
    exports.export(late, tmp_path / "out")
    assert len(pd.read_csv(tmp_path / "out" / "runs.csv")) == 8
    assert len(result.runs) == 4
    assert not list((tmp_path / "out").glob(".*"))
    store.release()
    late.release()


def test_half_a_million_rows_by_one_value_in_a_second(tmp_path: Path) -> None:
    store = reading.study_of(tmp_path, runs=5_000, rounds=100)
    result = gs.Result(gs.load(TINY), store)
    seconds = []
    for value in (0.3, 0.5, 0.7):
        start = time.process_time()
        found = result.read("series", where={"payoff.benefit": value})
        seconds.append(time.process_time() - start)
        assert len(found) == 50_000
    assert min(seconds) < 1
    chosen = result.read(columns=["run"], where={"payoff.benefit": 0.3, "round": 50})
    assert len(chosen) == 500


MEMORY = """
import json, sys
import groundswell as gs
from benchmarks.memory import peak
settings = json.loads(sys.argv[1])
result = gs.run(settings, replicates=int(sys.argv[2]), out=sys.argv[3])
assert result.statuses == {"ok": int(sys.argv[2])}
print(peak())
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_runs(tmp_path: Path) -> None:
    settings = json.dumps({**TINY, "rounds": 10, "sweep": {}})

    def peak(runs: int) -> float:
        command = [sys.executable, "-c", MEMORY, settings, str(runs), str(tmp_path / str(runs))]
        root = Path(__file__).parents[2]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
        return float(done.stdout)

    # MiB: from 2,000 runs on exports fill their chunks; the rows alone would be 130.
    assert peak(10_000) < peak(2_000) + 30


def test_rows_where_something_is_missing(study: gs.Result) -> None:
    series = study.series
    empty = next(name for name in series if series[name].isna().all())
    full = next(name for name in series if series[name].notna().all())
    for missing in (None, float("nan"), np.nan, [None, 0.5]):
        assert len(study.read(where={empty: missing})) == len(series)
        assert study.read(where={full: missing}).empty
    assert len(study.read("runs", where={"error": None})) == 8
    assert study.read("runs", where={"collective.seeds": None}).empty
    assert len(study.read("runs", where={"collective.seeds": [None, 5]})) == 4
