"""What a study costs beside its models: 1,000 runs of a 2 ms model through `gs.run` into a folder,
against a bare loop that makes each model and steps it, in one process.

Both run alternately in parts of 250 runs, and the ratio of the sums counts: what a study does once,
such as its exports, is in it four times. Beside it, the peak memory of 1,000 and of 10,000 runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import groundswell as gs
from benchmarks.markdown import table
from groundswell.scenarios.simulate import forget

RUNS, PARTS = 1_000, 4
FEW, MANY = 2_000, 10_000
"""Runs whose memory is compared: from the fewer on, exports fill their chunks."""
TARGET, GROWTH = 1.5, 30.0
SETTINGS = {
    "name": "short",
    "rounds": 10,
    "population": {"kind": "blank", "users": 200},
    "network": {"kind": "watts-strogatz", "degree": 6},
    "payoff": {"cost": {"kind": "normal", "mean": 0.6, "sd": 0.2}},
    "collective": {"seeds": 20},
    "platform": {"kind": "response", "curve": "logistic"},
}
PEAK = """
import sys, tempfile
import groundswell as gs
from benchmarks.memory import peak
from benchmarks.sweep import SETTINGS
with tempfile.TemporaryDirectory() as folder:
    gs.run(SETTINGS, replicates=int(sys.argv[1]), out=folder + "/out")
print(peak())
"""


def bare(scenario: gs.Scenario, replicates: range) -> None:
    for replicate in replicates:
        model = gs.CollectiveActionModel(scenario, replicate=replicate)
        while model.running:
            model.step()
        forget(model)


def ratio() -> tuple[float, float]:
    """Return the time of a study over that of the bare loop, and that of a bare run in ms."""
    scenario, part = gs.load(SETTINGS), RUNS // PARTS
    loops, studies = [], []
    bare(scenario, range(5))
    with tempfile.TemporaryDirectory() as folder:
        gs.run(scenario, replicates=2, out=Path(folder) / "first")
        for turn in range(PARTS):
            start = perf_counter()
            bare(scenario, range(part))
            middle = perf_counter()
            gs.run(scenario, replicates=part, seed=turn, out=Path(folder) / str(turn))
            loops.append(middle - start)
            studies.append(perf_counter() - middle)
    return sum(studies) / sum(loops), median(loops) / part * 1e3


def peak(runs: int) -> float:
    """Return the peak memory of a process that does so many runs, in MiB."""
    command = [sys.executable, "-c", PEAK, str(runs)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    (times, run), load = ratio(), os.getloadavg()[0]
    few, many = peak(FEW), peak(MANY)
    fast, small = ("met" if met else "MISSED" for met in (times < TARGET, many < few + GROWTH))
    found = [
        (
            f"{RUNS:,} runs into a folder, beside a bare loop",
            f"{times:.2f} x",
            f"{TARGET} x: {fast}",
        ),
        (f"peak memory of {FEW:,} runs", f"{few:.0f} MiB", ""),
        (f"peak memory of {MANY:,} runs", f"{many:.0f} MiB", f"+{GROWTH:.0f} MiB: {small}"),
    ]
    print(table(("what", "measured", "target"), found))
    print(f"\nA run takes {run:.1f} ms in the bare loop. Load of the machine: {load:.1f}")
