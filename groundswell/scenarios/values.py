"""Values as a user types them: TOML, and text may go without quotes."""

from __future__ import annotations

import tomllib
from typing import Any


def typed(text: str) -> Any:
    """Read one value.

    >>> typed("0.5"), typed("[1, 2]"), typed('"knn"'), typed(" knn ")
    (0.5, [1, 2], 'knn', 'knn')
    """
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text.strip()


def several(text: str) -> list[Any]:
    """Read values between commas.

    >>> several("1,2,3"), several("knn,logistic"), several('{kind = "normal", sd = 1},0.5')
    ([1, 2, 3], ['knn', 'logistic'], [{'kind': 'normal', 'sd': 1}, 0.5])
    """
    try:
        values: list[Any] = tomllib.loads(f"values = [{text}]")["values"]
    except tomllib.TOMLDecodeError:
        values = [typed(part) for part in text.split(",") if part.strip()]
    return values
