"""The collective's strategy at work in one run: what is submitted, and how well it does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from groundswell.agents.collective import Collective
from groundswell.agents.distribution import FromColumn
from groundswell.agents.population import Rows, Source
from groundswell.agents.strategy import Context, Outcome, Predict, Theorem
from groundswell.data import Bools, Ints, Points, concatenate
from groundswell.platform.agent import Law, fit
from groundswell.platform.learners.base import Learner, TrainingSet
from groundswell.platform.memory import Submissions
from groundswell.scenario import Scenario, per_user
from groundswell.world import World

NAN = float("nan")


@dataclass(frozen=True)
class Campaign:
    """A collective, the data it lives in, and the learner it faces.

    Parameters
    ----------
    collective
        Its strategy and signal, and how well members follow them.
    source, rows, fresh
        Where data points come from, those of the users, and those to measure on.
    order
        The fixed random order of users in which members comply.
    learner
        The platform's learner, None on a response platform.
    rng
        Randomness of the learner where it is trained without the collective.
    exchangeable
        Whether members are like everybody else: nothing that decides membership hangs on data.
    """

    collective: Collective
    source: Source
    rows: Rows
    fresh: Points
    order: Ints
    learner: Learner | None
    rng: np.random.Generator
    exchangeable: bool = True

    @classmethod
    def of(cls, scenario: Scenario, world: World, rng: np.random.Generator) -> Campaign:
        """Return the campaign of a scenario in a world."""
        return cls(
            collective=scenario.collective,
            source=world.source,
            rows=world.rows,
            fresh=world.fresh,
            order=world.compliance_order,
            learner=getattr(scenario.platform, "learner", None),
            rng=rng,
            exchangeable=not any(isinstance(s, FromColumn) for _, s in per_user(scenario)),
        )

    @property
    def target(self) -> int | None:
        """Index of the target label, None where there is none."""
        schema = self.source.schema
        return self.collective.strategy.target_label(schema) if schema.labels else None

    def submissions(self, points: Points, joined: Bools) -> Submissions:
        """Return everybody's data, members' after the strategy."""
        planting = self.collective.planters(joined, self.order)
        mistaken = self.collective.mistaken(planting, self.order)
        owner = self.rows.owner
        X, y = points.X.copy(), points.y.copy()
        for who, context in ((planting & ~mistaken, self.context), (mistaken, self.mistake)):
            theirs = who[owner]
            if not theirs.any():
                continue
            submitted = self.collective.strategy.submit(points.where(theirs), context)
            X[theirs], y[theirs] = submitted.X, submitted.y
        return Submissions(Points(X, y), planting[owner], owner)

    def measure(self, predict: Predict) -> Outcome:
        """Return the strategy's success on fresh points."""
        outcome = self.collective.strategy.measure(predict, self.fresh, self.context)
        return replace(outcome, start=self._start)

    def bound(self, alpha: float) -> tuple[float, float]:
        """Return the lower bound on S at a share α, and the bound at ε = 0 for reference.

        The bound speaks of the Bayes learner, or the adversary within ε of it, on the law itself
        with members like everybody else; elsewhere it is missing. The reference needs a known P0.
        """
        if self._theorem is None or not alpha > 0:
            return NAN, NAN
        speaks = self.exchangeable and self.learner is not None and self.learner.exact
        epsilon = getattr(self.learner, "epsilon", 0.0)
        return self._theorem(alpha, epsilon) if speaks else NAN, self._theorem(alpha, 0.0)

    @cached_property
    def context(self) -> Context:
        """What members work with who do it right."""
        known = self._best_label if self.collective.strategy.needs_best_label else None
        return Context(self.collective.signal, self.source.schema, known)

    @cached_property
    def mistake(self) -> Context:
        """What members work with who got the signal wrong."""
        return replace(self.context, signal=self.collective.mistaken_signal)

    @cached_property
    def law(self) -> Law | None:
        """P0 and the collective's P*, where P0 is known."""
        base = self.source.law
        if base is None:
            return None
        strategy, share = self.collective.strategy, self.collective.mistakes
        planted = strategy.submit(base, self.context)
        if share:
            wrong = strategy.submit(base, self.mistake)
            planted = concatenate([planted.scaled(1 - share), wrong.scaled(share)])
        return Law(base, planted)

    @cached_property
    def without_collective(self) -> Predict:
        """What the platform's learner answers where nobody plants anything."""
        if self.learner is None:
            raise ValueError("a response platform has no learner to train")
        law = self.source.law if self.learner.exact else None
        points = self.rows.points if law is None else law
        nobody = np.zeros(len(points), dtype=bool)
        data = TrainingSet(points, nobody, self.source.schema, self.target)
        return fit(self.learner, data, self.rng).predict

    @cached_property
    def _start(self) -> float:
        strategy = self.collective.strategy
        if not strategy.needs_best_label:
            return NAN
        return strategy.measure(self.without_collective, self.fresh, self.context).success

    @property
    def _best_label(self) -> Predict:
        """argmax_y P0(y|x), exact where P0 is known."""
        p0 = self.source.p0
        if p0 is None:
            return self.without_collective
        best = p0.argmax(axis=1)
        return lambda X: best[X[:, 0].astype(np.int64)]

    @cached_property
    def _theorem(self) -> Theorem | None:
        p0, signal = self.source.p0, self.collective.signal
        if p0 is None or self.collective.mistakes or not signal.idempotent:
            return None
        cells = np.arange(len(p0), dtype=float)[:, None]
        to = signal.apply(cells, self.source.schema)[:, 0].astype(np.int64)
        return self.collective.strategy.theorem(p0, to, self.source.schema)
