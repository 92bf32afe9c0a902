"""Ties as a graph of networkx, which two of the peers start from."""

from __future__ import annotations

import networkx as nx
import numpy as np

from groundswell.agents.ties import Ties


def graph_of(ties: Ties) -> nx.Graph[int]:
    """Return a graph whose nodes are the users' numbers, in order."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(ties.users))
    users = np.repeat(np.arange(ties.users), np.diff(ties.indptr))
    graph.add_edges_from(zip(users.tolist(), ties.indices.tolist(), strict=True))
    return graph
