"""Runs that would be taken for one another: of other data under the same settings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from groundswell.problems import InputError
from groundswell.scenarios.simulate import Task
from groundswell.scenarios.store import Store
from groundswell.scenarios.sweeping import shown


def refuse_twins(work: Sequence[Task]) -> None:
    """Refuse runs that only the names of their files tell apart: one would stand for both."""
    first: dict[str, Task] = {}
    for task in work:
        twin = first.setdefault(task.run, task)
        if twin is not task:
            raise InputError(
                f"{shown(twin.settings)} and {shown(task.settings)} are the same: the files hold "
                "the same bytes; leave one of them out"
            )


def refuse_other_data(store: Store, work: Sequence[Task]) -> None:
    """Refuse a folder with runs of these settings that were made from other data."""
    there = store.labels()
    if not there:
        return
    meant = {(_label(task.recorded), task.scenario.seed, task.replicate): task for task in work}
    for run, seed, replicate, settings in there:
        task = meant.get((_label(settings), seed, replicate))
        if task is not None and task.run != run:
            raise InputError(
                f"'{store.folder}' holds runs of {shown(task.settings) or 'this scenario'} from "
                "other data: a file has changed since; choose another folder with --out"
            )


def _label(settings: Mapping[str, Any]) -> str:
    return json.dumps(settings, sort_keys=True, default=str)
