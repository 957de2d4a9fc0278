"""Where a run goes: what may be overwritten, what dead runs left, how a folder gets its name.

A run is written into the hidden sibling ``.NAME.unfinished-PID``, with a lock beside it, and renamed when it is
complete. A run that it replaces steps aside as ``.NAME.replaced-PID`` for the instant between two renames.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from vbp_sim.errors import InputError, RunError
from vbp_sim.runs import aside
from vbp_sim.runs.reading import json_of, refused

MANIFEST = "manifest.json"
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
            raise refused(target, "is a file, not a folder", _OTHER_OUT)
        if not any(target.iterdir()):
            return
        if not is_run(target):
            raise refused(target, "holds other files and is not a run folder", _OTHER_OUT)
        if not force:
            raise refused(target, "holds a finished run", f"replace it with --force, or {_OTHER_OUT}")
    except OSError as error:
        raise refused(target, f"cannot be read: {error.strerror}", _OTHER_OUT) from error


def make_folder(folder: Path, file: str, what: str, kept: Container[str] = ()) -> None:
    """Make a folder that holds ``file``; InputError if there is one with other files (but ``kept``) that is no such."""
    if folder.exists() and not folder.is_dir():
        raise refused(folder, "is a file, not a folder", _OTHER_OUT)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / file).is_file() and any(entry.name not in kept for entry in folder.iterdir()):
        raise refused(folder, f"holds other files and is no {what}", _OTHER_OUT)


def is_run(folder: Path) -> bool:
    """Whether the folder has the manifest of a finished run, of any version of this program."""
    try:
        return json_of(folder / MANIFEST, "").get("program") == PROGRAM
    except InputError:
        return False


def begin(target: Path) -> tuple[Path, FileLock]:
    """Make the unfinished folder of ``target`` and hold its lock; what dead runs of that name left is cleared."""
    unfinished = target.with_name(f".{target.name}.unfinished-{os.getpid()}")
    lock = _lock(unfinished)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear(target)
        lock.acquire(blocking=False)
        (unfinished / "tables").mkdir(parents=True)
    except OSError as error:
        end(lock)
        if error.errno in _FULL:
            with writing(target):
                raise
        remedy = f"make {target.parent} writable, or {_OTHER_OUT}"
        raise refused(target, f"cannot be made: {error.strerror}", remedy) from error
    return unfinished, lock


def end(lock: FileLock) -> None:
    """Give the lock of an unfinished folder back, if it is held."""
    if lock.is_locked:
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)


def _lock(unfinished: Path) -> FileLock:
    return FileLock(f"{unfinished}.lock")


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
    for entry in list(target.parent.iterdir()):
        if entry.name.startswith(f".{target.name}.unfinished-"):
            unfinished = entry.with_name(entry.name.removesuffix(".lock"))
            lock = _lock(unfinished)
            with suppress(Timeout):  # somebody is at work there
                lock.acquire(blocking=False)
                shutil.rmtree(unfinished, ignore_errors=True)
            end(lock)
        elif entry.name.startswith(f".{target.name}.replaced-"):
            if target.exists():
                shutil.rmtree(entry, ignore_errors=True)
            else:  # killed between the two renames of `settle`
                os.rename(entry, target)
