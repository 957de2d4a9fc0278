"""Scenario discovery: in which region of levers and uncertainties does a study fail a stated test?

    for box in discover(folder, "unmet_share > 0.02"): print(box)

A classification tree of scikit-learn looks for the regions; every row of the study table is one case.
"""

from __future__ import annotations

import json
import operator
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.errors import InputError, Problem, library
from vbp_sim.runs.metrics import METRICS, check_known
from vbp_sim.studies.design import Design
from vbp_sim.studies.ledger import NAME, Ledger
from vbp_sim.studies.plan import read_plan

#: a region holds at least this part of the cases, and a tree has at most so many splits in a row
SMALLEST, DEPTH = 0.05, 3
_SIGNS = {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}
_TEST = re.compile(r"\s*([^\s<>=]+)\s*(>=|<=|>|<)\s*([-+0-9.eE]+)\s*")


@dataclass(frozen=True)
class Box:
    """A region: its conditions, its cases, which part of them fails, and which part of all failures it holds."""

    conditions: tuple[str, ...]
    cases: int
    density: float
    coverage: float


def discover(folder: Path, test: str) -> list[Box]:
    """Regions of the study, those that fail most first. InputError for a test that cannot be read."""
    match = _TEST.fullmatch(test)
    if match is None:
        example = "for example 'unmet_share > 0.02'"
        raise InputError(Problem(f"--fails '{test}'", "a metric, a sign and a number are wanted", example))
    design = Design(read_plan(folder).spec)
    ids = [*design.spec.levers, *design.spec.uncertainties]
    with Ledger.reading(folder / NAME, design) as book:
        check_known([match[1]], [*METRICS, *book.metrics], "--fails")
        rows = [row for block in book.rows(["values"], "status = 'done'", metrics=[match[1]]) for row in block]
    cases = [(values, y) for values, y in rows if y is not None]
    failing = np.array([_SIGNS[match[2]](y, float(match[3])) for _, y in cases], dtype=np.bool_)
    if len(cases) < 20 or failing.all() or not failing.any():
        what = f"{failing.sum()} of {len(cases)} runs fail {test}; there are no regions to tell apart"
        raise InputError(Problem(str(folder), what, "choose another limit, or run more points"))
    columns, names = _columns([values for values, _ in cases], ids)
    return _boxes(columns, names, failing)


def _columns(values: list[dict[str, Any]], ids: list[str]) -> tuple[npt.NDArray[np.float64], list[tuple[str, str]]]:
    """Numbers as they are, anything else as one column per value: (id, "") or (id, value)."""
    columns, names = [], []
    for id in ids:
        own = [v[id] for v in values]
        if all(isinstance(v, int | float) for v in own):
            columns.append(np.array(own, dtype=np.float64))
            names.append((id, ""))
            continue
        texts = [v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in own]
        for text in sorted(set(texts)):
            columns.append(np.array([t == text for t in texts], dtype=np.float64))
            names.append((id, text))
    return np.column_stack(columns), names


def _boxes(x: npt.NDArray[np.float64], names: list[tuple[str, str]], failing: npt.NDArray[np.bool_]) -> list[Box]:
    least = max(2, round(SMALLEST * len(x)))
    trees = library("sklearn.tree", "scikit-learn", "discover", "--method tree")
    tree = trees.DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=least, random_state=0).fit(x, failing)
    leaf = tree.apply(x)
    found = []
    for node in np.unique(leaf):
        mine = leaf == node
        fails = int(failing[mine].sum())
        conditions = _path(tree.tree_, int(node), names)
        found.append(Box(conditions, int(mine.sum()), fails / int(mine.sum()), fails / int(failing.sum())))
    return sorted(found, key=lambda box: (-box.density, -box.coverage))


def _path(tree: Any, node: int, names: list[tuple[str, str]]) -> tuple[str, ...]:
    """Conditions on the way to a leaf, the narrowest per side of each name."""
    bounds: dict[tuple[str, str], tuple[float, float]] = {}
    while node:
        left, right = (np.flatnonzero(side == node) for side in (tree.children_left, tree.children_right))
        parent = int(left[0] if len(left) else right[0])
        name, at = names[tree.feature[parent]], float(tree.threshold[parent])
        low, high = bounds.get(name, (-np.inf, np.inf))
        bounds[name] = (low, min(high, at)) if len(left) else (max(low, at), high)
        node = parent
    named = {id for (id, value), (low, _) in bounds.items() if value and low > 0}
    kept = [n for n in names if n in bounds and not (n[0] in named and n[1] and bounds[n][0] <= 0)]
    return tuple(_condition(*name, *bounds[name]) for name in kept)


def _condition(id: str, value: str, low: float, high: float) -> str:
    if value:
        return f"{id} is {value}" if low > 0 else f"{id} is not {value}"
    if np.isinf(low):
        return f"{id} <= {high:.4g}"
    return f"{id} > {low:.4g}" if np.isinf(high) else f"{low:.4g} < {id} <= {high:.4g}"
