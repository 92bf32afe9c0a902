"""All benchmarks, or those named: ``python -m benchmarks [recruitment] [training] ...``.

Times are interleaved and medians, so that only their ratios are meant.
"""

from __future__ import annotations

import sys

from benchmarks import phase_diagram, recruitment, retraining, store, sweep, training

ALL = {
    "recruitment": recruitment.main,
    "retraining": retraining.main,
    "training": training.main,
    "phase-diagram": phase_diagram.main,
    "sweep": sweep.main,
    "store": store.main,
}

for name in sys.argv[1:] or ALL:
    ALL[name]()
