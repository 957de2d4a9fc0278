"""Files of results, read as if a stranger had made them: regular ones only, of bounded size, JSON of a known shape.

    found = reading.json_of(folder / "summary.json", "run it again")
    reading.shaped(folder / "summary.json", found, Summary, "run it again")

A file's hash, and whatever else is asked of all its bytes, is found once in a process while the file stays as it is.
"""

from __future__ import annotations

import hashlib
import math
import os
import stat
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import reduce
from io import BufferedReader
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from vbp_sim.errors import InputError, Problem, visible
from vbp_sim.scenario.limits import cut
from vbp_sim.scenario.problems import describe
from vbp_sim.scenario.tree import kind_of

T = TypeVar("T")
#: largest number of a result; beyond it nothing is drawn or said sensibly
LARGEST = 1e30


def _bounded(value: float) -> float:
    if abs(value) > LARGEST:
        raise ValueError(f"a number of at most {LARGEST:g} is wanted, here is {value:g}")
    return value


Json = dict[str, Any]
Number = Annotated[float, AfterValidator(_bounded)]
#: one that is null in the file where it is not known, and nan then
Known = Annotated[float, BeforeValidator(lambda seen: math.nan if seen is None else seen), AfterValidator(_bounded)]
Whole = Annotated[int, Field(ge=0, lt=2**63)]
Count = Annotated[int, Field(ge=1, lt=2**53)]

#: bytes of the largest JSON that is read
MOST_BYTES = 32_000_000
#: pieces of a message, characters
_SAID = 300
_KINDS = {"a link": stat.S_ISLNK, "a folder": stat.S_ISDIR, "a pipe": stat.S_ISFIFO, "a socket": stat.S_ISSOCK}
#: a pipe or a device does not make the reader wait, a link is not followed
_FLAGS = reduce(int.__or__, (getattr(os, f"O_{n}", 0) for n in ("NONBLOCK", "NOFOLLOW", "BINARY", "CLOEXEC")), 0)

_found: dict[Hashable, Any] = {}


def refused(place: Path, what: str, remedy: str) -> InputError:
    """The error for a file that is not read."""
    return InputError(Problem(str(place), cut(what, _SAID), remedy))


@contextmanager
def regular(path: Path, remedy: str) -> Iterator[BufferedReader]:
    """Open a regular file; InputError at once for a link, a pipe, a device, a folder, or if there is none."""
    try:
        mode = os.lstat(path).st_mode
        handle = os.open(path, os.O_RDONLY | _FLAGS) if stat.S_ISREG(mode) else -1
    except FileNotFoundError as error:
        raise refused(path, "there is no such file", remedy) from error
    except (OSError, ValueError) as error:
        raise refused(path, f"cannot be read: {getattr(error, 'strerror', None) or error}", remedy) from error
    if handle >= 0:
        with open(handle, "rb") as file:
            mode = os.fstat(handle).st_mode
            if stat.S_ISREG(mode):
                try:
                    yield file
                except OSError as error:
                    raise refused(path, f"cannot be read: {error.strerror or error}", remedy) from error
                return
    kind = next((name for name, test in _KINDS.items() if test(mode)), "a device")
    raise refused(path, f"a regular file is wanted, here is {kind}", remedy)


def once(file: BufferedReader, find: Callable[[BufferedReader], T]) -> T:
    """What a function finds in an open file; it is asked once in a process while the file stays as it is."""
    state = os.fstat(file.fileno())
    key = (find, state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    if key not in _found:
        file.seek(0)
        _found[key] = find(file)
        file.seek(0)
    found: T = _found[key]
    return found


def sha256(file: BufferedReader) -> str:
    """SHA-256 of an open file."""
    return once(file, _digest)


def _digest(file: BufferedReader) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def json_of(path: Path, remedy: str) -> Json:
    """A JSON object, all that it holds, with signs in place of control characters; InputError for anything else."""
    with regular(path, remedy) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise refused(path, f"is larger than {MOST_BYTES / 1e6:g} MB, the most that is read", remedy)
    try:
        found = _clean(from_json(data, allow_inf_nan=False))
    except ValueError as error:
        raise refused(path, f"is not JSON: {error}", remedy) from error
    if not isinstance(found, dict):
        raise refused(path, f"a map is wanted, here is {kind_of(found)}", remedy)
    return found


def shaped(path: Path, found: Any, shape: type[T], remedy: str) -> T:
    """What was read of a file as that type; InputError says what is wrong where in it.

    A text is no number, 1.0 no count, and nothing is left out that the type wants; what it does not know may be there.
    """
    try:
        return TypeAdapter(shape).validate_json(to_json(found), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"] if step != "[key]")
        what = describe(first["type"], first["input"], first.get("ctx", {}), first["msg"])[0]
        said = "is missing" if first["type"] == "missing" else what
        raise refused(path, ": ".join(filter(None, (cut(place), said))), remedy) from error


def _clean(value: Any) -> Any:
    """The same value with signs in place of control characters; ValueError for a number that is none of a result."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number in it is not finite")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("a whole number in it has more than 64 bits")
    return value
