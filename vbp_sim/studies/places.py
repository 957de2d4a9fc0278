"""Where in the sweep file a value of a point stands, so that messages about a point point there."""

from __future__ import annotations

from dataclasses import replace

from vbp_sim.errors import Problem
from vbp_sim.scenario.patches import split
from vbp_sim.scenario.tree import Address, Node, children, dotted
from vbp_sim.studies.design import Point
from vbp_sim.studies.sweep_file import SweepSpec


class Places:
    """Nodes of a sweep file by point; without a file nothing is known, and nothing is placed."""

    def __init__(self, spec: SweepSpec, tree: Node | None) -> None:
        self.spec = spec
        self.tree = tree

    def of(self, point: Point) -> dict[Address, Node]:
        """By address: the node of the value that the point sets there, with the node of its path as key."""
        if self.tree is None:
            return {}
        found = {}
        paths = {name: lever.path for name, lever in self.spec.levers.items()}
        paths.update({name: entry.path for name, entry in self.spec.uncertainties.items()})
        for name, text in paths.items():
            address = split(text) if text else None
            node = self._entry(name)
            if address is not None and node is not None:
                path = children(node).get("path", node)
                value = self._value(node, point.values[name]) or path
                found[address] = replace(value, key_line=path.line, key_column=path.column)
        return found

    def placed(self, problem: Problem, point: Point) -> Problem:
        """A problem that names the command line, said of the sweep file instead."""
        if self.tree is None:
            return problem
        if problem.place.startswith("--variant"):
            node = children(self.tree).get("variant", self.tree)
            for name, lever in self.spec.levers.items():
                entry = self._entry(name)
                if lever.variants and entry is not None:
                    node = self._value(entry, point.values[name]) or entry
            return node.problem(problem.what, problem.remedy)
        for address, node in self.of(point).items():
            if problem.place == node.source.name or problem.place == f"--set {dotted(address)}":
                return node.problem(problem.what, problem.remedy)
        return problem

    def _entry(self, name: str) -> Node | None:
        for table in ("levers", "uncertainties"):
            known = children(self.tree).get(table) if self.tree is not None else None
            if known is not None and name in children(known):
                return children(known)[name]
        return None

    def _value(self, entry: Node, value: object) -> Node | None:
        """The item of the list of values, or the list of variants, that this value is."""
        from vbp_sim.scenario.tree import plain

        for key in ("values", "variants"):
            listed = children(entry).get(key)
            for item in children(listed).values() if listed is not None else ():
                if plain(item) == value and type(plain(item)) is type(value):
                    return item
        return None
