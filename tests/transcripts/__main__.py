"""Write the transcripts anew: `python -m tests.transcripts [NAME ...]`, or `make transcripts`."""

from __future__ import annotations

import sys

from groundswell.problems import InputError
from groundswell.scenarios.loading import library
from tests.transcripts.transcript import CHANGELOG, HERE, LEDGER, entry, ledger, problem, transcript


def refresh(name: str) -> str | None:
    """Write a transcript and its line in the ledger; return why it may not be, or nothing."""
    try:
        text = transcript(name)
    except InputError as error:
        sys.stderr.write(f"{name}: left as it is: {error}\n")
        return None
    new, entries = entry(name, text), ledger()
    wrong = problem(new, entries, CHANGELOG.read_text(encoding="utf-8"))
    if wrong is None:
        (HERE / f"{name}.txt").write_text(text, encoding="utf-8")
        if new not in entries:
            with LEDGER.open("a", encoding="utf-8") as file:
                file.write(f"{new}\n")
    return wrong


def main() -> None:
    """Refresh some or all, and say what is wrong."""
    wrong = [found for name in sys.argv[1:] or library() if (found := refresh(name))]
    sys.exit("\n".join(wrong) or 0)


main()
