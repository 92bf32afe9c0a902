"""Contradictions between the sections of a scenario, each found from the settings alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from groundswell.agents.collective import Collective
from groundswell.agents.decision import Decision, Threshold
from groundswell.agents.distribution import Constant
from groundswell.agents.gradient_strategy import GradientStrategy
from groundswell.agents.network import Network
from groundswell.agents.payoff import Payoff
from groundswell.agents.planting import Planting
from groundswell.agents.population import Population
from groundswell.agents.signal import NoSignal
from groundswell.platform.learners.base import Learner
from groundswell.platform.memory import Current
from groundswell.platform.platform import Learning, Platform, Response
from groundswell.problems import Problem

Found = Iterator[Problem]


class Check(NamedTuple):
    """A check and the sections it needs."""

    sections: tuple[str, ...]
    run: Callable[..., Found]


CHECKS: list[Check] = []


def cross_check(sections: dict[str, Any]) -> list[Problem]:
    """Run the checks whose sections are all there."""
    return [
        problem
        for check in CHECKS
        if all(name in sections for name in check.sections)
        for problem in check.run(*(sections[name] for name in check.sections))
    ]


def _check(*sections: str) -> Callable[[Callable[..., Found]], Callable[..., Found]]:
    def register(run: Callable[..., Found]) -> Callable[..., Found]:
        CHECKS.append(Check(sections, run))
        return run

    return register


@_check("population", "platform")
def learner_fits_population(population: Population, platform: Platform) -> Found:
    """A learner must be able to read the data, and to use the weights memory gives it."""
    if not isinstance(platform, Learning):
        return
    learner, memory = platform.learner, platform.memory
    key = ("platform", "learner")
    if population.form not in learner.forms:
        yield Problem(
            key,
            f"'{learner}' cannot learn from the data of a '{population}' population; "
            f"it needs one of: {_populations(learner.forms)}",
        )
    elif learner.exact and not population.exact:
        yield Problem(
            key, f"'{learner}' needs a known P0; '{population}' has none; {learner.sampled}"
        )
    if memory.weighted and not learner.weighted:
        yield Problem(
            ("platform", "memory"),
            f"'{memory}' weighs submissions, which '{learner}' cannot use; "
            "choose current, window or all",
        )


@_check("population", "collective")
def signal_fits_population(population: Population, collective: Collective) -> Found:
    """A signal must be in the terms of the data."""
    for name in ("signal", "mistaken_signal"):
        signal = getattr(collective, name)
        if population.form in signal.forms:
            continue
        yield Problem(
            ("collective", name),
            f"'{signal}' cannot change the data of a '{population}' population; "
            f"it needs one of: {_populations(signal.forms)}",
        )


@_check("collective")
def mistakes_are_described(collective: Collective) -> Found:
    """A wrong version of the signal is planted only by those who make mistakes."""
    if not collective.mistakes and not isinstance(collective.mistaken_signal, NoSignal):
        yield Problem(
            ("collective", "mistaken_signal"),
            "nobody plants it while collective.mistakes is 0; set the share of members who do",
        )


@_check("collective")
def signal_fits_strategy(collective: Collective) -> Found:
    """Erasing compares x with g(x), which must be at rest under g."""
    strategy, signal = collective.strategy, collective.signal
    if strategy.needs_idempotent and not signal.idempotent:
        yield Problem(
            ("collective", "signal"),
            f"'{signal}' is not idempotent here (planted twice it changes x twice), and "
            f"'{strategy}' needs a signal that is; works: set-features, pixels, insert-token, "
            "cells onto cells that stay where they are",
        )


@_check("collective", "platform")
def adversary_has_a_target(collective: Collective, platform: Platform) -> Found:
    """The contamination adversary answers against a target label."""
    epsilon = getattr(getattr(platform, "learner", None), "epsilon", 0.0)
    if epsilon and not isinstance(collective.strategy, Planting):
        yield Problem(
            ("platform", "learner", "epsilon"),
            f"an adversary needs a target label to answer against, and '{collective.strategy}' "
            "has none; works: feature-label, feature-only",
        )


@_check("population", "collective")
def coincidence_has_a_signal(population: Population, collective: Collective) -> Found:
    """What honest points carry by chance is the collective's signal."""
    if population.coincidence and isinstance(collective.signal, NoSignal):
        yield Problem(
            ("population", "coincidence"),
            "honest points carry the collective's signal by chance, and there is no signal; "
            "set collective.signal, or leave coincidence at 0.0",
        )


