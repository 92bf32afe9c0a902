"""How the members of a model differ from everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundswell.analysis import exchangeability

if TYPE_CHECKING:
    import pandas as pd

    from groundswell.model import CollectiveActionModel


def differences(model: CollectiveActionModel, *, permutations: int = 199) -> pd.DataFrame:
    """Compare the data and degree of a model's members, as it is now, with those of outsiders.

    Parameters
    ----------
    model
        The model; nothing in it changes.
    permutations
        How many random collectives of the same size the p-values rest on; 0 for none.

    Returns
    -------
    DataFrame
        What `groundswell.analysis.exchangeability.differences` says of the data that users hold,
        before any strategy.

    Examples
    --------
    >>> import groundswell as gs
    >>> model = gs.CollectiveActionModel(gs.load("granovetter"))
    >>> differences(model)["of"].tolist()
    ['degree']
    """
    points = model.points
    return exchangeability.differences(
        points.X,
        points.y,
        model.world.source.schema,
        model.columns["joined"],
        owner=model.world.rows.owner,
        degree=model.ties.degree,
        permutations=permutations,
        rng=model.streams("exchangeability", model.round) if permutations else None,
    )
