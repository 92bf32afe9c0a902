"""What a schedule may not set: what is fixed when a run starts, or set in another place too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from groundswell.problems import Key, Problem, ScenarioError
from groundswell.schedule import Course, may_change
from groundswell.settings_errors import split_key


def overlap(one: Key, other: Key) -> bool:
    """Return whether two keys are the same, or one is inside the table of the other.

    >>> overlap(("payoff", "cost"), ("payoff", "cost", "sd")), overlap(("a", "b"), ("a", "c"))
    (True, False)
    """
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def schedule_problems(
    schedule: Mapping[str, Course], rounds: int, swept: Iterable[str]
) -> Iterator[Problem]:
    """Find keys that may not change, or that are set in another place too.

    Parameters
    ----------
    schedule
        The courses by dotted key.
    rounds
        The last round of the scenario.
    swept
        Dotted keys that a sweep varies.
    """
    met: list[str] = []
    for dotted, course in schedule.items():
        place: Key = ("schedule", dotted)
        try:
            key = split_key(dotted)
            varied = [one for one in swept if overlap(split_key(one), key)]
        except ScenarioError as error:
            yield from (Problem(place, problem.message) for problem in error.problems)
            continue
        if not may_change(key):
            yield Problem(place, FIXED)
        for other in met:
            if overlap(split_key(other), key):
                yield Problem(place, f"sets what '{other}' sets; leave one of them out")
        if varied:
            yield Problem(
                place, f"sets what the sweep varies with '{varied[0]}'; leave one of them out"
            )
        if course.start > rounds:
            yield Problem(
                place, f"begins in round {course.start:,}, after the last round, {rounds:,}"
            )
        met.append(dotted)


FIXED = (
    "is fixed when a run starts; numbers of payoff, decision and platform may change, and "
    "collective.compliance, collective.mistakes, measure.target_success"
)
