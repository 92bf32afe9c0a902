"""What docs/sensitivity.md tells its readers to type prints what the page says."""

from __future__ import annotations

import pytest


def test_screening(page) -> None:
    page("sensitivity.md").follow(1, 3)


@pytest.mark.slow
def test_all_of_the_page(page) -> None:
    sensitivity = page("sensitivity.md")
    assert sensitivity.sections == 5
    sensitivity.follow(1, 5)
