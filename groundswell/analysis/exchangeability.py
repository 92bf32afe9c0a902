"""How members differ from everybody else: what theory takes to be no more than chance.

Bounds on success assume that members are a random part of all users. Where who joins hangs on
ties, costs or data, they may not be, and this is the place to look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from groundswell.data import Bools, Features, Floats, Ints, Schema

if TYPE_CHECKING:
    import pandas as pd

MEAN, VARIATION = "standardised mean difference", "total variation"
COLUMNS = ("of", "measure", "members", "outsiders", "difference", "p_value")
NAN = float("nan")


def differences(
    X: Features,
    y: Ints,
    schema: Schema,
    joined: Bools,
    *,
    owner: Ints | None = None,
    degree: Ints | None = None,
    permutations: int = 199,
    rng: np.random.Generator | None = None,
) -> pd.DataFrame:
    """Compare the data of members with those of outsiders, as users hold them.

    Parameters
    ----------
    X, y
        Features, shape (points, columns), and labels, shape (points,), before any strategy.
    schema
        What the points look like.
    joined
        Who is a member, shape (users,).
    owner
        The user of each point; by default every point is a user.
    degree
        Number of neighbours of each user, to be compared too.
    permutations
        How many random collectives of the same size the p-values rest on.
    rng
        Draws them; without it there are no p-values.

    Returns
    -------
    DataFrame
        One row per numeric column ("standardised mean difference": the difference of the means in
        units of the root mean of the two variances, Austin 2009), per categorical column and for
        the label "class" ("total variation": half the sum of absolute differences between shares,
        in [0, 1]), and for "degree". Columns ``of``, ``measure``, ``members`` and ``outsiders``
        (their means; missing for categories), ``difference`` and ``p_value``: the share of random
        collectives, this one among them, that differ at least as much. Missing where one side is
        empty.

    Raises
    ------
    ValueError
        If the arrays do not fit each other.

    Examples
    --------
    >>> from groundswell.data import Column
    >>> schema = Schema("columns", (Column("age"), Column("job", ("p", "q"))), ("no", "yes"))
    >>> X = np.array([[30.0, 0], [40.0, 1], [50.0, 1], [60.0, 1]])
    >>> joined = np.array([True, True, False, False])
    >>> table = differences(X, np.array([0, 0, 1, 0]), schema, joined)
    >>> table[["of", "difference"]].round(3).to_dict("split")["data"]
    [['age', -4.0], ['job', 0.5], ['class', 0.5]]
    """
    import pandas as pd

    owner = np.arange(len(joined)) if owner is None else owner
    if len(owner) != len(y) or len(X) != len(y) or (len(owner) and owner.max() >= len(joined)):
        raise ValueError(
            f"{len(X)} points, {len(y)} labels, {len(owner)} owners, {len(joined)} users"
        )
    sides = _Sides(X, y, schema, owner, degree)
    found = sides.compare(joined)
    table = pd.DataFrame(
        {"of": sides.names, "measure": sides.measures, **sides.means(joined), "difference": found}
    )
    table["p_value"] = _p_values(sides, joined, found, permutations, rng)
    return table[list(COLUMNS)]


class _Sides:
    """Splits users into members and outsiders, and compares the two; built once for many splits."""

    def __init__(
        self, X: Features, y: Ints, schema: Schema, owner: Ints, degree: Ints | None
    ) -> None:
        self.owner, self.degree = owner, None if degree is None else degree.astype(np.float64)
        self.numbers: Floats = X[:, schema.numeric].astype(np.float64) if len(X) else X[:, :0]
        categorical = [] if schema.form == "text" else schema.categorical
        self.codes = [X[:, i].astype(np.int64) for i in categorical]
        self.codes += [y] if schema.labels else []
        named = [schema.columns[i].name for i in [*schema.numeric, *categorical]]
        self.names = [*named, *(["class"] if schema.labels else []), *self._degree_is("degree")]
        self.measures = [MEAN] * self.numbers.shape[1] + [VARIATION] * len(self.codes)
        self.measures += self._degree_is(MEAN)

    def compare(self, joined: Bools) -> Floats:
        """Return the difference in everything, in the order of the names."""
        here = joined[self.owner]
        apart = [_total_variation(codes[here], codes[~here]) for codes in self.codes]
        found = [*_mean_differences(self.numbers, here), *apart]
        if self.degree is not None:
            found += [*_mean_differences(self.degree[:, None], joined)]
        return np.array(found)

    def means(self, joined: Bools) -> dict[str, list[float]]:
        """Return the means of both sides, missing for categories."""
        here = joined[self.owner]
        means = {}
        for name, who, points in (("members", joined, here), ("outsiders", ~joined, ~here)):
            numbers = _means(self.numbers, points).tolist()
            degree = [] if self.degree is None else _means(self.degree[:, None], who).tolist()
            means[name] = [*numbers, *[NAN] * len(self.codes), *degree]
        return means

    def _degree_is(self, text: str) -> list[str]:
        return [] if self.degree is None else [text]


def _p_values(
    sides: _Sides, joined: Bools, found: Floats, permutations: int, rng: np.random.Generator | None
) -> Floats:
    """Return how often random collectives differ at least as much, this one counted."""
    if rng is None:
        return np.full(len(found), NAN)
    # What is equally far must count however its sum was rounded.
    at_least = np.abs(found) * (1 - 1e-9)
    as_far = np.ones(len(found))
    for _ in range(permutations):
        as_far += np.abs(sides.compare(rng.permutation(joined))) >= at_least
    return np.where(np.isnan(found), NAN, as_far / (permutations + 1))


def _means(values: Floats, here: Bools) -> Floats:
    return values[here].mean(axis=0) if here.any() else np.full(values.shape[1], NAN)


def _mean_differences(values: Floats, here: Bools) -> Floats:
    """Return the standardised mean difference of each column, 0 where nothing varies."""
    if here.all() or not here.any():
        return np.full(values.shape[1], NAN)
    sides = values[here], values[~here]
    gap = sides[0].mean(axis=0) - sides[1].mean(axis=0)
    spread = np.sqrt((sides[0].var(axis=0) + sides[1].var(axis=0)) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(gap == 0, 0.0, gap / spread)


def _total_variation(here: Ints, there: Ints) -> float:
    if not len(here) or not len(there):
        return NAN
    categories = int(max(here.max(), there.max())) + 1
    shares = [np.bincount(side, minlength=categories) / len(side) for side in (here, there)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)
