"""Sweep: which settings a study varies, and how."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from groundswell.component import Settings
from groundswell.designs import Design, Latin, Morris, Saltelli, Sobol
from groundswell.problems import Key

Varied = Annotated[tuple[Any, ...], Field(strict=False, min_length=1)]
DESIGNS = ("latin", "sobol", "morris", "saltelli")


class Sweep(Settings):
    """Settings to vary: every combination of ``grid``, the rows of ``zip``, and one design.

    A design is one of ``latin``, ``sobol``, ``table``, ``morris`` and ``saltelli``. The last two
    are analysed as they are, so that nothing else varies beside them.
    """

    grid: dict[str, Varied] = Field(default_factory=dict)
    """Values of each setting, by dotted key; all combinations are run."""
    zip: dict[str, Varied] = Field(default_factory=dict)
    """Settings that vary together: lists of one length; the first values of all, and so on."""
    table: str | None = Field(None, min_length=1, json_schema_extra={"file": True})
    """CSV file with a column for each dotted key and a row for each point; values as in TOML, and
    text may go without quotes."""
    latin: Latin | None = None
    """Points of a Latin hypercube."""
    sobol: Sobol | None = None
    """Points of a Sobol sequence."""
    morris: Morris | None = None
    """Points for elementary effects."""
    saltelli: Saltelli | None = None
    """Points for Sobol indices."""

    @field_validator("zip")
    @classmethod
    def _of_one_length(cls, zipped: dict[str, Any]) -> dict[str, Any]:
        lengths = {key: len(values) for key, values in zipped.items()}
        if len(set(lengths.values())) > 1:
            found = ", ".join(f"{length} of '{key}'" for key, length in lengths.items())
            raise ValueError(f"should hold as many values of each setting, found {found}")
        return zipped

    @model_validator(mode="after")
    def _one_design(self) -> Sweep:
        there = [name for name in ("table", *DESIGNS) if getattr(self, name) is not None]
        if len(there) > 1:
            found = " and ".join(there)
            raise ValueError(f"has {found}; take one of them, and a sweep for each of the others")
        if self.design is not None and self.design.for_sensitivity and (self.grid or self.zip):
            other = "grid" if self.grid else "zip"
            raise ValueError(
                f"has {there[0]} and {other}; a sensitivity analysis varies nothing beside its "
                f"ranges: leave {other} out, and set other values with --set"
            )
        return self

    @property
    def design_name(self) -> str | None:
        """Name of the design with ranges, if there is one."""
        return next((name for name in DESIGNS if getattr(self, name) is not None), None)

    @property
    def design(self) -> Design | None:
        """The design with ranges, if there is one."""
        name = self.design_name
        design: Design | None = getattr(self, name) if name else None
        return design

    def swept(self) -> Iterator[tuple[str, Key]]:
        """Yield the dotted keys that vary and where they stand; a table's are in its file."""
        yield from ((key, ("sweep", "grid", key)) for key in self.grid)
        yield from ((key, ("sweep", "zip", key)) for key in self.zip)
        if self.design is not None:
            name = str(self.design_name)
            yield from ((key, ("sweep", name, "ranges", key)) for key in self.design.ranges)

    def place(self, key: str, value: Any = None) -> Key:
        """Return where a swept setting stands, or one of its values if there is a list of them."""
        place = dict(self.swept()).get(key, ("sweep", "table"))
        listed = getattr(self, str(place[1])).get(key) if place[1] in {"grid", "zip"} else None
        if value is None or listed is None:
            return place
        return (*place, [as_text(one) for one in listed].index(as_text(value)))


def as_text(value: Any) -> str:
    """Write a value so that equal texts are equal values: 1 and 1.0 and true are three.

    >>> as_text(1), as_text(1.0), as_text({"kind": "knn"})
    ('1', '1.0', '{"kind": "knn"}')
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
