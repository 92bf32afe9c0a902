"""Trees of recruitment: numbers of recruits, reproduction numbers, sizes and depths.

They read the table of joins that `groundswell.analysis.recruitment` describes, with ``recruiter``,
such as ``result.ties``.
A recruiter's credit goes to the last time it had joined before; one that is not seen to join is
taken for a seed, a member from round 0 on. Members who joined late in a run have had little time to
recruit: averages over the last rounds are too low.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from groundswell.analysis.recruitment import credited
from groundswell.analysis.tables import require

if TYPE_CHECKING:
    import pandas as pd

Indices = NDArray[np.int64]
NOBODY = -1


def recruits(joins: pd.DataFrame) -> pd.DataFrame:
    """Return how many each member recruited.

    Parameters
    ----------
    joins : DataFrame
        The joins, with ``recruiter``.

    Returns
    -------
    DataFrame
        One row for each time a user became a member, seeds included: ``run``, ``round``, ``user``
        and ``recruits``, the sum of its credits.

    Raises
    ------
    ValueError
        If a column is missing, or the credits of a join do not sum to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"run": 0, "round": [1, 1, 2], "user": [6, 6, 8],
    ...                       "recruiter": [5, 7, 6], "credit": [0.5, 0.5, 1.0]})
    >>> recruits(table)
       run  round  user  recruits
    0    0      0     5       0.5
    1    0      0     7       0.5
    2    0      1     6       1.0
    3    0      2     8       0.0
    """
    members, _, parent, credit = _linked(joins)
    known = parent != NOBODY
    total = np.bincount(parent[known], credit[known], minlength=len(members))
    return members.assign(recruits=total).sort_values(
        ["run", "round"], kind="stable", ignore_index=True
    )


def offspring(joins: pd.DataFrame) -> pd.DataFrame:
    """Return how numbers of recruits are distributed over members.

    Parameters
    ----------
    joins : DataFrame
        The joins, with one ``recruiter`` each (`groundswell.analysis.recruitment.drawn`).

    Returns
    -------
    DataFrame
        ``recruits``, ``members`` (how many have so many) and ``share``.

    Raises
    ------
    ValueError
        If a column is missing, or a join has several recruiters.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"run": 0, "round": [1, 1, 2], "user": [6, 7, 8],
    ...                       "recruiter": [5, 5, 6]})
    >>> offspring(table)
       recruits  members  share
    0         0        2   0.50
    1         1        1   0.25
    2         2        1   0.25
    """
    import pandas as pd

    _one_recruiter(joins)
    numbers = recruits(joins)["recruits"].to_numpy().astype(np.int64)
    values, members = np.unique(numbers, return_counts=True)
    share = members / members.sum()
    return pd.DataFrame({"recruits": values, "members": members, "share": share})


def reproduction(joins: pd.DataFrame) -> pd.DataFrame:
    """Return the effective reproduction number: how many a member recruits, by when it joined.

    Above 1 recruitment grows, below 1 it dies out.

    Parameters
    ----------
    joins : DataFrame
        The joins, with ``recruiter``; credit may be shared.

    Returns
    -------
    DataFrame
        ``round`` of joining, ``members`` who joined then, over all runs, and ``reproduction``, the
        mean number that each of them recruited later.

    Raises
    ------
    ValueError
        If a column is missing, or the credits of a join do not sum to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"run": 0, "round": [1, 1, 2], "user": [6, 7, 8],
    ...                       "recruiter": [5, 5, 6]})
    >>> reproduction(table)
       round  members  reproduction
    0      0        1           2.0
    1      1        2           0.5
    2      2        1           0.0
    """
    found = recruits(joins).groupby("round")["recruits"]
    return found.agg(members="size", reproduction="mean").reset_index()


def trees(joins: pd.DataFrame) -> pd.DataFrame:
    """Return the trees of recruitment, one row each.

    Parameters
    ----------
    joins : DataFrame
        The joins, with one ``recruiter`` each (`groundswell.analysis.recruitment.drawn`).

    Returns
    -------
    DataFrame
        ``run``, ``root`` (the user at the root: a seed, or one who joined unrecruited), ``round``
        (when it joined), ``size`` (members in the tree, the root included), ``depth`` (generations
        below the root) and ``width`` (members in the largest generation).

    Raises
    ------
    ValueError
        If a column is missing, or a join has several recruiters.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"run": 0, "round": [1, 1, 2], "user": [6, 7, 8],
    ...                       "recruiter": [5, 5, 6]})
    >>> trees(table)
       run  root  round  size  depth  width
    0    0     5      0     4      2      2
    """
    _one_recruiter(joins)
    members, child, parent, _ = _linked(joins)
    root, depth = np.arange(len(members)), np.zeros(len(members), dtype=np.int64)
    for member, recruiter in zip(child.tolist(), parent.tolist(), strict=True):
        if recruiter != NOBODY:  # who is always further up in the list
            root[member], depth[member] = root[recruiter], depth[recruiter] + 1
    generations = members.assign(tree=root, depth=depth).groupby(["tree", "depth"])
    shape = (
        generations.size()
        .reset_index(name="members")
        .groupby("tree")
        .agg(size=("members", "sum"), depth=("depth", "max"), width=("members", "max"))
    )
    roots = members.rename(columns={"user": "root"})[["run", "root", "round"]]
    return roots.join(shape, how="inner").reset_index(drop=True)


def _linked(joins: pd.DataFrame) -> tuple[pd.DataFrame, Indices, Indices, Any]:
    """Return all members, parents first, and for each row who was recruited by whom, and credit."""
    import pandas as pd

    require(joins, ["recruiter"])
    credit, join = credited(joins)
    recruiters = joins["recruiter"].astype(object).where(joins["recruiter"].notna(), None)
    rows = zip(join, joins["run"], joins["round"], joins["user"], recruiters, strict=True)
    members: list[tuple[Any, int, Any]] = []
    latest: dict[tuple[Any, Any], int] = {}
    child: list[int] = []
    parent: list[int] = []
    current = NOBODY

    def enter(run: Any, round_: int, user: Any) -> int:
        latest[run, user] = len(members)
        members.append((run, round_, user))
        return latest[run, user]

    for number, run, round_, user, recruiter in rows:
        known = NOBODY if recruiter is None else latest.get((run, recruiter), NOBODY)
        is_seed = recruiter is not None and known == NOBODY
        parent.append(enter(run, 0, recruiter) if is_seed else known)
        child.append(latest[run, user] if number == current else enter(run, round_, user))
        current = number
    table = pd.DataFrame(members, columns=["run", "round", "user"])
    return table, np.array(child, dtype=np.int64), np.array(parent, dtype=np.int64), credit


def _one_recruiter(joins: pd.DataFrame) -> None:
    _, join = credited(joins)
    if len(np.unique(join)) < len(join):
        raise ValueError("a join has several recruiters; draw one first (recruitment.drawn)")
