"""Users of a table who say which node of the network they are."""

import numpy as np
import pytest

import groundswell as gs
from groundswell.problems import ScenarioError

PEOPLE = [
    ("ann", 30, "p", "lo"),
    ("bob", 40, "q", "hi"),
    ("Zoë", 50, "p", "lo"),
    ("carl", 60, "q", "hi"),
]


def csv(people):
    return "node,age,job,wage\n" + "".join(",".join(map(str, row)) + "\n" for row in people)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "ties.txt").write_text("ann bob\nbob Zoë\nbob carl\n")
    (tmp_path / "people.csv").write_text(csv(PEOPLE))
    (tmp_path / "test.csv").write_text("age,job,wage\n" + "33,p,lo\n44,q,hi\n" * 5)
    return tmp_path


@pytest.fixture
def settings(folder):
    return {
        "name": "club",
        "rounds": 1,
        "population": {
            "kind": "table", "path": str(folder / "people.csv"), "label": "wage",
            "test_path": str(folder / "test.csv"),
        },
        "network": {"kind": "edge-list", "path": str(folder / "ties.txt"), "node": "node"},
        "decision": "fixed",
        "collective": {
            "seeds": 1,
            "strategy": {"kind": "feature-label", "target": "hi"},
            "signal": {"kind": "set-features", "features": {"job": "p"}},
        },
        "platform": {"kind": "learning", "learner": "tree"},
    }  # fmt: skip


def model(settings, **changes):
    dotted = {key.replace("__", "."): value for key, value in changes.items()}
    return gs.CollectiveActionModel(gs.load(settings).replace(dotted), rng=5)


def age_by_name(one):
    rows, schema = one.world.rows, one.world.source.schema
    ages = rows.points.X[:, schema.column("age")]
    return {one.ties.names[owner]: age for owner, age in zip(rows.owner, ages, strict=True)}


def test_everybody_is_where_they_say(settings, folder):
    expected = {name: age for name, age, *_ in PEOPLE}
    one = model(settings)
    assert age_by_name(one) == expected
    assert one.ties.names == ("Zoë", "ann", "bob", "carl")
    (folder / "people.csv").write_text(csv(PEOPLE[::-1]))
    assert age_by_name(model(settings)) == expected, "in any order"
    assert age_by_name(model(settings, seed=9)) == expected, "whatever the seed"


def test_the_node_is_nothing_to_learn_from(settings):
    one = model(settings)
    assert [column.name for column in one.world.source.schema.columns] == ["age", "job"]
    assert gs.success_curve(settings)(1.0) >= 0
    explicit = model(settings, population__features=["age"], collective__signal="none")
    assert [column.name for column in explicit.world.source.schema.columns] == ["age"]


def test_numbers_name_nodes_too(settings, folder):
    (folder / "ties.txt").write_text("10 20\n20 30\n20 40\n")
    people = [(number, *row[1:]) for number, row in zip((40, 10, 30, 20), PEOPLE, strict=True)]
    (folder / "people.csv").write_text(csv(people))
    assert age_by_name(model(settings)) == {"40": 30, "10": 40, "30": 50, "20": 60}
    ring = {"kind": "ring", "degree": 2, "node": "node"}
    (folder / "people.csv").write_text(csv([(i, *row[1:]) for i, row in enumerate(PEOPLE)]))
    assert age_by_name(model({**settings, "network": ring})) == {"0": 30, "1": 40, "2": 50, "3": 60}


def test_users_with_several_rows(settings, folder):
    (folder / "people.csv").write_text(
        csv([*PEOPLE, ("bob", 41, "q", "hi"), ("ann", 31, "p", "lo")])
    )
    one = model(settings, population__user="node")
    rows = one.world.rows
    ages = {
        name: rows.points.X[rows.owner == user, 0].tolist()
        for user, name in enumerate(one.ties.names)
    }
    assert ages == {"Zoë": [50], "ann": [30, 31], "bob": [40, 41], "carl": [60]}


def test_seeds_by_id_have_their_data(settings):
    one = model(settings, collective__seeding="users", collective__users=["Zoë"])
    (seed,) = np.flatnonzero(one.columns["joined"])
    assert one.world.rows.points.X[seed, 0] == 50


def test_coincidence_keeps_places(settings):
    one = model(settings, population__coincidence=1.0)
    assert age_by_name(one) == {name: age for name, age, *_ in PEOPLE}
    assert (one.world.rows.points.X[:, 1] == 0).all(), "all carry the signal"


@pytest.mark.parametrize(
    ("people", "line", "message"),
    [
        ([*PEOPLE, ("dora", 1, "p", "lo")], 6, "network.node: the network has no node 'dora'"),
        ([*PEOPLE, ("bob", 1, "p", "lo")], 6, "network.node: two users are on node 'bob'"),
        (PEOPLE[:2], None, "network.node: nobody is on node 'Zoë', nor on 1 others"),
        (PEOPLE[:3], None, "network.node: nobody is on node 'carl'"),
        ([*PEOPLE[:3], ("?", 60, "q", "hi")], 5, "network.node: the network has no node '?'"),
    ],
)
def test_tables_that_do_not_fit_the_network(settings, folder, people, line, message):
    (folder / "people.csv").write_text(csv(people))
    with pytest.raises(ScenarioError) as error:
        model(settings)
    place = f"people.csv:{line}: " if line else "people.csv: "
    assert place + message in str(error.value)


def test_a_user_on_two_nodes(settings, folder):
    (folder / "people.csv").write_text(
        "node,who,age,job,wage\n" + "".join(
            f"{node},{who},30,{'pq'[i % 2]},{('lo', 'hi')[i % 2]}\n"
            for i, (node, who) in enumerate(
                [("ann", 1), ("bob", 2), ("Zoë", 3), ("carl", 4), ("Zoë", 2)]
            )
        )
    )  # fmt: skip
    with pytest.raises(ScenarioError) as error:
        model(settings, population__user="who")
    assert "people.csv:6: network.node: a user on node 'bob' is on node 'Zoë' too" in str(
        error.value
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"network__node": "nod"},
         "network.node: 'people.csv' has no column 'nod'; did you mean 'node'?"),
        ({"population__features": ["node", "job"]},
         "network.node: column 'node' says who a user is; a learner cannot have it too"),
        ({"network__node": "wage"}, "network.node: column 'wage' says who a user is"),
        ({"population__test_path": None}, "name a file for that in population.test_path"),
        ({"population__redraw": True}, "network.node: users who draw fresh rows every round"),
        ({"population": {"kind": "digits"}, "collective__strategy__target": "3",
          "collective__signal": {"kind": "pixels", "pixels": [1]}},
         "network.node: users of a 'digits' population do not say which node they are"),
        ({"network": {"kind": "complete", "node": "node"}},
         "network.node: users of network 'complete' have the same neighbours"),
    ],
    ids=str,
)  # fmt: skip
def test_nodes_that_cannot_be(settings, folder, changes, message):
    (folder / "test.csv").write_text("node,age,job,wage\n" + "x,33,p,lo\nx,44,q,hi\n" * 5)
    with pytest.raises(ScenarioError) as error:
        model(settings, **changes)
    assert message in str(error.value)
    assert len(error.value.lines) == 1


def test_a_missing_table_is_said_once(settings):
    with pytest.raises(ScenarioError) as error:
        model(settings, population__path="nowhere.csv")
    (line,) = error.value.lines
    assert "population.path: there is no file" in line
