"""Opens the file of a ledger with every run that was entered: those of its write-ahead log, too, on any disk.

SQLite needs a file beside a log to read it (``-shm``). Where it cannot make that file, ledger and log are copied to
where files can be made, and read there.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from vbp_sim.errors import InputError, Problem, RunError
from vbp_sim.studies.ledger_rows import AGAIN

#: what SQLite says where the disk or another process is in the way; anything else is a damaged ledger
_IN_THE_WAY = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY,
}  # fmt: skip
#: seconds that a copy is tried again while another process writes
PATIENCE = 5.0


@contextlib.contextmanager
def told(file: Path, doing: str) -> Iterator[None]:
    """Turn SQLite's errors into messages that name the file, what it could not be (``doing``), and what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if _in_the_way(error):
            what = f"{file}: cannot be {doing}: {error}; every run that was entered is kept"
            raise RunError(f"{what}\n    free some space or see to the folder, then resume") from error
        raise InputError(Problem(str(file), f"is not a ledger, or is damaged: {error}", AGAIN)) from error


@contextlib.contextmanager
def written(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection for the one writer; makes the file if there is none."""
    no_links(file)
    with contextlib.closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as link:
        yield link


@contextlib.contextmanager
def read(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection to look with; InputError if the log cannot be read here, and says where it can."""
    no_links(file)
    with contextlib.ExitStack() as stack:
        link = stack.enter_context(_connected(file, "rw" if os.access(file.parent, os.W_OK) else "ro"))
        try:
            link.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            if not _in_the_way(error):
                raise
            logged = len(state(file)) > 1
            again = (_copied(file, stack), "rw") if logged else (file, "ro&immutable=1")
            link = stack.enter_context(_connected(*again))
        yield link


def state(file: Path) -> list[tuple[int, int]]:
    """Size and time of the last change of a ledger, and of its log if that holds anything."""
    found = []
    for one in (file, _log(file)):
        with contextlib.suppress(FileNotFoundError):
            seen = one.stat()
            found += [(seen.st_size, seen.st_mtime_ns)] if seen.st_size and stat.S_ISREG(seen.st_mode) else []
    return found


def no_links(file: Path) -> None:
    """InputError if the ledger or a file that SQLite keeps beside it is a link: others' files are left alone."""
    for end in ("", "-wal", "-shm", "-journal"):
        if (own := file.with_name(file.name + end)).is_symlink():
            raise InputError(Problem(str(own), "is a link, and a ledger is a file of its own", AGAIN))


def _connected(file: Path, mode: str) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, timeout=30))


def _in_the_way(error: sqlite3.DatabaseError) -> bool:
    """Whether the disk or another process is what SQLite complains of."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF in _IN_THE_WAY and code != sqlite3.SQLITE_IOERR_SHORT_READ


def _log(file: Path) -> Path:
    """The write-ahead log of a ledger, whether or not there is one."""
    return file.with_name(f"{file.name}-wal")


def _copied(file: Path, stack: contextlib.ExitStack) -> Path:
    """A copy of ledger and log as they stood at one moment."""
    end, why = time.monotonic() + PATIENCE, "another process is writing it"
    try:
        copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vbp-ledger-"))) / file.name
        while time.monotonic() < end:
            before = state(file)
            shutil.copyfile(file, copy)
            shutil.copyfile(_log(file), _log(copy))
            if before == state(file):
                return copy
    except OSError as error:
        why = str(error)
    what = f"has runs in its log {file.name}-wal, which can be read neither here nor in a copy: {why}"
    remedy = f"open it once where it can be written: copy {file.parent} there, and `vbp sweep status` it"
    raise InputError(Problem(str(file), what, remedy))
