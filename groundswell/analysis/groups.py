"""Reading the table ``groups``: who is worst off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from groundswell.analysis.tables import require

if TYPE_CHECKING:
    import pandas as pd


def worst(source: Any, column: str = "accuracy") -> pd.DataFrame:
    """Return the group that has the lowest value of a column, for each run, round and grouping.

    Parameters
    ----------
    source : Result or DataFrame
        A result with ``groups``, or such a table.
    column
        What is compared, such as ``"accuracy"``, ``"success"`` or ``"payoff"``.

    Returns
    -------
    DataFrame
        Whole rows of ``groups``, in their order. Of groups that are equally badly off the first;
        groups in which the column is missing do not count.

    Raises
    ------
    ValueError
        If there is no such column, or if no groups were asked for.

    Examples
    --------
    >>> import groundswell as gs
    >>> result = gs.run(gs.load("quickstart").replace({"measure.groups": ["class"], "rounds": 1}))
    >>> worst(result)[["round", "by", "group", "accuracy"]].round(2).to_numpy().tolist()
    [[0, 'class', '8', 0.88], [1, 'class', '3', 0.89]]
    """
    table: pd.DataFrame = source.groups if hasattr(source, "groups") else source
    require(table, ["run", "round", "by", "group", column])
    if table.empty:
        raise ValueError("the result has no groups; ask for some, e.g. measure.groups = ['class']")
    there = table.dropna(subset=[column])
    lowest = there.groupby(["run", "round", "by"], sort=False)[column].idxmin()
    return table.loc[lowest].reset_index(drop=True)
