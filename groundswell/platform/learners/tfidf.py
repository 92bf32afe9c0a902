"""Linear classification of documents by the words they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import Field

from groundswell.data import Features, Floats, Ints
from groundswell.platform.learners.base import Classifier, ConstantClassifier, Learner, TrainingSet
from groundswell.platform.learners.text import documents, tokens


class Tfidf(Learner):
    """TF-IDF features of documents and logistic regression with an L2 penalty.

    Term counts times ln((1+n)/(1+df)) + 1, rows scaled to length 1: scikit-learn's TfidfVectorizer
    with a tokenizer that keeps single characters. Documents count by weight, in n and df as in the
    loss, so a weight of 2 is the document twice.
    """

    kind: Literal["tfidf"] = "tfidf"
    deterministic = True
    forms = ("text",)
    strength: float = Field(1.0, gt=0)
    """Inverse C of the penalty: large is less regularised."""
    ngrams: int = Field(1, ge=1, le=100)
    """Longest run of words that is a feature: 1 words, 2 also pairs of neighbours, ..."""
    min_count: int = Field(1, ge=1)
    """Fewest documents, by weight, a feature must occur in."""
    sublinear: bool = False
    """Use 1 + ln(count) instead of counts, so that repeating a word adds little."""
    iterations: int = Field(1000, ge=1)
    """Most iterations of the solver."""

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
        """Return the fitted classifier; without any feature it answers the most frequent label."""
        from sklearn.feature_extraction.text import CountVectorizer
        from sklearn.linear_model import LogisticRegression

        points = data.points
        counter = CountVectorizer(
            lowercase=False, tokenizer=tokens, token_pattern=None, ngram_range=(1, self.ngrams)
        )
        counts = counter.fit_transform(documents(points.X))
        frequency = (counts > 0).T @ points.weights
        kept = np.flatnonzero(frequency >= self.min_count)
        if not kept.size:
            return ConstantClassifier(int(np.bincount(points.y, points.weight).argmax()))
        idf = np.log((1 + points.weights.sum()) / (1 + frequency[kept])) + 1
        weighting = Weighting(kept, idf, self.sublinear)
        model = LogisticRegression(C=self.strength, max_iter=self.iterations)
        model.fit(weighting(counts), points.y, sample_weight=points.weight)
        return TfidfClassifier(counter, weighting, model)


@dataclass(frozen=True)
class Weighting:
    """Turns counts of terms into TF-IDF features.

    Parameters
    ----------
    kept, idf
        Positions of the terms that are features, and their inverse document frequencies.
    sublinear
        Whether counts enter by their logarithm.
    """

    kept: Ints
    idf: Floats
    sublinear: bool

    def __call__(self, counts: Any) -> Any:
        """Return the features, a sparse matrix with rows of length 1."""
        from sklearn.preprocessing import normalize

        features = counts[:, self.kept].astype(float)
        if self.sublinear:
            features.data = 1 + np.log(features.data)
        features.data *= self.idf[features.indices]
        return normalize(features)


@dataclass(frozen=True)
class TfidfClassifier:
    """A linear model of TF-IDF features.

    Parameters
    ----------
    counter
        Counts the terms of the training documents (scikit-learn's CountVectorizer).
    weighting
        What turns counts into features.
    model
        The linear model.
    """

    counter: Any
    weighting: Weighting
    model: Any

    def predict(self, X: Features) -> Ints:
        """Return the most probable label of each document."""
        if not len(X):
            return np.zeros(0, dtype=np.int64)
        counts = self.counter.transform(documents(X))
        answer: Ints = self.model.predict(self.weighting(counts))
        return answer
