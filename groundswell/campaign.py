"""The collective's strategy at work in one run: what is submitted, and how well it does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial

import mesa
import numpy as np

from groundswell.agents.answers import Answers, Model
from groundswell.agents.collective import Collective
from groundswell.agents.population import Rows, Source
from groundswell.agents.strategy import Context, Outcome, Predict, Theorem
from groundswell.data import Bools, Ints, Points, concatenate
from groundswell.dependence import is_exchangeable
from groundswell.gradients import Objective, Steering
from groundswell.groups import Grouping
from groundswell.platform.agent import PlatformAgent, make_platform
from groundswell.platform.fitting import fit
from groundswell.platform.law import Law
from groundswell.platform.learners.base import Classifier, Learner, TrainingSet
from groundswell.platform.memory import Submissions
from groundswell.platform.platform import Platform
from groundswell.platform.versions import Chosen, Versions
from groundswell.scenario import Scenario
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
    groupings
        The ways to group points that are to be measured.
    """

    collective: Collective
    source: Source
    rows: Rows
    fresh: Points
    order: Ints
    learner: Learner | None
    rng: np.random.Generator
    exchangeable: bool = True
    groupings: tuple[Grouping, ...] = ()

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
            exchangeable=is_exchangeable(scenario),
            groupings=world.groupings,
        )

    def under(self, scenario: Scenario, rng: np.random.Generator) -> Campaign:
        """Return the campaign as a scenario has it now that a schedule has changed it.

        What is trained without the collective begins with the same randomness, in ``rng``, whatever
        was trained before.
        """
        collective, learner = scenario.collective, getattr(scenario.platform, "learner", None)
        if (collective, learner) == (self.collective, self.learner):
            return self
        return replace(self, collective=collective, learner=learner, rng=rng)

    @property
    def target(self) -> int | None:
        """Index of the target label, None where there is none."""
        schema = self.source.schema
        return self.collective.strategy.target_label(schema) if schema.labels else None

    def faced_by(self, model: mesa.Model, platform: Platform) -> PlatformAgent:
        """Return the agent that plays a platform which this campaign faces."""
        schema = self.source.schema
        return make_platform(model, platform, schema, self.law, self.target, self.steering)

    def submissions(self, points: Points, joined: Bools) -> Submissions:
        """Return everybody's data, members' after the strategy."""
        planting = self.collective.planters(joined, self.order)
        mistaken = self.collective.mistaken(planting, self.order)
        if points is self.rows.points and self._versions is not None:
            which = planting.astype(np.int8) + mistaken
            return Chosen(self._versions, self._versions.of_users(which))
        return self._changed(points, planting, mistaken)

    def _changed(self, points: Points, planting: Bools, mistaken: Bools) -> Submissions:
        """Return everybody's data where members' depend on one another's, or are new."""
        owner = self.rows.owner
        planted = planting[owner]
        X, y, values = points.X.copy(), points.y.copy(), points.label_values
        for who, context in ((planting & ~mistaken, self.context), (mistaken, self.mistake)):
            theirs = who[owner]
            if not theirs.any():
                continue
            informed = self._informed(context, points, planted)
            submitted = self.collective.strategy.submit(points.where(theirs), informed)
            X[theirs], y[theirs] = submitted.X, submitted.y
            if submitted.label_values is not None:
                values = points.label_vectors(submitted.label_values.shape[1])
                values[theirs] = submitted.label_values
        return Submissions(Points(X, y, label_values=values), planted, owner, self._groups(points))

    def _groups(self, points: Points) -> Ints | None:
        codes = [grouping.codes(points) for grouping in self.groupings]
        return np.column_stack(codes) if codes else None

    @cached_property
    def _versions(self) -> Versions | None:
        """The users' rows as they are and as they are planted, where each row is by itself."""
        strategy, points = self.collective.strategy, self.rows.points
        if not strategy.rowwise or (strategy.needs_best_label and self.source.p0 is None):
            return None
        changes = [partial(strategy.submit, context=one) for one in (self.context, self.mistake)]
        return Versions(points, self.rows.owner, changes, self._groups(points))

    def measure(self, model: Model, fresh: Points) -> Outcome:
        """Return the strategy's success on fresh points."""
        self._answers.begin(model, fresh)
        outcome = self.collective.strategy.measure(model, fresh, self._testing)
        return replace(outcome, start=self._start if fresh is self.fresh else self.start(fresh))

    def measure_part(self, model: Model, part: Points, start: float) -> Outcome:
        """Return the success on some of the fresh points, given what `start` says of them."""
        strategy = self.collective.strategy
        if not strategy.pointwise:
            return Outcome()
        return replace(strategy.measure(model, part, self._testing), start=start)

    def accuracy(self, model: Model, part: Points) -> float:
        """Return the accuracy on the fresh points just measured on, or on some of them."""
        return part.share(self._testing.predict(model, part) == part.y)

    def start(self, part: Points) -> float:
        """Return the success without the collective, missing where the strategy needs none."""
        strategy = self.collective.strategy
        if not strategy.needs_start:
            return NAN
        return strategy.measure(self.without_collective, part, self.context).success

    def bound(self, alpha: float) -> tuple[float, float]:
        """Return the lower bound on S at a share α, and the bound at ε = 0 for reference.

        The bound speaks of the Bayes learner, or the adversary within ε of it, on the law itself
        with members like everybody else; for strategies that work with gradients, of the learners
        these are made for. Elsewhere it is missing. The reference is Bayes and needs a known P0.
        """
        theory, learner = self.collective.strategy.theory, self.learner
        exact = learner is not None and learner.exact and learner.theory == theory
        speaks, bayes = self.exchangeable and exact, theory == "bayes"
        if learner is None or self._theorem is None or not (speaks or bayes) or not alpha > 0:
            return NAN, NAN
        epsilon = getattr(learner, "epsilon", 0.0)
        return (
            self._theorem(alpha, epsilon) if speaks else NAN,
            self._theorem(alpha, 0.0) if bayes else NAN,
        )

    @cached_property
    def context(self) -> Context:
        """What members work with who do it right."""
        strategy = self.collective.strategy
        known = self._best_label if strategy.needs_best_label else None
        context = Context(self.collective.signal, self.source.schema, known)
        if self._objective is None:
            return context
        return replace(context, aim=strategy.aim(self._objective, self._base, context))

    @cached_property
    def _answers(self) -> Answers:
        return Answers()

    @cached_property
    def _testing(self) -> Context:
        """What success is measured with."""
        return replace(self.context, answers=self._answers)

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

        def planted(alpha: float) -> Points:
            right = strategy.submit(base, replace(self.context, alpha=alpha, others=base))
            if not share:
                return right
            wrong = strategy.submit(base, replace(self.mistake, alpha=alpha, others=base))
            return concatenate([right.scaled(1 - share), wrong.scaled(share)])

        return Law(base, planted)

    @cached_property
    def steering(self) -> Steering | None:
        """How the collective takes part in the training, if it does."""
        if self._objective is None:
            return None
        steer, aim = self.collective.strategy.steer(self.context), self.context.aim
        if steer is None or aim is None:
            return None
        return Steering(self._objective.start, aim.target, steer)

    @cached_property
    def without_collective(self) -> Classifier:
        """The platform's learner where nobody plants anything."""
        if self.learner is None:
            raise ValueError("a response platform has no learner to train")
        nobody = np.zeros(len(self._base), dtype=bool)
        schema = self.source.schema
        data = TrainingSet(self._base, nobody, schema, self.target, self.steering)
        return fit(self.learner, data, self.rng)

    @cached_property
    def _base(self) -> Points:
        """P0 where the learner is fitted on it, else the users' points."""
        law = self.source.law if self.learner is not None and self.learner.exact else None
        return self.rows.points if law is None else law

    @cached_property
    def _objective(self) -> Objective | None:
        """What the learner minimises, where the strategy works with that."""
        if self.learner is None or self.collective.strategy.theory == "bayes":
            return None
        return self.learner.objective(self.source.schema, self.rng)

    def _informed(self, context: Context, points: Points, planted: Bools) -> Context:
        """Tell members what the others submit, where the strategy works with that."""
        if context.aim is None:
            return context
        return replace(context, alpha=float(np.mean(planted)), others=points.where(~planted))

    @cached_property
    def _start(self) -> float:
        return self.start(self.fresh)

    @property
    def _best_label(self) -> Predict:
        """argmax_y P0(y|x), exact where P0 is known."""
        p0 = self.source.p0
        if p0 is None:
            return self.without_collective.predict
        best = np.where(p0.sum(axis=1) > 0, p0.argmax(axis=1), p0.sum(axis=0).argmax())
        return lambda X: best[X[:, 0].astype(np.int64)]

    @cached_property
    def _theorem(self) -> Theorem | None:
        p0, signal = self.source.p0, self.collective.signal
        if p0 is None or self.collective.mistakes or not signal.idempotent:
            return None
        cells = np.arange(len(p0), dtype=float)[:, None]
        to = signal.apply(cells, self.source.schema)[:, 0].astype(np.int64)
        return self.collective.strategy.theorem(p0, to, self.context)
