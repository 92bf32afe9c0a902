"""How much memory this process has held: ru_maxrss would count that of its parent too."""

from __future__ import annotations

from pathlib import Path


def peak() -> float:
    """Return the most memory that this process has held so far, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
