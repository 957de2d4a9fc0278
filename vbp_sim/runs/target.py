"""Where a run goes: what may be overwritten, what dead runs left, how a folder gets its name.

A run is written into the hidden sibling ``.NAME.unfinished-PID`` and renamed when it is complete. A run that
it replaces steps aside as ``.NAME.replaced-PID`` for the instant between two renames.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vbp_sim.errors import InputError, Problem, RunError
from vbp_sim.runs import aside, reading

MANIFEST = "manifest.json"
LOCK = ".lock"
#: "program" of every run's manifest, so that no other folder with a manifest.json is taken for a run
PROGRAM = "vbp_sim run"

_FULL = (errno.ENOSPC, errno.EDQUOT)
_OTHER_OUT = "name another folder with --out"


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn an operating-system error while writing into a RunError that names the place and the remedy."""
    try:
        yield
    except OSError as error:
        what = os.strerror(error.errno) if error.errno else str(error)
        remedy = f"free some space there or {_OTHER_OUT}" if error.errno in _FULL else _OTHER_OUT
        text = f"{place}: cannot write the run: {what}; nothing was left there\n    {remedy}"
        raise RunError(text) from error


def check(target: Path, force: bool) -> None:
    """InputError if a run must not be written to ``target``; what a user has there is never deleted."""
    try:
        if not target.exists():
            return
        if not target.is_dir():
            raise _refused(target, "is a file, not a folder", _OTHER_OUT)
        if not any(target.iterdir()):
            return
        if not is_run(target):
            raise _refused(target, "holds other files and is not a run folder", _OTHER_OUT)
        if not force:
            raise _refused(target, "holds a finished run", f"replace it with --force, or {_OTHER_OUT}")
    except OSError as error:
        raise _refused(target, f"cannot be read: {error.strerror}", _OTHER_OUT) from error


def is_run(folder: Path) -> bool:
    """Whether the folder has the manifest of a finished run, of any version of this program."""
    try:
        return reading.json_of(folder / MANIFEST, "").get("program") == PROGRAM
    except InputError:
        return False


def begin(target: Path) -> Path:
    """Make the unfinished folder of ``target`` and return it; what dead runs of that name left is cleared."""
    unfinished = target.with_name(f".{target.name}.unfinished-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear(target)
        (unfinished / "tables").mkdir(parents=True)
    except OSError as error:
        if error.errno in _FULL:
            with writing(target):
                raise
        remedy = f"make {target.parent} writable, or {_OTHER_OUT}"
        raise _refused(target, f"cannot be made: {error.strerror}", remedy) from error
    return unfinished


def lock(unfinished: Path) -> int:
    """Hold the folder as in work until the returned file descriptor is closed or the process dies."""
    handle = os.open(unfinished / LOCK, os.O_CREAT | os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def settle(unfinished: Path, target: Path, force: bool) -> None:
    """Give a complete folder its final name; a run that it replaces is deleted only after that."""
    check(target, force)  # another run may have finished there meanwhile
    old = target.with_name(f".{target.name}.replaced-{os.getpid()}")
    if target.exists():
        os.rename(target, old)
    try:
        os.rename(unfinished, target)
    except OSError:
        if old.exists():
            os.rename(old, target)
        raise
    aside.settle(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def _clear(target: Path) -> None:
    for folder in target.parent.iterdir():
        if folder.name.startswith(f".{target.name}.unfinished-") and _dead(folder):
            shutil.rmtree(folder, ignore_errors=True)
        elif folder.name.startswith(f".{target.name}.replaced-"):
            if target.exists():
                shutil.rmtree(folder, ignore_errors=True)
            else:  # killed between the two renames of `settle`
                os.rename(folder, target)


def _dead(unfinished: Path) -> bool:
    """Whether nobody holds the lock of an unfinished folder."""
    try:
        os.close(lock(unfinished))
    except OSError:
        return False
    return True


def _refused(target: Path, what: str, remedy: str) -> InputError:
    return InputError(Problem(str(target), what, remedy))
