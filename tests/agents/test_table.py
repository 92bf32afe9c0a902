"""Tables: what a column becomes, who holds which rows, and that Parquet reads as CSV does."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from groundswell.agents.population import Population
from groundswell.agents.tabular import natural
from groundswell.randomness import Streams

STREAMS = Streams(seed=5)

PEOPLE = """age,city,id,pay
30,Lima,1,low
?,Oslo,2,high
50,?,3,low
40,,4,high
10,Lima,5,low
,Bern,6,low
"""


@pytest.fixture
def write(tmp_path):
    def make(text, name="people.csv"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return make


def table(path, **settings):
    return Population.from_settings({"kind": "table", "path": path, "label": "pay", **settings})


def opened(path, **settings):
    return table(path, **settings).open(STREAMS("population.source"))


def everything(source):
    """Return users' rows and kept ones, by id."""
    rows = source.rows(len(source._rows_of), STREAMS("population")).points
    fresh = source.fresh(10**6, STREAMS("measure"))
    X, y = np.concatenate([rows.X, fresh.X]), np.concatenate([rows.y, fresh.y])
    order = np.argsort(X[:, source.schema.column("id")])
    return X[order], y[order]


def test_columns_and_labels(write):
    schema = opened(write(PEOPLE)).schema
    assert [column.name for column in schema.columns] == ["age", "city", "id"]
    assert [column.categories for column in schema.columns] == [
        None, ("?", "Bern", "Lima", "Oslo"), None,
    ]  # fmt: skip
    assert schema.labels == ("high", "low")
    assert (schema.numeric, schema.categorical) == ([0, 2], [1])


def test_missing_numbers_become_the_median_and_missing_names_a_category(write):
    X, y = everything(opened(write(PEOPLE)))
    assert X[:, 0].tolist() == [30, 35, 50, 40, 10, 35]
    assert X[:, 1].tolist() == [2, 3, 0, 0, 2, 1]
    assert y.tolist() == [1, 0, 1, 0, 1, 1]


def test_another_missing_marker(write):
    source = opened(write(PEOPLE.replace("?", "n/a")), missing="n/a")
    assert everything(source)[0][:, 0].tolist() == [30, 35, 50, 40, 10, 35]
    assert source.schema.columns[1].categories == ("Bern", "Lima", "Oslo", "n/a")


def test_features_are_those_asked_for_in_order(write):
    schema = opened(write(PEOPLE), features=["id", "age"]).schema
    assert [column.name for column in schema.columns] == ["id", "age"]


@pytest.mark.parametrize(
    "dialect",
    [
        str,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace(",", ", "),
        lambda text: text.replace("Lima", '"Lima"'),
        lambda text: "\n\n" + text.replace("\n", "\n\n"),
        str.rstrip,
    ],
    ids=["plain", "crlf", "bom", "spaces", "quotes", "blank-lines", "no-last-newline"],
)
def test_spellings_of_one_table(write, dialect):
    expected, found = opened(write(PEOPLE)), opened(write(dialect(PEOPLE), "other.csv"))
    assert found.schema == expected.schema
    assert np.array_equal(everything(found)[0], everything(expected)[0])


def test_names_that_look_like_numbers_are_ordered_by_value(write):
    text = "size,id,pay\n10,1,a\n9,2,b\nbig,3,a\n100,4,b\n"
    assert opened(write(text)).schema.columns[0].categories == ("9", "10", "100", "big")


def test_names_that_spell_nan_have_one_order():
    names = ["nan", "5", "1", "inf", "3", "NaN", "2", "x"]
    orders = [sorted(names[turn:] + names[:turn], key=natural) for turn in range(len(names))]
    assert orders == [["1", "2", "3", "5", "inf", "NaN", "nan", "x"]] * len(names)


