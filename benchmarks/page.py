"""What benchmarks print, and where it goes in docs/benchmarks.md: between marks, in their prose."""

from __future__ import annotations

import contextlib
import io
from importlib import import_module
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
MAINS = {
    "recruitment": "recruitment",
    "peers": "peers.compare",
    "retraining": "retraining",
    "training": "training",
    "phase-diagram": "phase_diagram",
    "sweep": "sweep",
    "store": "store",
    "startup": "startup",
    "scaling": "scaling",
}
"""The modules of the benchmarks, each with a ``main`` that prints a table or plain lines."""


def printed(name: str) -> str:
    """Run a benchmark, print what it prints, and return that."""
    main = import_module(f"benchmarks.{MAINS[name]}").main
    with contextlib.redirect_stdout(io.StringIO()) as kept:
        main()
    print(kept.getvalue(), flush=True)
    return kept.getvalue()


def refresh(name: str, text: str) -> None:
    """Write what a benchmark has printed into its place on the page."""
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), name, text), encoding="utf-8")


def replaced(page: str, name: str, text: str) -> str:
    """Return a page with other text between the marks of a benchmark.

    Lines without a table are shown as they are.

    Raises
    ------
    ValueError
        If the page has no such marks.

    >>> page = "Prose.\\n<!-- store -->\\nold\\n<!-- end of store -->\\n"
    >>> print(replaced(page, "store", "| new |\\n"))
    Prose.
    <!-- store -->
    <BLANKLINE>
    | new |
    <BLANKLINE>
    <!-- end of store -->
    <BLANKLINE>
    """
    first, last = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    if page.count(first) != 1 or page.count(last) != 1:
        raise ValueError(f"docs/benchmarks.md needs '{first.strip()}' and '{last}', each once")
    before, after = page.partition(first)[0], page.partition(last)[2]
    shown = text.strip() if "|" in text else f"```text\n{text.strip()}\n```"
    return f"{before}{first}\n{shown}\n\n{last}{after}"
