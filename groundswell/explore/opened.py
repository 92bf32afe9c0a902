"""What the pages of this process show; set before the first browser comes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from groundswell.explore.draft import Draft


@dataclass
class Opened:
    """What was opened: a draft to start from, or the folder of results."""

    what: Draft | Path | None = None


opened = Opened()
