"""Edge lists: what is read, what is dropped and said, what is refused with its line."""

import numpy as np
import pytest

import groundswell as gs
from groundswell.agents.network import EdgeList
from groundswell.problems import InputError, ScenarioError


@pytest.fixture
def write(tmp_path):
    def make(text, name="ties.txt"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return make


def read(path, **settings):
    network = EdgeList(path=path, **settings)
    return network.build(network.size(), np.random.default_rng(0))


def neighbours(ties):
    return [ties.neighbours(user).tolist() for user in range(ties.users)]


TRIANGLE_WITH_TAIL = [[1, 2], [0, 2], [0, 1, 3], [2]]


@pytest.mark.parametrize(
    "text",
    [
        "0 1\n0 2\n1 2\n2 3\n",
        "0 1\n0 2\n1 2\n2 3",
        "0\t1\n0\t2\n1\t2\n2\t3\n",
        "0,1\n0,2\n1,2\n2,3\n",
        "0, 1\n0, 2\n1, 2\n2, 3\n",
        "0;1\n0;2\n1;2\n2;3\n",
        "0 1\r\n0 2\r\n1 2\r\n2 3\r\n",
        "\ufeff0 1\n0 2\n1 2\n2 3\n",
        "# SNAP\n% KONECT\n\n0 1\n  # indented\n0 2 # why\n1 2\n\n2 3\n",
        "  0   1  \n0 2\n1 2\n3 2\n",
        "2 3\n2 1\n1 0\n2 0\n",
        "10 20\n10 30\n20 30\n30 9223372036854775807\n",
    ],
    ids=[
        "spaces", "no-last-newline", "tabs", "commas", "comma-space", "semicolons", "crlf", "bom",
        "comments", "padding", "any-order", "ids-are-renumbered-ascending",
    ],
)  # fmt: skip
def test_spellings_of_one_graph(write, text):
    ties = read(write(text))
    assert neighbours(ties) == TRIANGLE_WITH_TAIL
    assert ties.notes == ()


def test_one_line_is_a_graph(write):
    assert neighbours(read(write("7 3\n"))) == [[1], [0]]


def test_self_loops_and_duplicates_are_dropped_counted_and_said(write):
    ties = read(write("0 1\n1 0\n0 1\n2 2\n1 2\n3 3\n"))
    assert neighbours(ties) == [[1], [0, 2], [1], []], "user 3 exists, without ties"
    assert ties.notes == ("2 self-loops dropped", "2 duplicate ties dropped")


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("0 1 0.5\n1 2 0.5\n", 1, "0 1 0.5'; to read a third column, set weighted = true"),
        ("0 1 5\n1 2 5\n", 1, "0 1 5"),
        ("0 1\n1 2 7\n", 2, "1 2 7"),
        ("0 1\n\n# x\n2\n", 4, "2"),
        ("0 1\n1\r\n2 x\r\n", 2, "1"),
        ("ann bob\nann bob carl dora\n", 2, "ann bob carl dora"),
        ("ann\n", 1, "ann"),
    ],
)
def test_bad_lines_are_named(write, text, line, found):
    path = write(text)
    with pytest.raises(InputError, match="expected two user ids") as error:
        read(path)
    assert error.value.place == f"{path}:{line}"
    assert found in str(error.value)
    assert error.value.key == ("path",)


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("0 1\n-1 2\n", 2, "-1"),
        ("# head\n0 1\n1 -2\n", 3, "-2"),
        ("0 1\n1.0 2.0\n", 2, "1.0"),
        ("0 1\n1e3 2\n", 2, "1e3"),
        ("0 1\n+1 2\n", 2, "+1"),
        ("0 1\n1 9223372036854775808\n", 2, "9223372036854775808"),
        ("0 1\n1 99999999999999999999999\n", 2, "99999999999999999999999"),
        ("0 1\n1 " + "1" * 400 + "\n", 2, "1" * 60),
    ],
)
def test_numbers_that_are_no_ids(write, text, line, found):
    path = write(text)
    with pytest.raises(InputError, match=r"should be whole, from 0 to 2\^63 - 1") as error:
        read(path)
    assert error.value.place == f"{path}:{line}"
    assert f"found '{found}'" in str(error.value)


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ('"a","b"\nb,c\n', 1, '"a"'),
        ("a,b\n\n'b',c\n", 3, "'b'"),
        ('a,b\nb,"New York"\n', 2, '"New'),
        ('{"nodes":[],"edges":[]}', 1, '{"nodes":[]'),
        ('{"source":1,"target":2}\n{"source":2,"target":3}\n', 1, '{"source":1'),
        ("[[0,1]]", 1, "[[0"),
    ],
)
def test_quotes_and_json_are_refused(write, text, line, found):
    path = write(text)
    with pytest.raises(InputError) as error:
        read(path)
    assert (
        str(error.value) == f"expected ids without quotes or brackets around them, found {found!r}"
    )
    assert error.value.place == f"{path}:{line}"


