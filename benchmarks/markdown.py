"""Tables as Markdown has them, which a terminal shows as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table with the first column to the left and numbers to the right.

    >>> print(table(["peer", "times"], [["Mesa", 40]]))
    | peer | times |
    |------|------:|
    | Mesa |    40 |
    """
    cells = [list(header), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    lines = [
        [
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in cells
    ]
    rule = ["-" * (width + 1) + (":" if i else "-") for i, width in enumerate(widths)]
    return "\n".join(
        ["| " + " | ".join(lines[0]) + " |", "|" + "|".join(rule) + "|"]
        + ["| " + " | ".join(line) + " |" for line in lines[1:]]
    )
