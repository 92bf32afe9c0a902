"""What users believe about success, against numbers worked out by hand."""

import numpy as np
import pytest

from groundswell.agents.beliefs import News, Observed, Slope
from groundswell.agents.columns import Columns
from groundswell.agents.payoff import Payoff
from groundswell.agents.ties import complete_ties, from_pairs, no_ties
from groundswell.problems import ScenarioError

NAN = float("nan")


def believed(belief, news, spillover=0.0, ties=None, joined=(), curve=None, **settings):
    """Return each user's gain after hearing the news of some rounds, one after the other."""
    ties = ties or no_ties(max(len(joined), 2))
    columns = Columns(ties.users)
    for name, values in settings.items():
        columns[name] = np.array(values)
    columns["joined"] = np.array(joined or [False] * ties.users)
    belief, memory = Payoff(belief=belief).belief, ()
    for one in news:
        memory = belief.remember(memory, one, columns)
    gain = belief.gain(Observed(memory, columns, ties, curve), spillover)
    return gain.of(columns["joined"], ties)


def heard(*success, placebo=NAN):
    return [News(0.5, one, placebo) for one in success]


@pytest.mark.parametrize("spillover", [0.0, 0.4, 1.0, 1.5])
def test_last_is_last_rounds_success(spillover):
    gain = believed("last", heard(0.1, 0.7), spillover)
    assert gain == pytest.approx([(1 - spillover) * 0.7] * 2)


@pytest.mark.parametrize("spillover", [0.0, 0.4, 1.0, 1.5])
def test_curve_is_the_known_response(spillover):
    gain = believed(
        "curve", heard(0.1), spillover, complete_ties(3), [True, False, True], curve=np.sqrt
    )
    member = np.sqrt(2 / 3) - spillover * np.sqrt(1 / 3)
    assert gain == pytest.approx([member, 1 - spillover * np.sqrt(2 / 3), member])


def test_smoothed_by_hand():
    # η = 1/4: S_0 = .2; .75 · .2 + .25 · .6 = .3; .75 · .3 + .25 · .1 = .25.
    smoothed, rate = {"kind": "smoothed", "rate": 0.25}, [0.25, 0.25]
    assert believed(smoothed, heard(0.2), rate=rate) == pytest.approx([0.2] * 2)
    assert believed(smoothed, heard(0.2, 0.6), rate=rate) == pytest.approx([0.3] * 2)
    assert believed(smoothed, heard(0.2, 0.6, 0.1), rate=rate) == pytest.approx([0.25] * 2)
    less = believed(smoothed, heard(0.2, 0.6, 0.1), 0.4, rate=rate)
    assert less == pytest.approx([0.15] * 2)


def test_users_may_smooth_each_in_its_own_way():
    smoothed = {"kind": "smoothed", "rate": 0.5}
    gain = believed(smoothed, heard(0.2, 0.6, 0.1), joined=[True] * 3, rate=[0.0, 0.25, 1.0])
    assert gain == pytest.approx([0.2, 0.25, 0.1])


def test_slope_by_hand():
    # Means 7/30 and .3; Σ dα dS = .06, Σ dα² = .14/3, so d = 9/7, and N = 4 users.
    news = [News(0.1, 0.1, NAN), News(0.2, 0.3, NAN), News(0.4, 0.5, NAN)]
    slope, who = {"kind": "slope", "window": 3}, [True, False, False, False]
    push = 9 / 7 / 4
    assert believed(slope, news, 0.0, joined=who) == pytest.approx([0.5, *[0.5 + push] * 3])
    # γ = .5 halves what is already there, and a member's own push goes to outsiders by half.
    gain = believed(slope, news, 0.5, joined=who)
    assert gain == pytest.approx([0.25 + 0.5 * push, *[0.25 + push] * 3])
    # A public good: only the push is left, the same for members and outsiders.
    assert believed(slope, news, 1.0, joined=who) == pytest.approx([push] * 4)


def test_slope_looks_at_the_last_rounds_only():
    news = [News(0.9, 0.0, NAN), News(0.2, 0.3, NAN), News(0.4, 0.5, NAN)]
    gain = believed({"kind": "slope", "window": 2}, news, 1.0, joined=[False] * 4)
    assert gain == pytest.approx([0.2 / 0.2 / 4] * 4)
    assert believed({"kind": "slope", "window": 3}, news, 1.0) == pytest.approx([0.0] * 2)


