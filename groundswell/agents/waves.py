"""Orders of users in which neighbours come one after the other, or far from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from groundswell.agents.ties import Ties
from groundswell.data import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_array

STEPS = 20
"""Powers of the matrix that a search looks at together."""
SEARCHES = 30
"""Searches, each from where the last one ended: waves need not be exact to sort by."""
NOTHING = 1e-9
"""Length below which nothing new is left of a vector of length 1."""


def along_a_wave(ties: Ties, *, alike: bool, rng: np.random.Generator) -> Ints:
    """Return all users in the order of a wave over their ties, the slowest or the fastest.

    Of the vectors x with mean 0 and variance 1 over the ends of ties, the slowest wave is the one
    with the largest correlation across ties, the fastest that with the smallest: eigenvectors of
    the matrix of ties, divided by the roots of both degrees. Where the network falls apart, each
    part has its own slowest wave, and they come one part after the other; of fastest waves, all
    parts swing together. Source: spectral ordering (Fiedler 1973; Barnard, Pothen & Simon 1995).

    Parameters
    ----------
    ties
        Who is tied to whom, without direction.
    alike
        Whether neighbours are to come one after the other (the slowest wave) or far apart.
    rng
        Where the search starts.
    """
    from scipy.sparse import csr_array

    order = np.argsort(ties.parts, kind="stable")
    ends = np.cumsum(np.bincount(ties.parts))
    root, shape = np.sqrt(np.maximum(ties.degree, 1)), (ties.users, ties.users)
    entries = 1 / (root[ties.rows] * root[ties.indices])
    matrix = csr_array((entries, ties.indices.astype(np.int64), ties.indptr), shape)
    matrix, root = matrix[order][:, order], root[order]
    height = np.zeros(ties.users)
    for part in map(slice, np.concatenate([[0], ends[:-1]]), ends):
        start = rng.normal(size=part.stop - part.start)
        wave = _wave(matrix[part, part], root[part], start, slow=alike)
        height[part] = wave / root[part] * np.linalg.norm(root[part])
    ranks = np.lexsort((height, ties.parts[order])) if alike else np.argsort(height, kind="stable")
    return order[ranks]


def _wave(matrix: csr_array, root: Floats, start: Floats, *, slow: bool) -> Floats:
    """Return the eigenvector of the largest or smallest eigenvalue, beside ``root``.

    Lanczos's method, started anew every few steps. ARPACK's would draw random numbers of its own
    on symmetrical networks, such as stars, where the search ends early.
    """
    wave = start
    for _ in range(SEARCHES):
        basis = [root / np.linalg.norm(root)]
        while len(basis) <= STEPS:
            length = np.linalg.norm(wave)
            for _ in range(2):  # once leaves rounding errors, which grow from step to step
                for known in basis:
                    wave = wave - (known @ wave) * known
            left = np.linalg.norm(wave)
            if left <= NOTHING * length:
                break
            basis.append(wave / left)
            wave = matrix @ basis[-1]
        found = np.array(basis[1:])
        if not len(found):
            break
        vectors = np.linalg.eigh(found @ (matrix @ found.T))[1]
        wave = vectors[:, -1 if slow else 0] @ found
        if len(found) < STEPS:  # nothing else is to be found
            break
    return wave
