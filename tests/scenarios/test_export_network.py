"""Networks written for other programs, and read back."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import groundswell as gs
from groundswell.problems import InputError

SUFFIXES = [".graphml", ".gexf", ".txt", ".edges", ".csv"]
LINES = "ann bob 1.5\nbob Zoë 0.1\nZoë ann 3\nann carl 2\n"


def model(network: Any, **changes: Any) -> gs.CollectiveActionModel:
    platform = {"kind": "response", "curve": "logistic"}
    settings = {"name": "club", "population": "blank", "platform": platform, "network": network}
    settings["decision"] = "fixed"
    return gs.CollectiveActionModel(settings | changes, rng=3)


@pytest.fixture
def ties(tmp_path: Path) -> Path:
    path = tmp_path / "given.txt"
    path.write_text(LINES, encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_what_is_written_is_read_back(
    tmp_path: Path, ties: Path, suffix: str, directed: bool, weighted: bool
) -> None:
    if not weighted:
        ties.write_text("ann bob\nbob Zoë\nZoë ann\nann carl\n", encoding="utf-8")
    settings = {"kind": "edge-list", "directed": directed, "weighted": weighted}
    one = model({**settings, "path": str(ties)})
    out = tmp_path / f"out{suffix}"
    gs.export_network(one, out)
    gs.export_network(one, out)
    two = model({**settings, "path": str(out)})
    assert two.ties.ids == one.ties.ids == ("Zoë", "ann", "bob", "carl")
    assert two.ties.directed == directed
    for name in ("indptr", "indices"):
        assert np.array_equal(getattr(one.ties, name), getattr(two.ties, name))
    if weighted:
        assert one.ties.weights is not None
        assert two.ties.weights is not None
        assert np.array_equal(one.ties.weights, two.ties.weights)


@pytest.mark.parametrize("suffix", [".graphml", ".gexf"])
def test_membership_is_an_attribute_of_nodes(tmp_path: Path, suffix: str) -> None:
    one = model(
        {"kind": "stochastic-block", "blocks": [20, 10], "within": 3.0, "between": 1.0},
        collective={"seeds": 6, "committed": False},
        decision={"kind": "threshold", "threshold": 0.5},
    )
    for _ in range(4):
        one.step()
    out = tmp_path / f"out{suffix}"
    gs.export_network(one, out)
    graph = (nx.read_graphml if suffix == ".graphml" else nx.read_gexf)(out)
    assert list(graph) == [str(row) for row in range(30)], "users without ties too"
    for name in ("joined", "committed", "community"):
        values = [graph.nodes[str(row)][name] for row in range(30)]
        assert values == one.columns[name].tolist(), name
    assert [graph.nodes[str(row)]["user"] for row in range(30)] == list(range(30))
    assert graph.number_of_edges() == one.ties.count


def test_membership_stands_beside_a_list(tmp_path: Path) -> None:
    one = model({"kind": "named", "name": "florentine-families"}, collective={"seeds": 4})
    gs.export_network(one, tmp_path / "out.csv")
    with (tmp_path / "out-users.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == list(one.ties.names)
    assert [row["user"] for row in rows] == [str(row) for row in range(15)]
    assert [row["joined"] == "True" for row in rows] == one.columns["joined"].tolist()
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert len(lines) == one.ties.count
    assert "Medici" in lines[0] + "".join(lines)


def test_a_list_does_not_name_users_without_ties(tmp_path: Path) -> None:
    one = model(
        {"kind": "erdos-renyi", "mean_degree": 1.0}, population={"kind": "blank", "users": 30}
    )
    assert (one.ties.degree == 0).any()
    for suffix, users in ((".txt", int((one.ties.degree > 0).sum())), (".graphml", 30)):
        gs.export_network(one, tmp_path / f"out{suffix}")
        again = model({"kind": "edge-list", "path": str(tmp_path / f"out{suffix}")})
        assert again.columns.users == users


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.pdf", r"cannot tell from 'out.pdf' how to write the network; use one of: .graphml,"),
        ("out", "cannot tell from 'out'"),
        ("no/out.txt", "cannot write '.*out.txt': No such file or directory"),
        ("no/out.gexf", "cannot write '.*out.gexf': No such file or directory"),
    ],
)
def test_files_that_cannot_be_written(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        gs.export_network(model({"kind": "named", "name": "karate"}), tmp_path / name)


def test_networks_that_cannot_be_written(tmp_path: Path) -> None:
    complete = model("complete", population={"kind": "blank", "users": 5})
    with pytest.raises(InputError, match="complete network are not stored"):
        gs.export_network(complete, tmp_path / "out.txt")
    path = tmp_path / "in.graphml"
    for name in ("#1", '"Ann"', "{[", "a\x7f"):
        nx.write_graphml_xml(nx.Graph([("a", name)]), path)
        spaced = model({"kind": "edge-list", "path": str(path)})
        said = re.escape(f"the id '{name}' cannot be written in a list")
        with pytest.raises(InputError, match=said):
            gs.export_network(spaced, tmp_path / "out.txt")
    gs.export_network(spaced, tmp_path / "out.gexf")
    (tmp_path / "odd.txt").write_text("a\ufffe b\n", encoding="utf-8")
    odd = model({"kind": "edge-list", "path": str(tmp_path / "odd.txt")})
    with pytest.raises(InputError, match="cannot be written in XML"):
        gs.export_network(odd, tmp_path / "out.gexf")
