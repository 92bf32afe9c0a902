"""Users as Mesa agents: sets of them answer as Mesa's own sets of the same views would."""

import gc
import weakref

import mesa
import numpy as np
import pytest
from mesa.agent import AgentSet

from groundswell.agents.users import User
from groundswell.platform.agent import PlatformAgent, ResponsePlatform
from groundswell.scenarios.keeping import forget

N = 40
SETTINGS = {
    "population__users": N,
    "network": {"kind": "erdos-renyi", "mean_degree": 4.0},
    "decision": {
        "kind": "threshold",
        "threshold": {"kind": "uniform", "low": 0.0, "high": 0.5},
        "activation": "synchronous",
    },
    "collective__seeds": 0.3,
}


@pytest.fixture
def model(make_model):
    return make_model(**SETTINGS)


@pytest.fixture
def plain(model):
    """Return Mesa's own set of the same views."""
    return AgentSet(list(model.agents), random=model.random)


def by_degree(user):
    return user.degree


def is_sociable(user):
    return user.degree > 3


@pytest.mark.parametrize("row", [0, 7, N - 1, np.int64(3), -1])
def test_a_view_is_made_once_and_kept(model, row):
    user = model.agents[row]
    assert isinstance(user, User)
    assert isinstance(user, mesa.Agent)
    assert user is model.agents[row]
    assert user is list(model.agents)[row]
    assert user in model.agents
    assert user.unique_id == user.row + 1
    assert user.model is model


def test_indexing_and_slicing(model):
    rows = [user.row for user in model.agents]
    assert rows == list(range(N))
    assert len(model.agents) == N
    assert [user.row for user in model.agents[3:9:2]] == [3, 5, 7]
    assert isinstance(model.agents[3:9], list)
    for beyond in (N, -N - 1):
        with pytest.raises(IndexError):
            model.agents[beyond]
    with pytest.raises(IndexError, match="users go from 0 to 39, asked for -1"):
        model.user(-1)


def test_membership_of_sets(model, make_model):
    members = model.agents.select(model.columns["joined"])
    outsider = next(user for user in model.agents if not user.joined)
    assert len(members) == 12
    assert members[0] in members
    assert outsider not in members
    assert make_model(**SETTINGS).agents[0] not in model.agents
    assert "somebody" not in model.agents
    assert model.platform not in model.agents


def test_fields_read_the_columns(model):
    user = model.agents[5]
    assert user.threshold == model.columns["threshold"][5]
    assert type(user.threshold) is float
    assert type(user.joined) is bool
    assert user.degree == len(user.neighbours) == model.ties.degree[5]
    assert [other.row for other in user.neighbours] == model.ties.neighbours(5).tolist()
    assert user.joined_share == np.mean([other.joined for other in user.neighbours])
    with pytest.raises(AttributeError, match="no attribute 'charm'"):
        _ = user.charm
    user.charm = 3
    assert model.agents[5].charm == 3


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"filter_func": is_sociable},
        {"filter_func": is_sociable, "at_most": 3},
        {"filter_func": is_sociable, "at_most": 0.1},
        {"at_most": 5},
        {"at_most": 0.26},
        {"at_most": 1.0},
        {"at_most": 1},
        {"at_most": 0},
        {"at_most": 3.0},
        {"agent_type": User},
        {"agent_type": mesa.Agent},
        {"agent_type": PlatformAgent},
        {"filter_func": is_sociable, "agent_type": User, "at_most": 2},
    ],
    ids=lambda arguments: "-".join(arguments) or "everybody",
)
@pytest.mark.parametrize("inplace", [False, True])
def test_select_as_mesa_does(model, plain, arguments, inplace):
    ours = model.agents.shuffle()
    theirs = AgentSet(list(ours), random=model.random)
    found = ours.select(**arguments, inplace=inplace)
    assert list(found) == list(theirs.select(**arguments, inplace=inplace))
    assert (found is ours) == inplace
    assert list(ours) == list(theirs)


def test_select_by_mask(model):
    chosen = model.agents.select(model.columns["joined"])
    assert [user.row for user in chosen] == np.flatnonzero(model.columns["joined"]).tolist()
    some = chosen.select(chosen.column("threshold") > 0.2)
    assert list(some) == list(chosen.select(lambda user: user.threshold > 0.2))
    first = chosen.select(chosen.column("threshold") > 0.2, at_most=2)
    assert list(first) == list(some)[:2]
    for wrong in (np.ones(N - 1, dtype=bool), np.arange(N)):
        with pytest.raises(ValueError, match="one bool for each of 40 users"):
            model.agents.select(wrong)


@pytest.mark.parametrize(
    "names", ["threshold", ["joined", "threshold"], "degree", ["row", "joined"]]
)
def test_get_as_mesa_does(model, plain, names):
    assert model.agents.get(names) == plain.get(names)
    few = model.agents.shuffle().select(at_most=5)
    assert few.get(names) == AgentSet(list(few), random=model.random).get(names)


def test_get_what_is_not_there(model, plain):
    with pytest.raises(AttributeError):
        model.agents.get("charm")
    missing = {"handle_missing": "default", "default_value": 0}
    model.agents[1].charm = 9
    assert model.agents.get("charm", **missing) == plain.get("charm", **missing)
    assert sum(model.agents.get("charm", **missing)) == 9


@pytest.mark.parametrize("name", ["threshold", "joined", "degree"])
@pytest.mark.parametrize("function", [np.mean, sum, max, [min, max, len]])
def test_agg_as_mesa_does(model, plain, name, function):
    found, expected = model.agents.agg(name, function), plain.agg(name, function)
    assert np.asarray(found) == pytest.approx(np.asarray(expected, dtype=float))


