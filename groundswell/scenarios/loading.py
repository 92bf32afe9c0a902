"""From a file, a library name, a table or a scenario to a validated scenario."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from groundswell.files import file_settings, read_text
from groundswell.problems import InputError, Key, Problem, ScenarioError, did_you_mean
from groundswell.scenario import Scenario
from groundswell.scenarios.positions import key_lines
from groundswell.settings_errors import copied, default_kind, override, split_key, validated

LIBRARY = Path(__file__).parent / "library"
Source = str | Path | Mapping[str, Any] | Scenario


@dataclass
class Origin:
    """Where each setting was given, for messages and for relative paths."""

    default: str = "scenario"
    places: dict[Key, str] = field(default_factory=dict)
    folders: dict[Key, Path] = field(default_factory=dict)

    def locate(self, key: Key) -> str:
        """Return ``file:line`` of a key, or of the nearest table around it."""
        for depth in range(len(key), 0, -1):
            if key[:depth] in self.places:
                return self.places[key[:depth]]
        return self.default

    def folder(self, key: Key) -> Path:
        """Return the folder that a path given for a key is relative to."""
        for depth in range(len(key), 0, -1):
            if key[:depth] in self.folders:
                return self.folders[key[:depth]]
        return Path.cwd()

    def add(self, other: Origin) -> None:
        """Take over the places of settings that override."""
        self.places.update(other.places)
        self.folders.update(other.folders)

    def give(self, key: Key, place: str, folder: Path) -> None:
        """Note where a setting was given anew; what was inside the old value is forgotten."""
        self.forget(key)
        self.places[key], self.folders[key] = place, folder

    def forget(self, key: Key) -> None:
        """Forget the places of a setting and of all inside."""
        for known in (self.places, self.folders):
            for old in [old for old in known if old[: len(key)] == key]:
                del known[old]

    def swept(self, places: Mapping[str, Key]) -> Origin:
        """Return where the values were given that a sweep puts in, from the places of its keys."""
        swept = {split_key(dotted): place for dotted, place in places.items()}
        return Origin(
            self.default,
            {key: self.locate(place) for key, place in swept.items()},
            {key: self.folder(place) for key, place in swept.items()},
        )


@dataclass(frozen=True)
class Loaded:
    """A scenario and where its settings came from."""

    scenario: Scenario
    origin: Origin


def library() -> list[str]:
    """Return the names of the scenarios inside the package."""
    return sorted(item.name.removesuffix(".toml") for item in LIBRARY.iterdir())


def load(source: Source) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    source
        Path of a scenario file, name of a library scenario, table of settings, or a scenario.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the settings. Data files are not read here.

    >>> load("quickstart").population.kind
    'digits'
    """
    return load_with_origin(source).scenario


def load_with_origin(
    source: Source, changes: Mapping[str, Any] | None = None, *, given: Origin | None = None
) -> Loaded:
    """Read a scenario, change settings by dotted key, and remember where each was given.

    Parameters
    ----------
    source
        As for `load`.
    changes
        Settings to change.
    given
        Where the changes were given; by default with ``--set``.
    """
    settings, origin = _settings(source)
    given = given or Origin("--set")
    if changes:
        try:
            settings = override(settings, changes)
            keys = sorted(map(split_key, changes), key=len)  # inner ones after what holds them
        except ScenarioError as error:
            raise ScenarioError(error.problems, given.locate) from None
        for key in keys:
            origin.give(key, given.locate(key), given.folder(key))
    scenario = validated(Scenario, settings, origin.locate)
    return Loaded(_with_absolute_paths(scenario, origin), origin)


def from_call(settings: Iterable[str]) -> Origin:
    """Return the origin of settings given as arguments in Python: the key says it all."""
    return Origin("", {(name,): "" for name in settings})


def _settings(source: Source) -> tuple[Mapping[str, Any], Origin]:
    if isinstance(source, Scenario):
        return source.given(), Origin()
    if isinstance(source, Mapping):
        return source, Origin()
    path = _path(source)
    try:
        return _read_with_base(path)
    except InputError as error:
        place = str(path) if path.is_file() else ""
        raise ScenarioError([Problem((), str(error), error.place)], lambda key: place) from None


