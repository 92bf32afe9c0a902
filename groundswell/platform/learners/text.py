"""What learners of documents share: how a document falls into tokens."""

from __future__ import annotations

import re

from groundswell.data import Features

TOKEN = re.compile(r"\w+|[^\w\s]")
"""A word, or any other single character: scikit-learn's pattern would drop signs such as "⟡"."""


def tokens(document: str) -> list[str]:
    """Return the tokens of a document, in lower case.

    >>> tokens("Nurse, R.N. ⟡ on-call")
    ['nurse', ',', 'r', '.', 'n', '.', '⟡', 'on', '-', 'call']
    """
    return TOKEN.findall(document.lower())


def documents(X: Features) -> list[str]:
    """Return the documents that X holds."""
    return list(X[:, 0])
