"""One thread per process: with small data, more make numerical libraries many times slower."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock


class _Limit:
    """The limit that holds in this process while anybody is inside `one_thread`."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.inside = 0
        self.modules = 0
        self.held = ExitStack()

    def enter(self) -> None:
        with self.lock:
            self.inside += 1
            # Looking for libraries takes as long as a short run, and only imports bring new ones.
            if len(sys.modules) != self.modules:
                from threadpoolctl import threadpool_limits

                self.held.enter_context(threadpool_limits(limits=1))
                self.modules = len(sys.modules)

    def leave(self) -> None:
        with self.lock:
            self.inside -= 1
            if not self.inside:
                self.held.close()
                self.modules = 0


_limit = _Limit()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let numerical libraries use one thread; as they did before, once the outermost block ends.

    Blocks inside another cost next to nothing, so that whoever does many runs has one around all.
    """
    _limit.enter()
    try:
        yield
    finally:
        _limit.leave()


def one_thread_for_good() -> None:
    """Let numerical libraries of this process use one thread, as suits a worker."""
    _limit.enter()
