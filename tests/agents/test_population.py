"""Finite populations and handwriting: the law users' rows follow, and who gets which."""

from collections import Counter

import numpy as np
import pytest
from scipy.stats import chisquare
from sklearn.datasets import load_digits

from groundswell.agents.digits import moved
from groundswell.agents.population import Population, take
from groundswell.data import Schema
from groundswell.randomness import Streams

P0 = [[0.1, 0.0], [0.3, 0.2], [0.15, 0.25]]
STREAMS = Streams(seed=3)


def opened(seed=3, **settings):
    return Population.from_settings(settings).open(Streams(seed)("population.source"))


def rows_of(source, users, name="population"):
    return source.rows(users, STREAMS(name))


def test_blank_users_have_no_data():
    source = opened(kind="blank")
    assert source.schema == Schema("none")
    assert len(rows_of(source, 10).points) == 0
    assert source.law is None


def test_categorical_rows_follow_p0():
    source = opened(kind="categorical", p0=P0)
    rows = rows_of(source, 20_000)
    found = Counter(zip(rows.points.X[:, 0].astype(int), rows.points.y, strict=True))
    assert found[0, 0] > 0
    assert (0, 1) not in found, "what has no probability never occurs"
    cells = [(x, y) for x in range(3) for y in range(2) if P0[x][y]]
    expected = [20_000 * P0[x][y] for x, y in cells]
    assert chisquare([found[cell] for cell in cells], expected).pvalue > 1e-4
    assert rows.owner.tolist() == list(range(20_000))


def test_categorical_law_is_p0():
    law = opened(kind="categorical", p0=P0).law
    found = {(int(x), int(y)): w for (x,), y, w in zip(law.X, law.y, law.weight, strict=True)}
    assert found == {(x, y): pytest.approx(P0[x][y]) for x in range(3) for y in range(2)}
    assert law.weight.sum() == pytest.approx(1, abs=1e-15)


def test_random_p0_is_of_the_asked_form_and_seeded():
    settings = {"kind": "categorical", "cells": 5, "labels": 4, "concentration": 0.5}
    source = opened(**settings)
    assert source.p0.shape == (5, 4)
    assert source.p0.sum() == pytest.approx(1)
    assert source.schema.labels == ("0", "1", "2", "3")
    assert source.schema.columns[0].categories == ("0", "1", "2", "3", "4")
    assert np.array_equal(opened(**settings).p0, source.p0)
    assert not np.array_equal(opened(seed=4, **settings).p0, source.p0)


def test_a_small_concentration_is_uneven():
    flat, uneven = (opened(kind="categorical", concentration=c).p0.max() for c in (100.0, 0.05))
    assert flat < 0.1 < uneven


@pytest.mark.parametrize(
    ("p0", "message"),
    [
        ([[0.5, 0.4]], "must sum to 1, found 0.9"),
        ([[0.5, 0.6], [-0.1, 0.0]], "has negative values"),
        ([[0.5, 0.2], [0.3]], "rows of equal length"),
        ([[1.0]], "rows of equal length"),
    ],
)
def test_what_is_no_distribution(p0, message):
    with pytest.raises(ValueError, match=message):
        Population.from_settings({"kind": "categorical", "p0": p0})


def test_p0_and_a_random_one_exclude_each_other():
    with pytest.raises(ValueError, match="not both"):
        Population.from_settings({"kind": "categorical", "p0": P0, "cells": 3})


def test_a_random_p0_fits_in_memory():
    with pytest.raises(ValueError, match="'cells' times 'labels' is 100,000,000; at most"):
        Population.from_settings({"kind": "categorical", "cells": 100_000, "labels": 1000})


@pytest.mark.parametrize(("available", "count"), [(5, 3), (5, 5), (5, 12), (1, 4), (7, 0)])
def test_rows_are_taken_without_replacement_while_they_last(available, count):
    taken = take(available, count, np.random.default_rng(0)).tolist()
    assert len(taken) == count
    times = Counter(taken)
    assert max(times.values(), default=0) - min(times[i] for i in range(available)) <= 1


def keys(X):
    return Counter(image.tobytes() for image in np.ascontiguousarray(X))


def test_digits_are_scikit_learns():
    source = opened(kind="digits")
    X, y = load_digits(return_X_y=True)
    labels = {image.tobytes(): label for image, label in zip(X / 16, y, strict=True)}
    rows = rows_of(source, 1258)
    assert all(
        labels[image.tobytes()] == label
        for image, label in zip(rows.points.X, rows.points.y, strict=True)
    )
    assert rows.points.X.min() == 0
    assert rows.points.X.max() == 1
    assert source.schema.labels == tuple("0123456789")
    assert [column.name for column in source.schema.columns][::63] == ["pixel0", "pixel63"]


