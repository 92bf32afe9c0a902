"""Blocks of columns, and the table ``blocks``: which of them the served model uses.

Shah, Tamuly, Raghunathan, Jain and Netrapalli, "The Pitfalls of Simplicity Bias in Neural
Networks", NeurIPS 2020, measure which coordinates a network uses by its accuracy with those, or
all others, randomised: drawn anew and independently of the rest of the point. Shuffling them among
the fresh points does that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from groundswell.data import Bools, Schema
from groundswell.tables import Row

if TYPE_CHECKING:
    from groundswell.model import CollectiveActionModel


class BlockRows:
    """Makes the rows of ``blocks``: accuracy without each block, and with it alone.

    Parameters
    ----------
    model
        The model to read.
    """

    def __init__(self, model: CollectiveActionModel) -> None:
        self.model = model
        fresh, schema = model.world.fresh, model.world.source.schema
        # One order for all rounds and blocks, so that differences are those of models and blocks.
        self._order = model.streams("blocks").permutation(len(fresh))
        self._blocks = {
            name: within(schema, columns) for name, columns in model.scenario.measure.blocks.items()
        }

    def __call__(self) -> list[Row]:
        """Return the rows of this round, one for each block."""
        return [
            {
                "block": name,
                "accuracy_without": self._accuracy(inside),
                "accuracy_alone": self._accuracy(~inside),
            }
            for name, inside in self._blocks.items()
        ]

    def _accuracy(self, columns: Bools) -> float:
        """Return the accuracy with some columns shuffled."""
        fresh, served = self.model.world.fresh, self.model.served
        if served is None:
            raise ValueError("a response platform serves no model to measure blocks with")
        X = np.where(columns, fresh.X[self._order], fresh.X)
        return fresh.share(served.predict(X) == fresh.y)


def within(schema: Schema, columns: tuple[str, ...]) -> Bools:
    """Return which columns are those of a block, shape (columns,).

    Raises
    ------
    InputError
        If there is no such column.
    """
    inside = np.zeros(len(schema.columns), dtype=bool)
    inside[[schema.column(name) for name in columns]] = True
    return inside
