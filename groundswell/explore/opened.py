"""What the pages of this process show; set before the first browser comes."""

from __future__ import annotations

from dataclasses import dataclass

from groundswell.explore.draft import Draft
from groundswell.scenarios.result import Result


@dataclass
class Opened:
    """What was opened: a draft to start from, or results."""

    what: Draft | Result | None = None


opened = Opened()
