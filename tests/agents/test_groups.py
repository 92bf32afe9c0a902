"""The table ``groups``: what is measured in each group is what is measured of all, part by part."""

import numpy as np
import pytest

DIGITS = {
    "population": {"kind": "digits", "users": 300},
    "platform": {"kind": "learning", "learner": "naive-bayes"},
    "network": {"kind": "ring", "degree": 4},
    "decision": {"kind": "best-response", "activation": {"kind": "inertial", "revision": 0.3}},
    "payoff": {"cost": {"kind": "normal", "mean": 0.7, "sd": 0.4}, "peer_pressure": 0.2},
    "collective": {
        "seeds": 0.05,
        "strategy": {"kind": "feature-label", "target": "3"},
        "signal": {"kind": "pixels", "pixels": [7, 56]},
    },
    "measure": {"groups": ["class"]},
}
PEOPLE = "\n".join(
    [
        "who,id,city,pay",
        *(f"{i // 3},{i},{('Lima', 'Oslo')[i % 5 % 2]},{('low', 'high')[i % 2]}"
          for i in range(120)),
    ]
)  # fmt: skip


@pytest.fixture
def people(tmp_path):
    """Forty users with three rows each, the rows of a user in different groups."""
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    return {
        "population": {"kind": "table", "path": str(path), "label": "pay", "user": "who"},
        "platform": {"kind": "learning", "learner": "tree"},
        "decision": "fixed",
        "collective": {
            "seeds": 7,
            "strategy": {"kind": "feature-label", "target": "high"},
            "signal": {"kind": "set-features", "features": {"id": -1}},
        },
        "measure": {"groups": ["class", "city"]},
    }


def rounds(model, by):
    """Each row of ``series`` with the rows of ``groups`` for one grouping."""
    table = model.recorder.table("groups")
    of_by = table[table["by"] == by]
    return [(row, of_by[of_by["round"] == row["round"]]) for row in model.recorder.rows]


def total(groups, name, weight):
    """Sum a column by weight, over the groups where it is not missing."""
    there = groups[name].notna().to_numpy()
    return np.sum(groups[name].to_numpy()[there] * np.asarray(weight)[there])


@pytest.mark.parametrize(
    ("memory", "compliance", "redraw"),
    [
        ("current", 1.0, False),
        ({"kind": "window", "length": 3}, 0.6, False),
        ({"kind": "discounted", "discount": 0.5}, 0.6, False),
        ({"kind": "window", "length": 2}, 1.0, True),
    ],
)
def test_groups_sum_up_to_the_series(make_model, memory, compliance, redraw):
    model = make_model(
        **DIGITS, platform__memory=memory, collective__compliance=compliance,
        population__redraw=redraw,
    )  # fmt: skip
    fresh, target = model.world.fresh, 3
    shares = np.bincount(fresh.y, minlength=10) / len(fresh)
    for _ in range(4):
        model.step()
        trained = model.platform.trained
        weight = np.bincount(trained.groups[:, 0], trained.points.weights, 10)
        row, groups = rounds(model, "class")[-1]
        assert groups["group"].tolist() == [str(digit) for digit in range(10)]
        assert groups["users"].sum() == 300
        assert groups["members"].sum() == row["members"]
        assert groups["users"].tolist() == np.bincount(model.points.y, minlength=10).tolist()
        assert total(groups, "alpha", weight / weight.sum()) == pytest.approx(row["alpha"])
        for name in ("success", "placebo", "lift", "accuracy"):
            assert total(groups, name, shares) == pytest.approx(row[name]), name
        others = np.where(np.arange(10) == target, 0, shares)
        hits = total(groups, "success_others", others / others.sum())
        assert hits == pytest.approx(row["success_others"])
        assert np.isnan(groups["success_others"].iloc[target])
        assert total(groups, "payoff", groups["users"]) == pytest.approx(row["welfare"])
    assert row["members"] > 20


