"""Mesa with its own network: an agent per user in a cell of `mesa.discrete_space.Network`.

A round is that of the lists, but an agent finds its neighbours in its cell's neighbourhood, which
Mesa keeps once it has been asked for: the first round, which is not timed, makes them.
"""

from __future__ import annotations

import mesa
import numpy as np
from mesa.discrete_space import FixedAgent, Network

from benchmarks.peers.graph import graph_of
from groundswell.agents.ties import Ties
from groundswell.data import Bools, Floats


class Person(FixedAgent):
    def __init__(self, model: mesa.Model, threshold: float) -> None:
        super().__init__(model)
        self.threshold = threshold
        self.joined = self.wish = False

    def decide(self) -> None:
        around = [neighbour.joined for neighbour in self.cell.neighborhood.agents]
        self.wish = sum(around) / len(around) >= self.threshold

    def act(self) -> None:
        self.joined = self.wish


class MesaNetwork(mesa.Model):
    def __init__(self, ties: Ties, thresholds: Floats) -> None:
        super().__init__(rng=1)
        space = Network(graph_of(ties), capacity=1, random=self.random)
        self.people = [Person(self, threshold) for threshold in thresholds.tolist()]
        for node, person in enumerate(self.people):
            person.cell = space[node]

    def start(self, joined: Bools) -> None:
        for person, member in zip(self.people, joined.tolist(), strict=True):
            person.joined = member

    def round(self) -> int:
        self.agents.do("decide")
        self.agents.do("act")
        return sum(person.joined for person in self.people)

    def members(self) -> Bools:
        return np.array([person.joined for person in self.people])
