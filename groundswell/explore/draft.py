"""A scenario while it is being changed, and what can be taken away: a file, a command."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomlkit

from groundswell.commands import slug
from groundswell.problems import InputError, ScenarioError
from groundswell.scenario import Scenario
from groundswell.scenarios.loading import load_with_origin
from groundswell.scenarios.values import typed
from groundswell.scenarios.writing import scenario_text


@dataclass(frozen=True)
class Draft:
    """A scenario with changes, always valid: what does not fit is refused.

    Parameters
    ----------
    source
        A scenario file, or the name of a library one.
    changes
        What was changed, by dotted key.
    scenario
        What comes of it.
    problem
        Why the last change was refused, empty if it was not.
    refused
        Keys of all changes that were refused so far.
    """

    source: str
    changes: Mapping[str, Any]
    scenario: Scenario
    problem: str = ""
    refused: tuple[str, ...] = ()

    @classmethod
    def of(cls, source: str, changes: Mapping[str, Any]) -> Draft:
        """Read a scenario.

        Raises
        ------
        ScenarioError
            With everything that is wrong with it.
        """
        return cls(source, dict(changes), load_with_origin(source, changes).scenario)

    def change(self, key: str, value: Any) -> Draft:
        """Return the draft with a setting changed; None puts back what the file says.

        >>> draft = Draft.of("quickstart", {}).change("platform.learner", "knn")
        >>> draft.change("platform.learner.neighbours", 3).command
        'groundswell run quickstart --set platform.learner=knn --set platform.learner.neighbours=3'
        >>> draft.change("platform.learner", "logistic").changes
        {}
        """
        inside = f"{key}."
        others = {k: v for k, v in self.changes.items() if k != key and not k.startswith(inside)}
        try:
            new = Draft.of(self.source, others if value is None else {**others, key: value})
        except ScenarioError as error:
            said = "\n".join(line.removeprefix("--set: ") for line in error.lines)
            return replace(self, problem=f"refused: {said}", refused=(*self.refused, key))
        return replace(new._shortest(key), refused=self.refused)

    def _shortest(self, key: str) -> Draft:
        """Leave a change out that changes nothing."""
        others = {k: v for k, v in self.changes.items() if k != key}
        try:
            without = Draft.of(self.source, others)
        except ScenarioError:  # others need it
            return self
        same = without.scenario.model_dump() == self.scenario.model_dump()
        return without if same else self

    @property
    def command(self) -> str:
        """The command that runs it."""
        pairs = [f"{key}={_as_typed(value)}" for key, value in self.changes.items()]
        options = [word for pair in pairs for word in ("--set", pair)]
        return shlex.join(["groundswell", "run", self.source, *options])

    @property
    def text(self) -> str:
        """What its file holds."""
        source = shlex.quote(self.source) if self.source.isprintable() else ascii(self.source)
        body = scenario_text(self.scenario)
        return f"# Made on the page of: groundswell explore {source}\n{body}\n"

    @property
    def file_name(self) -> str:
        """What its file may be called."""
        return f"{slug(self.scenario.name)}-explored.toml"

    def save(self) -> Path:
        """Write the file into the current folder, under a name that is not taken.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        path = Path(self.file_name)
        for number in range(2, 1000):
            try:
                with path.open("x", encoding="utf-8") as file:
                    file.write(self.text)
            except FileExistsError:
                path = Path(self.file_name.replace(".toml", f"-{number}.toml"))
            except OSError as error:
                raise InputError(f"cannot write '{path}': {error.strerror}") from None
            else:
                return path
        raise InputError(f"'{path}' and all before it exist already; remove some")


def _as_typed(value: Any) -> str:
    """Write a value as ``--set`` reads it.

    >>> _as_typed("knn"), _as_typed({"kind": "normal", "mean": 0.5, "sd": 0.1}), _as_typed("3")
    ('knn', '{kind = "normal", mean = 0.5, sd = 0.1}', '"3"')
    """
    if isinstance(value, str):
        return value if typed(value) == value else json.dumps(value, ensure_ascii=False)
    if not isinstance(value, Mapping):
        return str(tomlkit.item(value).as_string())
    table = tomlkit.inline_table()
    table.update({name: inner for name, inner in value.items() if inner is not None})
    return str(table.as_string())
