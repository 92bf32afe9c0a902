"""GraphML and GEXF: what is read, what is refused, and that nothing else is opened."""

import re
from contextlib import suppress

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.agents import graph_files
from groundswell.agents.network import EdgeList
from groundswell.problems import InputError

WRITERS = {".graphml": nx.write_graphml_xml, ".gexf": nx.write_gexf}


def read(path, **parameters):
    network = EdgeList(path=str(path), **parameters)
    return network.build(network.size(), np.random.default_rng(0))


def written(tmp_path, graph, suffix):
    path = tmp_path / f"ties{suffix}"
    WRITERS[suffix](graph, path)
    return path


def arrows(ties):
    names = ties.names
    return {(names[a], names[b]) for b, a in zip(ties.rows, ties.indices, strict=True)}


@pytest.mark.parametrize("suffix", WRITERS)
def test_users_are_nodes_even_without_ties(tmp_path, suffix):
    graph = nx.Graph([("ann", "New York"), ("New York", "<é & ß>")])
    graph.add_node("alone")
    ties = read(written(tmp_path, graph, suffix))
    assert ties.ids == ("<é & ß>", "New York", "alone", "ann")
    assert ties.degree.tolist() == [1, 2, 0, 1]
    assert not ties.directed
    assert ties.weights is None


@pytest.mark.parametrize("suffix", WRITERS)
def test_integer_ids_are_in_ascending_order(tmp_path, suffix):
    ties = read(written(tmp_path, nx.Graph([(10, 9), (9, 100)]), suffix))
    assert ties.ids == ("9", "10", "100")


@pytest.mark.parametrize("suffix", WRITERS)
def test_direction_is_what_the_file_says(tmp_path, suffix):
    path = written(tmp_path, nx.DiGraph([("a", "b"), ("b", "a"), ("a", "c")]), suffix)
    assert read(path).directed
    assert arrows(read(path)) == {("a", "b"), ("b", "a"), ("a", "c")}
    assert read(path).neighbours(2).tolist() == [0], "c sees a"
    either = read(path, directed=False)
    assert not either.directed
    assert either.count == 2


@pytest.mark.parametrize("suffix", WRITERS)
def test_direction_that_is_not_there(tmp_path, suffix):
    path = written(tmp_path, nx.Graph([("a", "b")]), suffix)
    with pytest.raises(InputError, match="the ties of the file have no direction") as error:
        read(path, directed=True)
    assert error.value.key == ("directed",)


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_weights(tmp_path, suffix, kind):
    graph = kind()
    graph.add_edge("a", "b", weight=0.5)
    graph.add_edge("b", "c", weight=2)
    path = written(tmp_path, graph, suffix)
    assert read(path).weights is None
    ties = read(path, weighted=True)
    expected = [0.5, 2.0] if kind is nx.DiGraph else [0.5, 0.5, 2.0, 2.0]
    assert ties.weights.tolist() == expected


@pytest.mark.parametrize(
    ("weight", "found"),
    [(None, "no weight"), (0.0, "weight 0.0"), (-1, "weight -1"), (2e30, "weight 2e+30")],
)
def test_weights_that_are_none(tmp_path, weight, found):
    graph = nx.Graph()
    graph.add_edge("a", "b", **({} if weight is None else {"weight": weight}))
    path = written(tmp_path, graph, ".graphml")
    with pytest.raises(InputError, match=re.escape(f"'a' and 'b' have {found}")):
        read(path, weighted=True)


def test_default_weights(tmp_path):
    gexf = written(tmp_path, nx.Graph([("a", "b")]), ".gexf")
    assert read(gexf, weighted=True).weights.tolist() == [1.0, 1.0]
    graphml = tmp_path / "ties.graphml"
    graphml.write_text(
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        '<key id="w" for="edge" attr.name="weight" attr.type="double"><default>3</default></key>'
        '<graph edgedefault="undirected"><node id="a"/><node id="b"/>'
        '<edge source="a" target="b"/></graph></graphml>'
    )
    assert read(graphml, weighted=True).weights.tolist() == [3.0, 3.0]


def test_parallel_ties_are_one(tmp_path):
    path = written(tmp_path, nx.MultiGraph([("a", "b"), ("b", "a"), ("b", "b")]), ".graphml")
    ties = read(path)
    assert ties.count == 1
    assert ties.notes == ("1 self-loop dropped", "1 duplicate tie dropped")


def test_parallel_ties_of_different_weight(tmp_path):
    graph = nx.MultiGraph()
    graph.add_edge("a", "b", weight=1.0)
    graph.add_edge("a", "b", weight=2.0)
    with pytest.raises(InputError, match="are tied with weight 2, and with 1; give each tie once"):
        read(written(tmp_path, graph, ".graphml"), weighted=True)


