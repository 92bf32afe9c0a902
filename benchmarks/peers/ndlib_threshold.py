"""NDlib's ThresholdModel on a graph of networkx: users never leave.

A round is `iteration(node_status=False)`, NDlib's fastest: every user outside looks at its
neighbours; the counts that it returns give the members.
"""

from __future__ import annotations

import numpy as np
from ndlib.models.epidemics import ThresholdModel
from ndlib.models.ModelConfig import Configuration

from benchmarks.peers.graph import graph_of
from groundswell.agents.ties import Ties
from groundswell.data import Bools, Floats


class NDlib:
    def __init__(self, ties: Ties, thresholds: Floats) -> None:
        settings = Configuration()
        settings.add_model_initial_configuration("Infected", [])
        settings.add_node_set_configuration("threshold", dict(enumerate(thresholds.tolist())))
        self.model = ThresholdModel(graph_of(ties))
        self.model.set_initial_status(settings)

    def start(self, joined: Bools) -> None:
        self.model.reset(np.flatnonzero(joined).tolist())
        self.model.iteration(node_status=False)  # the first reports the start, and does nothing

    def round(self) -> int:
        counts: dict[int, int] = self.model.iteration(node_status=False)["node_count"]
        return counts[1]

    def members(self) -> Bools:
        return np.array([self.model.status[user] == 1 for user in range(len(self.model.status))])