def test_marks_that_ids_may_have(write):
    assert read(write("[deleted] 'tis\n'tis o'\n{x} [1]\n")).users == 5


@pytest.mark.parametrize("char", ["\0", "\x0b", "\x1a", "\x7f", "\x85"])
def test_control_characters_are_refused(write, char):
    path = write(f"# any \x01 may be here\nann bob\nann b{char}b\nbob carl\n")
    with pytest.raises(InputError) as error:
        read(path)
    assert str(error.value) == f"holds the control character {char!r}; remove it"
    assert error.value.place == f"{path}:3"


@pytest.mark.parametrize(
    "text",
    ["source,target\n0,1\n", "Source;Target\nann;bob\n", "from to\nann bob\n", "a b\n1 2\n2 3\n"],
)
def test_headers_are_refused(write, text):
    path = write("# first\n" + text)
    with pytest.raises(InputError, match="looks like a header; start the line with '#'") as error:
        read(path)
    assert error.value.place == f"{path}:2"


@pytest.mark.parametrize(
    ("text", "ids", "tied"),
    [
        ("ann bob\nbob Carl\n", ("Carl", "ann", "bob"), [[2], [2], [0, 1]]),
        ("x1,x10\nx10,x9\n", ("x1", "x10", "x9"), [[1], [0, 2], [1]]),
        ("0 1\n1 bob\n", ("0", "1", "bob"), [[1], [0, 2], [1]]),
        ("é\tß\n", ("ß", "é"), [[1], [0]]),
        ("10 9\n9 100\n", ("9", "10", "100"), [[1, 2], [0], [0]]),
        ("007 1\n1 7\n7 8\n", ("1", "7", "8"), [[1], [0, 2], [1]]),
        ("c# a%20b # why\na%20b #c\nd\n", None, None),
        ("c# a%20b # why\n%c\na%20b d\n", ("a%20b", "c#", "d"), [[1, 2], [0], [0]]),
        ("0 1\n1 ²\n", ("0", "1", "²"), [[1], [0, 2], [1]]),
        ("0a1f 12e4\n12e4 1e3\n", ("0a1f", "12e4", "1e3"), [[1], [0, 2], [1]]),
    ],
)
def test_ids_may_be_text(write, text, ids, tied):
    if ids is None:
        with pytest.raises(InputError, match="found 'a%20b'"):
            read(write(text))
        return
    ties = read(write(text))
    assert ties.ids == ties.names == ids
    assert neighbours(ties) == tied


def test_a_stray_word_among_numbers_is_pointed_out(write):
    lines = [f"{i} {i + 1}" for i in range(30)]
    ties = read(write("\n".join([*lines, "7 n/a"])))
    assert ties.notes == ("ids are read as text and not as numbers, because of 'n/a' in line 31",)
    assert ties.ids[:4] == ("0", "1", "10", "11")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("  \n\n", "is empty"),
        ("# nothing\n% here\n", "has no ties"),
        (b"0 1\n\xff\xfe 2\n", "is not UTF-8"),
    ],
)
def test_files_without_ties(write, text, message):
    with pytest.raises(InputError, match=message):
        read(write(text))


