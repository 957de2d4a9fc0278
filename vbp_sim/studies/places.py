"""Where in the sweep file a value of a point stands, so that messages about a point point there.

Without a file nothing is known, and nothing is placed.
"""

from __future__ import annotations

from dataclasses import replace

from vbp_sim.errors import Problem
from vbp_sim.scenario.patches import split
from vbp_sim.scenario.tree import Address, Node, children, dotted, plain
from vbp_sim.studies.design import Point
from vbp_sim.studies.sweep_file import SweepSpec


def nodes_of(point: Point, spec: SweepSpec, tree: Node | None) -> dict[Address, Node]:
    """By address: the node of the value that the point sets there, with the node of its path as key."""
    if tree is None:
        return {}
    found = {}
    paths = {name: lever.path for name, lever in spec.levers.items()}
    paths |= {name: entry.path for name, entry in spec.uncertainties.items()}
    for name, text in paths.items():
        address, node = split(text) if text else None, _entry(tree, name)
        if address is not None and node is not None:
            path = children(node).get("path", node)
            value = _value(node, point.values[name]) or path
            found[address] = replace(value, key_line=path.line, key_column=path.column)
    return found


def placed(problem: Problem, point: Point, spec: SweepSpec, tree: Node | None) -> Problem:
    """A problem that names the command line, said of the sweep file instead."""
    if tree is None:
        return problem
    if problem.place.startswith("--variant"):
        node = children(tree).get("variant", tree)
        for name, lever in spec.levers.items():
            entry = _entry(tree, name)
            if lever.variants and entry is not None:
                node = _value(entry, point.values[name]) or entry
        return node.problem(problem.what, problem.remedy)
    for address, node in nodes_of(point, spec, tree).items():
        if problem.place == node.source.name or problem.place == f"--set {dotted(address)}":
            return node.problem(problem.what, problem.remedy)
    return problem


def _entry(tree: Node, name: str) -> Node | None:
    tables = [children(tree)[table] for table in ("levers", "uncertainties") if table in children(tree)]
    return next((children(table)[name] for table in tables if name in children(table)), None)


def _value(entry: Node, value: object) -> Node | None:
    """The item of the list of values, or the list of variants, that this value is."""
    listed = [children(entry)[key] for key in ("values", "variants") if key in children(entry)]
    items = [(plain(item), item) for each in listed for item in children(each).values()]
    return next((item for known, item in items if known == value and type(known) is type(value)), None)
