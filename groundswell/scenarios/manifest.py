"""The manifest of a results folder: what it may hold, as a stranger may have written it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, FiniteFloat

from groundswell.problems import InputError, ScenarioError
from groundswell.settings_errors import validated

MANIFEST = "manifest.json"
ABSENT = "not installed"
"""Stands for the version of a package that is not there."""
PACKAGE = re.compile(r"[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?", re.ASCII)
VERSION = re.compile(rf"[A-Za-z0-9][\w.!+-]*|{ABSENT}", re.ASCII)
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
LONGEST = 60
"""Characters of what was found that a message shows."""


def _fits(pattern: re.Pattern[str], what: str) -> AfterValidator:
    """Refuse text that is not of a pattern from end to end."""

    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"should be {what}, found {text[:LONGEST]!r}")
        return text

    return AfterValidator(check)


Package = Annotated[str, _fits(PACKAGE, "the name of a package")]
Version = Annotated[str, _fits(VERSION, "a version, such as 2.1.3")]
Commit = Annotated[str, _fits(COMMIT, "the id of a commit")]


class Manifest(BaseModel):
    """What a manifest may say; more in it is let be."""

    model_config = ConfigDict(strict=True)

    study: str
    numbers: int
    written: str
    name: str = ""
    # These go into a file of requirements, where a line more would be an option of pip.
    versions: dict[Package, Version] = {}
    git_commit: Commit | None = None
    seed: int = 0
    replicates: int = 0
    streams: str = ""
    inputs: dict[str, str] = {}
    host: dict[str, str] = {}
    moved: dict[str, str] = {}
    runs: int = 0
    seeds: list[int] = []
    seconds: FiniteFloat | None = None


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Return a manifest, None if the file is another one.

    Raises
    ------
    InputError
        If it holds what no manifest of ours does; names the file and the key.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or not {"study", "numbers", "written"} <= content.keys():
        return None
    try:
        validated(Manifest, content, lambda key: str(path))
    except ScenarioError as error:
        raise InputError(str(error)) from None
    return content
