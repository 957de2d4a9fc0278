"""Solved cases kept by content: in memory for the process, and on disk for the next one.

A solver is a function of one case, a frozen dataclass of plain values and of rules, and of nothing else; `kept` makes
it remember. What it found is filed under the hash of the whole case, value by value, and of the code that solves it:
every file of the program that the solver, or a rule within the case, imports. So no field is picked by hand, equal
cases are solved once, and a change of either is another case.

    @kept
    def equilibrium(game: Game) -> tuple[Floats, ...]: ...

The folder is ``$VBP_CACHE``, else ``~/.cache/vbp-sim``; deleting it costs only time. A file holds the hash of its own
content; one that is damaged, or belongs to another case, is passed over in silence and written anew.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import io
import os
import platform
import tempfile
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np

from vbp_sim.agents.bidding.interface import Floats
from vbp_sim.agents.bidding.sources import code
from vbp_sim.scenario.parts import Part

C = TypeVar("C")
Arrays = tuple[Floats, ...]
#: bytes of the largest file that is read
MOST_BYTES = 100_000_000

_memory: dict[str, Arrays] = {}


def folder() -> Path:
    """Where solved cases are kept on disk."""
    named = os.environ.get("VBP_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "vbp-sim"


def kept(solve: Callable[[C], Arrays]) -> Callable[[C], Arrays]:
    """Return the solver that looks for its answer in memory, then on disk, and only then solves; arrays are read-only.

    Raises `TypeError` for a function that could read something beside its case: another argument, or variables around
    it.
    """
    if len(inspect.signature(solve).parameters) != 1 or not inspect.isfunction(solve) or solve.__closure__:
        raise TypeError(f"a solver takes its case and nothing else; {solve!r} takes or closes over more")

    @functools.wraps(solve)
    def looked_up(case: C) -> Arrays:
        key = key_of(solve, case)
        if key not in _memory:
            file = folder() / f"{solve.__name__}-{key[:32]}.case"
            found = _read(file, key)
            if found is None:
                found = tuple(np.ascontiguousarray(a, dtype=np.float64) for a in solve(case))
                _write(file, key, found)
            for a in found:
                a.flags.writeable = False
            _memory[key] = found
        return _memory[key]

    return looked_up


def key_of(solve: Callable[[C], Arrays], case: C) -> str:
    """Hash of a case and of the code that solves it; the version of NumPy and the kind of machine are code too."""
    solver = (np.__version__, platform.machine(), code(solve), solve.__qualname__)
    return hashlib.sha256((repr(solver) + text(case)).encode()).hexdigest()


def text(value: object) -> str:
    """One text for equal values, another for any other: floats to the last bit, rules with the code behind them.

    Raises `TypeError` for what is not a plain value, a tuple, list or dictionary, a frozen dataclass or a `Part`.
    """
    if isinstance(value, float):
        return value.hex()
    if value is None or isinstance(value, str | int | date):
        return repr(value)
    if isinstance(value, tuple | list):
        return f"({','.join(map(text, value))})"
    if isinstance(value, dict):
        return f"{{{','.join(sorted(f'{text(k)}:{text(v)}' for k, v in value.items()))}}}"
    if isinstance(value, Part):
        names = list(type(value).model_fields)
    elif is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in fields(value)]
    else:
        raise TypeError(f"a case holds plain values only, not {type(value).__name__}")
    held = ",".join(f"{name}={text(getattr(value, name))}" for name in names)
    return f"{type(value).__qualname__}[{code(type(value))}]({held})"


def forget() -> None:
    """Drop what is kept in memory; files stay."""
    _memory.clear()


def _read(file: Path, key: str) -> Arrays | None:
    """The arrays in a file, or None if it cannot be read or is not, to the bit, what was written for this key."""
    try:
        data = file.read_bytes() if file.is_file() and file.stat().st_size <= MOST_BYTES else b""
    except OSError:
        return None
    seal, content = data[:32], data[32:]
    if seal != _seal(key, content):
        return None
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return tuple(arrays[name] for name in arrays.files)


def _write(file: Path, key: str, arrays: Arrays) -> None:
    """Write aside and rename, so that no one reads half a file; a folder that cannot be written is passed over."""
    content = io.BytesIO()
    np.savez(content, *arrays)
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as aside:
            try:
                aside.write(_seal(key, content.getvalue()) + content.getvalue())
                aside.close()
                os.replace(aside.name, file)
            except OSError:
                os.unlink(aside.name)


def _seal(key: str, content: bytes) -> bytes:
    return hashlib.sha256(key.encode() + content).digest()
