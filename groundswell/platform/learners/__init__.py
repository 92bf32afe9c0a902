"""Learning algorithms, one file per family. Importing this package registers those shipped."""

from groundswell.platform.learners import (
    bayes,
    convex,
    descent,
    embeddings,
    linear,
    naive_bayes,
    neighbours,
    reweighting,
    robust,
    scikit,
    sgd,
    svm,
    tfidf,
    trees,
)

__all__ = [
    "bayes",
    "convex",
    "descent",
    "embeddings",
    "linear",
    "naive_bayes",
    "neighbours",
    "reweighting",
    "robust",
    "scikit",
    "sgd",
    "svm",
    "tfidf",
    "trees",
]
