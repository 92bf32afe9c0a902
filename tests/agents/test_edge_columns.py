"""Edge lists read as columns are what they are word by word, or are left to that."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.agents import edges
from groundswell.agents.edge_columns import read_columns
from groundswell.problems import InputError

WORDS = st.one_of(
    st.integers(0, 30).map(str),
    st.sampled_from(["007", "ann", "bob", "é", "1e3", "-1", "0x1F", "a%b", '"q"', "'q'",
                     '{"q"', "b\0b", "nan", "NA", "9223372036854775807", "9223372036854775808",
                     "source", "target", "x1"]),
)  # fmt: skip
SPACES = st.sampled_from([" ", "  ", "\t", ",", ";", ", ", "\xa0", "\x0b", "\u2028"])
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", " \n", "\n ", " # why\n", "\n% more\n"])
WEIGHTS = st.sampled_from(["1", "0.1", ".5", "5.", "1e3", "1e-320", "0.30000000000000004",
                           "+2", "0", "-1", "nan", "inf", "1e999", "1e31", "heavy", "1_0",
                           "0x1"])  # fmt: skip


@st.composite
def files(draw):
    """Return the text of an edge list in which not everything is right, mostly."""
    weighted, plain = draw(st.booleans()), draw(st.booleans())
    word = draw(
        st.sampled_from([WORDS, st.integers(0, 30).map(str), st.text("abcdef", min_size=1)])
    )
    space = st.just(draw(SPACES)) if plain else SPACES
    lines = []
    for _ in range(draw(st.integers(1, 12))):
        row = [draw(word), draw(space), draw(word)]
        if weighted:
            row += [draw(space), draw(st.just("0.5") if plain else WEIGHTS)]
        lines.append("".join(row) + draw(st.just("\n") if plain else ENDS))
    return "".join(lines), weighted


def outcome(path, weighted):
    try:
        pairs = edges._read.__wrapped__(str(path), (0, 0), weighted)
    except InputError as error:
        return str(error), error.place
    some = [None if one is None else one.tolist() for one in (pairs.a, pairs.b, pairs.weights)]
    lines = pairs.lines.tolist() if weighted else None
    return pairs.ids, *some, lines, pairs.notes


@settings(max_examples=300)
@given(made=files())
def test_columns_are_what_is_read_word_by_word(made, tmp_path_factory):
    text, weighted = made
    path = tmp_path_factory.getbasetemp() / "ties.txt"
    path.write_bytes(text.encode())
    quick = outcome(path, weighted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edges, "read_columns", lambda text, weighted: None)
        assert quick == outcome(path, weighted)


@pytest.mark.parametrize(
    ("text", "weighted"),
    [
        ("0 1\n1 2\n", False),
        ("0  1\n\n 1 2", False),
        ("10 20\n10 9223372036854775807\n", False),
        ("ann bob\nbob carl\ncarl dora\n", False),
        ("0a1f 12e4\n12e4 1e3\nff 20\nee bb\n", False),
        ("\n\nann bob 2\n\ncarl dora .5\n", True),
        ("0 1 2\n1 2 3\n", True),
    ],
)
def test_what_is_right_is_read_as_columns(text, weighted):
    assert read_columns(text, weighted=weighted) is not None


def test_lines_of_pairs_count_empty_ones():
    pairs = read_columns("\n\nann bob 2\n\ncarl dora .5\n  \n7 ann 1", weighted=True)
    assert pairs.lines.tolist() == [3, 5, 7]


def test_a_large_list_is_read_in_several_blocks():
    rng = np.random.default_rng(0)
    a, b = rng.integers(50_000, size=(2, 200_000))
    text = "\n".join(f"{i} {j}" for i, j in zip(a.tolist(), b.tolist(), strict=True))
    for prefix in ("", "u"):
        spelled = (
            text
            if not prefix
            else "\n".join(f"u{row.replace(' ', ' u')}" for row in text.split("\n"))
        )
        pairs = read_columns(spelled, weighted=False)
        ids = np.array(pairs.ids)
        assert ids[pairs.a].tolist() == [f"{prefix}{i}" for i in a.tolist()]
        assert ids[pairs.b].tolist() == [f"{prefix}{i}" for i in b.tolist()]
