"""A phase diagram: seed share x benefit, 20 x 20, 20 replicates, 2,000 users, two workers.

8,000 runs through `gs.sweep`, of the library's ``tipping-point`` with a response curve in place of
the learner. How fast is said against a bare loop: the same rounds (40 of best response, a fifth of
the users revising) by hand in NumPy and SciPy on one graph, with nothing checked, recorded or
stored. Both run alternately on one core, and the median of their ratios counts.
"""

from __future__ import annotations

import os
from statistics import median
from time import perf_counter

import numpy as np
from scipy.sparse import csr_array
from scipy.special import expit

import groundswell as gs
from benchmarks.markdown import table

USERS, WORKERS, TARGET = 2_000, 2, 120
SEEDS = tuple(np.linspace(0.02, 0.40, 20).round(3).tolist())
BENEFITS = tuple(np.linspace(0.50, 1.45, 20).round(3).tolist())
REPLICATES, TURNS = 20, 5


def scenario() -> gs.Scenario:
    return gs.load("tipping-point").replace(
        {
            "population": {"kind": "blank", "users": USERS},
            "collective.strategy": "none",
            "collective.signal": "none",
            "platform": {"kind": "response", "curve": "logistic"},
            "replicates": REPLICATES,
            "sweep.grid": {"collective.seeds": SEEDS, "payoff.benefit": BENEFITS},
        }
    )


def bare(model: gs.CollectiveActionModel, rng: np.random.Generator) -> np.ndarray:
    """Return who has joined after the rounds of a run, by the shortest loop there is."""
    ties, columns, rounds = model.ties, model.columns, model.scenario.rounds
    shape = (USERS, USERS)
    matrix = csr_array((np.ones(len(ties.indices)), ties.indices, ties.indptr), shape=shape)
    degree, curve = np.maximum(ties.degree, 1), model.scenario.platform.curve
    joined = columns["joined"].copy()
    for _ in range(rounds):
        success = expit(curve.steepness * (joined.mean() - curve.midpoint))
        pressure = columns["peer_pressure"] * (matrix @ joined) / degree
        gain = columns["benefit"] * success + pressure - columns["cost"]
        free = (rng.random(USERS) < columns["revision"]) & ~columns["committed"]
        joined[free] = np.where(gain == 0, joined, gain > 0)[free]
    return joined


def ratio(study: gs.Scenario) -> tuple[float, float]:
    """Return the time of a run in a sweep over that of a bare loop, and the latter in seconds."""
    few = {"collective.seeds": SEEDS[::5], "payoff.benefit": BENEFITS[::5]}
    part = study.replace({"replicates": 1, "sweep.grid": few})
    model, rng = gs.CollectiveActionModel(part), np.random.default_rng(0)
    runs = len(few["collective.seeds"]) * len(few["payoff.benefit"])
    gs.sweep(part)  # what is compiled and read once
    loops, ratios = [], []
    for _ in range(TURNS):
        start = perf_counter()
        gs.sweep(part)
        middle = perf_counter()
        for _ in range(runs):
            bare(model, rng)
        loops.append((perf_counter() - middle) / runs)
        ratios.append((middle - start) / runs / loops[-1])
    return median(ratios), median(loops)


def main() -> None:
    study = scenario()
    times, loop = ratio(study)
    load, start = os.getloadavg()[0], perf_counter()
    result = gs.sweep(study, workers=WORKERS)
    seconds, runs = perf_counter() - start, len(result.runs)
    verdict = "met" if seconds < TARGET else "MISSED"
    found = [
        ("a run, beside its rounds in a bare loop, one worker", f"{times:.1f} x", ""),
        (f"{runs:,} runs, {WORKERS} workers", f"{seconds:.0f} s", f"{TARGET} s: {verdict}"),
    ]
    print(table(("what", "measured", "target"), found))
    print(f"\nThe bare loop takes {loop * 1e3:.2f} ms. Load of the machine before: {load:.1f}")
