"""Documents of a user's own file, and each way in which the file can be wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import groundswell as gs
from groundswell.agents.text import Text
from groundswell.problems import InputError, ScenarioError

RNG = np.random.default_rng


def read(path: Path, **changes: Any) -> tuple[list[str], list[str]]:
    """Return all documents of a file, users' and kept, and the labels that go with them."""
    source = Text(path=str(path), text="cv", label="job", **changes).open(RNG(1))
    size = Text(path=str(path), text="cv", label="job", **changes).size()
    points = [source.rows(size, RNG(2)).points, source.fresh(10**6, RNG(3))]
    documents = [document for part in points for document in part.X[:, 0]]
    return documents, [source.schema.labels[i] for part in points for i in part.y]


def test_every_document_is_read_once_with_its_label(corpus: Path) -> None:
    data = pd.read_csv(corpus)
    expected = sorted(zip(data["cv"], data["job"], strict=True))
    assert sorted(zip(*read(corpus), strict=True)) == expected
    assert any("\n" in document for document, _ in expected)


def test_test_share_splits_the_documents(corpus: Path) -> None:
    population = Text(path=str(corpus), text="cv", label="job", test_share=0.25)
    assert population.size() == 6
    source = population.open(RNG(1))
    held, kept = source.rows(6, RNG(2)).points.X, source.fresh(100, RNG(2)).X
    assert len(kept) == 2
    assert not set(held[:, 0]) & set(kept[:, 0])
    assert source.schema.numeric == source.schema.categorical == []


def test_csv_and_parquet_hold_the_same_documents(corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "cvs.parquet"
    pd.read_csv(corpus).to_parquet(path)
    assert read(path) == read(corpus)


def test_long_documents_and_numbers_as_labels(tmp_path: Path) -> None:
    long = "nurse " * 40_000
    path = tmp_path / "long.csv"
    path.write_text(f"cv,job\n{long},1\nchef,2\ncook,2\n?,1\n", encoding="utf-8")
    documents, labels = read(path)
    assert {long, "?"} <= set(documents)  # a question mark is a document like any other
    assert set(labels) == {"1", "2"}


def test_a_run_on_documents(settings: dict[str, Any]) -> None:
    series = gs.run(settings).series
    assert series["success"].between(0, 1).all()
    assert series["alpha"].iloc[-1] == 1 / 6


def test_other_users_data_do_not_change(settings: dict[str, Any]) -> None:
    model = gs.CollectiveActionModel(settings)
    held = model.world.rows.points.X
    assert not any("⟡" in document for document in held[:, 0])
    submitted = model.platform.history[-1]
    assert [("⟡" in text) for text in submitted.points.X[:, 0]] == submitted.planted.tolist()


def test_memory_of_several_rounds_takes_documents(settings: dict[str, Any]) -> None:
    settings["platform"]["memory"] = "discounted"
    settings["population"]["redraw"] = True
    assert gs.run(settings).series["alpha"].notna().all()


BAD = [
    ("cv,job\nward,nurse\n,chef\n", r"bad\.csv:3: population\.text: the document is empty"),
    ('cv,job\n"a\nb\nc",nurse\n"  ",chef\n', r"bad\.csv:5: population\.text: the document is"),
    ("cv,job\nward,nurse\n\n,chef\n,chef\n", r"bad\.csv:4: .*\(so are 1 others\)"),
    ('cv,job\n"a\nb",nurse\nward,\noven,chef\n', r"bad\.csv:4: population\.label: the label 'job'"),
    ("cv,job\nward,nurse\noven,nurse\n", r"population\.label: .* one class only \('nurse'\)"),
    ("cvs,job\nward,nurse\noven,chef\n", r"population\.text: .* no column 'cv'; did you mean 'cvs"),
    ("cv,jobs\nward,nurse\noven,chef\n", r"population\.label: .* no column 'job'; did you mean 'j"),
    ("cv,job\n1,nurse\n2,chef\n", r"population\.text: column 'cv' holds numbers, not documents"),
    ("cv,job\nward,nurse\noven\n", r"bad\.csv:3: population\.path: expected 2 values, found 1"),
    ("cv,job\n", r"has no rows"),
    ("", r"is empty"),
]


@pytest.mark.parametrize(("content", "message"), BAD)
def test_wrong_files(settings: dict[str, Any], tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content, encoding="utf-8")
    settings["population"]["path"] = str(path)
    with pytest.raises(ScenarioError, match=message) as error:
        gs.run(settings)
    assert len(error.value.problems) == 1


def test_empty_documents_of_a_parquet_file(settings: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "bad.parquet"
    pd.DataFrame({"cv": ["a", None], "job": ["x", "y"]}, index=[7, 8]).to_parquet(path)
    settings["population"]["path"] = str(path)
    with pytest.raises(ScenarioError, match=r"bad\.parquet: population\.text: the document is"):
        gs.run(settings)


def test_one_column_cannot_be_both(corpus: Path) -> None:
    with pytest.raises(ValueError, match="the same column, 'cv'"):
        Text(path=str(corpus), text="cv", label="cv")


def test_a_share_that_leaves_nothing(corpus: Path) -> None:
    with pytest.raises(InputError, match=r"a test share of 0\.01 of 8 users leaves nothing"):
        Text(path=str(corpus), text="cv", label="job", test_share=0.01).size()


def test_too_many_documents_are_refused_with_the_memory_they_need(
    settings: dict[str, Any],
) -> None:
    settings["population"]["users"] = 10**12
    with pytest.raises(ScenarioError, match=r"would need about .* GiB"):
        gs.run(settings)


def test_columns_of_text_are_no_attribute_of_users(settings: dict[str, Any]) -> None:
    settings["payoff"] = {"cost": {"kind": "column", "column": "cv"}}
    with pytest.raises(ScenarioError, match=r"payoff\.cost"):
        gs.run(settings)