@pytest.mark.parametrize(
    ("labels", "names"),
    [(["1", "0"], ("0", "1")), (["1.0", "2.50"], ("1", "2.5")), (["10", "9"], ("9", "10"))],
)
def test_labels_may_be_numbers(write, labels, names):
    text = "id,pay\n" + "".join(f"{i},{labels[i % 2]}\n" for i in range(8))
    source = opened(write(text))
    assert source.schema.labels == names
    expected = [names.index(f"{float(labels[i % 2]):g}") for i in range(8)]
    assert everything(source)[1].tolist() == expected


FRAME = pd.DataFrame(
    {
        "id": range(40),
        "wage": np.random.default_rng(0).normal(size=40),
        "city": ["Lima", None, "Oslo", "?"] * 10,
        "age": [20, None, 40, 60.0] * 10,
        "married": [True, False] * 20,
        "divorced": [True, None, False, False] * 10,
        "card": np.arange(10**16, 10**16 + 40),
        "grade": pd.Categorical(["a", "b", "b", None] * 10),
        "visits": pd.array([1, 2, None, 4] * 10, dtype="Int64"),
        "pay": ["low", "high", "high", "low", "low"] * 8,
    }
)


@pytest.mark.parametrize("suffix", [".parquet", ".pq"])
def test_parquet_reads_as_csv_does(tmp_path, suffix):
    csv, parquet = tmp_path / "t.csv", tmp_path / f"t{suffix}"
    FRAME.to_csv(csv, index=False)
    FRAME.to_parquet(parquet)
    first, second = opened(str(csv)), opened(str(parquet))
    for mine, other in zip(first.schema.columns, second.schema.columns, strict=True):
        assert mine == other
    assert first.schema.labels == second.schema.labels
    for mine, other in zip(everything(first), everything(second), strict=True):
        assert np.array_equal(mine, other)


def test_dates_are_names(tmp_path):
    path = tmp_path / "t.parquet"
    dates = pd.to_datetime(["2020-01-01", "2021-06-30"] * 20)
    pd.DataFrame({"since": dates, "id": range(40), "pay": FRAME["pay"]}).to_parquet(path)
    first, _ = opened(str(path)).schema.columns[0].categories
    assert first.startswith("2020-01-01")


def test_large_measurements_stay_numbers(write):
    text = "flux,id,pay\n" + "".join(f"{i}.5e20,{i},{i % 2}\n" for i in range(9))
    assert opened(write(text)).schema.columns[0].categories is None


MANY = "id,who,pay\n" + "".join(
    f"{i},{'ABCDEFGHIJ'[i * i % 10]},{'low' if i % 3 else 'high'}\n" for i in range(60)
)


def ids(points, source):
    return points.X[:, source.schema.column("id")].astype(int).tolist()


def test_a_row_a_user_without_replacement_while_they_last(write):
    source = opened(write(MANY))
    assert table(write(MANY)).size() == 42
    rows = source.rows(42, STREAMS("population"))
    assert rows.owner.tolist() == list(range(42))
    once = ids(rows.points, source)
    assert len(set(once)) == 42
    twice = Counter(ids(source.rows(84, STREAMS("population")).points, source))
    assert twice == dict.fromkeys(once, 2)


@pytest.mark.parametrize(("share", "kept"), [(None, 18), (0.5, 30), (0.1, 6)])
def test_rows_for_measuring_are_nobodys(write, share, kept):
    source = opened(write(MANY), test_share=share)
    users = set(ids(source.rows(200, STREAMS("population")).points, source))
    fresh = ids(source.fresh(1000, STREAMS("measure")), source)
    assert len(fresh) == len(set(fresh)) == kept
    assert users.isdisjoint(fresh)
    assert users | set(fresh) == set(range(60))
    assert len(source.fresh(5, STREAMS("measure"))) == 5