def test_alpha_goes_back_as_far_as_memory(make_model):
    """With everybody planting, α of a group is its mean member share over the rounds remembered."""
    window = {"kind": "window", "length": 2}
    model = make_model(**DIGITS, platform__memory=window, platform__retrain_every=2)
    members = [model.recorder.table("groups")["members"].to_numpy()]
    for _ in range(4):
        model.step()
        members.append(model.recorder.table("groups").tail(10)["members"].to_numpy())
    users = np.bincount(model.world.rows.points.y, minlength=10)
    alpha = [groups["alpha"].to_numpy() for _, groups in rounds(model, "class")]
    assert alpha[0] == pytest.approx(members[0] / users)
    assert alpha[1] == pytest.approx(alpha[0]), "nothing was retrained"
    assert alpha[2] == pytest.approx((members[1] + members[2]) / (2 * users))
    assert alpha[4] == pytest.approx((members[3] + members[4]) / (2 * users))


def test_withdrawn_rows_do_not_count(make_model):
    model = make_model(
        **DIGITS | {"decision": "fixed"}, platform__memory="all", platform__withdraw=True,
        collective__committed=False,
    )  # fmt: skip
    assert model.recorder.table("groups")["alpha"].sum() > 0
    model.agents.set("joined", False)
    model.step()
    last = model.recorder.table("groups").tail(10)
    assert (last["alpha"] == 0).all()
    assert (last["members"] == 0).all()
    trained = model.platform.trained
    assert len(trained.groups) == len(trained.points) == 600 - 15


def test_rows_held_out_for_validation_do_not_count(make_model):
    model = make_model(
        **DIGITS, platform__learner={"kind": "sgd", "epochs": 2}, collective__seeds=0.5,
        platform__validation={"share": 0.4},
    )  # fmt: skip
    trained = model.platform.trained
    ((row, groups),) = rounds(model, "class")
    assert len(trained.groups) == 180 < groups["users"].sum()
    weight = np.bincount(trained.groups[:, 0], minlength=10) / 180
    assert total(groups, "alpha", weight) == pytest.approx(row["alpha"])


def test_a_user_with_several_rows_is_in_the_group_of_its_first(make_model, people):
    model = make_model(**people)
    rows, joined = model.world.rows, model.columns["joined"]
    first = np.array([np.flatnonzero(rows.owner == user)[0] for user in range(len(joined))])
    for by, code in (("class", rows.points.y), ("city", rows.points.X[:, 1].astype(int))):
        ((row, groups),) = rounds(model, by)
        assert groups["users"].tolist() == np.bincount(code[first], minlength=2).tolist()
        assert groups["members"].tolist() == np.bincount(code[first[joined]], minlength=2).tolist()
        planted = joined[rows.owner]
        alpha = [planted[code == group].mean() for group in range(2)]
        assert groups["alpha"].tolist() == pytest.approx(alpha)
        share = np.bincount(code, minlength=2) / len(code)
        assert total(groups, "alpha", share) == pytest.approx(row["alpha"])


def test_groups_are_those_of_honest_rows(make_model, people):
    """A strategy that changes the column and the label leaves users where they were."""
    changes = {"collective__signal__features": {"city": "Lima"}, "collective__seeds": 1.0}
    model = make_model(**people, **changes)
    for by in ("class", "city"):
        ((_, groups),) = rounds(model, by)
        assert (groups["alpha"] == 1).all()
        assert (groups["users"] > 0).all()


def test_the_lift_of_erasing_is_beyond_the_start_of_the_group(make_model):
    model = make_model(
        **DIGITS | {"decision": "fixed"}, collective__strategy={"kind": "erasing"},
        collective__seeds=0.5,
    )  # fmt: skip
    fresh, before, now = model.world.fresh, model.campaign.without_collective, model.served
    lit = fresh.X.copy()
    lit[:, [7, 56]] = 1
    start, success = (one.predict(fresh.X) == one.predict(lit) for one in (before, now))
    ((row, groups),) = rounds(model, "class")
    for digit in range(10):
        mine = fresh.y == digit
        lift = success[mine].mean() - start[mine].mean()
        assert groups["lift"].iloc[digit] == pytest.approx(lift)
    assert groups[["placebo", "success_others"]].isna().all(axis=None)
    assert row["lift"] == pytest.approx(success.mean() - start.mean())


