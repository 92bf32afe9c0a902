"""A million users and the machine's limit: kernels, a round, and a whole run.

Each is said against the least it could take: the counting of joined neighbours against a gather of
as many random bytes, a round of best response one by one against a loop that only reads each
user's neighbours, and a whole run against bare SciPy products. What is compared runs alternately on
one thread, and the minima count: other work on the machine only ever adds.

In rounds and in the whole run a tenth of the members leaves each round and most come back in the
next: a run that comes to rest would have nothing to count.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

import groundswell as gs
from groundswell.agents.kernels import compiled
from groundswell.agents.ties import Ties
from groundswell.data import Bools, Ints

USERS, DEGREE, TURNS = 1_000_000, 10, 15
THRESHOLD = {
    "kind": "threshold", "threshold": 0.3, "activation": "synchronous", "attrition": 0.1,
}  # fmt: skip
SEQUENTIAL = {"kind": "best-response", "activation": "sequential"}
HETEROGENEOUS = {"cost": {"kind": "normal", "mean": 0.9, "sd": 0.3}, "peer_pressure": 0.2}
WHOLE = """
import sys, tempfile
from time import perf_counter
import groundswell as gs
from benchmarks.memory import peak
from benchmarks.recruitment import moved, settings
gs.run(settings(20_000))
with tempfile.TemporaryDirectory() as folder:
    start = perf_counter()
    series = gs.run(settings(int(sys.argv[1])), out=folder + "/out").series
    print(perf_counter() - start, peak(), moved(series))
"""


def settings(users: int, **more: object) -> dict[str, object]:
    return {
        "name": "bench",
        "rounds": 50,
        "population": {"kind": "blank", "users": users},
        "network": {"kind": "watts-strogatz", "degree": DEGREE},
        "decision": THRESHOLD,
        "collective": {"seeds": 0.3, "committed": False},
        "platform": {"kind": "response", "curve": "logistic"},
        "measure": {"target_success": 1.0},
        **more,
    }


def moved(series: pd.DataFrame) -> float:
    """Return the share of the users that moves in a round, the least of the last ten."""
    users = series["members"] / series["member_share"]
    return float(((series["joined"] + series["left"]) / users).tail(10).min())


def least(*works: Callable[[], object], before: Callable[[], object], turns: int) -> list[float]:
    """Return the least time each takes, of several turns in which each has one after the other."""
    times = [[] for _ in works]
    for _ in range(turns):
        before()
        for work, took in zip(works, times, strict=True):
            start = perf_counter()
            work()
            took.append(perf_counter() - start)
    return [min(took) for took in times]


def said(what: str, ratio: float, limit: float, seconds: float) -> None:
    verdict = "met" if ratio <= limit else "MISSED"
    print(f"  {what}: {ratio:.2f} x (at most {limit:g}: {verdict}; {seconds * 1e3:.1f} ms)")


def kernel(model: gs.CollectiveActionModel, limit: float, turns: int) -> None:
    """Time a threshold round of everybody, half of whom have just been flipped at random."""
    users, rng = model.columns.users, np.random.default_rng(1)
    around = rng.integers(0, users, DEGREE * users)
    rule, joined = model.scenario.decision, model.columns["joined"]
    order, none = np.arange(users), np.empty((users, 0))
    bits = joined.view(np.int8)

    def flip() -> None:
        nonlocal bits
        flipped = joined ^ (rng.random(users) < 0.5)
        model.columns["joined"], bits = flipped, flipped.view(np.int8)

    model.observe()
    decide, gather = least(
        lambda: rule.wants(model.situation, order, none), lambda: bits[around],
        before=flip, turns=turns,
    )  # fmt: skip
    said("threshold of all, half flipped, over a gather", decide / gather, limit, decide)


@compiled
def read(order: Ints, indptr: Ints, indices: Ints, joined: Bools) -> int:
    """Read each user's neighbours in an order, and do nothing about them."""
    total = 0
    for user in order:
        for k in range(np.uint64(indptr[user]), np.uint64(indptr[user + 1])):
            total += joined[indices[k]]
    return total


