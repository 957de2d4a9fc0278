"""Solved cases kept by content: in memory for the process, and on disk for the next one.

The folder is ``$VBP_CACHE``, else ``~/.cache/vbp-sim``; deleting it costs only time. A case is found by the hash of
all that it was computed from, so a change of any of it is another case.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from vbp_sim.agents.bidding.interface import Floats

#: raised whenever the meaning of stored arrays changes
VERSION = 1
_memory: dict[str, tuple[Floats, ...]] = {}


def folder() -> Path:
    """Where solved cases are kept on disk."""
    named = os.environ.get("VBP_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "vbp-sim"


def solved(kind: str, case: tuple[object, ...], solve: Callable[[], tuple[Floats, ...]]) -> tuple[Floats, ...]:
    """Return the arrays of a case: from memory, from disk, or solved now and kept.

    A case is told from others by the ``repr`` of its parts. A damaged or unwritable file is passed over in silence,
    since it can always be solved again.
    """
    key = hashlib.sha256(repr((VERSION, code(), kind, case)).encode()).hexdigest()
    if key not in _memory:
        file = folder() / f"{kind}-{key[:32]}.npz"
        found = _read(file)
        if found is None:
            found = solve()
            _write(file, found)
        _memory[key] = found
    return _memory[key]


@functools.cache
def code() -> str:
    """Hash of the code that solves: the bidding models and the tender kernel."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for place in (here, here.parents[1] / "rules"):
        for file in sorted(place.rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def forget() -> None:
    """Drop what is kept in memory; files stay."""
    _memory.clear()


def _read(file: Path) -> tuple[Floats, ...] | None:
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return tuple(arrays[name] for name in arrays.files)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _write(file: Path, arrays: tuple[Floats, ...]) -> None:
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as aside:
            np.savez(aside, *arrays)
        os.replace(aside.name, file)