def test_line_of_the_byte_that_is_not_utf8(write):
    path = write(b"0 1\n1 2\n\xe9 2\n")
    with pytest.raises(InputError) as error:
        read(path)
    assert error.value.place == f"{path}:3"


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        read(str(tmp_path / "none.txt"))
    with pytest.raises(InputError, match="is a folder"):
        read(str(tmp_path))


def test_a_changed_file_is_read_again(write):
    path = write("0 1\n")
    assert read(path).users == 2
    write("0 1\n1 2\n")
    assert read(path).users == 3


def test_users_and_network_must_agree(make_model, write):
    network = {"kind": "edge-list", "path": write("0 1\n1 2\n")}
    assert make_model(network=network).columns.users == 3
    for users in (2, 4):
        with pytest.raises(ScenarioError, match="but the network has 3") as error:
            make_model(network=network, population__users=users)
        assert f"{users} users" in str(error.value)


def test_facebook(real_data):
    ties = read(str(real_data / "facebook_combined.txt"))
    assert (ties.users, ties.count, ties.degree.max()) == (4039, 88_234, 1045)
    assert ties.notes == ()


def shown(ties):
    """Return who influences whom with which weight, by id."""
    weights = [None] * len(ties.indices) if ties.weights is None else ties.weights.tolist()
    rows, indices = ties.rows.tolist(), ties.indices.tolist()
    return {
        (ties.names[a], ties.names[b]): weight
        for b, a, weight in zip(rows, indices, weights, strict=True)
    }


def test_influence_flows_along_the_arrow(write):
    ties = read(write("ann bob\nbob ann\nann carl\nann carl\ncarl carl\n"), directed=True)
    assert shown(ties) == {("ann", "bob"): None, ("bob", "ann"): None, ("ann", "carl"): None}
    assert neighbours(ties) == [[1], [0], [0]], "carl sees ann, and ann does not see carl"
    assert ties.degree.tolist() == [1, 1, 1]
    assert ties.reach.tolist() == [2, 1, 0]
    assert (ties.directed, ties.count) == (True, 3)
    assert ties.notes == ("1 self-loop dropped", "1 duplicate tie dropped")
    assert neighbours(ties.either_way()) == [[1, 2], [0], [0]]
    assert not ties.either_way().directed


def test_weights_go_both_ways_without_direction(write):
    ties = read(write("ann,bob,2\nbob,carl,0.5\ncarl,bob,.5\n"), weighted=True)
    assert shown(ties) == {
        ("ann", "bob"): 2.0, ("bob", "ann"): 2.0, ("bob", "carl"): 0.5, ("carl", "bob"): 0.5,
    }  # fmt: skip
    assert ties.notes == ("1 duplicate tie dropped",)
    assert ties.total.tolist() == [20, 25, 5], "in tenths"


def test_weights_go_along_the_arrow(write):
    ties = read(write("3 1 2\n1 3 1e1\n"), weighted=True, directed=True)
    assert shown(ties) == {("3", "1"): 2.0, ("1", "3"): 10.0}


@pytest.mark.parametrize(
    "weight", ["0", "-1", "nan", "inf", "1e999", "1.1e30", "heavy", "1_0", "0x1"]
)
def test_weights_that_are_none(write, weight):
    path = write(f"ann bob 1\n\nann carl {weight}\n")
    with pytest.raises(InputError) as error:
        read(path, weighted=True)
    assert str(error.value) == (
        f"the weight of a tie should be a positive number up to 1e+30, found '{weight}'"
    )
    assert error.value.place == f"{path}:3"


@pytest.mark.parametrize("text", ["0 1\n", "0 1 2 3\n"])
def test_lines_without_their_weight(write, text):
    with pytest.raises(InputError, match="expected two user ids and a weight"):
        read(write(text), weighted=True)


def test_one_tie_has_one_weight(write):
    path = write("# ties\nann bob 1\ncarl bob 2\nbob ann 1.5\n")
    with pytest.raises(InputError) as error:
        read(path, weighted=True)
    assert str(error.value) == (
        "'bob' and 'ann' are tied with weight 1.5, and with 1 in line 2; give each tie once, or "
        "set directed = true"
    )
    assert error.value.place == f"{path}:4"
    assert read(path, weighted=True, directed=True).count == 3
    with pytest.raises(InputError, match=r"and with 1 in line 1; give each tie once$"):
        read(write("a b 1\nb a 1\na b 2\n"), weighted=True, directed=True)


