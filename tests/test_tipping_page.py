"""What docs/tipping.md tells its readers to type prints what the page says, figures included."""

from __future__ import annotations

import re

import pytest

from groundswell.scenarios.loading import library


@pytest.fixture
def tipping(page):
    return page("tipping.md")


def test_a_known_response(tipping, tmp_path) -> None:
    tipping.follow(1, 6)
    for figure in re.findall(r"\(figures/(.*?)\)", tipping.text):
        drawn = tipping.path.parent / "figures" / figure
        assert (tmp_path / figure).read_bytes() == drawn.read_bytes()


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
