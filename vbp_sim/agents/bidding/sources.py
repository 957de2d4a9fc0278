"""The code behind an answer: the source of a module and of all that it imports, however far.

Only what belongs to the program counts, or to a plug-in and the files named or lying beside it; not Python nor
installed libraries. Plug-ins of a scenario count by the bytes that were loaded, whatever their files say by now.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vbp_sim.scenario.plugin_modules import around

#: the package that is the program, and the folder in which it lies
PROGRAM = __name__.partition(".")[0]
ROOT = Path(__file__).parents[__name__.count(".")]


@functools.cache
def code(owner: Callable[..., Any]) -> str:
    """Hash of the code behind a class or function: its module and what this imports; in a notebook its own source.

    Raises `OSError` where there is no source at all.
    """
    file = getattr(sys.modules[owner.__module__], "__file__", None)
    if file is None:
        return hashlib.sha256(inspect.getsource(owner).encode()).hexdigest()
    return _code(owner.__module__, Path(file))


def reached(module: str, file: Path) -> dict[str, Path]:
    """Files by name of module: this one and all that it leads to."""
    found, left = {}, [(module, file), *((name, file.with_name(f"{name}.py")) for name in around(module))]
    while left:
        name, path = left.pop()
        if name not in found:
            found[name] = path
            left += _imports(name, path)
    return found


@functools.cache
def _code(module: str, file: Path) -> str:
    files = sorted(reached(module, file).items())
    parts = [f"{name} {hashlib.sha256(_text(name, path)).hexdigest()}" for name, path in files]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@functools.cache
def _imports(module: str, file: Path) -> tuple[tuple[str, Path], ...]:
    """Modules that a file imports, wherever in it, with the files where they lie."""
    folder = file.name == "__init__.py"
    package, names = module if folder else module.rpartition(".")[0], []
    for node in ast.walk(ast.parse(_text(module, file))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = importlib.util.resolve_name("." * node.level + base, package)
            names += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    if around(module):
        names = [name for name in names if name.partition(".")[0] == PROGRAM]  # the others are found already
    beside = file.parents[module.count(".") + folder]
    found = ((name, _lies(name, module.partition(".")[0], beside)) for name in names)
    return tuple((name, path) for name, path in found if path is not None)


def _text(module: str, file: Path) -> bytes:
    known = around(module)
    return known[module] if module in known else file.read_bytes()


def _lies(name: str, top: str, beside: Path) -> Path | None:
    """File of a module of the program, of the package ``top``, or of one file ``beside``; None for anything else."""
    first = name.partition(".")[0]
    place = (ROOT if first == PROGRAM else beside).joinpath(*name.split("."))
    lone, package = place.with_name(place.name + ".py"), place / "__init__.py"
    if first not in (PROGRAM, top):
        return lone if lone.is_file() else None
    return next((path for path in (lone, package) if path.is_file()), None)
