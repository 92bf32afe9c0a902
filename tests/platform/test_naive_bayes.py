"""Naive Bayes with each law of its numeric columns, against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB

from groundswell.platform.learners.base import Learner
from groundswell.problems import InputError


def learner(**settings):
    return Learner.from_settings({"kind": "naive-bayes", **settings})


def rng():
    return np.random.default_rng(42)


VARIANTS = {
    "gaussian": ({}, GaussianNB),
    "floor": ({"variance_floor": 0.1}, lambda: GaussianNB(var_smoothing=0.1)),
    "bernoulli": (
        {"numeric": "bernoulli", "threshold": 0.4, "smoothing": 0.5},
        lambda: BernoulliNB(alpha=0.5, binarize=0.4),
    ),
    "multinomial": ({"numeric": "multinomial", "smoothing": 2.0}, lambda: MultinomialNB(alpha=2.0)),
    "complement": ({"numeric": "complement"}, ComplementNB),
}


@pytest.mark.parametrize("weight", [None, 1 + np.arange(150) % 4.0])
@pytest.mark.parametrize("name", VARIANTS)
def test_naive_bayes_variants_are_scikit_learns(make_data, name, weight):
    settings, direct = VARIANTS[name]
    data, fresh = make_data("images", weight=weight), make_data("images", seed=1).points.X
    found = learner(**settings).fit(data, rng()).predict(fresh)
    model = direct().fit(data.points.X, data.points.y, sample_weight=weight)
    assert np.array_equal(found, model.predict(fresh))


def log_shares(counts):
    """Logarithm of the share of each column in the counts of a label, one pseudo-count each."""
    return np.log((counts + 1) / (counts + 1).sum(axis=1, keepdims=True))


@pytest.mark.parametrize("numeric", ["bernoulli", "multinomial"])
def test_evidence_of_categories_is_added_and_the_prior_counted_once(make_data, numeric):
    points, fresh = make_data("columns").points, make_data("columns", seed=1).points.X
    own, other = points.X[:, [0, 2]], fresh[:, [0, 2]]
    labels, cities = np.eye(3)[points.y].T, np.eye(4)
    city = log_shares(labels @ cities[points.X[:, 1].astype(int)])
    evidence = np.log(labels.mean(axis=1)) + cities[fresh[:, 1].astype(int)] @ city.T
    if numeric == "multinomial":
        evidence += other @ log_shares(labels @ own).T
    else:
        above = (labels @ (own > 40) + 1) / (labels.sum(axis=1, keepdims=True) + 2)
        evidence += (other > 40) @ np.log(above).T + (other <= 40) @ np.log(1 - above).T
    found = learner(numeric=numeric, threshold=40.0).fit(make_data("columns"), rng()).predict(fresh)
    assert np.array_equal(found, evidence.argmax(axis=1))
    assert len(np.unique(found)) == 3


@pytest.mark.parametrize("numeric", ["multinomial", "complement"])
def test_amounts_are_not_negative(make_data, numeric):
    data = make_data("images")
    data.points.X[7, 3] = -0.25
    with pytest.raises(ValueError, match=r"column 'pixel3' goes down to -0.25; use numeric = 'gau"):
        learner(numeric=numeric).fit(data, rng())


def test_complement_scores_are_not_added_to_likelihoods(make_data):
    complement = learner(numeric="complement")
    for form in ("images", "cells"):  # one group of columns: nothing to add
        complement.check(make_data(form).schema)
    with pytest.raises(InputError, match="categorical columns such as 'city'") as refused:
        complement.check(make_data("columns").schema)
    assert refused.value.key == ("numeric",)
    with pytest.raises(InputError, match="leave the categorical columns out"):
        complement.fit(make_data("columns"), rng())
