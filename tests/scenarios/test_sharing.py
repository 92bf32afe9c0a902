"""What runs share within a process, and what they leave behind: nothing."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest

import groundswell as gs
from groundswell import reuse, world
from groundswell.scenarios.simulate import Task, simulate
from groundswell.scenarios.threads import _limit, one_thread

STUDY = {
    "name": "sharing",
    "rounds": 2,
    "seed": 3,
    "replicates": 3,
    "population": {"kind": "digits", "users": 200},
    "network": {"kind": "stochastic-block", "blocks": [100, 100], "within": 6, "between": 1},
    "payoff": {"cost": {"kind": "normal", "mean": 0.5, "sd": 0.3}},
    "collective": {
        "seeds": 0.1,
        "seeding": "community",
        "strategy": {"kind": "feature-label", "target": 3},
        "signal": {"kind": "pixels", "pixels": [7, 56]},
    },
    "platform": {"kind": "learning", "learner": "naive-bayes"},
    "measure": {"test_users": 100},
    "sweep": {"grid": {"payoff.peer_pressure": [0.0, 0.1, 0.2], "network.between": [1, 2]}},
}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of things that are made, not found; nothing is there before."""
    found: list[str] = []
    reused = reuse.reused

    def noting(name: str, part: Any, streams: Any, make: Any, *more: Any) -> Any:
        def noted() -> Any:
            found.append(name)
            return make()

        return reused(name, part, streams, noted, *more)

    monkeypatch.setattr(world, "reused", noting)
    reuse._made.clear()
    return found


def test_users_and_ties_are_made_once_for_the_runs_that_share_them(made: list[str]) -> None:
    gs.sweep(STUDY)
    assert made.count("source") <= 3 + 2  # and for the check of the data
    assert made.count("ties") <= 3 * 2 + 2
    assert {len(kept) for kept in reuse._made.values()} == {reuse.KEPT}


def test_sharing_changes_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = gs.sweep(STUDY)
    monkeypatch.setattr(world, "reused", lambda name, part, streams, make, *more: make())
    alone = gs.sweep(STUDY)
    pd.testing.assert_frame_equal(shared.series, alone.series)


def test_an_edited_file_is_read_again(folder) -> None:
    scenario = gs.load(folder / "small.toml")
    before = gs.CollectiveActionModel(scenario).columns.users
    table = folder / "people.csv"
    table.write_text(table.read_text() + "7,p,a\n" * 4)
    assert gs.CollectiveActionModel(scenario).columns.users > before


def test_what_is_shared_cannot_be_told_from_what_is_made_anew() -> None:
    one, two = (gs.CollectiveActionModel(STUDY | {"sweep": {}}) for _ in range(2))
    assert one.ties is two.ties
    for name in one.columns:
        np.testing.assert_array_equal(one.columns[name], two.columns[name])
    one.step()
    fresh = gs.CollectiveActionModel(STUDY | {"sweep": {}})
    for name in two.columns:
        np.testing.assert_array_equal(two.columns[name], fresh.columns[name])


@pytest.mark.parametrize("fails", [False, True])
def test_models_are_freed_when_their_run_ends(fails: bool) -> None:
    models: list[weakref.ref[gs.CollectiveActionModel]] = []

    def on_round(model: gs.CollectiveActionModel) -> None:
        models.append(weakref.ref(model))
        list(model.agents)
        if fails and model.round:
            raise RuntimeError("no more")

    gc.collect()
    gc.disable()
    before = len(getattr(mesa.Agent, "_ids", ()))
    try:
        record = simulate(Task(gs.load(STUDY), 0), on_round)
        assert record.status == ("failed" if fails else "ok")
        assert models
        assert [model() for model in models] == [None] * len(models)
    finally:
        gc.enable()
    assert len(getattr(mesa.Agent, "_ids", ())) <= before


def test_one_thread_while_inside_and_as_before_afterwards() -> None:
    from threadpoolctl import threadpool_info, threadpool_limits

    with threadpool_limits(limits=2):
        before = [pool["num_threads"] for pool in threadpool_info()]
        with one_thread():
            with one_thread():
                pass
            assert {pool["num_threads"] for pool in threadpool_info()} == {1}
        assert [pool["num_threads"] for pool in threadpool_info()] == before
    assert _limit.inside == 0


def test_data_that_change_meanwhile_are_not_taken_for_those_of_before(folder) -> None:
    task = Task(gs.load(folder / "small.toml"), 0)
    assert simulate(task).status == "ok"
    with (folder / "people.csv").open("a") as table:
        table.write("7,p,a\n")
    record = simulate(task)
    assert record.status == "failed"
    assert "a data file has changed since the study began" in record.error
