"""Exact stationary laws of users who choose by logit, as Markov chains.

`chain` has one state for each of the 2^N profiles: for few users, who may differ in everything and
have any ties. `counts` has one for each number of members: for users who are all alike and move at
the same time, who play no potential game (for those who move one at a time there is
`groundswell.analysis.stationary`). Payoffs are those of `groundswell.analysis.finite_game`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from groundswell.analysis.bounds import FloatArray, checked
from groundswell.analysis.finite_game import Game, advantages, profiles
from groundswell.analysis.stationary import times_rationality

OneByOne = Literal["random", "sequential"]
Belief = Literal["curve", "last"]
ToMove = Callable[[FloatArray], FloatArray]

GAP = 1e-6
"""A second eigenvalue closer to 1 makes errors of rounding grow by its inverse, so too large."""
FEW = 32
"""Of so few states all eigenvalues are computed."""
UNDECIDED = "users hardly ever act against their interest; take a smaller rationality"
MOST_SEQUENTIAL = 12
"""Laws of all orders of more users take too much memory."""


def chain(of: Game, rationality: float, activation: OneByOne = "random") -> FloatArray:
    """Return the stationary law over all 2^N profiles of users that move one at a time.

    Users may differ in everything and have any ties. ``sequential`` averages over all N! orders
    exactly, by the law after each set of users has moved in a random order.

    Parameters
    ----------
    of : Game
        Of up to some 14 users, or 10 if ``sequential``.
    rationality : float
        β >= 0.
    activation : str
        ``"random"``: a uniformly drawn user revises; ``"sequential"``: all do, in random order,
        and the law is that at the end of a round.

    Returns
    -------
    ndarray
        The probability of each profile, in the order of `finite_game.profiles`.

    Raises
    ------
    ValueError
        If there is no such activation, there are too many users, or users so rarely act against
        their interest that rounding decides where they are in the long run.

    Examples
    --------
    >>> from groundswell.analysis.finite_game import game
    >>> chain(game(lambda alpha: 0.0, [0.0, 100.0]), rationality=1.0).round(6)
    array([0.5, 0.5, 0. , 0. ])
    """
    from scipy.special import expit

    if activation not in get_args(OneByOne):
        raise ValueError(f"activation must be random or sequential, found {activation}")
    if activation == "sequential" and of.users > MOST_SEQUENTIAL:
        raise ValueError(f"at most {MOST_SEQUENTIAL} users may be sequential, found {of.users}")
    move = _one_of_them if activation == "random" else _in_random_order
    joins = expit(times_rationality(rationality, advantages(of)))
    return _at_rest(lambda law: move(law, joins), of.users)


def counts(
    of: Game,
    rationality: float,
    *,
    revision: float = 1.0,
    belief: Belief = "curve",
) -> FloatArray:
    """Return the stationary law of the number of members where users, all alike, move at once.

    Parameters
    ----------
    of : Game
        On the complete graph, all users alike; up to some thousand.
    rationality : float
        β >= 0.
    revision : float
        Chance λ of each user to revise in a round: 1 is ``synchronous``, less ``inertial``.
    belief : str
        Whether users know the curve at the number of others, or think that success stays as it
        was last round. Without peer pressure ``sequential`` has the law of ``synchronous`` if it
        is ``"last"``.

    Returns
    -------
    ndarray
        The probability of n = 0, ..., N members.

    Raises
    ------
    ValueError
        If users differ, or a number is outside its domain.

    Examples
    --------
    >>> from groundswell.analysis.finite_game import game
    >>> counts(game(lambda alpha: alpha, 0.6, users=2), rationality=0.0)
    array([0.25, 0.5 , 0.25])
    """
    from scipy.special import expit
    from scipy.stats import binom

    checked("revision", revision, 0, 1, "(]")
    inside, outside = _gains(of, belief)
    stays = 1 - revision * expit(-times_rationality(rationality, inside))
    joins = revision * expit(times_rationality(rationality, outside))
    moves = []
    for members in range(of.users + 1):
        others = of.users - members
        staying = binom.pmf(np.arange(members + 1), members, stays[members])
        joining = binom.pmf(np.arange(others + 1), others, joins[members])
        moves.append(np.convolve(staying, joining))
    return _eliminated(np.array(moves))


def _revise(laws: FloatArray, joins: FloatArray, user: int) -> FloatArray:
    """Return laws (in the last axis) after one user has revised."""
    users = joins.shape[1]
    shape = (1 << (users - 1 - user), 2, 1 << user)
    join = joins[:, user].reshape(shape)[:, 0]
    both = laws.reshape(-1, *shape).sum(axis=2)
    return np.stack([both * (1 - join), both * join], axis=2).reshape(laws.shape)


def _one_of_them(law: FloatArray, joins: FloatArray) -> FloatArray:
    """Return the law after a uniformly drawn user has revised."""
    users = range(joins.shape[1])
    return np.asarray(np.mean([_revise(law, joins, user) for user in users], axis=0))


def _in_random_order(law: FloatArray, joins: FloatArray) -> FloatArray:
    """Return the law after all users have revised in a random order.

    Of a set of users each is the last with the same chance, after the others in random order.
    """
    users = joins.shape[1]
    sets, laws = np.arange(1 << users), np.zeros((1 << users, len(law)))
    sizes = profiles(users).sum(axis=1)
    laws[0] = law
    for size in range(1, users + 1):
        for user in range(users):
            of_size = sets[(sizes == size) & (sets >> user & 1 == 1)]
            laws[of_size] += _revise(laws[of_size ^ 1 << user], joins, user) / size
    return np.asarray(laws[-1])


def _at_rest(move: ToMove, users: int) -> FloatArray:
    """Return the law that a move does not change."""
    from scipy.sparse.linalg import LinearOperator, eigs

    states = 1 << users
    even = np.full(states, 1 / states)
    if states <= FEW:
        roots, vectors = np.linalg.eig(np.array([move(law) for law in np.eye(states)]).T)
    else:
        moves = LinearOperator((states, states), matvec=lambda law: move(law.ravel()), dtype=float)
        roots, vectors = eigs(moves, k=2, v0=even)
    order = np.argsort(np.abs(roots - 1))
    if len(order) > 1 and abs(roots[order[1]] - 1) < GAP:
        raise ValueError(UNDECIDED)
    law = np.real(vectors[:, order[0]])
    law = np.maximum(law / law.sum(), 0)  # rounding leaves -1e-17 where 0 is meant
    return np.asarray(law / law.sum())


def _gains(of: Game, belief: str) -> tuple[FloatArray, FloatArray]:
    """Return what membership brings a member, and an outsider, where n = 0, ..., N are members."""
    if of.ties is not None or any(
        np.ptp(each) for each in (of.cost, of.benefit, of.selective_incentive, of.peer_pressure)
    ):
        raise ValueError("this needs the complete graph and users who are all alike")
    if belief not in get_args(Belief):
        raise ValueError(f"belief must be curve or last, found {belief}")
    alone = [of.advantage(others)[0] for others in range(of.users)]
    # Nobody is a member of none, or an outsider of all: these two numbers are never used.
    inside, outside = np.array([0.0, *alone]), np.array([*alone, 0.0])
    if belief == "last":
        heard = (1 - of.spillover) * of.success
        inside[1:] += of.benefit[0] * (heard[1:] - of.push)
        outside[:-1] += of.benefit[0] * (heard[:-1] - of.push)
    return inside, outside


def _eliminated(moves: FloatArray) -> FloatArray:
    """Return the stationary law of a chain by elimination, which subtracts nothing.

    Grassmann, Taksar and Heyman (1985): every probability is accurate, however small, also where
    the chain hardly ever leaves parts of its states.
    """
    rates = moves.copy()
    for state in range(len(rates) - 1, 0, -1):
        if not (leaves := rates[state, :state].sum()) > 0:
            raise ValueError(UNDECIDED)
        rates[:state, state] /= leaves
        rates[:state, :state] += np.outer(rates[:state, state], rates[state, :state])
    law = np.zeros(len(rates))
    law[0] = 1.0
    for state in range(1, len(rates)):
        law[state] = law[:state] @ rates[:state, state]
        law /= law.max()  # or it would overflow where the first state is all but never visited
    return np.asarray(law / law.sum())
