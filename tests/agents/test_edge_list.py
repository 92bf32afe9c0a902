"""Edge lists: what is read, what is dropped and said, what is refused with its line."""

import numpy as np
import pytest

from groundswell.agents.network import EdgeList
from groundswell.problems import InputError, ScenarioError


@pytest.fixture
def write(tmp_path):
    def make(text, name="ties.txt"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return make


def read(path):
    network = EdgeList(path=path)
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
        ("0 1\n-1 2\n", 2, "-1 2"),
        ("# head\n0 1\n1 -2\n", 3, "1 -2"),
        ("0 1\nalice bob\n", 2, "alice bob"),
        ("0 1\n2 bob\n", 2, "2 bob"),
        ("0 1 0.5\n1 2 0.5\n", 1, "0 1 0.5"),
        ("0 1 5\n1 2 5\n", 1, "0 1 5"),
        ("0 1\n1 2 7\n", 2, "1 2 7"),
        ("0 1\n\n# x\n2\n", 4, "2"),
        ("0 1\n1.0 2.0\n", 2, "1.0 2.0"),
        ("0 1\n1e3 2\n", 2, "1e3 2"),
        ("0 1\n0x1f 2\n", 2, "0x1f 2"),
        ("0 1\r\n1 x\r\n", 2, "1 x"),
        ("source,target\n0,1\n", 1, "source"),
        ("0 1\nnan 1\n", 2, "nan 1"),
        ("0 1\n1 ²\n", 2, "1 ²"),
        ("0 1\n1_0 2\n", 2, "1_0 2"),
    ],
)
def test_bad_lines_are_named(write, text, line, found):
    path = write(text)
    with pytest.raises(InputError, match="expected two user ids") as error:
        read(path)
    assert error.value.place == f"{path}:{line}"
    assert found in str(error.value)
    assert error.value.key == ("path",)


@pytest.mark.parametrize("id_", ["9223372036854775808", "99999999999999999999999", "1" * 400])
def test_huge_ids_are_refused(write, id_):
    path = write(f"0 1\n1 {id_}\n")
    with pytest.raises(InputError, match=r"below 2\^63") as error:
        read(path)
    assert error.value.place == f"{path}:2"


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