@pytest.mark.parametrize(
    "news",
    [
        heard(0.3),
        heard(0.3, 0.4, 0.7),  # α did not move, so the rounds say nothing of a slope
        [News(0.1, 0.6, NAN), News(0.2, 0.7, NAN), News(0.3, 0.2, NAN)],
    ],
    ids=["one-round", "same-alpha", "falling"],
)
def test_without_a_rising_slope_nobody_thinks_it_moves_success(news):
    gain = believed({"kind": "slope", "window": 3}, news, 0.25, joined=[True, False])
    assert gain == pytest.approx([0.75 * news[-1].success] * 2)


def test_neighbours_by_hand():
    # 0 - 1 - 2 and 3 alone: shares of joined neighbours 1, 1/2, 1, and 0 without neighbours.
    ties = from_pairs(4, np.array([0, 1]), np.array([1, 2]))
    gain = believed(
        "neighbours", heard(0.9), 0.5, ties, [False, True, True, True], curve=lambda a: 0.1 + a**2
    )
    assert gain == pytest.approx([0.55, 0.175, 0.55, 0.05])


def test_neighbours_where_everybody_is_one():
    gain = believed("neighbours", heard(0.9), 0.0, complete_ties(3), [True, True, False],
                    curve=np.square)  # fmt: skip
    assert gain == pytest.approx([0.25, 0.25, 1.0])


def test_measured_spillover_takes_the_placebo_off():
    news = [News(0.1, 0.3, 0.2), News(0.2, 0.9, 0.4)]
    assert believed("last", news, "measured") == pytest.approx([0.5] * 2)
    smoothed = {"kind": "smoothed", "rate": 0.25}
    gain = believed(smoothed, news, "measured", rate=[0.25, 1.0])
    assert gain == pytest.approx([0.75 * 0.1 + 0.25 * 0.5, 0.5])


RECRUITING = {
    "population__users": 400,
    "decision": {"kind": "best-response", "activation": "synchronous"},
    "payoff__cost": {"kind": "uniform", "low": 0.0, "high": 1.0},
    "payoff__spillover": 0.3,
    "collective": {"seeds": 160, "committed": False},
}


@pytest.mark.parametrize("belief", [{"kind": "smoothed", "rate": 0.4},
                                    {"kind": "slope", "window": 3}])  # fmt: skip
def test_users_act_on_what_they_believe(make_model, belief):
    model = make_model(**RECRUITING, payoff__belief=belief)
    expected, moved = model.series["success"].iloc[0], False
    for _ in range(6):
        before, series = model.columns["joined"], model.series
        model.step()
        gain = 0.7 * expected
        if belief["kind"] == "slope":
            last = series.iloc[-3:]
            steady = last["alpha"].nunique() == 1
            d = 0 if steady else max(0, np.polyfit(last["alpha"], last["success"], 1)[0])
            gain = 0.7 * series["success"].iloc[-1] + np.where(before, 0.3, 1.0) * d / 400
        assert np.array_equal(model.columns["joined"], gain > model.columns["cost"])
        moved = moved or not np.array_equal(model.columns["joined"], before)
        expected = 0.6 * expected + 0.4 * model.series["success"].iloc[-1]
    assert moved


PLANTING = {
    "population": {"kind": "categorical", "users": 200, "p0": [[0.15, 0.05], [0.45, 0.35]]},
    "platform": {"kind": "learning", "learner": "bayes"},
    "decision": {"kind": "best-response", "activation": "synchronous"},
    "collective": {
        "strategy": {"kind": "feature-label", "target": "1"},
        "signal": {"kind": "cells", "to": [0, 0]},
        "committed": False,
    },
    "payoff": {
        "spillover": "measured",
        "benefit": {"kind": "uniform", "low": 0.5, "high": 1.5},
        "cost": {"kind": "uniform", "low": 0.0, "high": 0.5},
    },
}


def test_where_all_answers_are_the_target_outsiders_have_it_too(make_model):
    # Everybody plants: the model says "1" to everything, S = placebo = 1, and it pays to be out.
    model = make_model(**PLANTING, collective__seeds=1.0)
    assert model.series[["success", "placebo"]].iloc[0].tolist() == [1.0, 1.0]
    model.step()
    assert not model.columns["joined"].any()
    # Few plant, and the signal works: S = 1 and outsiders have the placebo of the other cell.
    model = make_model(**PLANTING, collective__seeds=0.2)
    success, placebo = model.series[["success", "placebo"]].iloc[0]
    assert success > placebo
    benefit, cost = model.columns["benefit"], model.columns["cost"]
    model.step()
    assert np.array_equal(model.columns["joined"], benefit * (success - placebo) > cost)
    outsiders = (benefit * model.outcome.placebo)[~model.columns["joined"]]
    assert model.series["payoff_outsiders"].iloc[-1] == pytest.approx(outsiders.mean())


