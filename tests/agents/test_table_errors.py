"""Tables that cannot be used: one clear line per problem, naming the file and the line."""

import pytest

from groundswell.problems import ScenarioError

GOOD = "age,city,pay\n30,Lima,low\n40,Oslo,high\n50,Lima,low\n60,Bern,high\n"
PLANTING = {
    "strategy": {"kind": "feature-label", "target": "high"},
    "signal": {"kind": "set-features", "features": {"city": "Lima"}},
    "seeds": 1,
}


@pytest.fixture
def write(tmp_path):
    def make(content, name="people.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return make


@pytest.fixture
def lines_about(make_model):
    """Return what is wrong with a table, line by line; none if a model can be made of it."""

    def find(path, collective=None, **population):
        try:
            make_model(
                population={"kind": "table", "path": path, "label": "pay", **population},
                platform={"kind": "learning", "learner": "tree"},
                decision="fixed",
                collective=collective or PLANTING,
            )
        except ScenarioError as error:
            return error.lines
        return []

    return find


def test_a_good_one(write, lines_about):
    assert lines_about(write(GOOD)) == []


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        pytest.param("", None, "'{path}' is empty", id="empty"),
        pytest.param(" \n\n", None, "'{path}' is empty", id="blank"),
        pytest.param("age,city,pay\n", None, "'{path}' has no rows", id="header-only"),
        pytest.param(
            "age,city,age,pay\n1,2,3,4\n", 1, "duplicate column name 'age'", id="duplicate-column"
        ),
        pytest.param("\n\nage,age,pay\n1,2,3\n", 3, "duplicate column name 'age'", id="line-3"),
        pytest.param(
            GOOD.encode() + b"70,K\xf6ln,low\n", 6, "not UTF-8 (byte 0xf6)", id="not-utf8"
        ),
        pytest.param(GOOD + "70,Lima\n", 6, "expected 3 values, found 2", id="short-line"),
        pytest.param(GOOD + "70,Lima,low,1\n", 6, "expected 3 values, found 4", id="long-line"),
        pytest.param(
            "age,city,pay\n30,Lima,low,1\n40,Oslo,high\n", 2, "expected 3 values, found 4",
            id="long-first-line",
        ),
        pytest.param(
            GOOD.replace("50,", '\n"5\n0",') + "x\n", 8, "expected 3 values, found 1",
            id="after-blank-and-quoted-lines",
        ),
    ],
)  # fmt: skip
def test_unreadable_files(write, lines_about, content, line, message):
    path = write(content)
    (found,) = lines_about(path)
    place = "scenario" if line is None else f"{path}:{line}"
    assert found.startswith(f"{place}: population.path: ")
    assert message.format(path=path) in found


def test_numbers_too_large_to_learn_from(write, lines_about):
    path = write(GOOD + "-1e39,Lima,low\n")
    (found,) = lines_about(path)
    assert found.startswith(f"{path}:6: population.path: column 'age' has -1e+39, too large")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends(write, lines_about, end):
    assert lines_about(write(GOOD.replace("\n", end).encode())) == []
    (found,) = lines_about(write((GOOD + "x\n").replace("\n", end).encode()))
    assert ":6: population.path: expected 3 values, found 1" in found


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        pytest.param(
            GOOD.replace("pay", "wage"), "scenario", "'people.csv' has no column 'pay'", id="absent"
        ),
        pytest.param(
            GOOD.replace("pay", "pays"), "scenario", "did you mean 'pays'?", id="misspelt"
        ),
        pytest.param(
            GOOD.replace("high", "low"), "scenario",
            "column 'pay' of 'people.csv' has one class only ('low'); two are needed",
            id="one-class",
        ),
        pytest.param(
            GOOD.replace("Oslo,high", "Oslo,?"), "{path}:3", "the label 'pay' is missing",
            id="missing",
        ),
        pytest.param(
            GOOD.replace("Oslo,high", "Oslo,"), "{path}:3", "the label 'pay' is missing",
            id="nothing",
        ),
        pytest.param(
            GOOD.replace("40,Oslo,high", "\n\n40,Oslo,?"), "{path}:5",
            "the label 'pay' is missing", id="missing-after-blank-lines",
        ),
    ],
)  # fmt: skip
def test_unusable_labels(write, lines_about, content, place, message):
    path = write(content)
    (found,) = lines_about(path)
    assert found.startswith(f"{place.format(path=path)}: population.label: ")
    assert message in found


def test_nothing_to_learn_from(write, lines_about):
    (found,) = lines_about(write("pay\nlow\nhigh\nlow\nhigh\n"))
    assert "population.features: 'people.csv' has no column to learn from beside 'pay'" in found
    (found,) = lines_about(write(GOOD), features=[])
    assert "has no column to learn from" in found


