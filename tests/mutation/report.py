"""What the mutants of each module came to, and why those that survive cannot be noticed."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.mutation.mutants import Mutant

HEAD = """\
| module | mutants | killed | timed out | survived | of these equivalent | score | raw score |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""


def known(mutants: list[Mutant]) -> dict[str, Mutant]:
    """Return mutants by what they are known by, which other lines of the module do not change."""
    found: dict[str, Mutant] = {}
    for one in mutants:
        name = f"{one.module} {one.function}: {one.before} -> {one.after}"
        again = sum(other == name or other.startswith(f"{name} (") for other in found)
        found[f"{name} ({again + 1})" if again else name] = one
    return found


def _explained() -> dict[str, str]:
    there = Path(__file__).parent
    return {
        f"{one['module']} {one.get('function', '')}: {one['before']} -> {after}": one["why"]
        for file in sorted(there.glob("*.toml"))
        for one in tomllib.loads(file.read_text(encoding="utf-8"))["equivalent"]
        for after in one["after"]
    }


EQUIVALENT = _explained()
"""Why mutants that survive do what the module does."""


def explained(name: str) -> bool:
    """Whether it is explained why a mutant survives, the first with its change or another."""
    return re.sub(r" \(\d+\)$", "", name) in EQUIVALENT


class Row(NamedTuple):
    """What the mutants of a module came to; those timed out are among the noticed."""

    module: str
    mutants: int
    killed: int
    timed_out: int
    survived: int
    equivalent: int

    @classmethod
    def of(cls, module: str, came: dict[str, str]) -> Row:
        """Count verdicts by key."""
        count = Counter(came.values())
        equivalent = sum(end == "survived" and explained(name) for name, end in came.items())
        return cls(
            module, len(came), count["killed"], count["timed out"], count["survived"], equivalent
        )

    def line(self) -> str:
        """Return the row of a table."""
        noticed = self.killed + self.timed_out
        score, raw = (
            noticed / max(self.mutants - self.equivalent, 1),
            noticed / max(self.mutants, 1),
        )
        return f"| {' | '.join(map(str, self))} | {100 * score:.1f} % | {100 * raw:.1f} % |"


def table(rows: list[Row]) -> str:
    """Return a table in Markdown, with the sum below."""
    total = Row("all", *(sum(row[column] for row in rows) for column in range(1, len(Row._fields))))
    return "\n".join([HEAD, *(row.line() for row in [*rows, total])])


def shown(mutant: Mutant) -> str:
    """Return a mutant as one reads a change."""
    where = f"{mutant.module}:{mutant.line} {mutant.function} ({mutant.operator})"
    return f"survived: {where}\n  - {mutant.before}\n  + {mutant.after}"