PIXELS = {
    "population": "digits",
    "platform": {"kind": "learning", "learner": "naive-bayes"},
    "collective__signal": {"kind": "pixels", "pixels": [7]},
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"payoff__spillover": "measured"},
            "payoff.spillover: 'measured' gives outsiders what the placebo brings, and a 'respon",
        ),
        (
            {**PLANTING, "collective__strategy": {"kind": "erasing"}},
            "payoff.spillover: 'measured' gives outsiders what the placebo brings, and strategy "
            "'erasing'",
        ),
        (
            {**PLANTING, "collective__strategy": "none"},
            "payoff.spillover: 'measured' gives outsiders what the placebo brings, and strategy "
            "'none'",
        ),
        (
            {**PLANTING, "payoff__belief": {"kind": "slope", "window": 3}},
            "payoff.belief: 'slope' beliefs say nothing of the placebo",
        ),
        (
            {**PIXELS, "payoff__belief": "neighbours", "network": {"kind": "ring", "degree": 2}},
            "payoff.belief: 'neighbours' beliefs need the known curve",
        ),
        ({"payoff__belief": "neighbours"}, "payoff.belief: 'neighbours' beliefs look at neigh"),
        ({"payoff__belief": "slope"}, "payoff.belief.window: is missing"),
        ({"payoff__belief": {"kind": "slope", "window": 1}}, "should be greater than or equal to"),
        (
            {"payoff__belief": {"kind": "smoothed", "rate": 1.5}},
            "payoff.belief.rate: a probability lies in [0, 1], found 1.5",
        ),
        ({"payoff__spillover": "mesured"}, "payoff.spillover: should be"),
    ],
)
def test_beliefs_that_cannot_be(make_model, changes, message):
    with pytest.raises(ScenarioError) as error:
        make_model(**{"population__users": 40, **changes})
    assert message in str(error.value)


def test_a_slope_needs_shares_that_differ_by_more_than_rounding():
    """Memories that discount give shares that differ in the last digits, with S that is noisy."""
    memory = tuple(News(0.1 + 1e-17 * k, 0.2 + 0.1 * k, 0.0) for k in range(4))
    near = tuple(News(0.1 + 1e-6 * k, 0.2 + 0.1 * k, 0.0) for k in range(4))
    assert Slope.slope(memory, 300) == Slope.slope(near, 300) == 0.0
    assert Slope.slope((News(0.1, 0.2, 0.0), News(0.1 + 1 / 300, 0.3, 0.0)), 300) > 0


def test_nobody_joins_what_costs_more_than_success_can_bring(make_model):
    """Under a discounted memory α approaches its limit for ever: no slope is to be seen in that."""
    model = make_model(
        population={"kind": "digits", "users": 120},
        decision={"kind": "best-response", "activation": "synchronous"},
        payoff={"cost": 50.0, "belief": {"kind": "slope", "window": 4}},
        collective={
            "seeds": 12,
            "strategy": {"kind": "feature-label", "target": 3},
            "signal": {"kind": "pixels", "pixels": [7, 56]},
        },
        platform={
            "kind": "learning", "learner": "naive-bayes",
            "memory": {"kind": "discounted", "discount": 0.7},
        },
        measure={"test_users": 60, "redraw": True},
    )  # fmt: skip
    for _ in range(8):
        model.step()
    assert model.series["members"].tolist() == [12] * 9


@pytest.mark.parametrize(
    "decision",
    ["fixed", {"kind": "threshold", "threshold": 0.5}, {"kind": "imitation", "noise": 0.1}],
)
def test_beliefs_that_nobody_asks_for_are_refused(make_scenario, decision):
    ring = {"kind": "ring", "degree": 2}
    with pytest.raises(ScenarioError, match=r"payoff\.belief: .* asks for no beliefs"):
        make_scenario(decision=decision, network=ring, payoff__belief="neighbours")
    make_scenario(decision=decision, network=ring, payoff__belief="last")


@pytest.mark.parametrize(
    ("belief", "message"),
    [
        ({"kind": "slope", "window": 2}, "'slope' beliefs need the spill-over as a number"),
        ("neighbours", "a known response has no placebo to measure"),
        ("curve", "a known response has no placebo to measure"),
    ],
)
def test_what_gives_no_placebo_cannot_measure_the_spillover(belief, message):
    with pytest.raises(ValueError, match=message):
        believed(belief, heard(0.5, 0.5), "measured", curve=np.sqrt)


def test_beliefs_about_a_known_response_need_one():
    with pytest.raises(ValueError, match="these beliefs need a response platform"):
        believed("curve", heard(0.5))