def test_digits_kept_for_measuring_belong_to_nobody():
    source = opened(kind="digits", test_share=0.3)
    users, fresh = rows_of(source, 1258).points, source.fresh(2000, STREAMS("measure"))
    assert (len(users), len(fresh)) == (1258, 539)
    assert keys(users.X) + keys(fresh.X) == keys(load_digits().data / 16), "all, each once"


def test_more_users_than_digits_repeat_users_images_only():
    source = opened(kind="digits")
    many, once = (keys(rows_of(source, users).points.X) for users in (3 * 1258, 1258))
    assert many == Counter({image: 3 * times for image, times in once.items()})


@pytest.mark.parametrize("share", [0.0001, 0.9999])
def test_a_share_of_digits_that_leaves_nothing(share):
    with pytest.raises(ValueError, match="of 1,797 images leaves nothing"):
        opened(kind="digits", test_share=share)


def test_digits_another_seed_is_another_split():
    first, second = (opened(seed, kind="digits").fresh(539, STREAMS("measure")) for seed in (1, 2))
    assert keys(first.X) != keys(second.X)


def test_label_noise_replaces_the_share_it_says():
    clean, noisy = (
        rows_of(opened(kind="digits", label_noise=noise), 1258).points for noise in (0.0, 0.5)
    )
    assert np.array_equal(clean.X, noisy.X)
    changed = np.mean(clean.y != noisy.y)
    assert changed == pytest.approx(0.5 * 0.9, abs=0.05), "a tenth of new labels are the old ones"
    assert chisquare(np.bincount(noisy.y[clean.y != noisy.y], minlength=10)).pvalue > 1e-4


def test_noise_is_clipped():
    clean, noisy = (
        rows_of(opened(kind="digits", noise=noise), 500).points.X for noise in (0.0, 0.2)
    )
    inner = (clean > 0.45) & (clean < 0.55)
    assert np.std((noisy - clean)[inner]) == pytest.approx(0.2, rel=0.1)
    assert noisy.min() == 0
    assert noisy.max() == 1


def test_shift_moves_whole_images_without_wrapping():
    pixels = np.arange(1.0, 65.0).reshape(1, 8, 8).repeat(400, axis=0)
    found = moved(pixels, 2, "both", np.random.default_rng(0))
    expected = {}
    for down in range(-2, 3):
        for right in range(-2, 3):
            image = np.zeros((8, 8))
            for i in range(8):
                for j in range(8):
                    if 0 <= i + down < 8 and 0 <= j + right < 8:
                        image[i, j] = pixels[0, i + down, j + right]
            expected[image.tobytes()] = (down, right)
    where = Counter(expected[image.tobytes()] for image in np.ascontiguousarray(found))
    assert len(where) == 25
    assert chisquare(list(where.values())).pvalue > 1e-4


def test_shifted_digits_may_be_measured_as_often_as_asked():
    assert len(opened(kind="digits", shift=1).fresh(2000, STREAMS("measure"))) == 2000


LEARNING = {
    "platform": {"kind": "learning", "learner": "bayes"},
    "decision": "fixed",
    "population": {"kind": "categorical", "p0": P0, "users": 300},
}


@pytest.mark.parametrize("redraw", [False, True])
def test_redraw_gives_fresh_rows_each_round(make_model, redraw):
    model = make_model(**LEARNING, population__redraw=redraw, platform__memory="all")
    model.step()
    model.step()
    submitted = [batch.points.X for batch in model.platform.history]
    assert np.array_equal(submitted[0], model.world.rows.points.X)
    assert np.array_equal(submitted[0], submitted[1]) != redraw
    assert np.array_equal(submitted[1], submitted[2]) != redraw


def test_redrawn_rows_do_not_depend_on_the_past(make_model):
    def second_round(**changes):
        model = make_model(**LEARNING, population__redraw=True, platform__memory="all", **changes)
        model.step()
        return model.platform.history[-1].points

    one, other = second_round(collective__seeds=0), second_round(platform__withdraw=True)
    assert np.array_equal(one.X, other.X)


@pytest.mark.parametrize(
    ("population", "network", "users"),
    [
        ({"kind": "digits"}, "none", 1258),
        ({"kind": "digits", "users": 50}, "none", 50),
        ({"kind": "digits"}, {"kind": "named", "name": "karate"}, 34),
    ],
)
def test_number_of_users(make_model, population, network, users):
    model = make_model(population=population, network=network, platform__curve="step")
    assert model.columns.users == len(model.world.rows.points) == users
