"""In which order tests run: those that noticed other mutants of the function, then the quick ones.

Tests stop at the first that fails, so that a good order is most of the time of a mutation check.
"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest


class Order:
    """What is known about tests of one module; the process that judges a mutant has a copy.

    Parameters
    ----------
    slowest
        Seconds from which on a test is left out.
    """

    def __init__(self, slowest: float) -> None:
        self.slowest = slowest
        self.seconds: dict[str, float] = {}
        self.kills: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def learn(self, function: str, report: Path) -> None:
        """Take over what a process has written down: durations, and which test failed."""
        told = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
        if not self.seconds:
            self.seconds = told.get("seconds", {})
        self.kills[function].update(told.get("failed", []))


class Watch:
    """A pytest plugin that puts tests in order and writes down what they did.

    Parameters
    ----------
    order
        What is known.
    function
        The function that is mutated.
    report
        Where to write.
    """

    def __init__(self, order: Order, function: str, report: Path) -> None:
        self.order, self.kills, self.file = order, order.kills[function], report
        self.told: dict[str, Any] = {"seconds": {}, "failed": []}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Sort, and leave out what is slow."""
        seconds = self.order.seconds
        items[:] = sorted(
            (item for item in items if seconds.get(item.nodeid, 0.0) < self.order.slowest),
            key=lambda item: (-self.kills[item.nodeid], seconds.get(item.nodeid, 0.0)),
        )

    def pytest_runtest_logstart(self) -> None:
        """Look at the clock."""
        self.start = time.process_time()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how long a test computed and whether it failed."""
        self.told["seconds"][report.nodeid] = time.process_time() - self.start
        if report.failed:
            self.told["failed"].append(report.nodeid)

    def write(self) -> None:
        """Write it down."""
        self.file.write_text(json.dumps(self.told), encoding="utf-8")