def test_direction_and_weight_are_settings(make_model, write):
    network = {"kind": "edge-list", "path": write("ann bob 1\n"), "directed": "yes"}
    with pytest.raises(ScenarioError) as error:
        make_model(network=network)
    assert "network.directed: should be a valid boolean, found 'yes'" in str(error.value)


ALIKE = "takes all neighbours alike and cannot use the weights of ties; leave it out"
NO_PRESSURE = "weighs ties by peer pressure, and there is none; set payoff.peer_pressure"
SHARES = {"kind": "threshold", "threshold": 0.5}


@pytest.mark.parametrize(
    ("decision", "more", "message"),
    [
        ({"kind": "imitation", "noise": 0.1}, {}, f"'imitation' {ALIKE}"),
        ({"kind": "contagion", "infection": 0.1, "recovery": 0.1}, {}, f"'contagion' {ALIKE}"),
        ("voter", {}, f"'voter' {ALIKE}"),
        ({**SHARES, "of": "everybody"}, {},
         f"'threshold' with of = \"everybody\" and measure = \"share\" {ALIKE}"),
        ({**SHARES, "measure": "count"}, {},
         f"'threshold' with of = \"neighbours\" and measure = \"count\" {ALIKE}"),
        ("best-response", {}, f"'best-response' {NO_PRESSURE}"),
        ({"kind": "logit", "rationality": 1.0}, {}, f"'logit' {NO_PRESSURE}"),
        ("best-response", {"sweep": {"grid": {"payoff.benefit": [1, 2]}}}, NO_PRESSURE),
        ("best-response", {"payoff": {"belief": "neighbours", "peer_pressure": 0.1}},
         "'neighbours' beliefs count heads and cannot use the weights of ties"),
        (SHARES, {}, None),
        ("fixed", {}, None),
        ("best-response", {"payoff": {"peer_pressure": 0.1}}, None),
        ("best-response", {"schedule": {"payoff.peer_pressure": [[0, 0.0], [9, 0.5]]}}, None),
        ("best-response", {"payoff": {"peer_pressure": {"kind": "normal", "mean": 0.0, "sd": 0.0}},
                           "schedule": {"payoff.peer_pressure.sd": [[0, 0.0], [9, 0.5]]}}, None),
        ("best-response", {"sweep": {"grid": {"payoff.peer_pressure": [0.0, 0.2]}}}, None),
    ],
    ids=str,
)  # fmt: skip
def test_weights_are_looked_at_or_refused(make_model, write, decision, more, message):
    network = {"kind": "edge-list", "path": write("a b 1\n"), "weighted": True}
    settings_ = {"network": network, "decision": decision, **more}
    if message is None:
        model = make_model(**settings_)
        for _ in range(3):
            model.step()
        return
    with pytest.raises(ScenarioError) as error:
        make_model(**settings_)
    (line,) = error.value.lines
    assert line.startswith("scenario: network.weighted: ")
    assert message in line


def test_no_pressure_beside_some_is_a_run_of_a_sweep(make_scenario, write):
    network = {"kind": "edge-list", "path": write("a b 1\nb c 3\n"), "weighted": True}
    swept = {"grid": {"payoff.peer_pressure": [0.0, 0.2]}}
    scenario = make_scenario(network=network, sweep=swept, rounds=3)
    assert len(gs.sweep(scenario).runs) == 2
    assert len(gs.run(scenario).runs) == 1
    latin = {"latin": {"points": 3, "ranges": {"payoff.peer_pressure": [0.0, 0.2]}}}
    assert len(gs.sweep(scenario.replace({"sweep": latin})).runs) == 3
    without = scenario.replace({"sweep": {}, "payoff.peer_pressure": 0.0})
    later = without.replace({"schedule": {"payoff.cost": [[0, 0.1], [3, 0.4]]}})
    assert len(gs.run(later).runs) == 1
