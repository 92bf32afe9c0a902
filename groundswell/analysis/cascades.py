"""How large cascades are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from groundswell.analysis.bounds import FloatArray, checked
from groundswell.analysis.tables import Measurements, Rounds, per_run

if TYPE_CHECKING:
    import pandas as pd


def sizes(source: Measurements) -> pd.DataFrame:
    """Return by how many members each run has grown, from its first round to its last.

    Parameters
    ----------
    source : Result or DataFrame
        Runs with their rounds and ``members``.

    Returns
    -------
    DataFrame
        One row per run: ``initial``, ``final`` and ``size``, the difference.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> sizes(pd.DataFrame({"round": [0, 1, 2], "members": [3, 10, 8]}))
       run  initial  final  size
    0    0        3      8     5
    """

    def described(_: Rounds, values: FloatArray) -> dict[str, int]:
        initial, final = int(values[0]), int(values[-1])
        return {"initial": initial, "final": final, "size": final - initial}

    return per_run(source, "members", described)


def tail(of: ArrayLike) -> pd.DataFrame:
    """Return the complementary distribution function: which share is at least so large.

    Parameters
    ----------
    of : array_like
        Sizes, such as the column ``size`` of `sizes`.

    Returns
    -------
    DataFrame
        ``size``, ascending, and ``share``.

    Raises
    ------
    ValueError
        If a size is missing.

    Examples
    --------
    >>> tail([5, 1, 1, 2])
       size  share
    0   1.0   1.00
    1   2.0   0.50
    2   5.0   0.25
    """
    import pandas as pd

    values, times = np.unique(checked("sizes", of, -np.inf, np.inf, "()"), return_counts=True)
    return pd.DataFrame({"size": values, "share": times[::-1].cumsum()[::-1] / times.sum()})
