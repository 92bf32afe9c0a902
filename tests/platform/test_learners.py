"""Each learner against scikit-learn called directly, on features encoded by hand.

What holds of learners in general is a law of `groundswell.testing`.
"""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from groundswell.data import Points
from groundswell.platform.fitting import fit
from groundswell.platform.learners.base import ConstantClassifier, Learner, TrainingSet
from groundswell.platform.learners.scikit import ALLOWED
from groundswell.platform.learners.svm import scale

FORMS = ["columns", "images", "cells"]
SKLEARN = {"kind": "sklearn", "estimator": "sklearn.svm.SVC", "parameters": {"C": 3.0}}
LDA = {"kind": "sklearn", "estimator": "sklearn.discriminant_analysis.LinearDiscriminantAnalysis"}


def learner(settings):
    return Learner.from_settings(settings)


def rng():
    return np.random.default_rng(42)


def seed():
    return int(rng().integers(2**31 - 1))


def encoded(data, X):
    """Standardise numeric columns, one-hot encode categorical ones, leave images alone."""
    if data.schema.form == "images":
        return X
    blocks = []
    for i in data.schema.numeric:
        column = data.points.X[:, i]
        blocks.append(((X[:, i] - column.mean()) / column.std())[:, None])
    sizes = {i: len(data.schema.columns[i].categories) for i in data.schema.categorical}
    blocks += [np.eye(size)[X[:, i].astype(int)] for i, size in sizes.items()]
    return np.hstack(blocks)


def repeated(data, times):
    """Return the data with each point so many times in place of its weight."""
    points = Points(np.repeat(data.points.X, times, axis=0), np.repeat(data.points.y, times))
    return TrainingSet(points, np.repeat(data.planted, times), data.schema)


def weighted(data, weight):
    return replace(data, points=replace(data.points, weight=np.asarray(weight, dtype=float)))