def test_the_start_of_a_group_is_that_of_the_learner_as_a_schedule_has_it(make_model):
    floors = {"points": [[0, 1e-9], [1, 100.0]], "between": "step"}
    model = make_model(
        **DIGITS | {"decision": "fixed"}, collective__strategy={"kind": "erasing"},
        schedule={"platform.learner.variance_floor": floors},
    )  # fmt: skip
    model.step()
    ((_, before), (row, groups)) = rounds(model, "class")
    start = groups["success"].to_numpy() - groups["lift"].to_numpy()
    share = np.bincount(model.world.fresh.y) / len(model.world.fresh)
    assert start @ share == pytest.approx(row["success"] - row["lift"])
    assert (start != before["success"].to_numpy() - before["lift"].to_numpy()).any()


def test_an_exact_learner_is_measured_by_sums_over_the_group(make_model):
    p0 = np.array([[0.02, 0.06], [0.1, 0.3], [0.22, 0.05], [0.25, 0.0]])
    model = make_model(
        population={"kind": "categorical", "p0": p0.tolist(), "users": 200},
        platform={"kind": "learning", "learner": "bayes"},
        decision="fixed",
        collective={
            "seeds": 60,
            "strategy": {"kind": "feature-label", "target": "0"},
            "signal": {"kind": "cells", "to": [0, 0, 2, 2]},
        },
        measure={"groups": ["class", "cell"]},
    )
    for by, mass in (("class", p0.sum(axis=0)), ("cell", p0.sum(axis=1))):
        ((row, groups),) = rounds(model, by)
        assert groups["alpha"].isna().all()
        for name in ("success", "placebo", "accuracy"):
            assert total(groups, name, mass) == pytest.approx(row[name], abs=1e-12)


def test_what_a_response_platform_has_in_groups(make_model):
    model = make_model(
        population={"kind": "digits", "users": 50}, collective__seeds=20, measure__groups=["class"]
    )
    ((row, groups),) = rounds(model, "class")
    measured = ["alpha", "success", "success_others", "placebo", "lift", "accuracy"]
    assert groups[measured].isna().all(axis=None)
    assert total(groups, "payoff", groups["users"]) == pytest.approx(row["welfare"])
    assert groups["members"].sum() == 20


def test_success_of_parameters_is_nobodys_own(make_model):
    model = make_model(
        population={"kind": "categorical", "users": 100, "cells": 3},
        decision="fixed",
        collective={"seeds": 10, "strategy": {"kind": "gradient-neutralizing", "target": "1"}},
        platform={"kind": "learning", "learner": "convex"},
        measure={"groups": ["class"]},
    )
    ((row, groups),) = rounds(model, "class")
    assert np.isfinite(row["success"])
    assert groups[["success", "lift"]].isna().all(axis=None)
    assert groups[["alpha", "accuracy"]].notna().all(axis=None)


def test_a_group_without_users_or_fresh_points_has_missing_values(make_model, tmp_path):
    lines = [f"{i},{'pq'[i % 2]},{'ab'[i % 2]}" for i in range(20)]
    (tmp_path / "train.csv").write_text("\n".join(["x,c,y", *lines, "1,only-users,a"]) + "\n")
    (tmp_path / "test.csv").write_text("\n".join(["x,c,y", *lines, "2,only-fresh,b"]) + "\n")
    model = make_model(
        population={
            "kind": "table",
            "path": str(tmp_path / "train.csv"),
            "test_path": str(tmp_path / "test.csv"),
            "label": "y",
        },
        platform={"kind": "learning", "learner": "tree"},
        decision="fixed",
        measure={"groups": ["c"]},
    )
    groups = model.recorder.table("groups").set_index("group")
    users, fresh = groups.loc["only-users"], groups.loc["only-fresh"]
    assert (users["users"], fresh["users"], fresh["members"]) == (1, 0, 0)
    assert users["accuracy"] != users["accuracy"]
    assert users["alpha"] == 0
    assert fresh[["member_share", "alpha", "payoff"]].isna().all()
    assert fresh["accuracy"] in {0, 1}


def test_nothing_is_kept_where_nothing_is_asked_for(make_model):
    settings = {name: value for name, value in DIGITS.items() if name != "measure"}
    model = make_model(**settings)
    model.step()
    assert list(model.recorder.tables) == ["series"]
    assert model.platform.trained.groups is None
    asked = make_model(**DIGITS)
    asked.step()
    assert asked.series.equals(model.series), "asking changes no number"