def test_a_file_of_its_own_for_measuring(write):
    test = "pay,extra,who,id\nhigh,1,Z,100\nlow,2,A,101\n"
    path, test_path = write(MANY), write(test, "test.csv")
    source = opened(path, test_path=test_path)
    assert table(path, test_path=test_path).size() == 60
    assert sorted(ids(source.fresh(9, STREAMS("measure")), source)) == [100, 101]
    assert sorted(ids(source.rows(60, STREAMS("population")).points, source)) == list(range(60))
    assert "Z" in source.schema.columns[1].categories, "categories of both files"


def owners_of(text):
    """Return each id's user, read with nothing but split."""
    return {int(line.split(",")[0]): line.split(",")[1] for line in text.splitlines()[1:]}


def test_several_rows_per_user(write):
    who = owners_of(MANY)
    settings = {"user": "who", "test_share": 0.4}
    source = opened(write(MANY), **settings)
    assert [column.name for column in source.schema.columns] == ["id"]
    people = len(set(who.values()))
    users = table(write(MANY), **settings).size()
    assert users == people - round(0.4 * people)
    rows = source.rows(users, STREAMS("population"))
    names = {}
    for id_, owner in zip(ids(rows.points, source), rows.owner.tolist(), strict=True):
        assert names.setdefault(owner, who[id_]) == who[id_], "one user, one person"
    assert sorted(names) == list(range(users))
    held = Counter(who.values())
    assert Counter(rows.owner.tolist()) == {owner: held[name] for owner, name in names.items()}
    kept = {who[id_] for id_ in ids(source.fresh(1000, STREAMS("measure")), source)}
    assert kept.isdisjoint(names.values())
    assert kept | set(names.values()) == set(who.values())


@pytest.mark.parametrize("width", [5, 16, 19, 25])
def test_users_with_long_ids_stay_apart(write, width):
    first = 10 ** (width - 1)
    text = "who,id,pay\n" + "".join(f"{first + i},{i},{i % 2}\n" for i in range(20))
    assert table(write(text), user="who", test_share=0.5).size() == 10


def test_users_settings_may_come_from_their_rows(make_model, write):
    model = make_model(
        population={"kind": "table", "path": write(MANY), "label": "pay", "user": "who"},
        payoff__cost={"kind": "column", "column": "id"},
        platform={"kind": "learning", "learner": "tree"},
        decision="fixed",
    )
    rows = model.world.rows
    expected = [rows.points.X[rows.owner == user, 0].mean() for user in range(model.columns.users)]
    assert model.columns["cost"].tolist() == pytest.approx(expected)


def test_a_members_rows_are_all_planted(make_model, write):
    model = make_model(
        population={"kind": "table", "path": write(MANY), "label": "pay", "user": "who"},
        platform={"kind": "learning", "learner": "tree"},
        decision="fixed",
        collective={
            "seeds": 2,
            "strategy": {"kind": "feature-label", "target": "high"},
            "signal": {"kind": "set-features", "features": {"id": -1}},
        },
    )
    rows, joined = model.world.rows, model.columns["joined"]
    batch = model.platform.history[-1]
    theirs = joined[rows.owner]
    assert np.array_equal(batch.planted, theirs)
    assert np.array_equal(batch.points.X[:, 0] == -1, theirs)
    assert (batch.points.y[theirs] == 0).all()
    assert np.array_equal(batch.points.y[~theirs], rows.points.y[~theirs])
    assert model.platform.alpha == theirs.mean() != joined.mean()


def test_adult(real_data):
    path, test_path = (str(real_data / f"adult_{part}.csv") for part in ("train", "test"))
    population = table(path, label="classification", test_path=test_path)
    source = population.open(STREAMS("population.source"))
    assert population.size() == 32_561
    assert len(source.fresh(10**6, STREAMS("measure"))) == 16_281
    assert len(source.schema.numeric) == 6
    assert len(source.schema.categorical) == 8
    assert "?" in source.schema.columns[source.schema.column("native-country")].categories
    assert source.schema.labels == ("<=50K", ">50K")