DIRECT = {
    "logistic": ({"kind": "logistic"}, lambda: LogisticRegression(max_iter=1000)),
    "logistic-strong": (
        {"kind": "logistic", "strength": 0.05, "iterations": 500},
        lambda: LogisticRegression(C=0.05, max_iter=500),
    ),
    "knn": ("knn", KNeighborsClassifier),
    "knn-9": ({"kind": "knn", "neighbours": 9}, lambda: KNeighborsClassifier(9)),
    "tree": ("tree", lambda: DecisionTreeClassifier(random_state=seed())),
    "tree-small": (
        {"kind": "tree", "depth": 3, "leaf": 4},
        lambda: DecisionTreeClassifier(max_depth=3, min_samples_leaf=4, random_state=seed()),
    ),
    "svm": ("svm", SVC),
    "svm-linear": (
        {"kind": "svm", "kernel": "linear", "strength": 3.0},
        lambda: SVC(C=3.0, kernel="linear"),
    ),
    "svm-gamma": ({"kind": "svm", "gamma": 0.2}, lambda: SVC(gamma=0.2)),
    "svm-poly": ({"kind": "svm", "kernel": "poly"}, lambda: SVC(kernel="poly")),
    "forest": ("forest", lambda: RandomForestClassifier(random_state=seed())),
    "forest-small": (
        {"kind": "forest", "trees": 12, "depth": 3, "leaf": 4},
        lambda: RandomForestClassifier(12, max_depth=3, min_samples_leaf=4, random_state=seed()),
    ),
    "extra-trees": (
        {"kind": "extra-trees", "trees": 12},
        lambda: ExtraTreesClassifier(12, random_state=seed()),
    ),
    "boosting": ("boosting", HistGradientBoostingClassifier),
    "boosting-small": (
        {"kind": "boosting", "rounds": 9, "rate": 0.3, "leaves": 4, "depth": 2, "leaf": 5},
        lambda: HistGradientBoostingClassifier(
            max_iter=9, learning_rate=0.3, max_leaf_nodes=4, max_depth=2, min_samples_leaf=5
        ),
    ),
    "sklearn": (SKLEARN, lambda: SVC(C=3.0, random_state=seed())),
    "lda": (LDA, LinearDiscriminantAnalysis),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", DIRECT)
@pytest.mark.filterwarnings("ignore:Variables are collinear")
def test_agrees_with_scikit_learn_called_directly(make_data, name, form):
    settings, direct = DIRECT[name]
    data, fresh = make_data(form), make_data(form, count=400, seed=1).points
    found = learner(settings).fit(data, rng()).predict(fresh.X)
    model = direct().fit(encoded(data, data.points.X), data.points.y)
    assert np.array_equal(found, model.predict(encoded(data, fresh.X)))
    assert len(np.unique(found)) > 1
    assert found.dtype.kind == "i"


ALL = {
    "logistic": "logistic",
    "naive-bayes": "naive-bayes",
    "knn": "knn",
    "tree": "tree",
    "svm": "svm",
    "forest": {"kind": "forest", "trees": 12},
    "extra-trees": {"kind": "extra-trees", "trees": 12},
    "boosting": {"kind": "boosting", "rounds": 20, "leaves": 4, "leaf": 1},
    "sklearn": SKLEARN,
    "sgd": {"kind": "sgd", "hidden": [8], "epochs": 40},
}
EVERY = [(name, form) for name in ALL for form in FORMS]
EVERY += [("bayes", "cells"), ("plug-in", "cells")]
ALL |= {"bayes": "bayes", "plug-in": {"kind": "bayes", "plug_in": True}}


def test_every_shipped_learner_is_tested():
    kinds = {setting if isinstance(setting, str) else setting["kind"] for setting in ALL.values()}
    # Learners of documents and those with known gradients have tests of their own.
    elsewhere = {kind for kind, one in Learner.kinds.items() if "text" in one.forms}
    elsewhere |= {"convex", "descent", "cvar", "chi2", "group-dro", "jtt", "lff"}
    assert kinds == set(Learner.kinds) - elsewhere


def test_labels_without_weight_do_not_count(make_data):
    data = make_data("cells")
    data = weighted(data, data.points.y == 1)
    assert fit(learner("bayes"), data, rng()) == ConstantClassifier(1)


# What draws as many bootstrap rows or batches as there are rows is random, not wrong.
RANDOM = {"forest", "sgd"}
SOLVED = {"svm", "sklearn", "logistic"}  # up to the tolerance of a solver
DETERMINISTIC = [(n, f) for n, f in EVERY if n not in RANDOM and learner(ALL[n]).weighted]


@pytest.mark.parametrize(("name", "form"), DETERMINISTIC)
@pytest.mark.parametrize("uneven", [False, True])
def test_weight_2_is_two_rows(make_data, name, form, uneven):
    times = np.random.default_rng(5).integers(1, 5, 150) if uneven else np.full(150, 2)
    settings = ALL[name]
    if name == "logistic":
        settings = {"kind": "logistic", "strength": 0.02}  # where the scale matters
    data, fresh = make_data(form), make_data(form, count=600, seed=1).points.X
    by_weight = learner(settings).fit(weighted(data, times), rng()).predict(fresh)
    by_rows = learner(settings).fit(repeated(data, times), rng()).predict(fresh)
    assert np.mean(by_weight != by_rows) <= (0.005 if name in SOLVED else 0)


@pytest.mark.parametrize(("name", "form"), DETERMINISTIC)
def test_weights_change_answers(make_data, name, form):
    data, fresh = make_data(form), make_data(form, count=600, seed=1).points.X
    heavy = weighted(data, np.where(data.points.y == 0, 50.0, 1.0))
    plain, tilted = (learner(ALL[name]).fit(d, rng()).predict(fresh) for d in (data, heavy))
    if name in {"tree", "extra-trees"} and form != "cells":
        assert not np.array_equal(plain, tilted), "pure leaves keep their labels"
    else:
        assert np.mean(tilted == 0) > np.mean(plain == 0)


def test_gamma_scale_counts_points_by_weight():
    X, times = np.random.default_rng(0).normal(size=(40, 3)) * [1, 5, 9], np.arange(40)
    expected = 1 / (3 * np.repeat(X, times, axis=0).var())  # as scikit-learn has it
    assert scale(X, times.astype(float)) == pytest.approx(expected, rel=1e-12)
    assert scale(np.full((4, 3), 7.0), np.ones(4)) == 1


def test_linear_svm_of_thousands_of_rows_converges(make_data):
    data = make_data(count=3000)
    model = learner({"kind": "svm", "kernel": "linear"}).fit(data, rng())  # a warning is an error
    assert np.mean(model.predict(data.points.X) == data.points.y) > 0.7


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "svm", "kernel": "cubic"}, "kernel"),
        ({"kind": "svm", "strength": 0.0}, "strength"),
        ({"kind": "svm", "gamma": 0.0}, "gamma"),
        ({"kind": "svm", "gamma": "auto"}, "gamma"),
        ({"kind": "forest", "trees": 0}, "trees"),
        ({"kind": "boosting", "leaves": 1}, "leaves"),
        ({"kind": "boosting", "rate": 0.0}, "rate"),
        ({"kind": "naive-bayes", "numeric": "poisson"}, "numeric"),
        ({"kind": "naive-bayes", "numeric": "bernoulli", "smoothing": 0.0}, "'smoothing' above 0"),
    ],
)
def test_parameters_out_of_range(settings, message):
    with pytest.raises(ValueError, match=message):
        learner(settings)