def test_set_writes_the_columns(model):
    few = model.agents.select(model.columns["joined"])
    assert few.set("threshold", 0.75) is few
    assert np.array_equal(model.columns["threshold"] == 0.75, model.columns["joined"])
    few.set("threshold", np.arange(len(few)) / 100)
    assert few.get("threshold") == [i / 100 for i in range(len(few))]
    few.set("mood", "glad")
    assert [getattr(user, "mood", None) == "glad" for user in model.agents] == (
        model.columns["joined"].tolist()
    )


@pytest.mark.parametrize("by", ["joined", "degree", by_degree, is_sociable])
def test_groupby_as_mesa_does(model, plain, by):
    ours, theirs = model.agents.groupby(by), plain.groupby(by)
    assert {key: list(group) for key, group in ours} == {key: list(g) for key, g in theirs}
    assert ours.count() == theirs.count()
    assert ours.agg("threshold", max) == theirs.agg("threshold", max)
    assert ours.map(len) == theirs.map(len)
    lists = model.agents.groupby(by, result_type="list").groups
    assert lists == plain.groupby(by, result_type="list").groups


def test_groups_are_sets_of_users(model):
    groups = model.agents.groupby("joined").groups
    groups[True].set("threshold", 0.9)
    assert (model.columns["threshold"][model.columns["joined"]] == 0.9).all()
    assert groups[False].agg("threshold", max) <= 0.5


def test_do_and_map(model):
    seen = []
    assert list(model.agents.do(lambda user, list_: list_.append(user.row), seen)) == list(
        model.agents
    )
    assert seen == list(range(N))
    model.agents.select(at_most=3).do("__setattr__", "threshold", 0.0)
    assert np.count_nonzero(model.columns["threshold"] == 0.0) == 3
    assert model.agents.map(by_degree) == model.ties.degree.tolist()
    assert model.agents.select(at_most=2).map("__repr__") == ["User(0)", "User(1)"]


def test_shuffle_do_visits_everybody_once_in_a_seeded_order(make_model):
    orders = []
    for seed in (1, 1, 2):
        orders.append([])
        make_model(rng=seed, **SETTINGS).agents.shuffle_do(lambda u: orders[-1].append(u.row))
    assert all(sorted(order) == list(range(N)) for order in orders)
    assert orders[0] == orders[1] != orders[2]
    assert orders[0] != list(range(N))


@pytest.mark.parametrize("inplace", [False, True])
def test_shuffle(model, inplace):
    users = model.agents.select(at_most=20)
    shuffled = users.shuffle(inplace=inplace)
    assert (shuffled is users) == inplace
    assert sorted(user.row for user in shuffled) == list(range(20))
    assert [user.row for user in shuffled] != list(range(20))


@pytest.mark.parametrize("key", ["threshold", by_degree])
@pytest.mark.parametrize("ascending", [False, True])
@pytest.mark.parametrize("inplace", [False, True])
def test_sort_as_mesa_does(model, plain, key, ascending, inplace):
    users = model.agents.select()
    ordered = users.sort(key, ascending=ascending, inplace=inplace)
    assert list(ordered) == list(plain.sort(key, ascending=ascending))
    assert (ordered is users) == inplace


def test_sets_grow_and_shrink(model):
    users = model.agents.select(at_most=3)
    users.add(model.agents[9])
    users.add(model.agents[9])
    users.discard(model.agents[0])
    users.discard(model.agents[30])
    assert [user.row for user in users] == [1, 2, 9]
    users.remove(model.agents[1])
    with pytest.raises(KeyError):
        users.remove(model.agents[1])
    assert len(users) == 2
    assert len(model.agents) == N


def test_users_cannot_be_removed_from_the_model(model):
    with pytest.raises(NotImplementedError, match="users cannot be removed"):
        model.agents[0].remove()


def test_the_platform_is_an_agent_of_its_own_type(model):
    assert isinstance(model.platform, PlatformAgent)
    assert isinstance(model.platform, mesa.Agent)
    assert list(model.agents_by_type) == model.agent_types == [User, ResponsePlatform]
    assert list(model.agents_by_type[ResponsePlatform]) == [model.platform]
    assert list(model.agents_by_type[User]) == list(model.agents)
    ids = [agent.unique_id for agents in model.agents_by_type.values() for agent in agents]
    assert len(set(ids)) == len(ids)


def test_many_users_make_no_views(make_model):
    made = []

    class Counted(User):
        def __init__(self, model, row):
            super().__init__(model, row)
            made.append(row)

    model = make_model(user_class=Counted, **{**SETTINGS, "population__users": 200_000})
    model.step()
    assert model.agents.agg("joined", np.mean) > 0.3
    assert len(model.agents.select(model.columns["joined"])) == model.columns["joined"].sum()
    assert model.agents.groupby("joined").count()[True] == model.columns["joined"].sum()
    assert made == []
    assert model.agents[150_000].row == 150_000
    assert made == [150_000]


def test_a_model_is_forgotten_once_mesa_lets_go(make_scenario):
    from groundswell.model import CollectiveActionModel

    dotted = {name.replace("__", "."): value for name, value in SETTINGS.items()}
    model = CollectiveActionModel(make_scenario().replace(dotted))
    model.step()
    users = model.agents.select(at_most=4)
    assert len(list(users)) == 4
    gone = weakref.ref(model)
    forget(model)
    del model, users
    gc.collect()
    assert gone() is None
