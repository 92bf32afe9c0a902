"""Decision trees."""

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