@_check("population", "collective", "platform")
def gradients_are_known(
    population: Population, collective: Collective, platform: Platform
) -> Found:
    """Gradient strategies need the gradients of the learner's loss, of the data it trains on."""
    strategy = collective.strategy
    if not isinstance(strategy, GradientStrategy):
        return
    learner = platform.learner if isinstance(platform, Learning) else None
    kinds: Any = Learner.kinds
    fitting = {kind: one for kind, one in kinds.items() if one.theory == strategy.theory}
    forms = tuple(form for one in fitting.values() for form in one.forms)
    if population.form not in forms:
        yield Problem(
            ("population",),
            f"no learner that '{strategy}' needs can learn from the data of '{population}'; "
            f"works: {_populations(forms)}",
        )
    if learner is None or learner.theory != strategy.theory:
        works = ", ".join(fitting)
        needs = {"convex": "with a strongly convex loss, solved exactly",
                 "descent": "that takes steps of full-batch gradient descent"}  # fmt: skip
        yield Problem(
            ("platform", "learner") if learner else ("platform",),
            f"'{strategy}' needs a learner {needs[strategy.theory]}, which "
            f"'{learner or platform}' is not; works: {works}",
        )
    elif not strategy.readable_by(getattr(learner, "loss", "")):
        yield Problem(
            ("collective", "strategy", "labels"),
            "only a squared loss can read real-valued labels; works: "
            'platform.learner.loss = "squared", or labels = "real"',
        )
    if isinstance(platform, Learning) and not isinstance(platform.memory, Current):
        yield Problem(
            ("platform", "memory"),
            f"'{strategy}' answers to what is submitted in the same round, and "
            f"'{platform.memory}' trains on older rounds too; works: current",
        )


@_check("collective")
def gradients_have_no_signal(collective: Collective) -> Found:
    """What gradient strategies plant follows from θ*; a signal can only help to define θ*."""
    strategy = collective.strategy
    if not isinstance(strategy, GradientStrategy):
        return
    if collective.mistakes:
        yield Problem(
            ("collective", "mistakes"),
            f"members of '{strategy}' plant no signal that they could get wrong; "
            "leave it at 0, or lower compliance",
        )
    if isinstance(strategy.target, tuple) and not isinstance(collective.signal, NoSignal):
        yield Problem(
            ("collective", "signal"),
            "has no meaning where 'target' is a list of parameters; name a label as the target, "
            "or leave the signal out",
        )


@_check("collective", "schedule")
def gradients_stay_known(collective: Collective, schedule: dict[str, Any]) -> Found:
    """Gradient strategies aim once, at the learner they start with."""
    if not isinstance(collective.strategy, GradientStrategy):
        return
    for key in schedule:
        if key.startswith(("platform.learner", "collective.")):
            yield Problem(
                ("schedule", key), f"'{collective.strategy}' aims once, when a run starts; leave it"
            )


@_check("collective", "platform", "payoff", "decision")
def success_is_defined(
    collective: Collective, platform: Platform, payoff: Payoff, decision: Decision
) -> Found:
    """Who weighs success needs one."""
    worthless = isinstance(payoff.benefit, Constant) and payoff.benefit.value == 0
    if (
        isinstance(platform, Learning)
        and decision.weighs_success
        and not collective.strategy.has_success
        and not worthless
    ):
        yield Problem(
            ("collective", "strategy"),
            f"'{decision}' weighs success, and strategy '{collective.strategy}' has "
            "none; choose a strategy such as 'feature-label', or set payoff.benefit = 0",
        )


@_check("collective", "platform")
def response_takes_members(collective: Collective, platform: Platform) -> Found:
    """A response platform sees the share of members, not what they plant."""
    if isinstance(platform, Response) and collective.compliance < 1:
        yield Problem(
            ("collective", "compliance"),
            "a response platform answers to the share of members, whether they plant or not; "
            "use a learning platform, or leave compliance at 1.0",
        )


@_check("platform")
def training_fits_learner(platform: Platform) -> Found:
    """Checkpoints need epochs, and going on needs something to go on from."""
    if not isinstance(platform, Learning):
        return
    if platform.validation is not None and not platform.learner.checkpoints:
        yield Problem(
            ("platform", "validation"),
            f"chooses between the epochs of a training, and '{platform.learner}' has none; works: "
            f"{_learners('checkpoints')}",
        )
    if platform.warm_start and not platform.learner.resumable:
        yield Problem(
            ("platform", "warm_start"),
            f"'{platform.learner}' trains from scratch; works: {_learners('resumable')}",
        )


@_check("payoff", "platform")
def belief_fits_platform(payoff: Payoff, platform: Platform) -> Found:
    """Only a response platform has a known curve."""
    if payoff.belief.needs_curve and not isinstance(platform, Response):
        yield Problem(
            ("payoff", "belief"),
            f"'{payoff.belief}' beliefs need the known curve of a 'response' platform; "
            "use 'last' with a trained learner",
        )


@_check("decision", "network")
def rule_has_ties(decision: Decision, network: Network) -> Found:
    """Neighbours must exist to be looked at."""
    if decision.needs_ties and not network.has_ties:
        instead = ', or set of = "everybody"' if isinstance(decision, Threshold) else ""
        yield Problem(
            ("decision",),
            f"'{decision}' looks at neighbours, and network '{network}' has no ties; "
            f"name a network{instead}",
        )


def _learners(able: str) -> str:
    kinds: Any = Learner.kinds
    return ", ".join(kind for kind, learner in kinds.items() if getattr(learner, able))


def _populations(forms: tuple[str, ...]) -> str:
    kinds: Any = Population.kinds
    return ", ".join(kind for kind, population in kinds.items() if population.form in forms)
