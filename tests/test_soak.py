"""Many runs in one process: what one has held is given back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOAK = """
import json, os, sys
import groundswell as gs

kinds, runs, warm = json.load(sys.stdin)
held = []
for number in range(runs):
    gs.run(kinds[number % len(kinds)], seed=number, replicates=1)
    if number + 1 in (warm, runs):
        pages = int(open("/proc/self/statm").read().split()[1])
        held.append(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)
print(json.dumps(held))
"""
LEARNERS = [
    "naive-bayes",
    "tree",
    "logistic",
    {"kind": "sgd", "hidden": [8], "epochs": 2},
    {"kind": "jtt", "hidden": [], "epochs": 2},
]
KINDS = [
    *(
        {
            "name": "soak",
            "rounds": 2,
            "population": {"kind": "digits"},
            "network": {"kind": "watts-strogatz", "degree": 4},
            "payoff": {"cost": {"kind": "normal", "mean": 0.8, "sd": 0.3}},
            "collective": {
                "seeds": 0.05,
                "strategy": {"kind": "feature-label", "target": 3},
                "signal": {"kind": "pixels", "pixels": [7, 56]},
            },
            "platform": {"kind": "learning", "learner": learner},
        }
        for learner in LEARNERS
    ),
    "voter-star",
    "sis-karate",
    "granovetter",
    "watts-cascade",
    "mean-field",
    "bayes-step",
    "signal-planting",
]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads memory as Linux tells it")
def test_two_thousand_runs_hold_hardly_more_memory_than_a_hundred():
    done = subprocess.run(
        [sys.executable, "-c", SOAK],
        input=json.dumps([KINDS, 2_000, 100]),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    early, late = json.loads(done.stdout)
    assert late <= 1.05 * early
