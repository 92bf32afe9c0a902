"""Named streams of randomness: one independent generator per purpose, replicate and round.

Streams of different names never share draws, so changing the learner or the decision rule leaves
users, ties and seeds as they were (common random numbers).
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np


@dataclass(frozen=True)
class Streams:
    """The random streams of one run.

    Parameters
    ----------
    seed
        Seed of the scenario, a non-negative integer.
    replicate
        Which replicate of the scenario this is, from 0.
    """

    seed: int
    replicate: int = 0

    def __call__(self, name: str, round: int = 0) -> np.random.Generator:  # noqa: A002
        """Return a fresh generator for a purpose.

        >>> streams = Streams(seed=7)
        >>> bool(streams("seeds").random() == streams("seeds").random())
        True
        >>> bool(streams("seeds").random() == streams("network").random())
        False
        """
        key = (crc32(name.encode()), self.replicate, round)
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))
