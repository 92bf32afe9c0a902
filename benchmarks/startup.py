"""What a small run costs beside imports: 1,000 users, 20 rounds, a response platform.

Each run is in a fresh process that has imported whatever the run will need. Beside it, the same
with users one by one, whose loops are compiled: with a warm cache on disk, and with a cold one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

TARGET, TURNS = 0.1, 5
RUN = """
import sys
from contextlib import suppress
from importlib import import_module
from time import perf_counter
import groundswell as gs
scenario = gs.load({
    "name": "small", "rounds": 20,
    "population": {"kind": "blank", "users": 1_000},
    "network": {"kind": "watts-strogatz", "degree": 10},
    "decision": {"kind": "best-response", "activation": sys.argv[1]},
    "payoff": {"cost": {"kind": "normal", "mean": 0.9, "sd": 0.3}, "peer_pressure": 0.2},
    "collective": {"seeds": 0.3},
    "platform": {"kind": "response", "curve": "logistic"},
})
for name in sys.argv[2:]:
    with suppress(ImportError):  # names that a library gives to parts of itself
        import_module(name)
before = set(sys.modules)
start = perf_counter()
gs.run(scenario)
print(perf_counter() - start, *sorted(set(sys.modules) - before))
"""


def run(activation: str, modules: list[str], **environment: str) -> tuple[float, list[str]]:
    """Return the seconds that a first run takes, and what it imported."""
    command = [sys.executable, "-c", RUN, activation, *modules]
    where = {**os.environ, **environment}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=where)
    seconds, *imported = done.stdout.split()
    return float(seconds), imported


def beyond_imports(activation: str) -> float:
    """Return the least seconds of some first runs that find everything imported."""
    modules: list[str] = []
    for _ in range(3):  # an import may be what lets a run get to the next one
        modules += run(activation, modules)[1]
    return min(run(activation, modules)[0] for _ in range(TURNS))


def main() -> None:
    small = beyond_imports("inertial")
    verdict = "met" if small < TARGET else "MISSED"
    print("start-up, 1,000 users, 20 rounds, no trained learner, a first run beyond imports:")
    print(f"  {small * 1e3:.0f} ms (target {TARGET * 1e3:.0f} ms: {verdict})")
    print(f"  users one by one: {beyond_imports('sequential') * 1e3:.0f} ms with loops compiled")
    with tempfile.TemporaryDirectory() as folder:
        cold = run("sequential", [], NUMBA_CACHE_DIR=folder)[0]
    print(f"  the very first time, imports and compiling included: {cold:.1f} s")


if __name__ == "__main__":
    main()
