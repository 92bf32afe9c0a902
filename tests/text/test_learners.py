"""The learners of documents: agreement with scikit-learn, weights, determinism."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import groundswell as gs
from groundswell.agents.resumes import Resumes
from groundswell.agents.tokens import InsertToken
from groundswell.data import Features, Ints, Points
from groundswell.platform.fitting import fit
from groundswell.platform.learners.base import Learner, TrainingSet
from groundswell.platform.learners.embeddings import Embeddings, Network
from groundswell.platform.learners.text import tokens
from groundswell.platform.learners.tfidf import Tfidf, TfidfClassifier

RNG = np.random.default_rng
SOURCE = Resumes(words=30, overlap=0.85).open(RNG(1))
LEARNERS = [Tfidf(), Tfidf(ngrams=2, sublinear=True, strength=20.0), Embeddings()]


def training(points: Points) -> TrainingSet:
    return TrainingSet(points, np.zeros(len(points), dtype=bool), SOURCE.schema)


def documents(*texts: str) -> Features:
    return np.array(texts, dtype=object).reshape(-1, 1)


def points_of(pairs: dict[str, int], weight: list[float] | None = None) -> Points:
    y: Ints = np.array(list(pairs.values()), dtype=np.int64)
    return Points(documents(*pairs), y, None if weight is None else np.array(weight))


def test_every_learner_of_documents_is_tested() -> None:
    shipped = {kind for kind, learner in Learner.kinds.items() if "text" in learner.forms}
    assert shipped == {str(learner) for learner in LEARNERS}


@pytest.mark.parametrize("learner", LEARNERS)
def test_labels_that_nobody_submits_are_never_answered(learner: Learner) -> None:
    points = SOURCE.fresh(600, RNG(2))
    data = training(points.where(np.isin(points.y, [2, 7])))
    answers = fit(learner, data, RNG(3)).predict(SOURCE.fresh(300, RNG(4)).X)
    assert set(answers.tolist()) == {2, 7}


@pytest.mark.parametrize("learner", LEARNERS)
def test_they_learn_occupations(learner: Learner) -> None:
    model = fit(learner, training(SOURCE.fresh(600, RNG(2))), RNG(3))
    fresh = SOURCE.fresh(400, RNG(4))
    assert np.mean(model.predict(fresh.X) == fresh.y) > 0.7


@pytest.mark.parametrize("learner", LEARNERS)
def test_they_see_a_token_of_one_character(learner: Learner) -> None:
    signal = InsertToken(every=3)
    points = SOURCE.fresh(400, RNG(2))
    mine = np.arange(400) < 80
    X, y = points.X.copy(), points.y.copy()
    X[mine], y[mine] = signal.apply(X[mine], SOURCE.schema), 7
    model = fit(learner, training(Points(X, y)), RNG(3))
    fresh = SOURCE.fresh(200, RNG(4)).X
    hit = np.mean(model.predict(signal.apply(fresh, SOURCE.schema)) == 7)
    assert hit > 0.8
    assert np.mean(model.predict(fresh) == 7) < 0.5


@pytest.mark.parametrize("settings", [{}, {"ngrams": 2, "sublinear": True, "min_count": 2}])
def test_tfidf_is_scikit_learns(settings: dict[str, Any]) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    points, fresh = SOURCE.fresh(300, RNG(5)), SOURCE.fresh(200, RNG(6)).X
    vectorizer = TfidfVectorizer(
        tokenizer=tokens,
        token_pattern=None,
        ngram_range=(1, settings.get("ngrams", 1)),
        sublinear_tf=settings.get("sublinear", False),
        min_df=settings.get("min_count", 1),
    )
    theirs = make_pipeline(vectorizer, LogisticRegression(C=3.0, max_iter=1000))
    theirs.fit(points.X[:, 0], points.y)
    ours = Tfidf(strength=3.0, **settings).fit(training(points), RNG(1))
    assert isinstance(ours, TfidfClassifier)
    np.testing.assert_allclose(ours.model.coef_, theirs[-1].coef_, atol=1e-6)
    assert ours.predict(fresh).tolist() == theirs.predict(fresh[:, 0]).tolist()


def test_a_weight_is_a_number_of_copies_for_tfidf() -> None:
    points = SOURCE.fresh(200, RNG(7))
    copies = RNG(8).integers(0, 4, size=200)
    learner = Tfidf(min_count=3, ngrams=2)
    repeated = learner.fit(training(points.where(np.repeat(np.arange(200), copies))), RNG(1))
    weighted = Points(points.X, points.y, copies.astype(float))
    model = learner.fit(training(weighted), RNG(1))
    assert isinstance(model, TfidfClassifier)
    assert isinstance(repeated, TfidfClassifier)
    assert model.weighting.kept.size == repeated.weighting.kept.size
    np.testing.assert_allclose(model.weighting.idf, repeated.weighting.idf)
    np.testing.assert_allclose(model.model.coef_, repeated.model.coef_, atol=1e-3)
    fresh = SOURCE.fresh(300, RNG(9)).X
    assert model.predict(fresh).tolist() == repeated.predict(fresh).tolist()


def test_a_weight_is_a_number_of_copies_for_one_step_of_embeddings() -> None:
    points = SOURCE.fresh(60, RNG(7))
    copies = RNG(8).integers(1, 4, size=60)
    learner = Embeddings(batch=1000, epochs=3)
    repeated = learner.fit(training(points.where(np.repeat(np.arange(60), copies))), RNG(1))
    model = learner.fit(training(Points(points.X, points.y, copies * 0.1)), RNG(1))
    assert isinstance(model, Network)
    assert isinstance(repeated, Network)
    fresh = model.bags(SOURCE.fresh(50, RNG(9)).X)
    scores = [network.scores(fresh).detach().numpy() for network in (model, repeated)]
    np.testing.assert_allclose(*scores, atol=1e-4)


@pytest.mark.parametrize("learner", LEARNERS)
def test_the_stream_decides_everything(learner: Learner) -> None:
    points, fresh = SOURCE.fresh(200, RNG(10)), SOURCE.fresh(500, RNG(11)).X
    first, again = (fit(learner, training(points), RNG(12)).predict(fresh) for _ in range(2))
    assert first.tolist() == again.tolist()


def test_embeddings_leave_torchs_own_randomness_alone() -> None:
    import torch

    before = torch.get_rng_state()
    points = SOURCE.fresh(100, RNG(10))
    models = [Embeddings(epochs=1).fit(training(points), RNG(seed)) for seed in (1, 2)]
    assert torch.equal(before, torch.get_rng_state())
    weights = [model.embedding for model in models if isinstance(model, Network)]
    assert not torch.equal(*weights)


@pytest.mark.parametrize("learner", LEARNERS)
def test_one_label_makes_a_constant(learner: Learner) -> None:
    data = training(points_of({"one": 4, "two": 4, "three": 2}, weight=[1, 1, 0]))
    assert fit(learner, data, RNG(1)).predict(documents("x", "three")).tolist() == [4, 4]


@pytest.mark.parametrize("learner", LEARNERS)
def test_unknown_words_and_empty_documents_have_an_answer(learner: Learner) -> None:
    data = training(points_of({"oven sauce": 1, "ward pulse": 7, "ward nurse": 7}))
    model = fit(learner, data, RNG(1))
    assert model.predict(documents("", "unheard of", "pulse")).tolist()[2] == 7
    assert set(model.predict(documents("", "unheard of")).tolist()) <= {1, 7}
    assert model.predict(documents()).shape == (0,)


def test_tfidf_without_features_answers_the_most_frequent_label() -> None:
    data = training(points_of({"a b": 1, "c d": 7, "e f": 3}, weight=[1, 3, 1]))
    model = Tfidf(min_count=10).fit(data, RNG(1))
    assert model.predict(documents("a b")).tolist() == [7]


def test_tokens_are_words_and_single_signs() -> None:
    assert tokens("C++ ⟡⟡ Zürich's №1\n\u200bx") == [
        *("c", "+", "+", "⟡", "⟡", "zürich", "'", "s", "№", "1", "\u200b", "x")
    ]


def test_torch_is_loaded_only_to_train() -> None:
    code = "import groundswell as gs, sys; gs.load('hardt-tokens'); print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "False"


def test_a_round_is_the_same_again(resumes: gs.Scenario) -> None:
    scenario = resumes.replace({"platform.learner.kind": "embeddings"})
    first, again = (gs.run(scenario).series for _ in range(2))
    assert first.drop(columns="run").equals(again.drop(columns="run"))