def one_by_one(users: int) -> None:
    model = gs.CollectiveActionModel(settings(users, decision=SEQUENTIAL, payoff=HETEROGENEOUS))
    rule, ties, rng = model.scenario.decision, model.ties, np.random.default_rng(2)
    order, none = rng.permutation(users), np.empty((users, 0))
    joined, free = model.columns["joined"].copy(), np.zeros(users, dtype=bool)

    def start() -> None:
        nonlocal order, joined
        order, joined = rng.permutation(users), rng.random(users) < 0.5
        model.columns["joined"] = joined.copy()
        model.observe()

    turns, reading = least(
        lambda: rule.take_turns(model.situation, order, none, joined, free.copy()),
        lambda: read(order, ties.indptr, ties.indices, joined),
        before=start, turns=TURNS,
    )  # fmt: skip
    said("best response one by one, over reading neighbours", turns / reading, 2.0, turns)


def steps(model: gs.CollectiveActionModel) -> None:
    """Time rounds with everything measured and recorded, in which users move as the rule says."""
    for _ in range(10):
        model.step()
    joined = model.columns["joined"].astype(np.int32)
    matrix = csr(model.ties)
    step, product = least(model.step, lambda: matrix @ joined, before=lambda: None, turns=TURNS)
    share = f"{moved(model.series):.0%} move"
    ratio = f"{step / product:.2f} x one SciPy CSR product ({step * 1e3:.1f} ms)"
    print(f"  model.step() in which {share}: {ratio}")


def csr(ties: Ties) -> csr_array:
    ones = np.ones(len(ties.indices), dtype=np.int32)
    pointers = ties.indices.astype(np.int32), ties.indptr.astype(np.int32)
    return csr_array((ones, *pointers), shape=(ties.users, ties.users))


def ring(users: int, rng: np.random.Generator) -> csr_array:
    """Build the graph in NumPy and SciPy, as plainly as can be: a tenth of the ties rewired."""
    near = np.repeat(np.arange(users, dtype=np.int32), DEGREE // 2)
    far = (near + np.tile(np.arange(1, DEGREE // 2 + 1, dtype=np.int32), users)) % users
    moved = rng.random(len(far)) < 0.1
    far[moved] = rng.integers(0, users, np.count_nonzero(moved), dtype=np.int32)
    ends = np.concatenate([near, far]), np.concatenate([far, near])
    return csr_array((np.ones(len(ends[0]), dtype=np.int32), ends), shape=(users, users))


def whole(users: int, turns: int = 3) -> None:
    """Time a run, saved, in a process of its own that has done a small one: imports are not in it.

    The peak of memory is of the whole process.
    """
    runs, peaks, graphs, products, shares = [], [], [], [], []
    for turn in range(turns):
        command = [sys.executable, "-c", WHOLE, str(users)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds, peak, share = map(float, done.stdout.split())
        runs.append(seconds)
        peaks.append(peak)
        shares.append(share)
        start = perf_counter()
        matrix = ring(users, np.random.default_rng(turn))
        graphs.append(perf_counter() - start)
        joined = (np.random.default_rng(turn).random(users) < 0.3).astype(np.int32)
        start = perf_counter()
        for _ in range(50):
            matrix @ joined
        products.append(perf_counter() - start)
    budget = 3 * min(products) + 1.5 * min(graphs)
    said("a whole run of 50 rounds, over what it may take", min(runs) / budget, 1.0, min(runs))
    print(
        f"    ({min(shares):.0%} move in a round; 50 products {min(products):.2f} s, "
        f"a plain graph {min(graphs):.2f} s)"
    )
    verdict = "met" if max(peaks) < 700 else "MISSED"
    print(f"  peak memory of that: {max(peaks):.0f} MiB (at most 700: {verdict})")


def main() -> None:
    print(f"recruitment, {USERS:,} users, degree {DEGREE}, one thread, minima:")
    whole(USERS)
    model = gs.CollectiveActionModel(settings(USERS))
    kernel(model, 1.5, TURNS)
    model = gs.CollectiveActionModel(settings(USERS))
    steps(model)
    one_by_one(USERS)
    del model
    print(f"recruitment, {10 * USERS:,} users:")
    kernel(gs.CollectiveActionModel(settings(10 * USERS)), 3.0, 5)
