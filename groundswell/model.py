"""One simulation: who the users are is in the world, a round is below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from groundswell.agents.beliefs import Memory, News, Observed
from groundswell.agents.decision import Membership
from groundswell.agents.joining import Joins
from groundswell.agents.situation import Situation
from groundswell.agents.strategy import Outcome
from groundswell.agents.tally import Tally
from groundswell.agents.users import User, Users
from groundswell.campaign import Campaign
from groundswell.data import Ints, Points
from groundswell.dealing import draw_settings
from groundswell.phases import FIRST, Phase
from groundswell.platform.agent import LearningPlatform, ResponsePlatform
from groundswell.platform.fitting import Asking, alone
from groundswell.platform.learners.base import Classifier
from groundswell.problems import Problems
from groundswell.randomness import Streams
from groundswell.recorder import Recorder
from groundswell.scenario import Scenario
from groundswell.settings_errors import validated
from groundswell.world import build_world

if TYPE_CHECKING:
    import pandas as pd


class CollectiveActionModel(mesa.Model):
    """Users who form a collective over their ties, and a platform that learns from their data.

    An ordinary Mesa model: ``step()`` is one round. Round 0, in which seeds are in and nobody has
    decided, has happened when the model is made.

    Parameters
    ----------
    scenario
        A scenario, or a table of its settings.
    rng
        Seed; by default the scenario's.
    replicate
        Which replicate of the scenario, from 0.
    user_class
        Class of the users; one with its own ``decide()`` replaces the decision rule.
    begun
        Whether round 0 happens now; else whoever makes the model drives ``beginning()``.

    Attributes
    ----------
    plan, scenario
        The scenario with its schedule, and as it is in this round.
    round
        The last round that has happened.
    columns, ties, tally
        The users' attributes and ties, and how many of their neighbours have joined.
    agents
        All users; the platform is ``model.platform``.
    points
        The rows that users hold in this round, before the strategy changes any.
    outcome, accuracy
        What was measured in this round.

    Raises
    ------
    ScenarioError
        If the scenario or the data it names are wrong.
    """

    scenario: Scenario = None  # type: ignore[assignment]  # hides a property that Mesa 3.5 has

    def __init__(
        self,
        scenario: Scenario | Mapping[str, Any],
        rng: int | None = None,
        replicate: int = 0,
        user_class: type[User] = User,
        *,
        begun: bool = True,
    ) -> None:
        if not isinstance(scenario, Scenario):
            scenario = validated(Scenario, scenario)
        self.streams = Streams(scenario.seed if rng is None else rng, replicate)
        super().__init__(rng=int(self.streams("mesa").integers(2**63 - 1)))
        self.plan, self.scenario = scenario, scenario.at(0)
        self.world = build_world(scenario, self.streams)
        self.columns, self.ties = self.world.columns, self.world.ties
        self.tally = Tally(self.ties)
        self.user_class, self._users = user_class, Users(self)
        self._views: dict[int, User] = {}
        self.campaign = Campaign.of(self.scenario, self.world, self.streams("learner.without"))
        self.platform = self.campaign.faced_by(self, self.scenario.platform)
        self.platform.unique_id = self.columns.users + 1
        self.round = 0
        self.memory: Memory = ()
        self.points = self.world.rows.points
        self.joins = Joins(self.ties) if scenario.measure.ties else None
        if self.joins:
            self.joins.brought(self.columns["joined"], np.zeros(self.columns.users, dtype=bool))
        self.recorder = Recorder(self)
        if begun:
            alone(self.beginning())

    def beginning(self) -> Asking[None]:
        """Simulate round 0, asking for the training in it."""
        return self._phases(FIRST)

    def step(self) -> None:
        """Simulate one round."""
        alone(self.stepping())

    def stepping(self) -> Asking[None]:
        """Simulate one round, asking for the training in it."""
        self.round = self.steps = self.round + 1
        if self.round <= self.plan.last_change:
            self.follow_schedule()
        yield from self._phases(Phase)
        self.running = self.round < self.plan.rounds and not self.plan.stop.ends(self)

    def follow_schedule(self) -> None:
        """Put into force what the schedule says of this round."""
        before, self.scenario = self.scenario, self.plan.at(self.round)
        problems, known = Problems(), self.world.known
        draw_settings(problems, self.scenario, self.columns, self.streams, known, self.ties, before)
        problems.raise_any(lambda key: f"round {self.round}")
        self.platform.settings = self.scenario.platform
        if isinstance(self.platform, LearningPlatform):
            self.campaign = self.campaign.under(self.scenario, self.streams("learner.without"))
            self.platform.law = self.campaign.law

    def _phases(self, phases: Iterable[Phase]) -> Asking[None]:
        for phase in phases:
            if phase is Phase.RETRAIN and type(self).retrain is CollectiveActionModel.retrain:
                rng = self.streams("learner", self.round)
                yield from self.platform.training(self.round, self.columns["joined"], rng)
            else:
                getattr(self, phase.name.lower())()

    def observe(self) -> None:
        """Form what users believe from last round's success."""
        belief = self.scenario.payoff.belief
        self.memory = belief.remember(self.memory, self.news, self.columns)
        self.situation = self.seen_with(self.memory)

    def decide(self) -> None:
        """Let an organiser recruit, users that revise join, stay or leave, others lose heart."""
        rule, columns, before = self.scenario.decision, self.columns, self.columns["joined"]
        self.scenario.collective.recruit(self.round, columns, self.ties, self.streams)
        if self.joins:
            self.joins.begin(self.streams("recruiters", self.round))
            self.joins.brought(columns["joined"] & ~before, before)
        order = rule.activation.users(columns, self.streams("activation", self.round))
        if hasattr(self.user_class, "decide"):
            self._decide_one_by_one(order, live=rule.activation.one_by_one)
        else:
            self._decide_by_rule(order)
        if self.failed and columns.matters("attrition"):
            gone = rule.deserters(before, columns, self.streams("attrition", self.round))
            columns["joined"] = columns["joined"] & ~gone

    def submit(self) -> None:
        """Collect everybody's data, members' after the strategy."""
        if isinstance(self.platform, ResponsePlatform):
            return
        if self.scenario.population.redraw and self.round:
            rng = self.streams("population", self.round)
            self.points = self.world.source.rows(self.columns.users, rng).points
        joined = self.columns["joined"]
        self.platform.receive(self.campaign.submissions(self.points, joined), joined)

    def retrain(self) -> None:
        """Let the platform fit its learner."""
        rng = self.streams("learner", self.round)
        self.platform.retrain(self.round, self.columns["joined"], rng)

    def measure(self) -> None:
        """Measure on fresh points, and record the round."""
        self.measure_only()
        self.recorder.record()

    def measure_only(self) -> None:
        """Measure on fresh points."""
        self.outcome, self.accuracy = Outcome(), float("nan")
        if isinstance(self.platform, ResponsePlatform):
            self.outcome = Outcome(success=self.platform.success())
        elif self.served is not None:
            fresh = self._fresh()
            self.outcome = self.campaign.measure(self.served, fresh)
            self.accuracy = self.campaign.accuracy(self.served, fresh)

    def _fresh(self) -> Points:
        measure = self.scenario.measure
        if measure.redraw and self.round:
            rng = self.streams("measure", self.round)
            self.world = replace(self.world, fresh=self.world.source.fresh(measure.test_users, rng))
        return self.world.fresh

    @property
    def served(self) -> Classifier | None:
        """The model that the platform serves, None on a response platform."""
        return self.platform.classifier if isinstance(self.platform, LearningPlatform) else None

    @property
    def agents(self) -> Users:
        """All users, whether they have been looked at or not."""
        return self._users

    @property
    def agents_by_type(self) -> dict[type[mesa.Agent], Any]:
        """The users, and the platform."""
        return {self.user_class: self._users, **super().agents_by_type}

    @property
    def agent_types(self) -> list[type[mesa.Agent]]:
        """Classes of the agents."""
        return list(self.agents_by_type)

    @property
    def news(self) -> News:
        """What users hear of the round that has just been measured."""
        return News(self.platform.alpha, self.recorder.success_heard[-1], self.outcome.placebo)

    @property
    def failed(self) -> bool:
        """Whether that round missed the success that the collective aims at."""
        return self.recorder.success_heard[-1] < self.scenario.measure.target_success

    @property
    def at_rest(self) -> bool:
        """Whether nobody would ever move, whatever chance brings, if S stays what it is."""
        columns, rule, belief = self.columns, self.scenario.decision, self.scenario.payoff.belief
        left = self.plan.rounds - self.round
        tied = columns["committed"] | columns["removed"]
        users = np.flatnonzero(rule.activation.may_revise(columns) & ~tied)
        losing = columns["joined"] & ~columns["committed"] & (columns["attrition"] > 0)
        return not (self.failed and losing.any()) and all(
            rule.at_rest(self.seen_with(memory), users)
            for memory in belief.ahead(self.memory, self.news, columns, left)
        )

    @property
    def series(self) -> pd.DataFrame:
        """What was recorded so far, one row per round."""
        return self.recorder.table()

    def user(self, row: int) -> User:
        """Return the view on a user, made on first look and kept."""
        if row not in self._views:
            if not 0 <= row < self.columns.users:
                raise IndexError(f"users go from 0 to {self.columns.users - 1}, asked for {row}")
            self._views[row] = self.user_class(self, row)
        return self._views[row]

    def seen_with(self, memory: Memory) -> Situation:
        """Return what users see who remember something."""
        payoff, columns = self.scenario.payoff, self.columns
        curve = getattr(self.scenario.platform, "curve", None)
        return Situation(
            columns,
            self.tally,
            payoff.belief.gain(Observed(memory, columns, self.ties, curve), payoff.spillover),
            payoff,
            self.recorder.success_heard[-1],
            self.outcome.placebo,
            mixed=not self.scenario.network.has_ties,
        )

    def _decide_by_rule(self, order: Ints) -> None:
        rule = self.scenario.decision
        draws = np.empty((len(order), rule.draws))
        if rule.draws:
            self.streams("decision", self.round).random(out=draws)
        now: Membership = rule.revise(self.situation, order, draws, self.joins)
        self.columns["joined"] = now.joined
        if rule.leaves_for_good:
            self.columns["removed"] = now.removed

    def _decide_one_by_one(self, order: Ints, *, live: bool) -> None:
        locked = self.columns["committed"] | self.columns["removed"]
        joined = self.columns["joined"].copy()
        for row in order.tolist():
            if locked[row]:
                continue
            answer = self.user(row).decide()
            if not isinstance(answer, bool | np.bool_):
                raise TypeError(f"decide() must return True or False, got {answer!r}")
            if self.joins and answer and not joined[row]:
                seen = joined if live else self.columns["joined"]
                self.joins.sees(np.array([row]), seen)
            joined[row] = answer
            if live:
                self.columns["joined"] = joined
        self.columns["joined"] = joined
