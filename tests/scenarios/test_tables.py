"""The tables beside ``series``: asked for, stored, exported, merged, and what is refused."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import groundswell as gs
from groundswell.analysis import groups
from groundswell.problems import ScenarioError
from groundswell.randomness import Streams
from groundswell.recorder import MAKERS
from groundswell.scenario import Measure
from groundswell.scenarios import exports, simulate
from groundswell.scenarios.exports import FORMATS, export
from groundswell.scenarios.store import RunRecord, Store
from groundswell.tables import TABLES
from groundswell.world import build_world

ASKING = {
    "groups": ["class"],
    "blocks": {"corners": ["pixel7", "pixel56"]},
    "epochs": True,
    "ties": True,
}
TINY = {
    "name": "tiny",
    "rounds": 2,
    "seed": 3,
    "replicates": 2,
    "population": {"kind": "digits", "users": 200},
    "network": {"kind": "ring", "degree": 2},
    "decision": "fixed",
    "collective": {
        "seeds": 0.05,
        "strategy": {"kind": "feature-label", "target": 3},
        "signal": {"kind": "pixels", "pixels": [7, 56]},
    },
    "platform": {
        "kind": "learning",
        "learner": {"kind": "sgd", "epochs": 3},
        "retrain_every": 2,
    },
    "measure": {"test_users": 200, **ASKING},
}
OTHERS = [name for name in TABLES if name != "series"]


def test_each_table_is_made_asked_for_and_told_apart() -> None:
    assert set(MAKERS) == set(TABLES)
    assert set(OTHERS) <= set(Measure.model_fields)
    for name, table in TABLES.items():
        assert set(table.key) <= set(table.columns), name
        assert table.key[0] == "round", "rows are made round by round"


def test_a_result_has_every_table_also_where_nobody_asked() -> None:
    asked, plain = gs.run(TINY), gs.run({**TINY, "measure": {"test_users": 200}})
    for name, table in TABLES.items():
        columns = ["run", *table.columns]
        assert list(getattr(asked, name).columns) == columns
        assert list(getattr(plain, name).columns) == columns
        assert getattr(plain, name).empty == (name != "series")
        assert name in dir(asked)
        kinds = [getattr(plain, name)[column].dtype.kind for column in table.columns]
        expected = {float: "f", int: "i", str: "O"}
        assert kinds == [expected[meaning.kind] for meaning in table.columns.values()]
    pd.testing.assert_series_equal(asked.series["success"], plain.series["success"])
    assert len(asked.groups) == 2 * 3 * 10
    with pytest.raises(AttributeError, match="no attribute or table 'group'"):
        asked.group  # noqa: B018


def test_epochs_are_those_of_trainings() -> None:
    result = gs.run(TINY)
    epochs = result.epochs[result.epochs["run"] == result.runs["run"].iloc[0]]
    assert epochs[["round", "epoch"]].to_numpy().tolist() == [
        [0, 1], [0, 2], [0, 3], [2, 1], [2, 2], [2, 3],
    ]  # fmt: skip
    assert epochs.groupby("round")["served"].agg(list).tolist() == [[0, 0, 1]] * 2
    assert (epochs["loss"] > 0).all()
    alpha = result.series["alpha"].iloc[0]
    assert epochs["alpha_eff"].tolist() == pytest.approx([alpha] * 6)
    assert result.series["alpha_eff_final"].tolist() == result.series["alpha_eff"].tolist()


def test_exports_are_written_where_asked_for(tmp_path: Path) -> None:
    result = gs.run(TINY, out=tmp_path / "out", workers=2)
    opened = gs.open(tmp_path / "out")
    described = json.loads((tmp_path / "out" / "columns.json").read_text(encoding="utf-8"))
    assert list(described) == ["runs", *TABLES]
    for name in TABLES:
        table = getattr(result, name)
        pd.testing.assert_frame_equal(getattr(opened, name), table)
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / f"{name}.parquet"), table)
        csv = pd.read_csv(tmp_path / "out" / f"{name}.csv", dtype={"group": str})
        pd.testing.assert_frame_equal(csv, table, check_dtype=False, rtol=1e-15)
        assert list(described[name]) == list(table.columns)
    assert opened.groups["group"].tolist()[:3] == ["0", "1", "2"]

    gs.run({**TINY, "measure": {}}, out=tmp_path / "plain")
    names = {path.name for path in (tmp_path / "plain").iterdir()}
    assert {"series.csv", "series.parquet"} <= names
    assert not any(name.startswith(tuple(OTHERS)) for name in names)
    described = json.loads((tmp_path / "plain" / "columns.json").read_text(encoding="utf-8"))
    assert list(described) == ["runs", "series"]


def test_exports_that_are_named_are_there(tmp_path: Path) -> None:
    """Whatever the database says about who has exported before, and whoever was faster."""
    result = gs.run({**TINY, "measure": {}}, out=tmp_path)
    paths = [tmp_path / f"{name}.{kind}" for name in ("runs", "series") for kind in FORMATS]
    for moment in (1, 99):
        with result.store.writing() as connection:
            connection.execute(f"PRAGMA user_version = {moment}")
        for path in paths:
            path.unlink()
        assert export(Store(tmp_path), tmp_path) == ["runs", "series"]
        assert all(path.exists() for path in paths)
    with result.store.writing() as connection:
        connection.execute("PRAGMA user_version = 99")
    paths[0].write_text("stale", encoding="utf-8")
    export(Store(tmp_path), tmp_path)
    assert "stale" not in paths[0].read_text(encoding="utf-8"), "nobody can have read more"


def test_who_has_read_less_adds_only_what_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = gs.run({**TINY, "measure": {}}, out=tmp_path)
    last = exports._last(result.store._connection)
    moments = iter([last - 1, last])
    monkeypatch.setattr(exports, "_last", lambda connection: next(moments))
    (tmp_path / "runs.csv").unlink()
    (tmp_path / "series.csv").write_text("of one who has read more", encoding="utf-8")
    export(Store(tmp_path), tmp_path)
    assert (tmp_path / "runs.csv").exists()
    assert (tmp_path / "series.csv").read_text(encoding="utf-8") == "of one who has read more"


def test_save_and_adding_runs_carry_all_tables(tmp_path: Path) -> None:
    first = gs.run(TINY)
    first.save(tmp_path / "out")
    gs.run(TINY, seed=8).save(tmp_path / "out")
    both = gs.run(TINY, out=tmp_path / "out")  # once more: in place of the first
    opened = gs.open(tmp_path / "out")
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(both, name), getattr(first, name))
        assert len(getattr(opened, name)) == 2 * len(getattr(first, name))
    opened.save(tmp_path / "copy")
    for name in TABLES:
        exported = pd.read_parquet(tmp_path / "copy" / f"{name}.parquet")
        pd.testing.assert_frame_equal(exported, getattr(opened, name))


def test_replacing_a_run_replaces_its_rows_in_all_tables() -> None:
    of_groups, of_epochs = (dict.fromkeys(TABLES[name].columns, 0) for name in OTHERS[::2])
    store = Store(None)

    def record(run: str, labels: str, rounds: int) -> RunRecord:
        tables = {
            "series": [dict.fromkeys(TABLES["series"].columns, r) for r in range(rounds)],
            "groups": [{**of_groups, "by": "class", "group": label} for label in labels],
            "epochs": [{**of_epochs, "epoch": e} for e in range(rounds)],
        }
        return RunRecord(run, 0, 0, "ok", 1.0, {}, 0, tables)

    for one in (record("a", "xyz", 3), record("b", "xy", 2), record("a", "z", 1)):
        store.add(one)
    assert store.read("series")["run"].tolist() == ["b", "b", "a"]
    assert store.read("groups")[["run", "group"]].to_numpy().tolist() == [
        ["b", "x"], ["b", "y"], ["a", "z"],
    ]  # fmt: skip
    assert len(store.read("epochs")) == 3

    other = Store(None)
    other.add(record("b", "q", 1))
    store.merge(other)
    assert store.read("groups")["group"].tolist() == ["x", "y", "z"], "what is there is kept"
    store.add(replace(record("b", "", 0), status="failed"))
    store.merge(other)
    assert store.read("groups")["group"].tolist() == ["z", "q"], "unless it had failed"
    assert len(store.read("epochs")) == 2
    with pytest.raises(gs.InputError, match="UNIQUE"):
        store.add(record("a", "xx", 1))
    assert store.read("groups")["group"].tolist() == ["z", "q"], "all or nothing"


def test_a_folder_from_before_the_tables_opens(tmp_path: Path) -> None:
    result = gs.run({**TINY, "measure": {}}, out=tmp_path / "old")
    with sqlite3.connect(tmp_path / "old" / "results.sqlite") as database:
        for name in OTHERS:
            database.execute(f"DROP TABLE {name}")
        database.execute("ALTER TABLE series DROP COLUMN alpha_eff_final")
    database.close()
    path = tmp_path / "old" / "scenario.toml"
    text = path.read_text(encoding="utf-8")
    before = "\n".join(line for line in text.split("\n") if not line.startswith(tuple(OTHERS)))
    path.write_text(before.replace("[measure.blocks]\n", ""), encoding="utf-8")
    assert "epochs = false" not in before

    opened = gs.open(tmp_path / "old")
    without = result.series.drop(columns="alpha_eff_final")
    pd.testing.assert_frame_equal(opened.series.drop(columns="alpha_eff_final"), without)
    assert opened.series["alpha_eff_final"].isna().all()
    assert list(opened.series.columns) == list(result.series.columns)
    for name in OTHERS:
        assert getattr(opened, name).empty
        assert list(getattr(opened, name).columns) == ["run", *TABLES[name].columns]
    opened.save(tmp_path / "new")
    pd.testing.assert_frame_equal(gs.open(tmp_path / "new").series, opened.series)


def test_a_failure_leaves_all_tables_at_the_same_round(monkeypatch: pytest.MonkeyPatch) -> None:
    from groundswell.blocks import BlockRows

    calls = []

    def fails_in_round_1(self: BlockRows) -> list[dict]:
        calls.append(self)
        if len(calls) > 1:
            raise RuntimeError("no more")
        return [{"block": "b", "accuracy_without": 0.5, "accuracy_alone": 0.5}]

    monkeypatch.setattr(BlockRows, "__call__", fails_in_round_1)
    record = simulate.simulate(simulate.Task(gs.load(TINY), 0))
    assert record.status == "failed"
    assert {row["round"] for rows in record.tables.values() for row in rows} == {0}
    assert record.last["round"] == 0


def test_the_worst_group_is_shown(groundswell) -> None:
    changes = ["--set", "rounds=1", "--set", 'measure.groups=["class"]', "--replicates", "2"]
    done = groundswell("run", "quickstart", *changes)
    assert done.returncode == 0, done.stderr
    heading, *lines = done.stdout.splitlines()
    assert "accuracy  worst class  S >= 0.9 first in round" in heading
    result = gs.run("quickstart", rounds=1, replicates=2)
    assert "worst" not in groundswell("run", "quickstart", "--set", "rounds=1").stdout
    last = groups.worst(gs.run(gs.load("quickstart").replace({
        "rounds": 1, "replicates": 2, "measure.groups": ["class"],
    })))  # fmt: skip
    last = last[last["round"] == 1]
    for line, (_, row) in zip(lines[: len(result.runs)], last.iterrows(), strict=True):
        assert f" {row['group']}: {row['accuracy']:.3f} " in line


def test_groups_without_accuracy_have_no_worst(groundswell) -> None:
    response = ["--set", "platform.kind=response", "--set", "platform.curve=logistic"]
    changes = ["--set", 'measure.groups=["class"]', "--set", "rounds=1"]
    done = groundswell("run", "quickstart", *response, *changes)
    assert done.returncode == 0, done.stderr
    heading, line = done.stdout.splitlines()[:2]
    assert "worst class" in heading
    assert line.split()[-2:] == ["-", "never"]


COLUMNS = "x,c,class,y\n" + "".join(f"{i},{'pq'[i % 2]},k,{'ab'[i % 2]}\n" for i in range(20))


def settings(folder: Path, measure: dict) -> dict:
    (folder / "people.csv").write_text(COLUMNS, encoding="utf-8")
    return {
        "name": "people",
        "population": {
            "kind": "table",
            "path": str(folder / "people.csv"),
            "label": "y",
            "features": ["x", "c"],
        },
        "decision": "fixed",
        "platform": {"kind": "learning", "learner": "tree"},
        "measure": measure,
    }


@pytest.mark.parametrize(
    ("measure", "lines"),
    [
        ({"groups": ["cc"]}, ["groups[0]: there is no column 'cc'; did you mean 'c'?"]),
        (
            {"groups": ["community"]},
            [
                "groups[0]: there is no column 'community': communities are of users, and groups "
                "of data points, also of fresh ones, which are nobody's; known: class, c"
            ],
        ),
        (
            {"groups": ["class", "x", "income"]},
            [
                "groups[1]: column 'x' has no categories to group by; known: class, c",
                "groups[2]: there is no column 'income'; known: class, c",
            ],
        ),
        (
            {"blocks": {"one": ["x"], "two": ["c", "xx"]}, "groups": ["y"]},
            [
                "groups[0]: there is no column 'y'; known: class, c",
                "blocks.two: there is no column 'xx'; did you mean 'x'?",
            ],
        ),
    ],
)
def test_columns_that_the_data_do_not_have(tmp_path: Path, measure: dict, lines: list) -> None:
    scenario = gs.load(settings(tmp_path, measure))
    with pytest.raises(ScenarioError) as caught:
        build_world(scenario, Streams(0))
    assert caught.value.lines == [f"scenario: measure.{line}" for line in lines]


def test_class_is_the_label_or_a_column(tmp_path: Path) -> None:
    ambiguous = settings(tmp_path, {"groups": ["class"]})
    del ambiguous["population"]["features"]
    with pytest.raises(ScenarioError) as caught:
        build_world(gs.load(ambiguous), Streams(0))
    assert str(caught.value) == (
        "scenario: measure.groups[0]: 'class' is the label of a point, and the data have a column "
        "of that name too; rename the column"
    )


BLANK = {"population": {"kind": "blank", "users": 9}}
RESPONSE = {"platform": {"kind": "response", "curve": "logistic"}}
CELLS = {"population": {"kind": "categorical", "users": 9}}
TEXT = {"population": {"kind": "resumes", "users": 90}}


def learning(learner: str) -> dict:
    return {"platform": {"kind": "learning", "learner": learner}}


@pytest.mark.parametrize(
    ("sections", "measure", "line"),
    [
        (
            BLANK | RESPONSE, {"groups": ["class"]},
            "groups: users of a 'blank' population hold no data to be grouped by; leave it out",
        ),
        (
            {"population": "digits"} | RESPONSE, {"blocks": {"a": ["pixel0"]}},
            "blocks: a 'response' platform serves no model to use columns; leave it out",
        ),
        (
            CELLS | learning("bayes"), {"blocks": {"a": ["cell"]}},
            "blocks: points of a 'categorical' population have no columns to compare; leave it out",
        ),
        (
            TEXT | learning("tfidf"), {"blocks": {"a": ["text"]}},
            "blocks: points of a 'resumes' population have no columns to compare; leave it out",
        ),
        (
            {"population": "digits"} | learning("tree"), {"epochs": True},
            "epochs: 'tree' does not train in epochs; leave it out",
        ),
        (
            BLANK | RESPONSE, {"epochs": True},
            "epochs: 'response' does not train in epochs; leave it out",
        ),
        (
            {"population": "digits"} | learning("tree"), {"groups": ["class", "class"]},
            "groups: names 'class' twice",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_measured(sections: dict, measure: dict, line: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        gs.load({"name": "none", "decision": "fixed", **sections, "measure": measure})
    assert caught.value.lines == [f"scenario: measure.{line}"]


def test_documents_are_grouped_by_their_label() -> None:
    scenario = {"name": "text", "rounds": 1, "decision": "fixed", **TEXT, **learning("tfidf")}
    result = gs.run({**scenario, "measure": {"groups": ["class"], "test_users": 200}})
    users = result.groups.groupby("round")["users"].sum()
    assert np.isfinite(result.groups["accuracy"]).all()
    assert users.nunique() == 1


def test_adult_by_sex(real_data: Path) -> None:
    scenario = gs.load("adult-facebook").replace(
        {
            "population.path": str(real_data / "adult_train.csv"),
            "population.test_path": str(real_data / "adult_test.csv"),
            "network.path": str(real_data / "facebook_combined.txt"),
            "platform.learner": "naive-bayes",
            "measure.groups": ["class", "sex"],
            "rounds": 1,
        }
    )
    result = gs.run(scenario)
    by_sex = result.groups[result.groups["by"] == "sex"].query("round == 1")
    assert by_sex["group"].tolist() == ["Female", "Male"]
    assert by_sex["users"].sum() == 4039
    assert by_sex["members"].sum() == result.series["members"].iloc[-1]
