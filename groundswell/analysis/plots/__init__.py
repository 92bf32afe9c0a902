"""Figures on matplotlib: of results and of the tables that analyses make.

Each takes what it draws and ``ax``, and returns the axes, so that figures can be put together and
changed; without ``ax`` it makes a new figure. Colours are told apart by colour-blind readers and
line styles in grey print. `style` is the look of all of them, for what is drawn beside them.

>>> import groundswell as gs
>>> from groundswell.analysis import plots
>>> ax = plots.time_series(gs.run("granovetter"), "member_share", ax=plots.new_axes())
>>> ax.get_xlabel(), ax.get_ylabel()
('round', 'share of members n/N')
"""

from groundswell.analysis.plots.comparison import learner_comparison, sensitivity
from groundswell.analysis.plots.curves import effective_share, success_curve
from groundswell.analysis.plots.phase import phase_diagram
from groundswell.analysis.plots.series import time_series
from groundswell.analysis.plots.snapshot import Layout, network, network_layout
from groundswell.analysis.plots.style import new_axes, style, svg
from groundswell.analysis.plots.theory import mean_field
from groundswell.analysis.plots.tipping import hysteresis_loop, tipping_probability

__all__ = [
    "Layout",
    "effective_share",
    "hysteresis_loop",
    "learner_comparison",
    "mean_field",
    "network",
    "network_layout",
    "new_axes",
    "phase_diagram",
    "sensitivity",
    "style",
    "success_curve",
    "svg",
    "time_series",
    "tipping_probability",
]
