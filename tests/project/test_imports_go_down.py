"""The layers of docs/why.md: a module imports from its own layer and those below, never from above, and no two files
need each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "vbp_sim"

#: lowest first; `errors`, `facts` and `streams` are one layer
LAYERS = (
    "errors", "facts", "streams", "scenario", "rules", "agents", "tender", "engine", "runs", "intake", "studies",
    "truth",
    "report", "explore", "api", "cli",
)  # fmt: skip

#: libraries and modules that a layer does without, wherever in a file they would be imported
FORBIDDEN = {
    "errors": {"simpy", "numpy", "pydantic", "click"},
    "facts": {"simpy", "numpy", "pydantic", "click"},
    "streams": {"simpy", "random", "secrets", "click"},
    "scenario": {"simpy", "random", "secrets", "click", "matplotlib", "pyarrow", "rich"},
    "rules": {
        "simpy",
        "random",
        "secrets",
        "io",
        "os",
        "csv",
        "time",
        "click",
        "matplotlib",
        "pyarrow",
        "rich",
    },
    "agents": {"simpy", "random", "secrets", "time", "click", "matplotlib", "pyarrow", "rich"},
    "tender": {"simpy", "random", "secrets", "time", "click", "matplotlib", "pyarrow", "rich"},
    "engine": {"random", "secrets", "time", "click", "matplotlib", "pyarrow", "rich"},
    "runs": {"simpy", "random", "secrets", "click", "matplotlib", "rich"},
    "intake": {"simpy", "random", "secrets", "click", "matplotlib", "rich"},
    "studies": {"simpy", "random", "secrets", "click", "matplotlib", "rich"},
    "truth": {"simpy", "random", "secrets", "click", "matplotlib", "rich"},
    "report": {"simpy", "random", "secrets", "click"},
    "explore": {"simpy", "random", "click"},  # its token is no draw of the model
    "api": {"simpy", "random", "secrets", "click", "matplotlib"},
    "cli": {"simpy", "random", "secrets", "matplotlib", "pyarrow"},
}

FILES = sorted(PACKAGE.rglob("*.py"))

#: lines of a file that can be read in one sitting
LONGEST = 320


def imported(file: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = list(file.relative_to(PACKAGE.parent).with_suffix("").parts)[: -node.level] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def layer_of(dotted: str) -> str:
    """Layer of a name such as ``vbp_sim.rules.money.micro``; "" for the package itself."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in LAYERS else ""


def name_of(file: Path) -> str:
    return str(file.relative_to(PACKAGE.parent))


def files_of(layer: str) -> list[Path]:
    return [file for file in FILES if file.relative_to(PACKAGE).parts[0].removesuffix(".py") == layer]


def test_every_folder_and_module_belongs_to_a_layer() -> None:
    rooms = {file.relative_to(PACKAGE).parts[0].removesuffix(".py") for file in FILES}
    assert rooms - {"__init__", "__main__"} == set(LAYERS)


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_go_downward_only(layer: str) -> None:
    upward = [
        f"{name_of(file)}:{line} imports {name}"
        for file in files_of(layer)
        for line, name in imported(file)
        if name.startswith("vbp_sim.") and layer_of(name) and LAYERS.index(layer_of(name)) > LAYERS.index(layer)
    ]
    assert upward == []


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_does_without(layer: str) -> None:
    found = [
        f"{name_of(file)}:{line} imports {name}"
        for file in files_of(layer)
        for line, name in imported(file)
        if name.split(".")[0] in FORBIDDEN[layer]
    ]
    assert found == []


@pytest.mark.parametrize("layer", ["streams", "scenario", "rules", "agents", "engine"])
def test_only_keyed_streams_draw(layer: str) -> None:
    """No generator of NumPy's own, whose numbers would depend on the order of calls."""
    found = [
        f"{name_of(file)}:{node.lineno}"
        for file in files_of(layer)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "random" and ast.unparse(node.value) in ("np", "numpy")
    ]
    assert found == []


def module_of(file: Path) -> str:
    """Dotted name of a file; a folder's `__init__` has the folder's."""
    return ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def test_no_circle_of_imports_between_files() -> None:
    """Imports inside functions and those for types only count as well: what needs each other is one file."""
    files = {module_of(file): file for file in FILES}

    def modules(name: str, file: Path) -> set[str]:
        found = {next((m for m in (n, n.rpartition(".")[0]) if m in files), "") for _, n in imported(file)}
        return found - {"", "vbp_sim", name}

    graph = {name: modules(name, file) for name, file in files.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" imports ".join(reversed(circle.args[1])))


def test_no_file_is_too_long() -> None:
    lines = {name_of(file): len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert {name: n for name, n in lines.items() if n > LONGEST} == {}
