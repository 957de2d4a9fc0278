"""The folder of a study: whether one may begin there, who is at work on it, how much room there is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from vbp_sim.errors import InputError, Problem
from vbp_sim.studies import ledger, plan

LOCK = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make the folder if need be and hold its lock; InputError if it cannot be written or another process has it."""
    lock = FileLock(folder / LOCK, blocking=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        what = "another process is at work on this study"
        raise InputError(Problem(str(folder), what, "wait for it; `vbp sweep status` shows how far it is")) from error
    except OSError as error:
        what = f"cannot be written: {error.strerror}"
        raise InputError(Problem(str(folder), what, "name another folder with --out")) from error
    try:
        yield
    finally:
        lock.release()


def clear(folder: Path) -> None:
    """InputError if a new study cannot go there; what a killed beginning left is cleared."""
    if folder.exists() and not folder.is_dir():
        raise InputError(Problem(str(folder), "is a file, not a folder", "name another folder with --out"))
    if folder.is_dir():
        left = [entry.name for entry in folder.iterdir()]
        if any(not name.startswith((ledger.NAME, LOCK, f".{plan.NAME}")) for name in left):
            what = "holds other files and is no study"
            raise InputError(Problem(str(folder), what, "name another folder with --out"))
        with locked(folder):
            for name in left:
                if name != LOCK:
                    (folder / name).unlink(missing_ok=True)


def busy(folder: Path) -> bool:
    """Whether a process is at work on the study."""
    if not (folder / LOCK).is_file():
        return False
    try:
        with FileLock(folder / LOCK, blocking=False):
            return False
    except Timeout:
        return True
    except OSError:  # a disk that cannot be written: nobody works there
        return False


def free_space(folder: Path) -> int:
    """Bytes that are free where a study would go."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.absolute().parent
    return shutil.disk_usage(folder).free