def _path(source: str | Path) -> Path:
    """Find a scenario file, or a library scenario by its name."""
    path = Path(source)
    if path.suffix == ".toml" or path.is_file():
        return path
    known = library()
    if str(source) in known:  # also where a folder has that name, such as one for its data
        return LIBRARY / f"{source}.toml"
    if path.exists():
        return path
    hint = did_you_mean(source, known)
    raise ScenarioError(
        [Problem((), f"there is no file or library scenario '{source}'{hint}")], lambda key: ""
    )


def _read_with_base(path: Path) -> tuple[dict[str, Any], Origin]:
    """Read a file and what it extends; one level."""
    settings, origin = _read(path)
    extends = settings.pop("extends", None)
    if extends is None:
        return settings, origin
    if not isinstance(extends, str):
        raise _error(
            origin, ("extends",), f"should be the path of a scenario file, found {extends!r}"
        )
    base_path = path.parent / extends
    try:
        base, base_origin = _read(base_path)
    except InputError as error:
        raise _error(origin, ("extends",), str(error)) from None
    if "extends" in base:
        raise _error(
            origin, ("extends",), f"'{extends}' extends another file; one level is allowed"
        )
    merged = _merged(base, settings, base_origin, base)
    base_origin.add(origin)
    base_origin.default = origin.default
    return merged, base_origin


def _read(path: Path) -> tuple[dict[str, Any], Origin]:
    name = str(path)
    text = read_text(name)
    try:
        settings = tomllib.loads(text)
        places = {key: f"{name}:{line}" for key, line in key_lines(text).items()}
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([_syntax_problem(name, text, error)]) from None
    except ValueError:  # thousands of digits take Python too long to read
        raise ScenarioError([Problem((), "a number has too many digits", name)]) from None
    except RecursionError:
        raise ScenarioError([Problem((), "values are too deep in each other", name)]) from None
    folders = dict.fromkeys(places, path.resolve().parent)
    return settings, Origin(name, places, folders)


def _syntax_problem(name: str, text: str, error: tomllib.TOMLDecodeError) -> Problem:
    position = re.search(r"line (\d+)", str(error))
    line = int(position[1]) if position else text.count("\n") + 1
    reason = re.sub(r" \(at .*\)", "", str(error))
    key = re.match(r"([^=\[]+)=", text.split("\n")[line - 1])
    if key and reason == "Cannot overwrite a value":
        reason = f"'{key[1].strip()}' has a value already; give it once"
    return Problem((), f"not valid TOML: {reason}", f"{name}:{line}")


def _merged(
    base: Mapping[str, Any],
    settings: Mapping[str, Any],
    origin: Origin,
    all_of_base: Mapping[str, Any],
    key: Key = (),
) -> dict[str, Any]:
    """Put settings over those of a base; a table of another kind replaces the base's.

    What is replaced is forgotten in the base's origin.
    """
    merged = dict(base)
    for name, value in settings.items():
        here = (*key, name)
        below = merged.get(name)
        merged[name] = value
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            kind = below.get("kind", default_kind(here, all_of_base))
            if value.get("kind", kind) == kind:
                merged[name] = _merged(below, value, origin, all_of_base, here)
                continue
        origin.forget(here)
    return merged


def _with_absolute_paths(scenario: Scenario, origin: Origin) -> Scenario:
    changes = {}
    for key, path in file_settings(scenario):
        absolute = origin.folder(key) / os.path.expanduser(path)
        if str(absolute).encode(errors="replace").decode() != str(absolute):
            message = f"is in a folder whose name is no UTF-8, {str(absolute)!a}; rename it"
            raise _error(origin, key, message)
        if str(absolute) != path:
            changes[".".join(map(str, key))] = str(absolute)
    return scenario.replace(changes) if changes else scenario


def with_files_found(changes: Mapping[str, Any], scenario: Scenario) -> dict[str, Any]:
    """Return changes by dotted key with the files among them as a scenario has them: absolute."""
    found = {dotted: copied(value) for dotted, value in changes.items()}
    for key, path in file_settings(scenario):
        for dotted in changes:
            at = split_key(dotted)
            if at == key[: len(at)]:
                _put(found, (dotted, *key[len(at) :]), path)
    return found


def _put(table: dict[Any, Any], key: Key, value: Any) -> None:
    """Put a value where a table, or one inside it, has that key."""
    first, *rest = key
    if not rest:
        table[first] = value
    elif isinstance(table.get(first), dict):
        _put(table[first], tuple(rest), value)


def _error(origin: Origin, key: Key, message: str) -> ScenarioError:
    return ScenarioError([Problem(key, message)], origin.locate)
