"""Counts of joined neighbours that are kept, against counting them anew."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.agents import kernels, situation, tally
from groundswell.agents.columns import Columns, compact, everybodys
from groundswell.agents.payoff import Payoff, pressure
from groundswell.agents.tally import Tally
from groundswell.agents.ties import complete_ties, from_pairs, no_ties

USERS = 300
"""A star of so many has a user with more neighbours than fit in a byte."""


def star(users):
    return from_pairs(users, np.zeros(users - 1, dtype=int), np.arange(1, users))


def some_ties(rng, kind):
    if kind == "none":
        return no_ties(USERS)
    if kind == "complete":
        return complete_ties(USERS)
    if kind == "star":
        return star(USERS)
    ends = rng.integers(0, USERS, (2, 900))
    ends[ends < 20] = 0  # a hub, and users 1 to 19 alone
    weights = rng.integers(1, 9, 900) / 10 if "weighted" in kind else None
    return from_pairs(USERS, *ends, weights, directed="directed" in kind)


KINDS = ["none", "complete", "star", "ties", "directed", "weighted", "directed weighted"]
moves = st.lists(st.sampled_from([0, 1, 2, 5, 40, USERS // 2, USERS]), min_size=1, max_size=12)
quickly = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quickly
@pytest.mark.parametrize("large", [0, 10**9], ids=["compiled", "plain"])
@pytest.mark.parametrize("update", [0, 8, 10**9], ids=["updates", "both", "passes"])
@given(kind=st.sampled_from(KINDS), moves=moves, seed=st.integers(0, 2**32))
def test_any_sequence_of_moves_is_counted(monkeypatch, large, update, kind, moves, seed):
    monkeypatch.setattr(tally, "LARGE", large)
    monkeypatch.setattr(tally, "UPDATE", update)
    rng = np.random.default_rng(seed)
    ties = some_ties(rng, kind)
    kept, joined = Tally(ties), rng.random(USERS) < 0.5
    for move in moves:
        joined = joined.copy()
        users = rng.permutation(USERS)[:move]
        joined[users] = ~joined[users]
        counts = kept.joined_neighbours(joined)
        assert np.array_equal(counts, ties.joined_neighbours(joined))
        assert counts.dtype == ties.count_type
        assert np.array_equal(kept.joined_share(joined), ties.joined_share(joined))


def test_a_state_that_is_changed_afterwards_is_not_what_was_counted():
    kept, joined = Tally(star(5)), np.zeros(5, dtype=bool)
    assert kept.joined_neighbours(joined).tolist() == [0] * 5
    joined[0] = True
    assert kept.joined_neighbours(joined).tolist() == [0, 1, 1, 1, 1]


@pytest.mark.parametrize(("kernel", "update"), [("count", 10**9), ("recount", 0)])
def test_a_count_that_is_interrupted_is_done_anew(monkeypatch, kernel, update):
    monkeypatch.setattr(tally, "LARGE", 0)
    monkeypatch.setattr(tally, "UPDATE", update)
    kept, joined = Tally(star(USERS)), np.arange(USERS) % 2 == 0
    kept.joined_neighbours(joined)
    joined = joined ^ (np.arange(USERS) == 5)
    whole = getattr(kernels, kernel)
    for part in (lambda *a: None, whole):
        with monkeypatch.context() as patch:

            def stopped(*a, part=part):
                part(*a)
                raise KeyboardInterrupt

            patch.setattr(kernels, kernel, stopped)
            with pytest.raises(KeyboardInterrupt):
                kept.joined_neighbours(joined)
        assert (
            kept.joined_neighbours(joined).tolist() == kept.ties.joined_neighbours(joined).tolist()
        )
        joined = joined ^ (np.arange(USERS) == 7)


def test_nobody_can_change_what_is_kept():
    kept, joined = Tally(star(5)), np.ones(5, dtype=bool)
    for found in (kept.joined_neighbours(joined), kept.joined_share(joined)):
        with pytest.raises(ValueError, match="read-only"):
            found[:1] = 1
    assert kept.joined_neighbours(joined).tolist() == [4, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("most", "kind"), [(254, "u1"), (255, "u2"), (65_534, "u2"), (65_535, "u4")]
)
def test_counts_are_narrow_but_hold_one_more_than_anybody_has(most, kind):
    assert star(most + 1).count_type == np.dtype(kind)


def test_directed_ties_the_other_way_round():
    a, b = np.random.default_rng(2).integers(0, 30, (2, 80))
    ties = from_pairs(30, a, b, directed=True)
    turned, back = ties.turned, from_pairs(30, b, a, directed=True)
    assert np.array_equal(turned.indptr, back.indptr)
    assert np.array_equal(turned.indices, back.indices)
    assert np.array_equal(np.diff(turned.indptr), ties.reach)
    assert star(4).turned.indices.tolist() == star(4).indices.tolist()


@pytest.mark.parametrize("safety", [0.0, 0.5, 1.0, 1.7, 2.0])
def test_one_exposure_is_as_in_a_table_of_all(safety):
    payoff, users = Payoff(safety=safety), 1000
    table = payoff.exposure(np.arange(users), users)
    assert np.array_equal(table, (1 - np.arange(1, users + 1) / users) ** safety)
    for others in range(0, users, 7):
        assert payoff.exposure(np.array([others, 0]), users)[0] == table[others]


def columns_of(rng, *, alike):
    columns = Columns(USERS)
    for name in ("benefit", "cost", "selective_incentive", "peer_pressure"):
        columns[name] = everybodys(rng.random(), USERS) if alike else rng.random(USERS)
    columns["joined"] = rng.random(USERS) < 0.4
    return columns


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("alike", [True, False])
@pytest.mark.parametrize("spillover", [0.3, "measured"])
def test_totals_are_sums_of_what_each_user_gets(kind, alike, spillover):
    rng = np.random.default_rng(5)
    columns, kept = columns_of(rng, alike=alike), Tally(some_ties(rng, kind))
    payoff, joined = Payoff(spillover=spillover, safety=0.7, belief="last"), columns["joined"]
    got, totals = (make(columns, kept, 0.6, 0.2) for make in (payoff.realised, payoff.totals))
    assert totals.members == pytest.approx(got[joined].sum(), rel=1e-12)
    assert totals.outsiders == pytest.approx(got[~joined].sum(), rel=1e-12)
    assert totals.incentives == pytest.approx(columns["selective_incentive"][joined].sum())


def test_infinite_costs_of_outsiders_do_not_count():
    columns = columns_of(np.random.default_rng(1), alike=False)
    columns["cost"] = np.where(columns["joined"], 0.25, np.inf)
    totals = Payoff().totals(columns, Tally(no_ties(USERS)), 0.0, 0.0)
    assert np.isfinite(totals.members)
    columns["joined"] = np.ones(USERS, dtype=bool)
    assert Payoff().totals(columns, Tally(no_ties(USERS)), 0.0, 0.0).members == -np.inf


def test_a_number_that_is_everybodys_is_stored_once():
    columns = columns_of(np.random.default_rng(1), alike=True)
    assert len(compact(columns["cost"])) == 1
    columns.write("cost", 3, 9.0)
    assert columns["cost"][3] == 9.0
    assert len(compact(columns["cost"])) == USERS
    assert situation.Parameter.of(columns["benefit"]).step == 0
    assert situation.Parameter.of(columns["cost"]).step == 1


def test_pressure_that_nobody_feels_is_not_looked_for():
    columns = columns_of(np.random.default_rng(1), alike=True)
    columns["peer_pressure"] = np.zeros(USERS)
    assert pressure(columns, None).tolist() == [0.0]


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "threshold", "threshold": {"kind": "uniform"}},
        {"kind": "best-response"},
        {"kind": "contagion", "infection": 0.3, "recovery": 0.4},
    ],
    ids=lambda rule: rule["kind"],
)
def test_whole_runs_are_the_same_with_and_without_compiled_counts(make_model, monkeypatch, rule):
    runs = []
    for large in (0, 10**9):
        monkeypatch.setattr(tally, "LARGE", large)
        model = make_model(
            population__users=USERS,
            network={"kind": "barabasi-albert", "ties": 3},
            decision={**rule, "attrition": 0.1},
            payoff={"cost": {"kind": "normal", "mean": 0.5, "sd": 0.3}, "peer_pressure": 0.3},
            collective={"seeds": 0.3, "committed": False},
        )
        for _ in range(12):
            model.step()
        runs.append(model.series)
    assert runs[0].equals(runs[1])
    assert runs[0]["joined"].sum() > USERS / 4


@pytest.mark.parametrize("rule", ["best-response", {"kind": "logit", "rationality": 3.0}])
def test_one_compiled_loop_serves_numbers_and_distributions(make_model, rule):
    from groundswell.agents.turns import advantage_turns

    spread, known = {"kind": "uniform"}, set(advantage_turns.signatures)
    smoothed = {"kind": "smoothed", "rate": spread}
    for payoff in (
        {"cost": 0.5},
        {"cost": spread, "peer_pressure": spread, "safety": 1.5, "belief": "curve"},
        {"benefit": spread, "selective_incentive": 0.1, "peer_pressure": 0.2, "belief": smoothed},
    ):
        decision = {"kind": rule} if isinstance(rule, str) else rule
        model = make_model(
            population__users=50,
            network={"kind": "ring", "degree": 4},
            decision={**decision, "activation": "sequential"},
            payoff=payoff,
        )
        model.step()
    assert len(set(advantage_turns.signatures) - known) <= 1


def test_where_nothing_can_be_kept_on_disk_functions_are_compiled_anew(monkeypatch):
    asked = []

    def njit(function=None, *, cache=False):
        asked.append(cache)
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return function

    monkeypatch.setattr(kernels, "njit", njit)
    assert kernels.compiled(len) is len
    assert asked == [True, False]
