"""Time and memory at 10^4 to 10^7 users: building each network, and 50 rounds on a small world.

Each measurement is a process of its own, on one thread; its time is that of the processor, and its
memory the peak beyond what the process holds when everything is loaded and compiled. Beside the
seconds are ratios to what the same process takes for the shortest thing of that size: a network to
sorting its ties as 64-bit codes in NumPy, 50 rounds to as many bare sparse products in SciPy.
Exponents are slopes of least squares through the logarithms.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from math import isqrt
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from scipy.sparse import csr_array

import groundswell as gs
from benchmarks.memory import peak
from groundswell.agents.network import (
    BarabasiAlbert,
    ErdosRenyi,
    Network,
    Ring,
    WattsStrogatz,
)
from groundswell.agents.structured import Lattice, StochasticBlock
from groundswell.agents.ties import Ties

SIZES = (10**4, 10**5, 10**6, 10**7)
ROUNDS, PRODUCTS = 50, 3
NETWORKS: dict[str, Callable[[int], Network]] = {
    "ring": lambda users: Ring(degree=10),
    "lattice": lambda users: Lattice(side=isqrt(users), neighbourhood="moore"),
    "watts-strogatz": lambda users: WattsStrogatz(degree=10),
    "erdos-renyi": lambda users: ErdosRenyi(mean_degree=10.0),
    "barabasi-albert": lambda users: BarabasiAlbert(ties=5),
    "stochastic-block": lambda users: StochasticBlock(blocks=10, within=8.0, between=2.0),
}
SCENARIO: dict[str, Any] = {
    "name": "scaling",
    "rounds": ROUNDS,
    "network": {"kind": "watts-strogatz", "degree": 10},
    "decision": {
        "kind": "threshold",
        "threshold": {"kind": "uniform", "low": 0.0, "high": 1.0},
        "activation": {"kind": "inertial", "revision": 0.2},
    },
    "collective": {"seeds": 0.05},
    "platform": {"kind": "response", "curve": "logistic"},
}
RUN = f"{ROUNDS} threshold rounds"
Measured = dict[str, float]


def build(kind: str, users: int) -> Ties:
    network = NETWORKS[kind](users)
    return network.build(network.size() or users, np.random.default_rng(1))


def run(users: int) -> None:
    """Run a study into a folder."""
    scenario = SCENARIO | {"population": {"kind": "blank", "users": users}}
    with tempfile.TemporaryDirectory() as folder:
        gs.run(scenario, out=Path(folder) / "out")


def sort(ties: Ties) -> float:
    codes = np.random.default_rng(0).integers(2**62, size=len(ties.indices))
    return seconds(codes.sort)


def products(ties: Ties) -> float:
    joined = np.ones(ties.users, dtype=np.int32)
    values = np.ones(len(ties.indices), dtype=np.int32)
    shape = (ties.users, ties.users)
    matrix = csr_array((values, ties.indices.astype(np.int32), ties.indptr), shape=shape)
    return min(seconds(lambda: matrix @ joined) for _ in range(PRODUCTS)) * ROUNDS


def seconds(work: Callable[[], Any]) -> float:
    start = process_time()
    work()
    return process_time() - start


def measure(what: str, users: int) -> Measured:
    """Measure in this process."""
    runs, kind = what == RUN, "watts-strogatz" if what == RUN else what
    work: Callable[[int], object] = run if runs else lambda size: build(kind, size)
    work(SIZES[0])  # what is loaded and compiled once
    before = peak()
    took = seconds(lambda: work(users))
    memory = peak() - before
    ties = build(kind, users)
    bare = products(ties) if runs else sort(ties)
    return {"seconds": took, "MiB": memory, "ratio": took / bare}


def apart(what: str, users: int) -> Measured:
    """Measure in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.scaling", what, str(users)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    measured: Measured = json.loads(done.stdout.splitlines()[-1])
    return measured


def exponent(values: list[float], sizes: tuple[int, ...]) -> float:
    """Return e of values ~ sizes^e; of the larger sizes, where these are more than noise."""
    return float(np.polyfit(np.log(sizes[1:]), np.log(values[1:]), 1)[0])


def table(found: dict[str, list[Measured]], sizes: tuple[int, ...], unit: str) -> list[str]:
    heads = "".join(f" 10^{len(str(size)) - 1} |" for size in sizes)
    lines = [f"| {unit} |{heads} exponent |", f"|---|{'---:|' * (len(sizes) + 1)}"]
    for what, measured in found.items():
        cells = " | ".join(cell(one, unit) for one in measured)
        values = [one[unit] for one in measured]
        lines.append(f"| {what} | {cells} | {exponent(values, sizes):.2f} |")
    return lines


def cell(one: Measured, unit: str) -> str:
    if unit == "seconds":
        return f"{one[unit]:.3g} ({one['ratio']:.1f} ×)"
    return f"{one[unit]:,.0f}" if one[unit] >= 1 else "< 1"


def main(sizes: tuple[int, ...] = SIZES) -> None:
    found = {what: [apart(what, size) for size in sizes] for what in (*NETWORKS, RUN)}
    print("scaling, a process each; exponents from 10^5 users on:\n")
    print("\n".join([*table(found, sizes, "seconds"), "", *table(found, sizes, "MiB")]))
    print(f"\n(load of the machine: {os.getloadavg()[0]:.1f})")


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
