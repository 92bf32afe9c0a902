"""What this machine holds, to refuse what it cannot."""

from __future__ import annotations

import os

from groundswell.problems import InputError, Key


def memory() -> float:
    """Return the bytes of memory of this machine."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):  # not every system says
        return 16 * 2.0**30


def gigabytes(amount: float) -> str:
    """Return a number of bytes for people to read.

    >>> gigabytes(3 * 2**29)
    '1.5 GiB'
    """
    return f"{amount / 2**30:,.1f} GiB"


def refuse_beyond_memory(what: str, needed: float, key: Key) -> None:
    """Refuse what this machine's memory cannot hold.

    Raises
    ------
    InputError
        With the memory it would need, in bytes ``needed``.
    """
    if needed > memory():
        raise InputError(
            f"{what} would need about {gigabytes(needed)} of memory; this machine has "
            f"{gigabytes(memory())}",
            key=key,
        )
