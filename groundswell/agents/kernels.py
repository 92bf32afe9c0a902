"""Loops that NumPy cannot vectorise, compiled with numba and cached on disk.

Imported only by what needs them, because importing numba takes half a second. Where no folder for
the cache can be written, they are compiled anew in each process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit

from groundswell.agents.ties import Numbers

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


def compiled(function: FunctionT) -> FunctionT:
    """Compile a function, and cache it on disk if that is possible."""
    try:
        fast: FunctionT = njit(cache=True)(function)
    except RuntimeError:  # numba found no folder that it may write to
        fast = njit(function)
    return fast


@compiled
def attach(a: Numbers, b: Numbers, ties: int, rng: np.random.Generator) -> None:
    """Fill in the far ends ``b`` of newcomers' ties by preferential attachment.

    The first ``ties`` pairs are given. An end of a tie drawn uniformly is a user drawn in
    proportion to its degree; each newcomer's ends are distinct.
    """
    for first in range(ties, len(a), ties):
        for tie in range(first, first + ties):
            fresh = False
            while not fresh:
                draw = rng.integers(0, 2 * first)
                b[tie] = a[draw] if draw < first else b[draw - first]
                fresh = True
                for other in range(first, tie):
                    fresh = fresh and b[other] != b[tie]
