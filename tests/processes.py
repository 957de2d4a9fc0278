"""What tests want to know of real processes (Linux)."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def wait_until(condition: Callable[[], object], seconds: float = 300.0) -> None:
    """Wait for something to become true, on a busy machine too; AssertionError if it does not."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    """Processes that a process has started, and theirs."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            if parent == pid:
                found += [int(entry.name), *children(int(entry.name))]
    return found


def workers_of(pid: int) -> list[int]:
    """Processes that compute for a process."""

    def computes(child: int) -> bool:
        try:
            line = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:  # it has just ended
            return False
        return b"workers import serve" in line or b"spawn_main" in line  # ours, and those of Dask

    return [child for child in children(pid) if computes(child)]
