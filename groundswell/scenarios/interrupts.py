"""Stopping on Ctrl-C and SIGTERM without losing what has ended."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """The process was asked to stop.

    Parameters
    ----------
    number
        The signal that asked.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number

    @property
    def exit_code(self) -> int:
        """What shells expect of a process that a signal has ended."""
        return 128 + self.number


@contextmanager
def stoppable() -> Iterator[Callable[[], None]]:
    """Raise `Interrupted` in the block when Ctrl-C or SIGTERM comes.

    Yields a function to call now and then: it raises it where the first exception was lost, as
    happens to those raised while C code calls back. Signals that are ignored stay so, and outside
    the main thread, where none arrive, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    caught: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        raise Interrupted(number)

    def check() -> None:
        if caught:
            raise Interrupted(caught[0])

    heard = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, handle) for number in heard}
    try:
        yield check
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


@contextmanager
def held_back() -> Iterator[None]:
    """Let signals wait until the block ends; processes started in it never hear them.

    A terminal sends Ctrl-C, and a cluster SIGTERM, to workers as well; the process that started
    them decides what becomes of them.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
