"""A round in which a platform retrains on 10^6 users, against recruiting alone.

Categorical data, plug-in Bayes, best response; about 1 % of the users move in each round measured.
Recruiting alone is `observe` and `decide` of the same rounds of the same model. The platform's part
is beside it, and what it takes without exchanging rows: everybody's rows put together and counted.
"""

from __future__ import annotations

import os
from statistics import median
from time import perf_counter

import numpy as np

import groundswell as gs
from groundswell.data import Points
from groundswell.platform.fitting import fit
from groundswell.platform.learners.base import TrainingSet

USERS, WARM, ROUNDS, TARGET = 1_000_000, 3, 24, 3.0
SCENARIO = {
    "name": "bench",
    "rounds": WARM + ROUNDS,
    "population": {"kind": "categorical", "users": USERS},
    "network": {"kind": "watts-strogatz", "degree": 10},
    "decision": {
        "kind": "best-response",
        "activation": {"kind": "inertial", "revision": 0.02},
    },
    "payoff": {"cost": {"kind": "normal", "mean": 0.6, "sd": 0.3}, "peer_pressure": 0.2},
    "collective": {
        "seeds": 0.3,
        "committed": False,
        "strategy": {"kind": "feature-label", "target": "1"},
        "signal": {"kind": "cells", "to": [0, 0, 2, 2, 4, 4, 6, 6]},
    },
    "platform": {"kind": "learning", "learner": {"kind": "bayes", "plug_in": True}},
}


def timed(*calls: object) -> float:
    start = perf_counter()
    for call in calls:
        call()  # type: ignore[operator]
    return perf_counter() - start


def refit(model: gs.CollectiveActionModel) -> None:
    """Put together what everybody submits, and fit it."""
    held, platform = model.world.rows.points, model.platform
    planted = model.columns["joined"]
    strategy, context = model.campaign.collective.strategy, model.campaign.context
    X, y = held.X.copy(), held.y.copy()
    theirs = strategy.submit(held.where(planted), context)
    X[planted], y[planted] = theirs.X, theirs.y
    data = TrainingSet(Points(X, y), planted, platform.schema, platform.target)
    fit(platform.settings.learner, data, np.random.default_rng(0))


def main() -> None:
    model = gs.CollectiveActionModel(SCENARIO)
    for _ in range(WARM):
        model.step()
    moved, recruiting, learning, measuring, plain = [], [], [], [], []
    for _ in range(ROUNDS):
        before = model.columns["joined"]
        model.round += 1
        recruiting.append(timed(model.observe, model.decide))
        learning.append(timed(model.submit, model.retrain))
        measuring.append(timed(model.measure))
        plain.append(timed(lambda: refit(model)))
        moved.append(float(np.mean(before != model.columns["joined"])))
    parts = zip(recruiting, learning, measuring, strict=True)
    ratio = median(sum(one) / one[0] for one in parts)
    verdict = "met" if ratio <= TARGET else "MISSED"
    share, rest, load = median(moved), median(measuring), os.getloadavg()[0]
    print(f"retraining each round, {USERS:,} users of whom {share:.1%} move, plug-in Bayes:")
    print(f"  a round is {ratio:.2f} x recruiting alone ({median(recruiting) * 1e3:.1f} ms)")
    print(f"  (target {TARGET:.0f} x: {verdict}; load of the machine: {load:.1f})")
    print(f"  submitting and retraining take {median(learning) * 1e3:.1f} ms, and by counting")
    print(f"  everybody {median(plain) * 1e3:.1f} ms; measuring and recording {rest * 1e3:.1f} ms")
