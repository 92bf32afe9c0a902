"""Decision rules that leave something to chance (dynamics.md section 2).

Each revision is dealt its uniform random numbers beforehand, from the stream "decision" of the
round and in the order of revisions, whether they come to anything or not. Probabilities are
compared after both sides have been transformed so that only the dealt numbers go through a
logarithm: u < 1/(1+exp(-x)) just where logit(u) < x, and u < 1-(1-β)^m just where
m log(1-β) < log(1-u). The law is exact, and the two forms of a rule need not agree about exp.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from groundswell.agents.columns import Columns
from groundswell.agents.decision import Decision
from groundswell.agents.limits import NotNegative, Positive, Probability
from groundswell.agents.situation import Parameter, Situation
from groundswell.agents.ties import Ties
from groundswell.data import Bools, Floats, Ints

NOBODY = -1


class Logit(Decision):
    """Join with probability 1/(1+exp(-β_i Δu_i)), whether a member or not; else be out.

    Δu_i is written out with the payoff. The comparison is that of β_i Δu_i with a logistic random
    number (``>``). A user counts itself among the members whose success it expects, but not among
    its neighbours. One by one, moves made before in the round count.
    Sources: Luce (1959); McFadden (1974); Blume (1993), the logit dynamics of a potential game;
    Brock & Durlauf (2001) with peer pressure.
    """

    kind: Literal["logit"] = "logit"
    weighs_success = True
    forms_beliefs = True
    draws = 1
    rationality: NotNegative
    """Rationality β_i: 0 tosses a coin, the larger the nearer to best response."""

    def wants(self, situation: Situation, users: Ints, draws: Floats) -> Bools:
        """Compare what joining brings with the taste of the moment."""
        pays = situation.advantage(users)
        wants: Bools = tastes(draws[:, 0]) < situation.columns["rationality"][users] * pays
        return wants

    def take_turns(
        self, situation: Situation, order: Ints, draws: Floats, joined: Bools, locked: Bools
    ) -> None:
        """Compare what joining brings with the taste of the moment, one user at a time."""
        from groundswell.agents.turns import advantage_turns

        advantage_turns(
            order, tastes(draws[:, 0]), Parameter.of(situation.columns["rationality"]), joined,
            locked, situation.counts(joined, situation.game_counts), situation.graph,
            situation.game,
        )  # fmt: skip


class Imitation(Decision):
    """Copy a random neighbour j with probability 1/(1+exp(-(π_j-π_i)/K_i)).

    π is the payoff that the last round's success gives in the state that is seen: at the start of
    a round exactly what was realised in the last one, and one by one what those who have moved
    since then would have got. The comparison is that of (π_j-π_i)/K_i with a logistic random
    number (``>``); users of equal state change nothing. A user does not meet itself; where
    everybody is tied to everybody, and where there is no network, it meets any other user, and on
    a network without neighbours it changes nothing. Beliefs play no part. Sources: the pairwise
    comparison or Fermi rule, Szabó & Tőke (1998); Traulsen, Nowak & Pacheco (2006).
    """

    kind: Literal["imitation"] = "imitation"
    weighs_success = True
    draws = 2
    noise: Positive
    """Noise K_i: near 0 the better is copied for certain, the larger the nearer to a coin."""

    def wants(self, situation: Situation, users: Ints, draws: Floats) -> Bools:
        """Compare one's payoff with that of somebody met."""
        joined, payoff = situation.joined, situation.payoffs()
        others = someone(situation.ties, users, draws[:, 0], mixed=situation.mixed)
        with np.errstate(invalid="ignore"):  # inf - inf, where neither is ahead
            ahead = (payoff[others] - payoff[users]) / situation.columns["noise"][users]
        copies = (tastes(draws[:, 1]) < ahead) & (others != NOBODY)
        return np.where(copies, joined[others], joined[users])

    def take_turns(
        self, situation: Situation, order: Ints, draws: Floats, joined: Bools, locked: Bools
    ) -> None:
        """Compare one's payoff with that of somebody met, one user at a time."""
        from groundswell.agents.turns import imitation_turns

        imitation_turns(
            order, np.ascontiguousarray(draws[:, 0]), tastes(draws[:, 1]), joined, locked,
            Parameter.of(situation.columns["noise"]),
            situation.counts(joined, situation.game_counts), situation.graph, situation.game,
        )  # fmt: skip

    def at_rest(self, situation: Situation, users: Ints) -> bool:
        """Return whether all whom some users may meet are as they are."""
        return alike(situation, users)


