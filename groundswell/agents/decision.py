"""How users decide to join, stay or leave (dynamics.md section 2).

Each rule is a pure function of the users' columns in two forms that agree exactly: `wants` for
users that revise all at once, and `take_turns` for users that see the moves before them. Rules
that leave something to chance are in `groundswell.agents.random_rules`.

Every rule says how it compares, whether a user counts itself, and what the order of users does;
who revises when is the activation's part of the rule, and is the same for all of them.
"""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

import numpy as np

from groundswell.agents.activation import Activation, Inertial
from groundswell.agents.columns import Columns
from groundswell.agents.distribution import Distribution, constant
from groundswell.agents.joining import Witness
from groundswell.agents.limits import Probability
from groundswell.agents.situation import Parameter, Situation
from groundswell.agents.tally import smallest_count
from groundswell.agents.ties import Counts, Ties
from groundswell.component import Component
from groundswell.data import Bools, Floats, Ints


class Membership(NamedTuple):
    """Who is a member, and who can never be one again."""

    joined: Bools
    removed: Bools


class Decision(Component):
    """How users decide to join, stay or leave.

    After everybody has revised, those who were members in the last round and are still leave with
    probability ``attrition`` if its success was below ``measure.target_success``, whatever the
    rule says; newcomers were not there when it failed, and committed seeds stay.
    """

    part: ClassVar[str] = "decision"
    default_kind = "best-response"
    weighs_success: ClassVar[bool] = False
    """Needs a success to gain from."""
    forms_beliefs: ClassVar[bool] = False
    """Compares what users believe about success; payoff.belief has no effect on other rules."""
    draws: ClassVar[int] = 0
    """Uniform random numbers that one revision takes."""
    activation: Activation = Inertial()
    """Who revises in a round, and in which order."""
    attrition: Probability = constant(0.0)
    """Extra probability that a member leaves after a round below measure.target_success."""

    @property
    def needs_ties(self) -> bool:
        """Whether users without neighbours could never be moved."""
        return False

    @property
    def weighs_ties(self) -> bool:
        """Whether it can tell ties of different weight apart.

        Rules that cannot are refused where ties have weights. Those that compare what joining
        brings can, by peer pressure.
        """
        return self.forms_beliefs

    @property
    def leaves_for_good(self) -> bool:
        """Whether members who leave by the rule can never be members again."""
        return False

    def wants(self, situation: Situation, users: Ints, draws: Floats) -> Bools:
        """Return whether each of some users wants to be a member, on the state as it is.

        Parameters
        ----------
        situation
            What users see.
        users
            Who revises, each at most once.
        draws
            Their random numbers, shape (len(users), draws).
        """
        raise NotImplementedError

    def take_turns(
        self, situation: Situation, order: Ints, draws: Floats, joined: Bools, locked: Bools
    ) -> None:
        """Let users revise in an order, changing ``joined``; locked users never move.

        Who leaves for good is locked.
        """
        raise NotImplementedError

    def at_rest(self, situation: Situation, users: Ints) -> bool:
        """Return whether none of some users would move, whatever their random numbers.

        Parameters
        ----------
        situation
            What users see.
        users
            Those who may revise and are free to move.
        """
        if self.draws:
            return not len(users)
        wants = self.wants(situation, users, np.empty((len(users), 0)))
        return bool((wants == situation.joined[users]).all())

    def revise(
        self, situation: Situation, order: Ints, draws: Floats, witness: Witness | None = None
    ) -> Membership:
        """Return membership after the users in ``order`` have revised.

        Parameters
        ----------
        situation
            What users see.
        order
            Who revises, in order.
        draws
            Uniform random numbers in [0, 1), one row per revision.
        witness
            What is told who joins. Rules that run one user at a time then stop after each.
        """
        columns, before = situation.columns, situation.joined
        joined, locked = before.copy(), columns["committed"] | columns["removed"]
        stuck: Bools = locked.copy()
        if not self.activation.one_by_one:
            wants = self.wants(situation, order, draws)
            these: slice | Ints = slice(None) if order is columns.everybody else order
            joined[these] = np.where(locked[these], before[these], wants)
            if self.leaves_for_good:
                stuck |= before & ~joined
            if witness is not None:
                witness.sees(order[joined[order] & ~before[order]], before)
        elif witness is None:
            self.take_turns(situation, order, draws, joined, stuck)
        else:
            for user, luck in zip(order[:, None], draws[:, None], strict=True):
                seen = joined.copy()
                self.take_turns(situation, user, luck, joined, stuck)
                witness.sees(user[joined[user] & ~seen[user]], seen)
        removed = columns["removed"]
        if self.leaves_for_good:
            removed = removed | (stuck & ~locked)
        return Membership(joined, removed)

    def deserters(self, members: Bools, columns: Columns, rng: np.random.Generator) -> Bools:
        """Return which members leave because the last round has failed."""
        fed_up = rng.random(columns.users) < columns["attrition"]
        gone: Bools = members & fed_up & ~columns["committed"]
        return gone


