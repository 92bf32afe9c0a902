"""Decision trees, alone and many together."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field

from groundswell.platform.learners.base import ScikitLearner, seed_of


class Tree(ScikitLearner):
    """A decision tree (CART, Gini impurity), grown until leaves are pure unless limited."""

    kind: Literal["tree"] = "tree"
    depth: int | None = Field(None, ge=1)
    """Greatest depth; unlimited by default."""
    leaf: int = Field(1, ge=1)
    """Fewest training points in a leaf."""

    def classifier(self, rng: np.random.Generator) -> Any:
        """Return scikit-learn's DecisionTreeClassifier."""
        from sklearn.tree import DecisionTreeClassifier

        return DecisionTreeClassifier(
            max_depth=self.depth, min_samples_leaf=self.leaf, random_state=seed_of(rng)
        )


class ManyTrees(ScikitLearner):
    """Trees that are grown independently of each other and vote with their leaves' shares."""

    trees: int = Field(100, ge=1, le=100_000)
    """Number of trees."""
    depth: int | None = Field(None, ge=1)
    """Greatest depth of a tree; unlimited by default."""
    leaf: int = Field(1, ge=1)
    """Fewest training points in a leaf."""

    def _settings(self, rng: np.random.Generator) -> dict[str, Any]:
        return {
            "n_estimators": self.trees,
            "max_depth": self.depth,
            "min_samples_leaf": self.leaf,
            "random_state": seed_of(rng),
        }


class Forest(ManyTrees):
    """A random forest (Breiman 2001): trees on bootstrap samples, √features drawn for each split.

    A sample has as many draws as there are training points, whatever they weigh: a weight of 2 is
    the point twice on average only.
    """

    kind: Literal["forest"] = "forest"

    def classifier(self, rng: np.random.Generator) -> Any:
        """Return scikit-learn's RandomForestClassifier."""
        from sklearn.ensemble import RandomForestClassifier

        return RandomForestClassifier(**self._settings(rng))


class ExtraTrees(ManyTrees):
    """Extremely randomised trees (Geurts et al. 2006): thresholds drawn at random, on all points.

    Each split is the best of one random threshold for each of √features features.
    """

    kind: Literal["extra-trees"] = "extra-trees"

    def classifier(self, rng: np.random.Generator) -> Any:
        """Return scikit-learn's ExtraTreesClassifier."""
        from sklearn.ensemble import ExtraTreesClassifier

        return ExtraTreesClassifier(**self._settings(rng))


class Boosting(ScikitLearner):
    """Gradient boosting of trees on histograms, as in LightGBM: log loss, a tree per label a round.

    Histograms, since splitting at every value took 10 times as long on 5,000 images of digits and
    answered worse. A collective of fewer members than `leaf` never has a leaf to itself.
    """

    kind: Literal["boosting"] = "boosting"
    rounds: int = Field(100, ge=1)
    """Number of boosting rounds; none is cut off early."""
    rate: float = Field(0.1, gt=0)
    """Learning rate: what each tree's answer is multiplied with."""
    leaves: int = Field(31, ge=2)
    """Most leaves of a tree."""
    depth: int | None = Field(None, ge=1)
    """Greatest depth of a tree; limited by the leaves only by default."""
    leaf: int = Field(20, ge=1)
    """Fewest training points in a leaf."""

    def classifier(self, rng: np.random.Generator) -> Any:
        """Return scikit-learn's HistGradientBoostingClassifier."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        return HistGradientBoostingClassifier(
            max_iter=self.rounds,
            learning_rate=self.rate,
            max_leaf_nodes=self.leaves,
            max_depth=self.depth,
            min_samples_leaf=self.leaf,
            # By default it would stop early from 10,000 points on: another learner for more users.
            early_stopping=False,
            random_state=seed_of(rng),
        )
