"""What docs/tipping.md tells its readers to type prints what the page says, figures included."""

from __future__ import annotations

import re

import numpy as np
import pytest

from groundswell.scenarios.loading import library

WORDS = re.compile(r"<!-- (.*?) -->")  # matplotlib says beside the shapes what they spell
MADE = re.compile(r"base64,.*?\"|\w*[0-9a-f]{10}\w*", re.DOTALL)  # pictures, and names of shapes
NUMBER = re.compile(r"-?\d+\.\d+")


@pytest.fixture
def tipping(page):
    return page("tipping.md")


def test_a_known_response(tipping, tmp_path) -> None:
    tipping.follow(1, 6)
    for figure in re.findall(r"\(figures/(.*?)\)", tipping.text):
        folders = (tmp_path, tipping.path.parent / "figures")
        drawn, kept = ((folder / figure).read_text(encoding="utf-8") for folder in folders)
        assert WORDS.findall(drawn) == WORDS.findall(kept)
        positions = [[float(x) for x in NUMBER.findall(MADE.sub("", t))] for t in (drawn, kept)]
        np.testing.assert_allclose(*positions, atol=0.05)  # as well as can be seen


@pytest.mark.slow
def test_a_trained_learner(tipping) -> None:
    tipping.follow(7, 7)


@pytest.mark.slow
def test_a_real_network(tipping, tmp_path, real_data) -> None:
    name = "facebook_combined.txt"
    (tmp_path / name).symlink_to(real_data / name)
    tipping.follow(8, 8)


def test_all_of_the_page_is_followed(tipping) -> None:
    assert tipping.sections == 8
    for name in re.findall(r"`(tipping-[a-z]+)`", tipping.text):
        assert name in library()
