"""How many lines and branches the tests reach, by package; exit code 1 where they are too few.

``make coverage`` measures, and calls this with what coverage.py has written as JSON.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

ENOUGH = 92.0
"""Percent of all branches."""
COUNTS = ("num_statements", "covered_lines", "num_branches", "covered_branches")


def by_package(report: dict[str, Any]) -> dict[str, Counter[str]]:
    """Add up what was counted in the files of each package, and in all."""
    packages: dict[str, Counter[str]] = {}
    for path, file in sorted(report["files"].items()):
        package = ".".join(PurePosixPath(Path(path).as_posix()).parent.parts)
        for name in (package, "all"):
            counts = Counter({count: file["summary"][count] for count in COUNTS})
            packages.setdefault(name, Counter()).update(counts)
    packages["all"] = packages.pop("all")
    return packages


def percent(part: int, of: int) -> float:
    """Return a share in percent; nothing of nothing is all of it.

    >>> percent(1, 4), percent(0, 0)
    (25.0, 100.0)
    """
    return 100 * part / of if of else 100.0


def table(packages: dict[str, Counter[str]]) -> str:
    """Return a table in Markdown."""
    rows = ["| package | lines | run | branches | taken |", "|---|--:|--:|--:|--:|"]
    for package, counts in packages.items():
        lines, ran, branches, taken = (counts[name] for name in COUNTS)
        shares = f"{percent(ran, lines):.1f} %", f"{percent(taken, branches):.1f} %"
        rows.append(f"| {package} | {lines:,} | {shares[0]} | {branches:,} | {shares[1]} |")
    return "\n".join(rows)


def main(path: str) -> int:
    """Print the table of a report."""
    packages = by_package(json.loads(Path(path).read_text(encoding="utf-8")))
    taken = percent(packages["all"]["covered_branches"], packages["all"]["num_branches"])
    wanted = f"branches taken: {taken:.1f} %, at least {ENOUGH:g} % are wanted"
    sys.stdout.write(f"{table(packages)}\n\n{wanted}\n")
    return int(taken < ENOUGH)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
