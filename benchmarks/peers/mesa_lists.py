"""Plain Mesa: an agent per user, with a list of its neighbours.

A round: every agent counts the members among its neighbours and decides, then every agent acts
(`AgentSet.do` twice, so that all decide on the same state), and the members are counted.
"""

from __future__ import annotations

import mesa
import numpy as np

from groundswell.agents.ties import Ties
from groundswell.data import Bools, Floats


class Person(mesa.Agent):
    def __init__(self, model: mesa.Model, threshold: float) -> None:
        super().__init__(model)
        self.threshold = threshold
        self.neighbours: list[Person] = []
        self.joined = self.wish = False

    def decide(self) -> None:
        joined = sum(neighbour.joined for neighbour in self.neighbours)
        self.wish = joined / len(self.neighbours) >= self.threshold

    def act(self) -> None:
        self.joined = self.wish


class MesaLists(mesa.Model):
    def __init__(self, ties: Ties, thresholds: Floats) -> None:
        super().__init__(rng=1)
        self.people = [Person(self, threshold) for threshold in thresholds.tolist()]
        starts, neighbours = ties.indptr.tolist(), ties.indices.tolist()
        for i, person in enumerate(self.people):
            person.neighbours = [self.people[j] for j in neighbours[starts[i] : starts[i + 1]]]

    def start(self, joined: Bools) -> None:
        for person, member in zip(self.people, joined.tolist(), strict=True):
            person.joined = member

    def round(self) -> int:
        self.agents.do("decide")
        self.agents.do("act")
        return sum(person.joined for person in self.people)

    def members(self) -> Bools:
        return np.array([person.joined for person in self.people])
