"""All benchmarks, or those named: ``python -m benchmarks [--write] [recruitment] [training] ...``.

Times are interleaved and medians, so that only their ratios are meant. With ``--write`` what each
prints goes into its place in docs/benchmarks.md as well.
"""

from __future__ import annotations

import sys

from benchmarks import page
from benchmarks.page import MAINS

arguments = sys.argv[1:]
for name in [one for one in arguments if one != "--write"] or MAINS:
    printed = page.printed(name)
    if "--write" in arguments:
        page.refresh(name, printed)
