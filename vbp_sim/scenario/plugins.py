"""Plug-ins: files of one's own whose parts a scenario may choose, as if they were shipped.

    plugins: [my_bidding.py, helpers.py]      # in a scenario, relative to the file that says so

Files that a scenario names, those of the command line (``--plugin``), classes of a notebook and installed packages
count into the scenario's digest, by their bytes. Bytes travel with scenarios: a worker elsewhere needs no file.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from os.path import isfile
from pathlib import Path

from vbp_sim.errors import InputError, Problem
from vbp_sim.scenario.limits import cut
from vbp_sim.scenario.parts import enter, entry_points
from vbp_sim.scenario.plugin_modules import PREFIX, File, modules, package_of
from vbp_sim.scenario.tree import Node, children
from vbp_sim.scenario.yaml_source import neighbour, read_bytes, shown

#: the largest file that is read
MAX_BYTES = 2_000_000
CHANGED = "put it back as it was, or run anew"


@dataclass(frozen=True)
class Package:
    """An installed package that holds parts; ``sha256`` of its Python files."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Plugins:
    """All that adds parts to a scenario, in the order in which it is named."""

    files: tuple[File, ...] = ()
    packages: tuple[Package, ...] = ()

    @property
    def digest(self) -> str:
        """Hash of all bytes and versions, wherever the files lie; empty where there is no plug-in."""
        parts = [f"{file.name} {file.sha256}" for file in self.files]
        parts += [f"{package.name} {package.version} {package.sha256}" for package in self.packages]
        return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest() if parts else ""

    def as_json(self) -> list[dict[str, str]]:
        """What a run or a study remembers of them."""
        files = [{"path": file.path, "sha256": file.sha256} for file in self.files]
        return [*files, *({"package": p.name, "version": p.version, "sha256": p.sha256} for p in self.packages)]

    def use(self) -> None:
        """Make the parts of these plug-ins, and of no others, known. InputError: a plug-in that cannot be used."""
        global _used
        if self == _used:
            return
        if self.packages != installed():
            names = ", ".join(f"{p.name} {p.version}" for p in {*self.packages} ^ {*installed()})
            what = f"other packages with parts are installed here than where this was made: {names}"
            raise InputError(Problem("plug-ins", what, "install the same versions"))
        enter(modules(self.files))
        _used = self


#: plug-ins of the command line and the notebook; and those whose parts are known now
_asked: tuple[File, ...] = ()
_used: Plugins | None = None


def read(path: Path, at: Node | str) -> File:
    """Read a plug-in that is named ``at`` a node of a scenario, or on the command line."""
    wrong = None
    if not isfile(path):
        wrong = (f"there is no file '{cut(path.name)}' in the folder '{cut(str(path.parent), 240)}'", neighbour(path))
    elif path.suffix != ".py":
        wrong = (f"a plug-in is a Python file, here is '{path.name}'", "name a file that ends in .py")
    if wrong is not None:
        raise InputError(Problem(at, *wrong) if isinstance(at, str) else at.problem(*wrong))
    return File(str(path.resolve()), read_bytes(path, shown(path), MAX_BYTES))


def named(tree: Node) -> Plugins:
    """The plug-ins of a scenario: those of the process, then those that its files name."""
    found = {file.path: file for file in _asked}
    nodes = children(tree).get("plugins")
    problems: list[Problem] = []
    for node in children(nodes).values() if nodes is not None else ():
        if isinstance(node.value, str):
            try:
                file = read(node.source.folder / node.value, node)
                found.setdefault(file.path, file)
            except InputError as error:
                problems += error.problems
    if problems:
        raise InputError(*problems)
    return Plugins(tuple(found.values()), installed())


def of_process() -> Plugins:
    """Those that count for every scenario: of the command line, the notebook and installed packages."""
    return Plugins(_asked, installed())


def current() -> Plugins:
    """The plug-ins whose parts are known now."""
    return _used if _used is not None else of_process()


def in_use(module: str) -> bool:
    """Whether what a module entered somewhere counts now: always, unless it is of plug-ins that are not in use."""
    package = module.partition(".")[0]
    return not package.startswith(PREFIX) or package == package_of(current().files)


@contextmanager
def asked(files: Iterable[File]) -> Iterator[None]:
    """Plug-ins that count for every scenario read meanwhile."""
    global _asked
    before, used = _asked, current()
    _asked = tuple({file.path: file for file in (*before, *files)}.values())
    try:
        of_process().use()
        yield
    finally:
        _asked = before
        used.use()


def recall(kept: Sequence[Mapping[str, str]], where: str) -> None:
    """Make the parts, metrics and charts known that a run or study had; InputError as `recalled` has it."""
    Plugins(tuple({file.path: file for file in (*_asked, *recalled(kept, where))}.values()), installed()).use()


def add(file: File) -> None:
    """A plug-in that counts for every scenario from now on; it takes the place of one at the same path."""
    global _asked
    wanted = (*(known for known in _asked if known.path != file.path), file)
    Plugins(wanted, installed()).use()
    _asked = wanted


def brought(path: str, where: str) -> bool:
    """Whether a folder of results brings a file along that it names: what others may have put there is never run."""
    return not Path(path).is_absolute() or Path(path).resolve().is_relative_to(Path(where).resolve())


def recalled(kept: Sequence[Mapping[str, str]], where: str) -> list[File]:
    """The files that `Plugins.as_json` told of; InputError if one is gone or differs, or a package does."""
    found, problems = [], []
    here = {file.sha256: file for file in _asked}
    packages = [package for package in Plugins((), installed()).as_json() if package not in kept]
    for entry in kept:
        path = entry.get("path", "")
        file, along = here.get(entry["sha256"]), brought(path, where)
        if path and file is None and not along and Path(path).is_file():
            file = File(path, read_bytes(Path(path), path, MAX_BYTES))
        if path and (file is None or file.sha256 != entry["sha256"]):
            what = "came with the folder" if along else "is gone" if file is None else "is not what it was"
            problems.append(Problem(where, f"its plug-in {path} {what}", CHANGED))
        elif file is not None:
            found.append(file)
        elif entry not in Plugins((), installed()).as_json():
            packages.append(dict(entry))
    problems += [
        Problem(where, f"the package {name} is another one than it was, or gone", "install the version that it had")
        for name in dict.fromkeys(package["package"] for package in packages)
    ]
    if problems:
        raise InputError(*problems)
    return found


@cache
def installed() -> tuple[Package, ...]:
    """Installed packages that hold parts; an editable one counts by the files of the module that it names."""
    found = {}
    for point in entry_points():
        top = point.module.partition(".")[0]
        spec = importlib.util.find_spec(top)
        folders = list(spec.submodule_search_locations or ()) if spec is not None else []
        files = sorted(file for folder in folders for file in Path(folder).rglob("*.py"))
        if spec is not None and not folders and spec.origin is not None:
            files = [Path(spec.origin)]
        digest = hashlib.sha256()
        for file in files:
            digest.update(f"{file.name}\0".encode() + file.read_bytes())
        name, version = (point.dist.name, point.dist.version) if point.dist is not None else (top, "")
        found[name] = Package(name, version, digest.hexdigest())
    return tuple(found.values())
