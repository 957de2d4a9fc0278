"""A class of a notebook as a plug-in: its source, with all that it needs of the notebook, as the text of a file.

    class Bold(RulesOfThumb): ...
    vbp_sim.register(Bold)

What a scenario uses is the class made of that text, in this process as in workers, so that its results depend on
nothing but the text.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from types import FunctionType, ModuleType

from vbp_sim.errors import InputError, Problem
from vbp_sim.scenario import plugins
from vbp_sim.scenario.parts import Part
from vbp_sim.scenario.plugin_modules import File


def register(cls: type[Part]) -> type[Part]:
    """Make a part of a notebook known to every scenario read from now on; also as a decorator.

    Registered again, it takes the place of what had its name. InputError if its source cannot be had.
    """
    texts: dict[str, str] = {}
    _take(cls.__name__, cls, cls.__name__, texts)
    lines = ["from __future__ import annotations", *texts.values()]
    plugins.add(File(f"notebook/{cls.__name__}.py", "\n".join([*lines, ""]).encode()))
    return cls


def _take(name: str, value: object, whose: str, texts: dict[str, str]) -> None:
    """Add the line, or the source, that defines a name, after all that this needs itself."""
    if name in texts:
        return
    texts[name] = ""
    module = getattr(value, "__module__", "")
    if isinstance(value, ModuleType):
        texts[name] = f"import {value.__name__} as {name}"
    elif _plain(value):
        texts[name] = f"{name} = {value!r}"
    elif _importable(value):
        texts[name] = f"from {module} import {getattr(value, '__name__', name)} as {name}"
    elif isinstance(value, type | FunctionType):
        source = _source(value, whose)
        for other in sorted(_names(source)):
            known = sys.modules[module].__dict__
            if other in known and other != name and not hasattr(builtins, other):
                _take(other, known[other], whose, texts)
        del texts[name]  # after what it needs
        texts[name] = source
    else:
        what = f"uses '{name}', which only the notebook knows"
        raise InputError(Problem(f"register({whose})", what, "put it inside the class, or the class into a file"))


def _plain(value: object) -> bool:
    """Whether the text of a value is the value."""
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError):
        return False


def _importable(value: object) -> bool:
    """Whether a module that is a file has the value under its own name."""
    module = sys.modules.get(getattr(value, "__module__", "") or "")
    named = getattr(module, getattr(value, "__name__", ""), None)
    return getattr(module, "__name__", "__main__") != "__main__" and hasattr(module, "__file__") and named is value


def _source(value: type | FunctionType, whose: str) -> str:
    """Source of a class or function, without its registration; that of a class lies where its first method does."""
    methods = [v for v in vars(value).values() if isinstance(v, FunctionType)] if isinstance(value, type) else []
    try:
        lines, _ = inspect.findsource(methods[0] if methods else value)
    except (OSError, TypeError):
        what = f"there is no source of {value.__name__}, so no run could say what it depends on"
        remedy = "define it in a cell or a file, with a method of its own"
        raise InputError(Problem(f"register({whose})", what, remedy)) from None
    text = "".join(lines)
    found = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == value.__name__
    ]
    found[-1].decorator_list = [d for d in found[-1].decorator_list if "register" not in ast.unparse(d)]
    for node in ast.walk(found[-1]):  # what functions say of types may be known to the notebook only
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
    return ast.unparse(found[-1])


def _names(source: str) -> set[str]:
    """All names that a source reads."""
    nodes = ast.walk(ast.parse(source))
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
