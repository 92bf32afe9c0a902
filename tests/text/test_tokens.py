"""The insert-token signal: idempotent, and it loses nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.agents.tokens import InsertToken
from groundswell.data import Column, Schema

SCHEMA = Schema("text", (Column("text"),), ("a", "b"))
PLACES = ["every", "start", "end", "random"]

TOKENS = st.sampled_from(["⟡", "#", "token", "{}", "\u200b", "a"])
DOCUMENTS = st.one_of(
    st.text(),
    st.lists(st.one_of(TOKENS, st.text(alphabet="abc ⟡#", min_size=1))).map(" ".join),
)
SIGNALS = st.builds(
    InsertToken,
    token=TOKENS,
    every=st.integers(1, 30),
    place=st.sampled_from(PLACES),
)


@given(SIGNALS, DOCUMENTS)
def test_planting_twice_is_planting_once(signal: InsertToken, document: str) -> None:
    planted = signal.insert(document)
    assert signal.insert(planted) == planted
    assert signal.idempotent


@given(SIGNALS, DOCUMENTS)
def test_other_words_stay_in_their_order(signal: InsertToken, document: str) -> None:
    words = [word for word in document.split() if word != signal.token]
    planted = signal.insert(document).split(" ")
    assert [word for word in planted if word != signal.token] == words


@given(SIGNALS, DOCUMENTS)
def test_one_token_for_each_so_many_words_wherever_they_go(
    signal: InsertToken, document: str
) -> None:
    words = [word for word in document.split() if word != signal.token]
    count = signal.insert(document).split().count(signal.token)
    assert count == max(1, -(-len(words) // signal.every))


@given(st.integers(1, 30), st.integers(0, 100))
def test_every_k_words(every: int, length: int) -> None:
    planted = InsertToken(every=every).insert(" ".join(["word"] * length)).split()
    at = [i for i, word in enumerate(planted) if word == "⟡"]
    assert at == list(range(0, max(length + len(at), 1), every + 1))[: len(at)]
    gaps = np.diff([*at, len(planted)]) - 1
    assert (gaps[:-1] == every).all()
    assert gaps[-1] <= every


def test_start_and_end() -> None:
    document = "one two three"
    assert InsertToken(every=2, place="start").insert(document) == "⟡ ⟡ one two three"
    assert InsertToken(every=2, place="end").insert(document) == "one two three ⟡ ⟡"
    assert [InsertToken(place=place).insert("") for place in PLACES] == ["⟡"] * 4


def test_random_places_are_spread_and_depend_on_the_words_only() -> None:
    signal = InsertToken(every=100, place="random")
    documents = [f"{i} " + "word " * 9 for i in range(2000)]
    at = [signal.insert(document).split().index("⟡") for document in documents]
    counts = np.bincount(at, minlength=11)
    assert len(counts) == 11
    assert np.abs(counts - 2000 / 11).max() < 5 * np.sqrt(2000 / 11)
    assert signal.insert("a ⟡  b\nc") == signal.insert("a b c")


def test_documents_are_copied() -> None:
    X = np.array([["one two"], ["three"]], dtype=object)
    planted = InsertToken().apply(X, SCHEMA)
    assert X.tolist() == [["one two"], ["three"]]
    assert planted.tolist() == [["⟡ one two"], ["⟡ three"]]
    assert InsertToken().apply(X[:0], SCHEMA).shape == (0, 1)


@pytest.mark.parametrize("token", ["", " ", "two words", "tab\t", "\n"])
def test_a_token_is_one_word(token: str) -> None:
    with pytest.raises(ValueError, match=r"token|at least 1 character"):
        InsertToken(token=token)
