"""What docs/archive.md tells its readers to type prints what the page says."""

from __future__ import annotations


def test_the_page_is_followed(page) -> None:
    archive = page("archive.md")
    archive.follow(1, archive.sections)