@pytest.mark.parametrize(
    ("settings", "key", "message"),
    [
        ({"features": ["age", "town"]}, "features", "has no column 'town'"),
        ({"features": ["age", "pay"]}, "features", "the label 'pay' cannot be a feature"),
        ({"user": "name"}, "user", "has no column 'name'; known: age, city, pay"),
        ({"test_share": 0.05}, "test_share", "of 4 users leaves nothing"),
        ({"test_path": "/nowhere/test.csv"}, "test_path", "there is no file '/nowhere/test.csv'"),
    ],
    ids=["feature", "label-as-feature", "user", "test-share", "test-path"],
)
def test_settings_that_do_not_fit_the_file(write, lines_about, settings, key, message):
    (found,) = lines_about(write(GOOD), **settings)
    assert found.startswith(f"scenario: population.{key}: ")
    assert message in found


def test_no_file_and_a_folder(lines_about, tmp_path):
    (found,) = lines_about(str(tmp_path / "none.csv"))
    assert found == f"scenario: population.path: there is no file '{tmp_path}/none.csv'"
    (found,) = lines_about(str(tmp_path))
    assert f"population.path: '{tmp_path}' is a folder" in found


@pytest.mark.parametrize("name", ["people.parquet", "people.pq"])
def test_what_is_no_parquet_file(write, lines_about, name):
    path = write(GOOD, name)
    (found,) = lines_about(path)
    assert f"population.path: '{path}' is not a Parquet file" in found


@pytest.mark.parametrize(
    ("test", "place", "key", "message"),
    [
        ("age,pay\n1,low\n", "scenario", "test_path", "'test.csv' has no column 'city'"),
        ("age,city\n1,Lima\n", "scenario", "test_path", "'test.csv' has no column 'pay'"),
        ("age,city,pay\n1,Lima,lo\n", "scenario", "test_path", "label 'lo' does not occur"),
        ("age,city,pay\n1,Lima,low\n2,Oslo,?\n", "{path}:3", "label", "'pay' is missing"),
        ("age,city,pay\n1,Lima\n", "{path}:2", "test_path", "expected 3 values, found 2"),
    ],
    ids=["no-feature", "no-label", "unknown-label", "missing-label", "ragged"],
)
def test_a_test_file_that_does_not_fit(write, lines_about, test, place, key, message):
    path = write(test, "test.csv")
    (found,) = lines_about(write(GOOD), test_path=path)
    assert found.startswith(f"{place.format(path=path)}: population.{key}: ")
    assert message in found


@pytest.mark.parametrize(
    ("signal", "target", "key", "message"),
    [
        ({"age": "old"}, "high", "signal.features.age", "is numeric, found 'old'"),
        ({"city": "Rome"}, "high", "signal.features.city", "has no category 'Rome'"),
        ({"city": "lima"}, "high", "signal.features.city", "did you mean 'Lima'?"),
        ({"town": "Lima"}, "high", "signal.features.town", "there is no column 'town'"),
        ({"city": "Lima"}, "hihg", "strategy.target", "label 'hihg'; did you mean 'high'?"),
        ({"city": "Lima"}, 3, "strategy.target", "there is no label '3'"),
    ],
    ids=["text-in-number", "no-category", "case", "no-column", "target", "number-target"],
)
def test_a_signal_or_target_that_does_not_fit(write, lines_about, signal, target, key, message):
    collective = {
        "strategy": {"kind": "feature-label", "target": target},
        "signal": {"kind": "set-features", "features": signal},
    }
    (found,) = lines_about(write(GOOD), collective)
    assert found.startswith(f"scenario: collective.{key}: ")
    assert message in found


def test_all_problems_of_the_data_at_once(make_model, write):
    with pytest.raises(ScenarioError) as error:
        make_model(
            population={"kind": "table", "path": write(GOOD), "label": "wage"},
            network={"kind": "edge-list", "path": write("0 1 x\n", "ties.txt")},
            platform={"kind": "learning", "learner": "tree"},
            decision="fixed",
        )
    keys = {problem.key for problem in error.value.problems}
    assert keys == {("population", "label"), ("network", "path")}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"test_path": "x.csv", "test_share": 0.5}, "give either 'test_path' or 'test_share'"),
        ({"features": ["age", "age"]}, "'features' names a column twice"),
    ],
)
def test_settings_that_contradict_each_other(write, lines_about, settings, message):
    (line,) = lines_about(write(GOOD), **settings)
    assert message in line
