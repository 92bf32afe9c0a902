"""Users who join when enough neighbours have, and grow weary of it."""

from __future__ import annotations

from typing import Literal

import numpy as np

from groundswell.agents.decision import Decision
from groundswell.agents.distribution import constant
from groundswell.agents.limits import Probability
from groundswell.agents.situation import Situation
from groundswell.data import Bools, Floats, Ints


class Weary(Decision):
    """Join when a share θ_i of one's neighbours has; members leave with probability w_i.

    The comparison with θ_i is ``>=``, that of a random number with w_i is ``<``. A user does not
    count itself, and without neighbours sees a share of 0. One by one, moves made before in the
    round count.
    """

    kind: Literal["weary"] = "weary"
    draws = 1
    threshold: Probability = constant(0.3)
    """Share θ_i of the neighbours that it takes to join."""
    weariness: Probability = constant(0.1)
    """Probability w_i that a member leaves at a revision."""

    @property
    def needs_ties(self) -> bool:
        """It looks at neighbours."""
        return True

    def wants(self, situation: Situation, users: Ints, draws: Floats) -> Bools:
        """Let outsiders look around, and members grow weary."""
        share = situation.ties.joined_share(situation.joined)[users]
        columns = situation.columns
        stays = draws[:, 0] >= columns["weariness"][users]
        return np.where(situation.joined[users], stays, share >= columns["threshold"][users])

    def take_turns(
        self, situation: Situation, order: Ints, draws: Floats, joined: Bools, locked: Bools
    ) -> None:
        """Do the same, one user at a time."""
        columns, ties = situation.columns, situation.ties
        for user, luck in zip(order, draws[:, 0], strict=True):
            if locked[user]:
                continue
            if joined[user]:
                joined[user] = luck >= columns["weariness"][user]
            else:
                joined[user] = ties.joined_share_of(user, joined) >= columns["threshold"][user]
