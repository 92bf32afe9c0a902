"""The law of synthetic résumés."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from groundswell.agents.resumes import Resumes, ResumeSource
from groundswell.agents.vocabulary import GENERAL, ROOTS, words
from groundswell.data import Points

RNG = np.random.default_rng


def source(**settings: float) -> ResumeSource:
    opened = Resumes(**settings).open(RNG(1))
    assert isinstance(opened, ResumeSource)
    return opened


def bayes_accuracy(made: ResumeSource, points: Points) -> float:
    """Classify by the law of words itself."""
    position = {word: i for i, word in enumerate(made.vocabulary)}
    with np.errstate(divide="ignore"):
        evidence = np.log(made.law_of_words)
    answers = [
        evidence[:, [position[word] for word in document.split()]].sum(axis=1).argmax()
        for document in points.X[:, 0]
    ]
    return float(np.mean(answers == points.y))


def test_no_word_stands_in_two_vocabularies() -> None:
    everything = [word for roots in (GENERAL, *ROOTS.values()) for word in words(roots)]
    assert len(everything) == len(set(everything)) > 1000
    assert all(word.isalpha() for word in everything)


@pytest.mark.parametrize("overlap", [0.0, 0.35, 0.8, 1.0])
def test_occupations_share_exactly_the_overlap_of_their_words(overlap: float) -> None:
    law = source(overlap=overlap).law_of_words
    np.testing.assert_allclose(law.sum(axis=1), 1, atol=1e-12)
    shared = [np.minimum(law[i], law[j]).sum() for i, j in combinations(range(len(law)), 2)]
    np.testing.assert_allclose(shared, overlap, atol=1e-12)


def test_documents_follow_the_law() -> None:
    made = source(words=50, occupations=3)
    points = made.fresh(6000, RNG(2))
    counted = np.zeros_like(made.law_of_words)
    position = {word: i for i, word in enumerate(made.vocabulary)}
    for occupation in range(3):
        text = " ".join(points.X[points.y == occupation, 0])
        for word, count in Counter(text.split()).items():
            counted[occupation, position[word]] = count
    total = counted.sum(axis=1, keepdims=True)
    error = (counted - total * made.law_of_words) / np.sqrt(total * made.law_of_words + 1)
    assert np.abs(error).max() < 5.5  # the largest of 1,000 normal deviates is about 3.3
    shares = np.bincount(points.y) / len(points)
    assert np.abs(shares - 1 / 3).max() < 4 * np.sqrt(2 / 9 / 6000)


def test_lengths_have_the_mean_and_spread_asked_for() -> None:
    def lengths(**settings: float) -> np.ndarray:
        documents = source(**settings).fresh(4000, RNG(3)).X[:, 0]
        return np.array([len(document.split()) for document in documents])

    varied = lengths(words=80, spread=0.3)
    assert abs(varied.mean() - 80) < 4 * 80 * 0.31 / np.sqrt(4000)
    assert abs(np.log(varied).std() - 0.3) < 0.02
    assert set(lengths(words=7, spread=0.0)) == {7}
    assert lengths(words=1, spread=2.0).min() == 1


def test_the_bayes_classifier_learns_the_less_the_more_words_are_common() -> None:
    accuracy = [
        bayes_accuracy(made, made.fresh(500, RNG(4)))
        for made in (source(words=60, overlap=overlap) for overlap in (0.0, 0.9, 0.97, 1.0))
    ]
    assert accuracy[0] == 1
    assert 0.88 < accuracy[1] < 0.99
    assert accuracy[1] > accuracy[2] + 0.1 > accuracy[3] + 0.2
    assert accuracy[3] < 0.2


def test_label_noise_replaces_labels_uniformly() -> None:
    clean, noisy = source(words=60, overlap=0.0), source(words=60, overlap=0.0, label_noise=0.4)
    assert bayes_accuracy(clean, clean.fresh(300, RNG(5))) == 1
    points = noisy.fresh(3000, RNG(5))
    assert abs(bayes_accuracy(noisy, points) - (1 - 0.4 * 0.9)) < 4 * np.sqrt(0.36 * 0.64 / 3000)


def test_streams_decide_everything() -> None:
    first, again = source(), source()
    np.testing.assert_array_equal(first.law_of_words, again.law_of_words)
    rows = [made.rows(20, RNG(6)) for made in (first, again)]
    assert rows[0].points.X.tolist() == rows[1].points.X.tolist()
    assert rows[0].points.X.tolist() != first.rows(20, RNG(7)).points.X.tolist()
    assert rows[0].owner.tolist() == list(range(20))


def test_no_resumes() -> None:
    assert source().fresh(0, RNG(1)).X.shape == (0, 1)
