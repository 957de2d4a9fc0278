"""Files of results, written aside and renamed, so that nobody ever reads half of one, and never through a link."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from vbp_sim.errors import InputError, Problem

#: what makes a spreadsheet take a text for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(path: Path, data: bytes, *, lasting: bool = True) -> None:
    """Write a file in one step (see `writing`)."""
    with writing(path, lasting=lasting) as file:
        file.write(data)


@contextmanager
def writing(path: Path, *, lasting: bool = True) -> Iterator[BinaryIO]:
    """A file under a hidden name, which gets its name once all is written; a link that has the name gives way.

    ``lasting``: on the disk at the end; what can be drawn again need not be.
    """
    hidden = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        hidden.unlink(missing_ok=True)
        with hidden.open("xb") as file:
            yield file
        if lasting:
            settle(hidden)
        os.replace(hidden, path)
        if lasting:
            settle(path.parent)
    finally:
        hidden.unlink(missing_ok=True)


@contextmanager
def folder(place: Path) -> Iterator[Path]:
    """A hidden folder beside ``place`` that gets its name once it is filled, or is gone with all that is in it."""
    hidden = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        yield hidden
        hidden.chmod(0o755)
        hidden.rename(place)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def settle(place: Path) -> None:
    """Force a file, or the names in a folder, to the disk; Windows does folders by itself."""
    if os.name == "nt" and place.is_dir():
        return
    handle = os.open(place, os.O_RDONLY if place.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def inside(folder: Path, name: str) -> Path:
    """A folder within a folder of results; InputError if a link stands there, so that files would go elsewhere."""
    place = folder / name
    if place.is_symlink():
        what = "is a link; nothing is written through it"
        raise InputError(Problem(str(place), what, "remove it, or name another place"))
    return place


def write_json(path: Path, value: Any) -> None:
    """Write a JSON document; nan and infinity become null."""
    text = json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False)
    write(path, f"{text}\n".encode())


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table for Excel and others: UTF-8 with a mark, empty for unknown, no formulas."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    write(path, text.getvalue().encode("utf-8-sig"))


def plain(value: Any) -> Any:
    """The value as JSON knows it: nan and infinity become None, tuples lists, NumPy's scalars Python's."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def id_of(record: Mapping[str, Any]) -> str:
    """Hash of all that a record holds besides its id."""
    held = plain({key: value for key, value in record.items() if key != "id"})
    return hashlib.sha256(json.dumps(held, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def cell(value: Any) -> Any:
    """A value for a cell of a CSV file: empty for unknown, no formula."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, str):
        return harmless(value)
    return repr(value) if isinstance(value, float) else value


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
