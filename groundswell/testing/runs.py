"""What holds of every component in a run: it runs, and gives the same numbers again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from groundswell.component import Component
from groundswell.data import Bools
from groundswell.model import CollectiveActionModel
from groundswell.platform.learners.base import Learner
from groundswell.platform.platform import Learning
from groundswell.problems import ScenarioError
from groundswell.scenarios.keeping import forget
from groundswell.testing.laws import ANY_PART, Subject, demand, given, law
from groundswell.testing.places import USERS
from groundswell.testing.sameness import repeated

Settings = dict[str, Any]
ROUNDS = 6
CURVE = {"kind": "logistic"}
POPULATIONS: dict[str, Settings] = {
    "cells": {"kind": "categorical", "cells": 4},
    "columns": {"kind": "slabs"},
    "images": {"kind": "digits"},
    "text": {"kind": "resumes", "words": 6},
}
ACTIVATIONS = ("synchronous", "inertial", "sequential", "random")
WITHOUT_SUCCESS = {"benefit": 0.0, "cost": 0.2, "peer_pressure": 0.4}
"""A participation game for a collective that has no strategy to succeed with."""
LEARNER = {"kind": "bayes", "plug_in": True}
"""A learner that takes no time."""


def base(**changes: Any) -> Settings:
    """Return settings of a small scenario in which anybody may move."""
    return {
        "name": "conformance",
        "rounds": ROUNDS,
        "seed": 5,
        "population": {"kind": "blank", "users": USERS},
        "network": {"kind": "watts-strogatz", "degree": 4, "rewire": 0.3},
        "decision": {"kind": "logit", "rationality": 4.0},
        "payoff": {"cost": {"kind": "uniform", "low": 0.0, "high": 0.6}, "peer_pressure": 0.3},
        "collective": {"seeds": 0.25},
        "platform": {"kind": "response", "curve": CURVE},
        **changes,
    }


def learning(learner: Any, **changes: Any) -> Settings:
    """Return settings of a platform that learns, on data that a learner can learn from."""
    population = POPULATIONS[learner.forms[0]]
    platform = {"kind": "learning", "learner": learner, **changes}
    return base(
        rounds=2,
        population={"users": USERS, **population},
        platform=platform,
        payoff=WITHOUT_SUCCESS,
    )


def on_platform(component: Component) -> Settings:
    """Return settings of a run on a platform."""
    if isinstance(component, Learning):
        changes = {name: getattr(component, name) for name in Learning.model_fields}
        return learning(changes.pop("learner"), **{k: changes[k] for k in changes if k != "kind"})
    return base(platform=component)


def with_population(component: Any) -> Settings:
    """Return settings of a run on a population, of its own size if it has one."""
    size = component.size() or USERS
    settings = base(population=component.replace(users=min(size, USERS)))
    if component.form == "none":
        return settings
    by_form = {"text": {"kind": "tfidf"}, "cells": LEARNER}
    learner = by_form.get(component.form, {"kind": "naive-bayes"})
    platform = {"kind": "learning", "learner": learner}
    return {**settings, "platform": platform, "payoff": WITHOUT_SUCCESS}


def with_network(component: Any) -> Settings:
    """Return settings of a run on a network, of its own size if it has one."""
    users = component.size() or USERS
    return base(network=component, population={"kind": "blank", "users": users})


SCENARIOS: dict[str, Callable[[Any], Settings]] = {
    "activation": lambda one: base(decision={"kind": "logit", "rationality": 4.0,
                                             "activation": one}),
    "belief": lambda one: base(payoff={"belief": one, "cost": 0.3}),
    "curve": lambda one: base(platform={"kind": "response", "curve": one}),
    "decision": lambda one: base(decision=one),
    "learner": learning,
    "memory": lambda one: learning(Learner.from_settings(LEARNER), memory=one),
    "network": with_network,
    "platform": on_platform,
    "population": with_population,
    "stop": lambda one: base(stop=one, decision="best-response", rounds=40),
}  # fmt: skip
"""A small scenario for each part that can be in one without knowing the data."""
CHOOSY = {"network", "learner", "platform"}
"""Parts that may refuse it: their components may be for other numbers of users, or other data."""


def _scenarios(subject: Subject) -> Iterator[tuple[str, Settings]]:
    part, component = subject.kind.part, subject.component
    if part not in SCENARIOS:
        return
    if part == "decision":
        for kind in ACTIVATIONS:
            settings = base(decision=component.replace(activation={"kind": kind}))
            yield f"a run of {USERS} users, activation {kind}", settings
    else:
        yield f"a run of {USERS} users", SCENARIOS[part](component)


@law(ANY_PART, over=_scenarios)
def it_runs(subject: Subject, settings: Settings) -> None:
    """A small scenario with it runs, keeps its books, and gives the same numbers again."""
    try:
        series, states = repeated(_run, settings)
    except ScenarioError:
        if subject.kind.part in CHOOSY:
            return
        raise
    _check_books(series, states)


@law("stop")
def it_says_whether_a_run_ends(subject: Subject) -> None:
    """`ends` returns a bool."""
    model = CollectiveActionModel(SCENARIOS["stop"](subject.component))
    model.step()
    found = subject.component.ends(model)
    forget(model)
    with given(f"{USERS} users, after a round"):
        demand(
            isinstance(found, bool | np.bool_),
            f"it returns {found!r}",
            "return True if the run is over, else False",
        )


def _run(settings: Settings) -> tuple[Settings, list[Bools]]:
    """Return the series of a run, and who was a member in each round."""
    model = CollectiveActionModel(settings)
    states = [model.columns["joined"]]
    while model.running:
        model.step()
        states.append(model.columns["joined"])
    series = model.series
    forget(model)
    return {str(name): series[name].to_numpy() for name in series}, states


def _check_books(series: Settings, states: list[Bools]) -> None:
    members = np.array([np.count_nonzero(state) for state in states])
    moves = [
        (np.count_nonzero(now & ~before), np.count_nonzero(before & ~now))
        for before, now in pairwise(states)
    ]
    joined, left = np.array(moves).T
    demand(
        np.array_equal(series["members"], members)
        and np.array_equal(series["joined"][1:], joined)
        and np.array_equal(series["left"][1:], left),
        "members, joined and left are not what happened",
        "change `joined` where the rule is asked to, and nowhere else",
    )
    alpha = series["alpha"]
    demand(
        ((alpha >= 0) & (alpha <= 1)).all(),
        f"α is {alpha.tolist()}",
        "return finite numbers everywhere: one that is not has found its way into the run",
    )