class Contagion(Decision):
    """Catch it from each joined neighbour with probability β_i, recover with probability μ_i.

    An outsider joins with probability 1-(1-β_i)^m_i, a member leaves with probability μ_i: to
    where it came from (SIS), or for good (SIR): it is then ``removed``, counted in the column of
    that name, and no revision makes it a member again. The comparison of a random number with a
    probability is ``<``. A user does not count itself, and without neighbours catches nothing. One
    by one, moves made before in the round count, so that it may be caught and passed on in the
    same round. Whoever leaves by attrition may catch it again. Sources: Kermack & McKendrick
    (1927) for SIR; Wang, Chakrabarti, Wang & Faloutsos (2003) for SIS in rounds on a network.
    """

    kind: Literal["contagion"] = "contagion"
    draws = 1
    infection: Probability
    """Probability β_i with which user i catches it from one joined neighbour at a revision."""
    recovery: Probability
    """Probability μ_i with which member i leaves at a revision."""
    after: Literal["susceptible", "removed"] = "susceptible"
    """What members become that recover: susceptible again (SIS), or removed for good (SIR)."""

    @property
    def needs_ties(self) -> bool:
        """It is caught from neighbours."""
        return True

    @property
    def leaves_for_good(self) -> bool:
        """Those who recover do, in SIR."""
        return self.after == "removed"

    @staticmethod
    def escape(columns: Columns) -> Floats:
        """Return log(1-β_i): what each joined neighbour adds to the log of escaping them all."""

        def logarithm() -> Floats:
            with np.errstate(divide="ignore"):  # -inf for β = 1: nobody escapes
                return np.asarray(np.log1p(-columns["infection"]))

        return columns.derive("escape", logarithm)

    def wants(self, situation: Situation, users: Ints, draws: Floats) -> Bools:
        """Let outsiders catch it and members recover."""
        joined, columns = situation.joined, situation.columns
        count = situation.tally.joined_neighbours(joined)[users]
        with np.errstate(invalid="ignore"):  # 0 · log 0, for β = 1 and nobody to catch it from
            caught = count * self.escape(columns)[users] < resistance(draws[:, 0])
        stays = draws[:, 0] >= columns["recovery"][users]
        return np.where(joined[users], stays, caught)

    def take_turns(
        self, situation: Situation, order: Ints, draws: Floats, joined: Bools, locked: Bools
    ) -> None:
        """Let outsiders catch it and members recover, one user at a time."""
        from groundswell.agents.turns import contagion_turns

        columns, luck = situation.columns, np.ascontiguousarray(draws[:, 0])
        contagion_turns(
            order, luck, resistance(luck), joined, locked, Parameter.of(self.escape(columns)),
            Parameter.of(columns["recovery"]), self.leaves_for_good, situation.counts(joined),
            situation.graph,
        )  # fmt: skip

    def at_rest(self, situation: Situation, users: Ints) -> bool:
        """Return whether none of some users can catch it or recover."""
        columns, joined = situation.columns, situation.joined
        exposed = situation.tally.joined_neighbours(joined) > 0
        may_move = np.where(joined, columns["recovery"] > 0, exposed & (columns["infection"] > 0))
        return not may_move[users].any()


class Voter(Decision):
    """Do as a random neighbour does.

    Nothing is compared. A user does not meet itself, and without neighbours changes nothing. One
    by one, a neighbour that has moved before in the round is copied as it is now. Sources: Clifford
    & Sudbury (1973); Holley & Liggett (1975).
    """

    kind: Literal["voter"] = "voter"
    draws = 1

    @property
    def needs_ties(self) -> bool:
        """It copies neighbours."""
        return True

    def wants(self, situation: Situation, users: Ints, draws: Floats) -> Bools:
        """Copy somebody met."""
        others = someone(situation.ties, users, draws[:, 0])
        return situation.joined[np.where(others == NOBODY, users, others)]

    def take_turns(
        self, situation: Situation, order: Ints, draws: Floats, joined: Bools, locked: Bools
    ) -> None:
        """Copy somebody met, one user at a time."""
        from groundswell.agents.turns import voter_turns

        meeting = np.ascontiguousarray(draws[:, 0])
        voter_turns(order, meeting, joined, locked, situation.graph)

    def at_rest(self, situation: Situation, users: Ints) -> bool:
        """Return whether all whom some users may meet are as they are."""
        return alike(situation, users)


def tastes(draws: Floats) -> Floats:
    """Return logistic random numbers log(u/(1-u)): below x with probability 1/(1+exp(-x)).

    >>> tastes(np.array([0.0, 0.5])).tolist()
    [-inf, 0.0]
    """
    from scipy.special import logit

    return np.asarray(logit(np.ascontiguousarray(draws)))


def resistance(draws: Floats) -> Floats:
    """Return log(1-u), which m log(1-β) is below with probability 1-(1-β)^m."""
    return np.asarray(np.log1p(-draws))


def someone(ties: Ties, users: Ints, draws: Floats, *, mixed: bool = False) -> Ints:
    """Return a random neighbour of each user, or anybody else; `NOBODY` where there is none.

    >>> from groundswell.agents.ties import no_ties
    >>> someone(no_ties(3), np.array([0, 1, 1]), np.array([0.6, 0.4, 0.6]), mixed=True).tolist()
    [2, 0, 2]
    """
    if mixed or ties.complete:
        others = ties.users - 1
        other = (draws * others).astype(np.int64)
        return np.where(others > 0, other + (other >= users), NOBODY)
    degree = ties.degree[users]
    # Users without neighbours would look up what is not theirs, or beyond the end.
    place = np.where(degree > 0, ties.indptr[users] + (draws * degree).astype(np.int64), 0)
    found = ties.indices[place].astype(np.int64) if len(ties.indices) else place
    return np.where(degree > 0, found, NOBODY)


def alike(situation: Situation, users: Ints) -> bool:
    """Return whether some users can only meet others that are members if, and only if, they are."""
    joined, ties = situation.joined, situation.ties
    others, known = situation.tally.joined_neighbours(joined), ties.degree
    if situation.mixed:
        others, known = np.count_nonzero(joined) - joined, np.full(len(joined), len(joined) - 1)
    return bool((others == np.where(joined, known, 0))[users].all())