GRAPHML = """<?xml version="1.0"?>{doctype}
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<graph edgedefault="undirected">
{inside}
</graph></graphml>
"""
TIE = '<node id="ann"/><node id="bob"/>\n<edge source="ann" target="{to}"/>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("doctype", "inside", "line", "message"),
    [
        (LAUGHS, TIE.format(to="bob"), 1, "holds a document type declaration"),
        (OUTSIDE, '<node id="&f;"/>', 1, "holds a document type declaration"),
        ('<!DOCTYPE x SYSTEM "http://localhost/x.dtd">', "", 1, "document type declaration"),
        ("", '<node id="a"/>\n<node id="b"', 6, "not valid XML: not well-formed"),
        ("", TIE.format(to="bobb"), 5, "a tie names 'bobb', which is no node; did you mean 'bob'?"),
        ("", '<node id="a"/>\n<node/>', 5, "a node has no 'id'"),
        ("", '<node id="a"/>\n<edge source="a"/>', 5, "a tie has no 'target'"),
        ("", '<node id="a"/>\n<node id="a"/>', 5, "there are two nodes 'a'"),
        ("", '<node id="a"/></graph>\n<graph>', 5, "a second graph; one file holds one network"),
        ("", '<node id="a">\n<graph/></node>', 5, "a second graph; one file holds one network"),
        ("", "<g>" * 80 + "</g>" * 80, 4, "elements are more than 64 deep in each other"),
    ],
)
def test_files_that_are_refused(tmp_path, doctype, inside, line, message):
    path = tmp_path / "ties.graphml"
    path.write_text(GRAPHML.format(doctype=doctype, inside=inside))
    with pytest.raises(InputError) as error:
        read(path)
    assert message in str(error.value)
    assert error.value.place == f"{path}:{line}"
    assert error.value.key == ("path",)


@pytest.mark.parametrize(
    "encoding", ["GB2312", "Shift_JIS", "utf-7", "utf-32", "foo", "hex", "rot13", "idna", "cp037"]
)
def test_encodings_that_cannot_be_read(tmp_path, encoding):
    path = tmp_path / "ties.graphml"
    inside = GRAPHML.format(doctype="", inside=TIE.format(to="bob"))
    path.write_text(inside.replace("?>", f' encoding="{encoding}"?>', 1))
    with pytest.raises(InputError) as error:
        read(path)
    assert str(error.value) == f"'ties.graphml' is encoded in '{encoding}'; save it as UTF-8"
    assert error.value.place == f"{path}:1"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("ties.graphml", "<html/>", "is no GraphML file that can be read"),
        ("ties.gexf", "<html/>", "is no GEXF file that can be read"),
        ("ties.GEXF", "0 1\n", "not valid XML: syntax error"),
        ("ties.graphml", "", "not valid XML: no element found"),
        ("ties.graphml", GRAPHML.format(doctype="", inside=""), "the graph has no nodes"),
        ("ties.gexf", "<gexf><graph/><graph/></gexf>", "a second graph"),
        (
            "ties.graphml",
            GRAPHML.format(doctype="", inside='<node id="a"/><hyperedge/>'),
            "doesn't support hyperedges",
        ),
    ],
)
def test_files_that_are_no_graph(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read(path)
    assert message in str(error.value)


def test_ties_with_and_without_direction_in_one_file(tmp_path):
    path = tmp_path / "ties.graphml"
    inside = TIE.format(to="bob").replace("<edge ", '<edge directed="true" ')
    path.write_text(GRAPHML.format(doctype="", inside=inside))
    with pytest.raises(InputError, match="directed=true edge found in undirected graph"):
        read(path)


def test_files_that_are_too_large(tmp_path, monkeypatch):
    path = written(tmp_path, nx.path_graph(30), ".graphml")
    monkeypatch.setattr(graph_files, "MOST_ELEMENTS", 40)
    with pytest.raises(InputError, match=r"too large to be read as XML .* as an edge list"):
        read(path)
    monkeypatch.setattr(graph_files, "MOST_BYTES", 100)
    with pytest.raises(InputError, match="too large to be read as XML"):
        read(path)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), suffix=st.sampled_from(list(WRITERS)))
def test_any_bytes_are_read_or_refused(tmp_path, data, suffix):
    path = tmp_path / f"any{suffix}"
    path.write_bytes(data)
    with pytest.raises(InputError):
        read(path)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.integers(0, 10_000),
    flip=st.tuples(st.integers(0, 10_000), st.integers(0, 255)),
    suffix=st.sampled_from(list(WRITERS)),
)
def test_damaged_files_are_read_or_refused(tmp_path, cut, flip, suffix):
    path = written(tmp_path, nx.karate_club_graph(), suffix)
    data = bytearray(path.read_bytes())
    data[flip[0] % len(data)] = flip[1]
    path.write_bytes(data[: len(data) - cut % 5])
    with suppress(InputError):
        read(path)
