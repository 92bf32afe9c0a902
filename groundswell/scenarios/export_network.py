"""Writing a model's network, with who is a member, for other programs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundswell.agents.edges import SEPARATED
from groundswell.problems import InputError

if TYPE_CHECKING:
    from groundswell.agents.ties import Ties
    from groundswell.model import CollectiveActionModel

LISTS = {".txt": " ", ".edges": " ", ".csv": ","}
"""Suffixes of edge lists, and what separates their columns."""
NOT_IN_XML = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")


def export_network(model: CollectiveActionModel, path: str | Path) -> None:
    """Write a model's ties and users as they are now, in a form that its suffix says.

    ``.graphml`` and ``.gexf``: users are nodes under their ids, with their attributes ``user``
    (the number), ``joined``, ``committed`` and ``community`` where there are any. ``.txt``,
    ``.edges`` and ``.csv``: one tie a line, and beside it a table of the users, whose name ends in
    ``-users.csv``. Weights and directions (from who influences to who is influenced) are kept, and
    what is written can be read again as a network of the kind ``edge-list``; only a list of ties
    does not name users who have none.

    Parameters
    ----------
    model
        The model.
    path
        File to write; one that exists is replaced.

    Raises
    ------
    InputError
        If the suffix is none of these, the network is ``complete``, an id cannot be written in
        this form, or the file cannot be written.

    >>> import groundswell as gs
    >>> ring = gs.load("granovetter").replace({"network": {"kind": "ring", "degree": 2}})
    >>> export_network(gs.CollectiveActionModel(ring), "/nowhere/club.graphml")
    Traceback (most recent call last):
    groundswell.problems.InputError: cannot write '/nowhere/club.graphml': No such file or directory
    """
    path, ties = Path(path), model.ties
    if ties.complete:
        raise InputError("the ties of a complete network are not stored, so none can be written")
    suffix = path.suffix.lower()
    if suffix not in {".graphml", ".gexf", *LISTS}:
        raise InputError(
            f"cannot tell from '{path.name}' how to write the network; "
            f"use one of: .graphml, .gexf, {', '.join(LISTS)}"
        )
    try:
        if suffix in LISTS:
            _write_list(model, path, LISTS[suffix])
        else:
            _write_graph(model, path)
    except OSError as error:
        raise InputError(f"cannot write '{path}': {error.strerror}") from None


def _attributes(model: CollectiveActionModel) -> dict[str, list[Any]]:
    """Return what is written of each user: its number, and all columns but those of fractions."""
    columns = model.columns
    kept = {name: columns[name].tolist() for name in columns if columns[name].dtype.kind in "bi"}
    return {"user": list(range(columns.users)), **kept}


def _tied(ties: Ties) -> Iterator[tuple[str, str, float | None]]:
    """Return ties as ids and weight; those without direction once."""
    names = ties.names
    weights = [None] * len(ties.indices) if ties.weights is None else ties.weights.tolist()
    for to, by, weight in zip(ties.rows.tolist(), ties.indices.tolist(), weights, strict=True):
        if ties.directed or by < to:
            yield names[by], names[to], weight


def _write_list(model: CollectiveActionModel, path: Path, separator: str) -> None:
    ties, attributes = model.ties, _attributes(model)
    for name in ties.names:
        if SEPARATED.search(name):
            raise InputError(f"the id '{name}' cannot be written in a list; write .graphml")
    with path.open("w", encoding="utf-8") as file:
        for a, b, weight in _tied(ties):
            words = [a, b] if weight is None else [a, b, repr(weight)]
            file.write(separator.join(words) + "\n")
    with path.with_name(f"{path.stem}-users.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["id", *attributes])
        table.writerows(zip(ties.names, *attributes.values(), strict=True))


def _write_graph(model: CollectiveActionModel, path: Path) -> None:
    import networkx as nx

    from groundswell.agents.graph_files import MOST_ELEMENTS

    ties, attributes = model.ties, _attributes(model)
    for name in ties.names:
        if NOT_IN_XML.search(name):
            raise InputError(f"the id {name!r} cannot be written in XML; write .csv")
    if ties.users + ties.count > MOST_ELEMENTS:
        raise InputError(
            f"XML of more than {MOST_ELEMENTS:,} users and ties helps nobody; use .csv"
        )
    graph: Any = nx.DiGraph() if ties.directed else nx.Graph()
    for row, name in enumerate(ties.names):
        graph.add_node(name, **{key: values[row] for key, values in attributes.items()})
    for a, b, weight in _tied(ties):
        graph.add_edge(a, b, **({} if weight is None else {"weight": weight}))
    if path.suffix.lower() == ".gexf":
        nx.write_gexf(graph, path)
    else:
        nx.write_graphml_xml(graph, path)
