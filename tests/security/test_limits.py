"""What asks for more than there is, is refused before anything is made."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from groundswell import machine
from groundswell.machine import memory

BILLION = 10**9
CELLS = """\
name = "cells"
rounds = 1
population = { kind = "categorical", users = 100, cells = 4, labels = 2 }
[collective]
seeds = 5
strategy = { kind = "feature-label", target = 1 }
signal = { kind = "cells", to = [1, 1, 1, 1] }
[platform]
kind = "learning"
learner = "naive-bayes"
"""


@pytest.fixture(autouse=True)
def quick():
    """What takes long has begun to make something."""
    start = time.monotonic()
    yield
    assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    ("scenario", "setting", "message"),
    [
        ("tiny.toml", "population.users=1_000_000_000_000", "would need about"),
        ("tiny.toml", "rounds=1_000_000_000", "less than or equal to 10000000"),
        ("tiny.toml", "replicates=1_000_000_000_000", "at most 10,000,000"),
        ("tiny.toml", 'network={kind="watts-strogatz",degree=1_000_000_000_000}', ""),
        ("quickstart", "network.degree=2_000_000_000", "would need about"),
        ("tiny.toml", 'network={kind="barabasi-albert",ties=1_000_000_000}', "would need about"),
        ("tiny.toml", 'network={kind="erdos-renyi",mean_degree=1e15}', "would need about"),
        ("cells.toml", "population.cells=1_000_000_000", "equal to 100000"),
        ("cells.toml", "population.labels=1_000_000_000_000", "equal to 1000"),
        ("cells.toml", 'population={kind="categorical",cells=100_000,labels=1000}',
         "at most 10,000,000"),
        ("cells.toml", "measure.test_users=1_000_000_000_000", "equal to 10000000"),
        ("tiny.toml", 'population={kind="slabs",features=1_000_000_000}', "equal to 10000"),
        ("tiny.toml", 'population={kind="resumes",users=9,words=1_000_000_000_000}', "would need"),
        ("quickstart", 'platform.learner={kind="sgd",hidden=[1_000_000_000]}', "equal to 65536"),
        ("quickstart", 'platform.learner={kind="sgd",hidden=[65536,65536,65536]}',
         "hidden: a network this wide would need about 1"),
        ("quickstart", 'platform.learner={kind="group-dro",hidden=[65536,65536,65536]}',
         "hidden: a network this wide would need about 1"),
        ("quickstart", 'platform.learner={kind="descent",hidden=[65536,65536,65536]}',
         "hidden: a network this wide would need about 1"),
        ("quickstart", 'platform.learner={kind="forest",trees=1_000_000_000}', "equal to 100000"),
        ("tiny.toml", 'sweep={latin={points=1_000_000_000_000,ranges={"payoff.cost"=[0.0,1.0]}}}',
         "at most 10,000,000"),
        ("tiny.toml", 'sweep={grid={"payoff.cost"=[1,2]},sobol={points=16777216,'
         'ranges={"payoff.benefit"=[0.0,1.0]}}}', "at most 10,000,000"),
    ],
)  # fmt: skip
def test_settings_beyond_this_machine(here: Path, refused, scenario, setting, message) -> None:
    (here / "cells.toml").write_text(CELLS, encoding="utf-8")
    said = refused("check", scenario, "--set", setting)
    assert message in said
    assert "too little free memory" not in said, "refused before it was tried"


def table(path: str) -> str:
    return f'population={{kind="table",path="{path}",label="y"}}'


def test_files_that_never_end(here: Path, refused) -> None:
    os.mkfifo("pipe")
    for path in ("/dev/zero", "pipe"):
        assert "is no ordinary file" in refused("check", "tiny.toml", "--set", table(path))
        (here / "more.toml").write_text(f'extends = "{path}"\n', encoding="utf-8")
        assert "is no ordinary file" in refused("check", "more.toml")


def test_files_larger_than_memory(here: Path, refused) -> None:
    with (here / "huge.csv").open("wb") as file:
        file.truncate(int(memory()))
    for settings in (table("huge.csv"), 'network={kind="edge-list",path="huge.csv"}'):
        assert "too much to read with" in refused("check", "tiny.toml", "--set", settings)


def test_files_that_would_grow(here: Path, refused) -> None:
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(10**6, np.int8)), pa.array(["a"]))
    with parquet.ParquetWriter("bomb.parquet", pa.schema([("y", column.type)])) as writer:
        for _ in range(40):
            writer.write_table(pa.table({"y": column}))
    assert (here / "bomb.parquet").stat().st_size < 200_000
    few = memory() / 10**4
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "memory", lambda: few)
        said = refused("check", "tiny.toml", "--set", table("bomb.parquet"))
        assert "bomb.parquet' would need about" in said


def test_cells_and_lines_of_any_length(here: Path, refused, invoke) -> None:
    pd.DataFrame({"x": ["a" * 10**6] * 9 + ["b"], "y": ["p", "q"] * 5}).to_csv("long.csv")
    done = invoke("check", "tiny.toml", "--set", table("long.csv"))
    assert len(done.output) < 3000
    (here / "wide.csv").write_text(",".join(map(str, range(50_000))) + "\n1\n", encoding="utf-8")
    said = refused("check", "tiny.toml", "--set", table("wide.csv"))
    assert "wide.csv:2: population.path: expected 50000 values, found 1" in said
    (here / "line.txt").write_text("1 2 " * 10**6, encoding="utf-8")
    said = refused("check", "tiny.toml", "--set", 'network={kind="edge-list",path="line.txt"}')
    assert "line.txt:1: network.path: expected two user ids" in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"x = {'[' * 100_000}{']' * 100_000}", "values are too deep in each other"),
        (f"x = {'{a=' * 50_000}1{'}' * 50_000}", "values are too deep in each other"),
        (f"rounds = {'1' * 6000}", "a number has too many digits"),
        (f"[a{'.a' * 3000}]", "unknown key"),
        ('population = { kind = "table", path = "a\\u0000b", label = "y" }', "cannot be the name"),
        (f'population = {{ kind = "table", path = "{"a" * 5000}", label = "y" }}', "too long"),
    ],
)
def test_scenarios_that_are_too_deep_or_too_long(here: Path, refused, text, message) -> None:
    tiny = (here / "tiny.toml").read_text(encoding="utf-8").splitlines()
    kept = [line for line in tiny if line.split(" ")[0] != text.split(" ")[0]]
    (here / "x.toml").write_text("\n".join([*kept, text]), encoding="utf-8")
    assert message in refused("check", "x.toml")


def test_xml_that_grows(here: Path, refused) -> None:
    """Billion laughs, and a file that another would be read into."""
    laughs = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10)
    )
    outside = '<!ENTITY a9 SYSTEM "file:///etc/passwd">'
    for suffix in ("graphml", "gexf"):
        for entities in (laughs, outside):
            text = f'<?xml version="1.0"?><!DOCTYPE x [{entities}]><{suffix}>&a9;</{suffix}>'
            (here / f"x.{suffix}").write_text(text, encoding="utf-8")
            network = f'network={{kind="edge-list",path="x.{suffix}"}}'
            assert "document type declaration" in refused("check", "tiny.toml", "--set", network)
