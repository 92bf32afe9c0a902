"""The phases of a round."""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """The phases of a round, in order; each is a method of the model."""

    OBSERVE = "users see last round's success and their neighbours"
    DECIDE = "an organiser, if there is one, recruits; users join, stay or leave"
    SUBMIT = "members' data go through the strategy, others' as they are"
    RETRAIN = "the platform fits its learner on what it received"
    MEASURE = "success, accuracy, shares and payoffs, on fresh points"


FIRST = (Phase.SUBMIT, Phase.RETRAIN, Phase.MEASURE)
"""Those of round 0: seeds are in, and nobody decides."""
