"""The state of a model: what its past determines and its scenario does not.

Everything random comes from a stream of its own for each purpose and round, so no generator is
part of it. Submissions follow from who was a member, and the model that a platform serves follows
from the submissions of the round it was trained in: both are made again by the model's own phases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from groundswell.agents.beliefs import Memory
from groundswell.data import Bools
from groundswell.model import CollectiveActionModel
from groundswell.platform.agent import LearningPlatform
from groundswell.platform.learners.network import Network
from groundswell.platform.learners.saving import model_arrays, model_from
from groundswell.scenario import Scenario
from groundswell.tables import Row

Arrays = dict[str, np.ndarray[Any, np.dtype[Any]]]
Bits = np.ndarray[Any, np.dtype[np.uint8]]
"""Who is a member, eight users in a byte."""
COMPARED = (
    *("alpha", "alpha_eff", "alpha_eff_final"),
    *("success", "success_others", "placebo", "lift", "accuracy"),
)
"""What has to come out of a restored model as it was recorded."""


class NotTheSameError(ValueError):
    """A restored model does not measure what was recorded of the one that was saved."""


@dataclass(frozen=True)
class Snapshot:
    """The state of a model after a round.

    Parameters
    ----------
    round
        The round.
    members
        Who was a member, by round, in those of the `needed_rounds` after round 0, which has
        happened when a model is made.
    committed, removed
        Who never leaves, and who can never be a member again.
    memory
        What users remember of past rounds.
    tables
        The rows so far of each table that is recorded.
    served
        The model that the next training goes on from, as arrays; empty where each training
        starts from scratch.
    """

    round: int
    members: Mapping[int, Bits]
    committed: Bools
    removed: Bools
    memory: Memory
    tables: Mapping[str, list[Row]]
    served: Arrays


def cannot_be_saved(scenario: Scenario) -> str | None:
    """Return why the state of a scenario's models cannot be saved, None if it can."""
    platform = scenario.platform
    learner = getattr(platform, "learner", None)
    if getattr(platform, "warm_start", False) and not isinstance(learner, Network):
        return (
            f"with platform.warm_start a '{learner}' goes on from a model that only networks can "
            "save; leave warm_start out"
        )
    return None


def needed_rounds(model: CollectiveActionModel, last: int) -> range | list[int]:
    """Return the rounds whose members say what the platform remembers and serves.

    Parameters
    ----------
    model
        The model after a round.
    last
        The last round in which the platform has trained.
    """
    now, platform = model.round, model.platform
    if not isinstance(platform, LearningPlatform):
        return [now]
    window = platform.settings.memory.rounds()
    if window is None or any(key.startswith("platform.memory") for key in model.plan.schedule):
        return range(now + 1)  # the last training may have been on a longer window
    then = range(max(last - window + 1, 0), last + 1)
    return sorted({*then, *range(max(now - window + 1, 0), now + 1)})


def taken(model: CollectiveActionModel, members: Mapping[int, Bits]) -> Snapshot:
    """Return the state of a model, given who was a member in the rounds that are needed."""
    platform, columns = model.platform, model.columns
    goes_on = isinstance(platform, LearningPlatform) and (
        platform.settings.warm_start or platform.settings.learner.unique
    )
    return Snapshot(
        round=model.round,
        members=members,
        committed=columns["committed"],
        removed=columns["removed"],
        memory=model.memory,
        tables=model.recorder.tables,
        served=model_arrays(platform.classifier) if goes_on else {},
    )


def restore(model: CollectiveActionModel, snapshot: Snapshot) -> None:
    """Put a model that has just been made into a state saved from one of the same scenario.

    Raises
    ------
    NotTheSameError
        If what it measures then is not what was recorded.
    """
    model.recorder.tables.update(snapshot.tables)
    trained = last_training(model)
    columns = model.columns
    for number in sorted(snapshot.members):
        _go_to(model, number)
        columns["joined"] = unpacked(snapshot.members[number], columns.users)
        model.submit()
        if number == trained and snapshot.served:
            _serve(model, snapshot.served)
        elif number >= trained:
            model.retrain()
    columns["committed"], columns["removed"] = snapshot.committed, snapshot.removed
    model.memory = snapshot.memory
    model.measure_only()
    model.recorder.go_on()
    if model.joins:
        model.joins.go_on(len(snapshot.tables["ties"]))
    _check(model)


def packed(members: Bools) -> Bits:
    """Return who is a member as bits."""
    return np.packbits(members)


def unpacked(bits: Bits, users: int) -> Bools:
    """Return who of so many users is a member."""
    return np.unpackbits(bits, count=users).astype(bool)


def last_training(model: CollectiveActionModel) -> int:
    """Return the last round in which the platform has trained, 0 if it trains nothing."""
    rows = reversed(model.recorder.rows)
    return next((row["round"] for row in rows if row["retrained"]), 0)


def _go_to(model: CollectiveActionModel, number: int) -> None:
    model.round = number
    if model.plan.schedule:
        model.follow_schedule()


def _serve(model: CollectiveActionModel, served: Arrays) -> None:
    """Take a model that was saved into service, as it was when it had been trained."""
    platform = model.platform
    assert isinstance(platform, LearningPlatform)  # noqa: S101  (others serve no model)
    due = platform.due(model.streams("learner", model.round))
    platform.serve(model_from(served, due.fit), due.trained)
    platform.retrained = True


def _check(model: CollectiveActionModel) -> None:
    row, platform, outcome = model.recorder.rows[-1], model.platform, model.outcome
    values = [platform.alpha, platform.alpha_eff, platform.alpha_eff_final]
    values += [outcome.success, outcome.success_others, outcome.placebo, outcome.lift]
    for name, now in zip(COMPARED, [*values, model.accuracy], strict=True):
        if not np.array_equal(row[name], now, equal_nan=True):
            raise NotTheSameError(f"{name} was {row[name]} and is {now}")