@pytest.mark.parametrize(
    ("settings", "takes"),
    [
        ("knn", False),
        ("logistic", True),
        ("svm", True),
        (SKLEARN, True),
        ({"kind": "sklearn", "estimator": "sklearn.neighbors.KNeighborsClassifier"}, False),
        (LDA, False),
    ],
)
def test_learners_say_whether_they_can_weigh(settings, takes):
    assert learner(settings).weighted == takes


def test_fewer_points_than_neighbours(make_data):
    data = make_data(count=4, labels=(0, 1))
    answers = learner({"kind": "knn", "neighbours": 50}).fit(data, rng()).predict(data.points.X)
    assert answers.tolist() == [np.bincount(data.points.y).argmax()] * 4


def test_radius_neighbours_answer_where_nobody_is_near(make_data):
    estimator = "sklearn.neighbors.RadiusNeighborsClassifier"
    data = make_data("images")
    far = data.points.X + 1e6
    model = learner({"kind": "sklearn", "estimator": estimator}).fit(data, rng())
    assert set(model.predict(far)) == {np.bincount(data.points.y).argmax()}


@pytest.mark.parametrize("estimator", ALLOWED)
def test_every_allowed_classifier_learns(make_data, estimator):
    data = make_data("images")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence on toy data is not the point
        model = learner({"kind": "sklearn", "estimator": estimator}).fit(data, rng())
    assert set(model.predict(data.points.X)) <= {0, 1, 2}
    assert model.predict(data.points.X).dtype.kind == "i"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"estimator": "os.system"}, "'os.system' is not an allowed classifier"),
        ({"estimator": "sklearn.svm.SVR"}, "did you mean 'sklearn.svm.SVC'"),
        ({"estimator": "subprocess.Popen"}, "is not an allowed classifier"),
        (
            {"estimator": "sklearn.svm.SVC", "parameters": {"c": 1.0}},
            "sklearn.svm.SVC has no parameter 'c'",
        ),
        ({"estimator": "sklearn.svm.SVC", "parameters": {"C": -1.0}}, "'C' parameter of SVC"),
        ({"estimator": "sklearn.svm.SVC", "parameters": {"kernel": "cubic"}}, "'kernel' parameter"),
        ({}, "Field required"),
    ],
)
def test_classifiers_that_are_not_allowed_or_not_valid(settings, message):
    with pytest.raises(ValueError, match=message):
        learner({"kind": "sklearn", **settings})
