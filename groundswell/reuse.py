"""What runs share: users' data and ties are made once for the runs that have the same ones.

In a sweep most runs differ in a cost or a seed share, not in who is tied to whom.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from groundswell.component import Component
from groundswell.files import file_settings, stamp
from groundswell.randomness import Streams

KEPT = 2
"""How many of each kind are kept: runs that share them come one after the other."""

MadeT = TypeVar("MadeT")

_made: dict[str, OrderedDict[Hashable, Any]] = {}
_lock = Lock()


def reused(
    name: str, part: Component, streams: Streams, make: Callable[[], MadeT], *more: Hashable
) -> MadeT:
    """Return what was made before of the same settings, files, seed and replicate, or make it.

    Nobody may change it: a population's source and ties are read only.

    Parameters
    ----------
    name
        The kind of thing.
    part
        The settings it is made of.
    streams
        The random streams it is made with.
    make
        Makes it.
    more
        What else it depends on.
    """
    files = tuple(stamp(path, str(key[-1])) for key, path in file_settings(part))
    key = (type(part), part.model_dump_json(), streams, files, more)
    with _lock:
        kept = _made.setdefault(name, OrderedDict())
        if key in kept:
            kept.move_to_end(key)
            return kept[key]  # type: ignore[no-any-return]
    made = make()
    with _lock:
        kept[key] = made
        while len(kept) > KEPT:
            kept.popitem(last=False)
    return made
