"""The notebooks run from top to bottom, each cell, in a folder of their own."""

from __future__ import annotations

import ast
import json
import linecache
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from matplotlib.figure import Figure
from pages import ROOT

from vbp_sim.api import Comparison, Run
from vbp_sim.scenario import plugins

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


def cells(notebook: Path) -> list[str]:
    content = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in content if cell["cell_type"] == "code"]


def shown(module: ModuleType, source: str, name: str) -> Any:
    """Run a cell as a notebook does, its source kept for `inspect`; the value of its last line."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), module.__dict__)
    return None if last is None else eval(compile(ast.Expression(last.value), name, "eval"), module.__dict__)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda file: file.stem)
def test_every_cell_of_a_notebook_runs_and_shows_something(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pandas")
    monkeypatch.chdir(tmp_path)
    module = ModuleType("notebook")
    monkeypatch.setitem(sys.modules, "notebook", module)
    with plugins.asked([]):
        values = [shown(module, source, f"<{notebook.stem} {i}>") for i, source in enumerate(cells(notebook))]
    assert values[-1] is not None
    shows = [value for value in values if isinstance(value, Run | Comparison)]
    assert shows
    assert all("<table" in value._repr_html_() for value in shows)
    drawn = [value for value in values if isinstance(value, Figure)]
    assert drawn
    assert all(figure._repr_png_().startswith(b"\x89PNG") for figure in drawn)


def test_notebooks_carry_no_results() -> None:
    assert len(NOTEBOOKS) == 2
    for notebook in NOTEBOOKS:
        content = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in content)
