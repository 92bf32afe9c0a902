"""What holds of every memory and every platform."""

from __future__ import annotations

import numpy as np

from groundswell.data import Points
from groundswell.platform.memory import Submissions, recall
from groundswell.testing.laws import Subject, demand, given, law
from groundswell.testing.sameness import repeated

ROUNDS = 7
ROWS = 5


@law("memory")
def old_rounds_weigh_less(subject: Subject) -> None:
    """Weights are positive and do not rise with age; they are all one unless `weighted`."""
    memory = subject.component
    remembered = memory.rounds()
    demand(
        remembered is None or (isinstance(remembered, int) and remembered >= 1),
        f"`rounds` is {remembered!r}",
        "return a number of rounds, this one included, or None for all",
    )
    ages = range(ROUNDS if remembered is None else min(ROUNDS, remembered))
    weights = np.array([repeated(memory.weight, age) for age in ages])
    with given(f"ages 0 to {ages[-1]}"):
        demand(
            (weights > 0).all() and np.isfinite(weights).all() and (np.diff(weights) <= 0).all(),
            f"the weights are {weights.tolist()}",
            "return positive numbers that do not rise",
        )
        demand(
            memory.weighted or (weights == 1).all(),
            f"the weights are {weights.tolist()}, and `weighted` is False",
            "have the property `weighted` return True",
        )


@law("memory")
def what_was_submitted_is_recalled(subject: Subject) -> None:
    """As many rounds are put together as are remembered, whatever has happened so far."""
    memory, remembered = subject.component, subject.component.rounds()
    for rounds in range(1, ROUNDS + 1):
        history = [_submitted(number) for number in range(rounds)]
        with given(f"{rounds} rounds of {ROWS} points"):
            kept = rounds if remembered is None else min(rounds, remembered)
            found = recall(memory, history)
            demand(
                len(found.points) == len(found.planted) == len(found.owner) == kept * ROWS,
                f"{len(found.points)} points are recalled, and `rounds` is {remembered}",
                "let nothing but the arguments decide",
            )


@law("platform")
def it_says_when_it_settles(subject: Subject) -> None:
    """`settles_in` is a number of rounds, or None where S may always change."""
    found = subject.component.settles_in
    demand(
        found is None or (isinstance(found, int) and found >= 0),
        f"it is {found!r}",
        "return a number of rounds from 0, or None",
    )


def _submitted(number: int) -> Submissions:
    points = Points(np.full((ROWS, 1), float(number)), np.arange(ROWS) % 2)
    return Submissions(points, np.zeros(ROWS, dtype=bool), np.arange(ROWS))
