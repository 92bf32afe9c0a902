"""Two blocks of columns: what each says about the label, and that honest points carry no signal."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare, ks_2samp, kstest

from groundswell.agents.slabs import Slabs
from groundswell.problems import ScenarioError

LINEAR0, LINEAR1, SLAB0, SLAB1 = range(4)
RNG = np.random.default_rng


def drawn(count=4000, seed=0, **settings):
    return Slabs(**settings).open(RNG(1)).fresh(count, RNG(seed))


def slab(x, population):
    """Number of the slab each value lies in, 0 for the middle, and how far from its middle."""
    spacing = 2 * population.margin + slab_width(population)
    number = np.rint(x / spacing)
    return number.astype(int), np.abs(x - number * spacing)


def slab_width(population):
    gaps = (population.slabs - 1) * 2 * population.margin
    return (2 - gaps) / population.slabs


@st.composite
def populations(draw, **fixed):
    slabs = draw(st.sampled_from([3, 5, 7, 11]))
    made = {
        "slabs": slabs,
        "margin": draw(st.floats(0, 0.99)) / (slabs - 1),
        "features": draw(st.integers(4, 15)),
        "carried_by": draw(st.sampled_from(["linear", "slabs", "both"])),
    }
    return Slabs(**{**made, **fixed})


seeds = st.integers(0, 2**32)


@given(population=populations(), seed=seeds, count=st.integers(0, 60))
def test_a_block_that_carries_the_label_decides_it(population, seed, count):
    points = population.open(RNG(0)).fresh(count, RNG(seed))
    assert points.X.shape == (count, population.features)
    if population.carried_by != "slabs":
        assert ((points.X[:, LINEAR0] > 0) == points.y).all()
    if population.carried_by != "linear":
        assert (slab(points.X[:, SLAB0], population)[0] % 2 == points.y).all()


@given(population=populations(label_noise=0.3), seed=seeds)
def test_where_honest_points_are(population, seed):
    X = population.open(RNG(0)).fresh(60, RNG(seed)).X
    half_width = slab_width(population) / 2 + 1e-9
    assert np.abs(X).max() <= 1 + 1e-9
    assert np.abs(X[:, LINEAR0]).min() >= population.margin
    assert slab(X[:, SLAB0], population)[1].max() <= half_width
    assert X[:, LINEAR1].max() <= 0, "a signal of 1 is nobody's by chance"
    number, off = slab(X[:, SLAB1], population)
    assert off.max() <= half_width
    assert (number != 0).all(), "a signal of 0, in the middle slab, is nobody's by chance"


@pytest.mark.parametrize("slabs", [3, 5, 7])
@pytest.mark.parametrize("carried_by", ["linear", "slabs", "both"])
def test_what_carries_nothing_says_nothing_and_has_the_same_law(slabs, carried_by):
    population = Slabs(slabs=slabs, carried_by=carried_by)
    points = drawn(8000, slabs=slabs, carried_by=carried_by)
    silent = {"linear": [SLAB0], "slabs": [LINEAR0], "both": []}[carried_by]
    for column in [*silent, LINEAR1, SLAB1, *range(4, 12)]:
        values = points.X[:, column]
        assert ks_2samp(values[points.y == 0], values[points.y == 1]).pvalue > 1e-4
    number, _ = slab(points.X[:, SLAB0], population)
    found = Counter(number.tolist())
    of_label = Counter(abs(i) % 2 for i in found)
    expected = [4000 / of_label[abs(i) % 2] for i in found]
    assert chisquare(list(found.values()), expected).pvalue > 1e-4
    outer = Counter(slab(points.X[:, SLAB1], population)[0].tolist())
    assert chisquare(list(outer.values())).pvalue > 1e-4
    assert (len(found), len(outer)) == (slabs, slabs - 1)
    assert np.mean(points.X[:, LINEAR0] > 0) == pytest.approx(0.5, abs=0.03)


def test_columns_are_uniform_where_they_are():
    X = drawn(8000).X
    inside = {
        LINEAR1: X[:, LINEAR1] + 1,
        LINEAR0: (np.abs(X[:, LINEAR0]) - 0.1) / 0.9,
        SLAB0: (X[:, SLAB0] + 1) % 0.44 / 0.24,  # five slabs of .24, four gaps of .2
        SLAB1: (X[:, SLAB1] + 1) % 0.44 / 0.24,
        4: (X[:, 4] + 1) / 2,
    }
    for column, values in inside.items():
        assert kstest(values, "uniform").pvalue > 1e-4, column


def test_no_two_columns_share_their_draws():
    X = drawn(8000, carried_by="linear").X
    apart = np.abs(np.corrcoef(np.column_stack([X, np.abs(X)]).T))
    same = np.eye(24, dtype=bool) | np.eye(24, k=12, dtype=bool) | np.eye(24, k=-12, dtype=bool)
    assert apart[~same].max() < 0.06


@given(population=populations(), seed=seeds)
def test_the_same_seed_is_the_same_data_whatever_else_is_asked(population, seed):
    def rows(users=40, **changes):
        return population.replace(**changes).open(RNG(0)).rows(users, RNG(seed))

    one = rows()
    assert one.owner.tolist() == list(range(40))
    assert np.array_equal(rows().points.X, one.points.X)
    other = rows(carried_by="both").points
    kept = [LINEAR1, SLAB1, *range(4, population.features)]
    assert np.array_equal(other.X[:, kept], one.points.X[:, kept])
    assert np.array_equal(other.y, one.points.y)
    assert np.array_equal(rows(label_noise=0.4).points.X, one.points.X)
    for few in (rows(users=7).points, rows(users=7, features=20).points):
        assert np.array_equal(few.X[:, :4], one.points.X[:7, :4])
        assert np.array_equal(few.y, one.points.y[:7])


def test_another_seed_is_other_data():
    assert not np.isin(drawn(seed=1).X, drawn(seed=2).X).any()


def test_label_noise_replaces_the_share_it_says():
    clean, noisy = drawn(8000), drawn(8000, label_noise=0.4)
    assert np.array_equal(clean.X, noisy.X)
    assert np.mean(clean.y != noisy.y) == pytest.approx(0.2, abs=0.02), "half the new are the old"
    assert np.mean(noisy.y) == pytest.approx(0.5, abs=0.02)


def test_columns_and_labels():
    population = Slabs(features=6)
    schema = population.open(RNG(0)).schema
    names = [column.name for column in schema.columns]
    assert names == ["linear0", "linear1", "slab0", "slab1", "noise0", "noise1"]
    assert schema.labels == ("0", "1")
    assert schema.numeric == list(range(6))
    assert population.width() == 6
    assert population.size() is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"slabs": 4}, "'slabs' must be odd"),
        ({"slabs": 1}, "slabs"),
        ({"margin": 0.25}, "5 slabs leave room for a 'margin' below 0.25, found 0.25"),
        ({"slabs": 11, "margin": 0.1}, "'margin' below 0.1,"),
        ({"margin": -0.1}, "margin"),
        ({"features": 3}, "features"),
        ({"carried_by": "noise"}, "carried_by"),
        ({"label_noise": 1.5}, "label_noise"),
    ],
)
def test_settings_that_make_no_sense(settings, message):
    with pytest.raises(ValueError, match=message):
        Slabs(**settings)


BLOCK_SIGNALS = {"linear": {"linear1": 1.0}, "slabs": {"slab1": 0.0}}


def teaching(block, **changes):
    return {
        "decision": "fixed",
        "population": {"kind": "slabs", "users": 1500, "carried_by": "linear"},
        "collective__strategy": {"kind": "feature-label", "target": 1},
        "collective__signal": {"kind": "set-features", "features": BLOCK_SIGNALS[block]},
        "platform": {"kind": "learning", "learner": "logistic"},
        **changes,
    }


@pytest.mark.parametrize("block", BLOCK_SIGNALS)
def test_honest_points_carry_the_signal_as_often_as_coincidence_says(make_model, block):
    ((name, value),) = BLOCK_SIGNALS[block].items()
    for share in (0.0, 0.3):
        model = make_model(**teaching(block), population__coincidence=share, collective__seeds=0)
        column = model.world.source.schema.column(name)
        for points in (model.world.rows.points, model.world.fresh):
            assert np.mean(points.X[:, column] == value) == pytest.approx(
                share, abs=0.05 * (share > 0)
            )


def test_a_linear_model_finds_one_signal_and_a_tree_both(make_model):
    def success(block, learner):
        model = make_model(**teaching(block), collective__seeds=0.1, platform__learner=learner)
        assert model.accuracy > 0.95
        return model.outcome.success_others

    assert success("linear", "logistic") - success("slabs", "logistic") > 0.6
    assert min(success(block, "tree") for block in BLOCK_SIGNALS) > 0.9


def test_any_number_of_users_but_some(make_model):
    assert make_model(**teaching("linear"), population__users=1, rng=3).columns.users == 1
    with pytest.raises(ScenarioError, match=r"population\.users: is missing"):
        make_model(**teaching("linear"), population__users=None)


def test_redrawn_users_hold_other_points_each_round(make_model):
    model = make_model(**teaching("slabs"), population__redraw=True, platform__memory="all")
    model.step()
    first, second = (batch.points.X for batch in model.platform.history)
    assert not np.isin(first[:, SLAB0], second[:, SLAB0]).any()
