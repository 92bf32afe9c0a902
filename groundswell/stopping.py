"""When a run ends before its last round."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from groundswell.component import Component

if TYPE_CHECKING:
    from groundswell.model import CollectiveActionModel


class Stop(Component):
    """When a run ends before its last round."""

    part: ClassVar[str] = "stop"

    def ends(self, model: CollectiveActionModel) -> bool:
        """Return whether a run ends with the round that it has just measured."""
        raise NotImplementedError


class Never(Stop):
    """A run has all its rounds."""

    kind: Literal["never"] = "never"

    def ends(self, model: CollectiveActionModel) -> bool:
        """Return that it goes on."""
        return False


class Settled(Stop):
    """A run ends when nothing has moved for some rounds, and nothing ever will.

    Nobody has joined or left; whoever may revise would stay as it is, whatever the random numbers,
    also when users have heard the same news for long; the schedule, the organiser and attrition
    have nothing left to do; and S comes out the same again, which it does not where anything about
    it is random: a learner that is, or rows or test points that are redrawn each round. Rules that
    can always move somebody, such as "logit", have all their rounds, as have models whose users
    have a ``decide()`` of their own, and platforms whose memory never fills.
    """

    kind: Literal["settled"] = "settled"
    rounds: int = Field(10, ge=1)
    """Rounds without a move after which a run ends, if nothing can move any more."""

    def ends(self, model: CollectiveActionModel) -> bool:
        """Return whether everything is at rest, and has been for so many rounds."""
        plan, filling = model.plan, model.scenario.platform.settles_in
        if filling is None or plan.population.redraw or plan.measure.redraw:
            return False
        organiser = plan.collective.organiser
        last = max(plan.last_change, organiser.last_round if organiser else 0)
        return (
            _is_quiet(model, last, max(self.rounds, filling))
            and not hasattr(model.user_class, "decide")
            and model.at_rest
        )


def _is_quiet(model: CollectiveActionModel, last: int, rounds: int) -> bool:
    """Return whether nothing has moved for so many rounds after the last in which it was to."""
    if model.round - rounds < last:
        return False
    return not any(row["joined"] or row["left"] for row in model.recorder.rows[-rounds:])
