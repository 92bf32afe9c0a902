"""Reading GraphML and GEXF through networkx, after a look at the file for what it must not hold.

The look refuses document type declarations, with which files could name other files or grow
without bounds when read, and files too large or too deep for a reader that holds them in memory.
It says the line of what is wrong, which networkx does not.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.parsers import expat

import networkx as nx
import numpy as np

from groundswell.agents.edge_pairs import EdgePairs, in_order
from groundswell.component import LARGEST
from groundswell.data import Floats
from groundswell.files import Stamp, read_bytes, stamp
from groundswell.problems import InputError, did_you_mean

READERS: dict[str, Callable[..., Any]] = {".graphml": nx.read_graphml, ".gexf": nx.read_gexf}
MOST_BYTES = 2**30
MOST_ELEMENTS = 2_000_000
DEEPEST = 64
UNKNOWN_ENCODING = expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING]


def read_graph(path: str, *, weighted: bool = False) -> EdgePairs:
    """Read the nodes and ties of a GraphML or GEXF file, by its suffix.

    Parameters
    ----------
    path
        The file.
    weighted
        Whether to read the ties' attribute ``weight``.

    Raises
    ------
    InputError
        If the file cannot be read, or holds what is not a graph; names the line if it can.
    """
    return _read(path, stamp(path), weighted)


@lru_cache(maxsize=4)
def _read(path: str, version: Stamp, weighted: bool) -> EdgePairs:
    if version[1] > MOST_BYTES:
        raise _too_large(path)
    data = read_bytes(path)
    _Look(path).over(data)
    graph = _parsed(path, data)
    if not graph.number_of_nodes():
        raise InputError("the graph has no nodes", key=("path",), place=path)
    ids = in_order(graph)
    position = {name: i for i, name in enumerate(ids)}
    ends = [[position[node] for node in edge[:2]] for edge in graph.edges()]
    a, b = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    return EdgePairs(
        ids=ids,
        a=np.ascontiguousarray(a),
        b=np.ascontiguousarray(b),
        weights=_weights(path, graph) if weighted else None,
        directed=graph.is_directed(),
    )


class _Look:
    """One pass over the elements of a file, which keeps nothing but the names of nodes."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.parser = expat.ParserCreate()
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.elements = self.depth = self.graphs = 0
        self.encoding: str | None = None
        self.nodes: set[str] = set()
        self.ends: dict[str, int] = {}

    def over(self, data: bytes) -> None:
        """Look at the whole file."""
        try:
            self.parser.Parse(data, True)
        except InputError:
            raise
        except (ValueError, LookupError):  # expat asks Python for encodings that it has not
            raise self._encoded() from None
        except expat.ExpatError as error:
            if error.code == UNKNOWN_ENCODING:
                raise self._encoded() from None
            message = f"not valid XML: {expat.ErrorString(error.code)}"
            raise self._error(message, error.lineno) from None
        for node, line in self.ends.items():
            if node not in self.nodes:
                hint = did_you_mean(node, self.nodes) if len(self.nodes) < 1000 else ""  # noqa: PLR2004
                raise self._error(f"a tie names '{node}', which is no node{hint}", line)

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        self.encoding = encoding

    def _doctype(self, *declaration: Any) -> None:
        raise self._error("holds a document type declaration (<!DOCTYPE>), which is refused")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements, self.depth = self.elements + 1, self.depth + 1
        if self.elements > MOST_ELEMENTS:
            raise _too_large(self.path)
        if self.depth > DEEPEST:
            raise self._error(f"elements are more than {DEEPEST} deep in each other")
        kind = tag.rpartition(":")[2]
        if kind == "graph":
            self._graph()
        elif kind == "node":
            self._node(self._needed(kind, attributes, "id"))
        elif kind == "edge":
            for end in ("source", "target"):
                node = self._needed("tie", attributes, end)
                self.ends.setdefault(node, self.parser.CurrentLineNumber)

    def _graph(self) -> None:
        self.graphs += 1
        if self.graphs > 1:  # networkx would read the first, and nothing of one inside a node
            raise self._error("a second graph; one file holds one network, so write a file of each")

    def _node(self, name: str) -> None:
        if name in self.nodes:
            raise self._error(f"there are two nodes '{name}'")
        self.nodes.add(name)

    def _needed(self, kind: str, attributes: dict[str, str], name: str) -> str:
        if not attributes.get(name, "").strip():
            raise self._error(f"a {kind} has no '{name}'")
        return attributes[name]

    def _end(self, tag: str) -> None:
        self.depth -= 1

    def _encoded(self) -> InputError:
        name = Path(self.path).name
        return self._error(f"'{name}' is encoded in '{self.encoding}'; save it as UTF-8", 1)

    def _error(self, message: str, line: int | None = None) -> InputError:
        line = self.parser.CurrentLineNumber if line is None else line
        return InputError(message, key=("path",), place=f"{self.path}:{line}")


def _parsed(path: str, data: bytes) -> Any:
    suffix = Path(path).suffix.lower()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of attributes without a type, which we do not read
            return READERS[suffix](BytesIO(data), node_type=str)
    except Exception as error:  # networkx raises many kinds for files that are XML but no graph
        kind = {".graphml": "GraphML", ".gexf": "GEXF"}[suffix]
        raise InputError(
            f"'{Path(path).name}' is no {kind} file that can be read ({error})", key=("path",)
        ) from None


def _weights(path: str, graph: Any) -> Floats:
    # What a file gives as a default, networkx leaves aside; in GEXF the default is 1.
    usual = 1.0 if Path(path).suffix.lower() == ".gexf" else None
    usual = graph.graph.get("edge_default", {}).get("weight", usual)
    weights = []
    for a, b, weight in graph.edges(data="weight", default=usual):
        number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not number or not 0 < weight <= LARGEST:
            found = "no weight" if weight is None else f"weight {weight!r}"
            raise InputError(
                f"the weight of a tie should be a positive number up to {LARGEST:g}, "
                f"'{a}' and '{b}' have {found}",
                key=("path",),
                place=path,
            )
        weights.append(float(weight))
    return np.array(weights)


def _too_large(path: str) -> InputError:
    return InputError(
        f"'{Path(path).name}' is too large to be read as XML (more than {MOST_BYTES / 2**30:g} GiB "
        f"or {MOST_ELEMENTS:,} elements); write its ties as an edge list",
        key=("path",),
    )
