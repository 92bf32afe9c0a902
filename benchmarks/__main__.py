"""All benchmarks, or those named: ``python -m benchmarks [recruitment] [training] ...``.

Times are interleaved and medians, so that only their ratios are meant.
"""

from __future__ import annotations

import sys

from benchmarks import phase_diagram, recruitment, scaling, startup, store, sweep, training

ALL = {
    "recruitment": recruitment.main,
    "training": training.main,
    "phase-diagram": phase_diagram.main,
    "sweep": sweep.main,
    "store": store.main,
    "scaling": scaling.main,
    "startup": startup.main,
}

for name in sys.argv[1:] or ALL:
    ALL[name]()
