"""CyNetDiff's LinearThresholdModel, compiled from Cython: users never leave.

A round is `advance_model()`: each user who has just become a member adds its influence to every
neighbour outside, who joins when that reaches its threshold. The work is that of the newcomers'
ties; after a start, everybody who is in is a newcomer.

Influences are a fraction of two and thresholds the smallest number of neighbours m with m/k >= θ in
the same unit: CyNetDiff adds in 32 bits, and 1/k (its default) added k times may miss 1. The work
is the same.
"""

from __future__ import annotations

from array import array

import numpy as np
from cynetdiff.models import LinearThresholdModel

from groundswell.agents.ties import Ties
from groundswell.data import Bools, Floats

UNIT = 2.0**-10
"""Influence of a neighbour: the most is 1 of all together."""


class CyNetDiff:
    def __init__(self, ties: Ties, thresholds: Floats) -> None:
        starts, edges = array("I", ties.indptr[:-1].tolist()), array("I", ties.indices.tolist())
        self.model = LinearThresholdModel(starts, edges, influence=array("f", [UNIT]) * len(edges))
        needed = np.ceil(thresholds * ties.degree) * UNIT
        self.thresholds = array("f", needed.tolist())

    def start(self, joined: Bools) -> None:
        self.model.set_seeds(np.flatnonzero(joined).tolist())
        self.model._assign_thresholds(self.thresholds)  # there is no other way to give them

    def round(self) -> int:
        self.model.advance_model()
        return int(self.model.get_num_activated_nodes())

    def members(self) -> Bools:
        members = np.zeros(len(self.thresholds), dtype=bool)
        members[list(self.model.get_activated_nodes())] = True
        return members
