"""Plug-ins as modules: all that go together make one package, which exists in memory only.

Its name is the hash of their bytes, so an edited plug-in is another module, whatever was loaded before, and the same
plug-in has the same name in every process. What the files import from each other (``import helpers``) is found in that
package and nowhere else.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.abc
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, ClassVar

from vbp_sim.errors import InputError, Problem
from vbp_sim.scenario.parts import Part, whereabouts
from vbp_sim.scenario.yaml_source import shown

#: what the names of the packages in memory begin with
PREFIX = "vbp_plugins_"


@dataclass(frozen=True)
class File:
    """A plug-in: where it lies, and its text."""

    path: str
    data: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """Name of the module, by which other plug-ins import it."""
        return re.sub(r"\W", "_", Path(self.path).stem)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def around(module: str) -> dict[str, bytes]:
    """Texts of the plug-ins that a module of one was loaded with, by name of module; none for other modules."""
    package = module.partition(".")[0]
    return {f"{package}.{file.name}": file.data for file in _Finder.known.get(package, ())}


def package_of(files: Sequence[File]) -> str:
    """Name of the package that plug-ins make."""
    text = "\n".join(sorted(f"{file.name} {file.sha256}" for file in files))
    return PREFIX + hashlib.sha256(text.encode()).hexdigest()[:16]


def modules(files: Sequence[File]) -> list[ModuleType]:
    """The plug-ins as modules, loaded once. InputError with the place in the plug-in that is wrong."""
    if not files:
        return []
    package = package_of(files)
    _Finder.known[package] = tuple(files)
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
    lone = {file.name: file for file in files}
    problems = [
        Problem(shown(Path(file.path)), f"two plug-ins are called {file.name}: the other is {other.path}", "rename one")
        for file in files
        if (other := lone[file.name]) is not file
    ]
    trees = {file.name: _parsed(file) for file in files}
    problems += [problem for file in files for problem in _unnamed(file, trees[file.name], trees)]
    if problems:
        raise InputError(*problems)
    made = [_imported(package, file, files) for file in files]
    problems = [  # a function with a decorator may have entered itself as a metric or a chart
        Problem(shown(Path(file.path)), "defines no part, and no other plug-in imports it", _EMPTY)
        for file, module in zip(files, made, strict=True)
        if not _own(module)
        and not any(isinstance(node, ast.FunctionDef) and node.decorator_list for node in trees[file.name].body)
        and not any(file.name in _imports(tree) for name, tree in trees.items() if name != file.name)
    ]
    problems += [problem for module in made for problem in _unfinished(module)]
    if problems:
        raise InputError(*problems)
    return made


_EMPTY = "define a class below one of the kinds (`vbp list models`), a metric or a chart; or leave the file out"


def _parsed(file: File) -> ast.Module:
    try:
        return ast.parse(file.data, file.path)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        what = f"this is no Python: {getattr(error, 'msg', error)}"
        raise InputError(Problem(f"{shown(Path(file.path))}:{line}", what, "mend the file")) from None


def _imported(package: str, file: File, files: Sequence[File]) -> ModuleType:
    try:
        return importlib.import_module(f"{package}.{file.name}")
    except (Exception, SystemExit) as error:
        paths = {one.path: one for one in files}
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in paths]
        at = f"{shown(Path(frames[-1].filename))}:{frames[-1].lineno}" if frames else shown(Path(file.path))
        what = f"importing it raised {type(error).__name__}: {error}"
        raise InputError(Problem(at, what, "mend the file")) from error


def _unnamed(file: File, tree: ast.Module, names: Iterable[str]) -> list[Problem]:
    """Files beside a plug-in that it imports and nobody names, so that no hash would hold them."""
    path = Path(file.path)
    return [
        Problem(f"{shown(path)}:{line}", f"imports {name}.py, which lies beside it", "name it as a plug-in too")
        for name, line in _imports(tree).items()
        if name not in names and path.with_name(f"{name}.py").is_file()
    ]


def _unfinished(module: ModuleType) -> list[Problem]:
    """Parts that have a name and lack methods, so that no scenario could choose them."""
    return [
        Problem(whereabouts(part), f"{part.__name__} lacks {', '.join(sorted(lacking))}", "write what is lacking")
        for part in _own(module)
        if part.tag in inspect.get_annotations(part) and (lacking := getattr(part, "__abstractmethods__", ()))
    ]


def _own(module: ModuleType) -> list[type[Part]]:
    """Parts that a module defines, finished or not."""
    found = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Part)]
    return [part for part in found if part.__module__ == module.__name__]


def _imports(tree: ast.Module) -> dict[str, int]:
    """First steps of the names that a file imports, and the line of each."""
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0]: node.lineno for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or alias.name).partition(".")[0]: node.lineno for alias in node.names}
    return found


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the packages of plug-ins and the modules in them."""

    known: ClassVar[dict[str, tuple[File, ...]]] = {}

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        package, _, name = fullname.partition(".")
        files = self.known.get(package, ())
        if files and not name:
            return ModuleSpec(fullname, None, is_package=True)
        file = next((file for file in files if file.name == name), None)
        if file is None:
            return None
        loader = _Loader(file, {one.name for one in files})
        return importlib.util.spec_from_file_location(fullname, file.path, loader=loader)


class _Loader(importlib.abc.SourceLoader):
    """Loads the bytes of a plug-in, whatever its file says by now."""

    def __init__(self, file: File, siblings: set[str]) -> None:
        self.file = file
        self.siblings = siblings

    def get_filename(self, fullname: str) -> str:
        return self.file.path

    def get_data(self, path: str) -> bytes:
        return self.file.data

    def source_to_code(self, data: Any, path: Any = "<string>", *_: Any, **__: Any) -> CodeType:  # type: ignore[override]
        tree = _Near(self.siblings).visit(ast.parse(data, path))
        return compile(tree, path, "exec", dont_inherit=True)


class _Near(ast.NodeTransformer):
    """Turns ``import helpers`` into ``from . import helpers`` where helpers is a plug-in named with this one."""

    def __init__(self, siblings: set[str]) -> None:
        self.siblings = siblings

    def visit_Import(self, node: ast.Import) -> list[ast.stmt]:
        near = [alias for alias in node.names if alias.name in self.siblings]
        far = [alias for alias in node.names if alias.name not in self.siblings]
        made: list[ast.stmt] = [ast.copy_location(ast.Import(far), node)] if far else []
        return made + ([ast.copy_location(ast.ImportFrom(None, near, 1), node)] if near else [])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        if not node.level and node.module in self.siblings:
            node.level = 1
        return node


_FINDER = _Finder()
