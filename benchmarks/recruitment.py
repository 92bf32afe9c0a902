"""A recruitment round against what it cannot do without: one sparse product per round.

Times are interleaved and medians, so that only their ratio is meant.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter

import numpy as np
from scipy.sparse import csr_array

import groundswell as gs

USERS, ROUNDS = 100_000, 30
SCENARIO = {
    "name": "bench",
    "population": {"kind": "blank", "users": USERS},
    "network": {"kind": "watts-strogatz", "degree": 10},
    "decision": {"kind": "threshold", "threshold": 0.3, "activation": "synchronous"},
    "collective": {"seeds": 0.3, "committed": False},
    "platform": {"kind": "response", "curve": "logistic"},
}


def main() -> None:
    model = gs.CollectiveActionModel(SCENARIO)
    ties = model.ties
    ones = np.ones(len(ties.indices), dtype=np.int32)
    matrix = csr_array((ones, ties.indices.astype(np.int32), ties.indptr), shape=(USERS, USERS))
    steps, products = [], []
    for _ in range(ROUNDS):
        joined = model.columns["joined"].astype(np.int32)
        start = perf_counter()
        matrix @ joined
        middle = perf_counter()
        model.step()
        steps.append(perf_counter() - middle)
        products.append(middle - start)
    ratio = median(steps) / median(products)
    print(f"model.step() with everything measured, {USERS:,} users, degree 10:")
    print(f"  {ratio:.1f} x one SciPy CSR product ({median(steps) * 1e3:.2f} ms)")
