"""Linear classification of documents by the words they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import Field

from groundswell.data import Features, Floats, Ints, Points
from groundswell.platform.learners.base import Classifier, ConstantClassifier, Learner, TrainingSet
from groundswell.platform.learners.text import documents, tokens


class Tfidf(Learner):
    """TF-IDF features of documents and logistic regression with an L2 penalty.

    Term counts times ln((1+n)/(1+df)) + 1, rows scaled to length 1: scikit-learn's TfidfVectorizer
    with a tokenizer that keeps single characters. Documents count by weight, in n and df as in the
    loss, so a weight of 2 is the document twice.
    """

    kind: Literal["tfidf"] = "tfidf"
    forms = ("text",)
    strength: float = Field(1.0, gt=0)
    """Inverse C of the penalty: large is less regularised."""
    ngrams: int = Field(1, ge=1)
    """Longest run of words that is a feature: 1 words, 2 also pairs of neighbours, ..."""
    min_count: int = Field(1, ge=1)
    """Fewest documents, by weight, a feature must occur in."""
    sublinear: bool = False
    """Use 1 + ln(count) instead of counts, so that repeating a word adds little."""
    iterations: int = Field(1000, ge=1)
    """Most iterations of the solver."""

    def fit(self, data: TrainingSet, rng: np.random.Generator) -> Classifier:
        """Return the fitted classifier; without any feature it answers the most frequent label."""
        from sklearn.linear_model import LogisticRegression

        points = data.points
        features = Vectorizer.learn(self, points)
        if not features.kept.size:
            return ConstantClassifier(int(np.bincount(points.y, points.weight).argmax()))
        model = LogisticRegression(C=self.strength, max_iter=self.iterations)
        model.fit(features(points.X), points.y, sample_weight=points.weight)
        return TfidfClassifier(features, model)


@dataclass(frozen=True)
class Vectorizer:
    """Turns documents into TF-IDF features.

    Parameters
    ----------
    counter
        Counts all terms of the training documents (scikit-learn's CountVectorizer).
    kept, idf
        Positions of the terms that are features, and their inverse document frequencies.
    sublinear
        Whether counts enter by their logarithm.
    """

    counter: Any
    kept: Ints
    idf: Floats
    sublinear: bool

    @classmethod
    def learn(cls, settings: Tfidf, points: Points) -> Vectorizer:
        """Count the terms of training documents."""
        from sklearn.feature_extraction.text import CountVectorizer

        counter = CountVectorizer(
            lowercase=False,
            tokenizer=tokens,
            token_pattern=None,
            ngram_range=(1, settings.ngrams),
        )
        occurs = counter.fit_transform(documents(points.X)) > 0
        frequency = occurs.T @ points.weights
        kept = np.flatnonzero(frequency >= settings.min_count)
        idf = np.log((1 + points.weights.sum()) / (1 + frequency[kept])) + 1
        return cls(counter, kept, idf, settings.sublinear)

    def __call__(self, X: Features) -> Any:
        """Return the features of documents, a sparse matrix."""
        from scipy.sparse import diags_array
        from sklearn.preprocessing import normalize

        counts = self.counter.transform(documents(X))[:, self.kept].astype(float)
        if self.sublinear:
            counts.data = 1 + np.log(counts.data)
        return normalize(counts @ diags_array(self.idf))


@dataclass(frozen=True)
class TfidfClassifier:
    """A linear model of TF-IDF features."""

    features: Vectorizer
    model: Any

    def predict(self, X: Features) -> Ints:
        """Return the most probable label of each document."""
        answer: Ints = self.model.predict(self.features(X))
        return answer