class Fixed(Decision):
    """The seeds are the collective: nobody joins or leaves (the papers' setting, α given).

    There is nothing to compare or to count, and no order. Source: Hardt et al. (2023).
    """

    kind: Literal["fixed"] = "fixed"

    @property
    def weighs_ties(self) -> bool:
        """Nobody looks at ties, of whatever weight."""
        return True

    def wants(self, situation: Situation, users: Ints, draws: Floats) -> Bools:
        """Return membership as it is."""
        return situation.joined[users]

    def take_turns(
        self, situation: Situation, order: Ints, draws: Floats, joined: Bools, locked: Bools
    ) -> None:
        """Change nothing."""


class Threshold(Decision):
    """Join when enough others have: m_i/k_i or m_i (neighbours), n/N or n (everybody) >= θ_i.

    The comparison is ``>=``. Of neighbours, a user does not count itself; of everybody, it does.
    Users without neighbours see a share of 0. Where ties have weights, shares are of the weight of
    all neighbours, and counts are refused. One by one, moves made before in the round count.
    Sources: Granovetter (1978) for everybody, Watts (2002) for shares of neighbours, Centola & Macy
    (2007) for counts.
    """

    kind: Literal["threshold"] = "threshold"
    of: Literal["neighbours", "everybody"] = "neighbours"
    """Whose membership counts."""
    measure: Literal["share", "count"] = "share"
    """Whether the threshold is a share or a number of users."""
    threshold: Distribution
    """The threshold θ_i."""
    reversible: bool = True
    """Members leave when the condition no longer holds."""

    @property
    def needs_ties(self) -> bool:
        """Neighbours' thresholds do."""
        return self.of == "neighbours"

    @property
    def weighs_ties(self) -> bool:
        """Shares of neighbours do; counts stay counts."""
        return self.of == "neighbours" and self.measure == "share"

    def adds_weights(self, ties: Ties) -> bool:
        """Whether what a user sees is a sum of weights: no number of neighbours would do."""
        return self.weighs_ties and ties.weights is not None

    def need(self, columns: Columns, ties: Ties) -> Counts:
        """Return how many members each user needs to see: comparisons are between integers."""

        def needed() -> Counts:
            if self.of == "everybody":
                return self._needed(columns, np.array([columns.users]))
            # More than all the neighbours that anybody has is as good as any number above.
            most = int(ties.degree.max(initial=0)) + 1
            return np.minimum(self._needed(columns, ties.degree), most).astype(ties.count_type)

        return columns.derive("need", needed, self)

    def _needed(self, columns: Columns, of: Ints) -> Ints:
        if self.measure == "count":
            return np.clip(np.ceil(columns["threshold"]), 0, columns.users + 1).astype(np.int64)
        return smallest_count(columns["threshold"], of)

    def wants(self, situation: Situation, users: Ints, draws: Floats) -> Bools:
        """Compare the number of members seen with the number needed."""
        columns, tally, joined = situation.columns, situation.tally, situation.joined
        if self.adds_weights(tally.ties):
            enough: Bools = tally.joined_share(joined) >= columns["threshold"]
        elif self.of == "everybody":
            enough = np.count_nonzero(joined) >= self.need(columns, tally.ties)
        else:
            enough = tally.joined_neighbours(joined) >= self.need(columns, tally.ties)
        return (enough if self.reversible else enough | joined)[users]

    def take_turns(
        self, situation: Situation, order: Ints, draws: Floats, joined: Bools, locked: Bools
    ) -> None:
        """Compare the number of members seen with the number needed, one user at a time."""
        from groundswell.agents.turns import share_turns, threshold_turns

        columns, ties, graph = situation.columns, situation.ties, situation.graph
        of_everybody, by_weight = self.of == "everybody", self.adds_weights(ties)
        if by_weight:
            threshold = Parameter.of(columns["threshold"])
            share_turns(order, joined, locked, threshold, self.reversible, graph)
            return
        counts = situation.counts(joined, not of_everybody)
        threshold_turns(
            order, joined, locked, self.need(columns, ties), of_everybody, self.reversible,
            counts, graph,
        )  # fmt: skip


class BestResponse(Decision):
    """Join when it pays, Δu_i > 0; leave when it costs, Δu_i < 0; stay as one is at 0.

    Δu_i is written out with the payoff. The comparison is ``>``, with the state kept at 0. A user
    counts itself among the members whose success it expects, but not among its neighbours. One by
    one, moves made before in the round count, in as far as beliefs look at members or peers; S is
    that of the last round. Source: best-response dynamics (Blume 1993; Young 1998), with the payoff
    of Hardt et al. (2023), section 6, reconstructed.
    """

    kind: Literal["best-response"] = "best-response"
    weighs_success = True
    forms_beliefs = True

    def wants(self, situation: Situation, users: Ints, draws: Floats) -> Bools:
        """Compare joining with staying out."""
        advantage = situation.advantage(users)
        wants: Bools = (advantage > 0) | ((advantage == 0) & situation.joined[users])
        return wants

    def take_turns(
        self, situation: Situation, order: Ints, draws: Floats, joined: Bools, locked: Bools
    ) -> None:
        """Compare joining with staying out, one user at a time."""
        from groundswell.agents.turns import advantage_turns

        counts = situation.counts(joined, situation.game_counts)
        advantage_turns(
            order, np.empty(0), Parameter.of(np.ones(1)), joined, locked, counts,
            situation.graph, situation.game,
        )  # fmt: skip
