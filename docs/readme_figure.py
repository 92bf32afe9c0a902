"""The figure of the README: `python docs/readme_figure.py` runs the quickstart and draws it."""

from __future__ import annotations

from pathlib import Path

import groundswell as gs
from groundswell.analysis import plots

FIGURE = Path(__file__).parent / "figures" / "quickstart.svg"


def draw() -> str:
    """Return the share α, success S and accuracy over the rounds of the quickstart."""
    result = gs.run("quickstart")
    columns = ["alpha", "success", "accuracy"]
    ax = plots.time_series(result, columns, ax=plots.new_axes(height=2.6))
    ax.set_ylabel("share of rows, or of test points")
    return plots.svg(ax)


if __name__ == "__main__":
    FIGURE.write_text(draw(), encoding="utf-8")
    print(FIGURE)
