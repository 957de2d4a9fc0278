"""What was read from YAML, before it is checked: a tree of nodes, each of which knows where it stands.

A node is a map (text keys), a list, or a scalar. Merging two trees keeps the nodes, so every value of the
result still knows its file, line and column, and the layer (variant, --set) that put it there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vbp_sim.errors import Problem

#: address of a value in a tree, as in ``rounds.pilot.calendar.start``
Address = tuple[str, ...]

#: longest piece of a source line that is quoted in a message, characters
WIDTH = 100


@dataclass(frozen=True)
class Source:
    """A text that values come from: a file, or one ``--set`` of the command line.

    ``folder`` is what relative paths in it refer to; ``layer`` is empty for a file that is read as it stands,
    else ``variant NAME`` or ``--set``.
    """

    name: str
    folder: Path
    lines: tuple[str, ...] = field(default=(), repr=False, compare=False)
    layer: str = ""


@dataclass(frozen=True)
class Origin:
    """Who set a value. ``place`` is ``file:line:column``, ``--set path`` or empty for a default."""

    place: str
    layer: str = ""

    def __str__(self) -> str:
        if self.layer.startswith("variant"):
            return f"{self.layer} ({self.place})"
        return self.place or "default"


DEFAULT = Origin("")


@dataclass(slots=True)
class Node:
    """One value and where it stands (1-based; 0: in no line). ``whole``: it replaces and is not merged."""

    value: Any
    source: Source
    line: int = 0
    column: int = 0
    key_line: int = 0
    key_column: int = 0
    whole: bool = False

    def place(self, *, key: bool = False) -> str:
        """``file:line:column`` of the value, or of its key."""
        line, column = (self.key_line, self.key_column) if key and self.key_line else (self.line, self.column)
        return f"{self.source.name}:{line}:{column}" if self.source.lines and line else self.source.name

    def problem(self, what: str, remedy: str = "", *, key: bool = False) -> Problem:
        """Say what is wrong with this value (or with its key), with the source line and a caret."""
        line, column = (self.key_line, self.key_column) if key and self.key_line else (self.line, self.column)
        return problem_at(self.source, line, column, what, remedy)

    def origin(self) -> Origin:
        """Who set this value."""
        return Origin(self.place(), self.source.layer)


def problem_at(source: Source, line: int, column: int, what: str, remedy: str = "") -> Problem:
    """A problem at a place of a source, with an excerpt cut to `WIDTH` and a caret."""
    if not source.lines or not line:
        return Problem(source.name, what, remedy)
    place = f"{source.name}:{line}:{column}"
    text = source.lines[line - 1] if line <= len(source.lines) else ""
    if not text.strip():
        return Problem(place, what, remedy)
    begin = max(0, column - 1 - WIDTH // 2) if column > WIDTH else 0
    shown = text[begin : begin + WIDTH].rstrip()
    return Problem(place, what, remedy, shown, display_width(text[begin : column - 1]) + 1)


def display_width(text: str) -> int:
    """Columns that a text takes on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def plain(node: Node) -> Any:
    """The tree as ordinary dicts, lists and scalars."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def find(node: Node, address: Address) -> tuple[Node, int]:
    """The deepest node on the way to an address, and how many steps of it were found."""
    for depth, step in enumerate(address):
        child = children(node).get(step)
        if child is None:
            return node, depth
        node = child
    return node, len(address)


def children(node: Node) -> dict[str, Node]:
    """The nodes directly below: by key of a map, by place in a list (``"0"``); none below a scalar."""
    if isinstance(node.value, dict):
        return node.value
    if isinstance(node.value, list):
        return {str(i): child for i, child in enumerate(node.value)}
    return {}


def leaves(node: Node, address: Address = ()) -> Iterator[tuple[Address, Node]]:
    """All scalars, lists and empty maps of a tree with their addresses."""
    if isinstance(node.value, dict) and node.value:
        for key, child in node.value.items():
            yield from leaves(child, (*address, key))
    else:
        yield address, node


def relabel(node: Node, layer: str) -> Node:
    """A copy of a tree that says that ``layer`` put it there."""
    value = node.value
    if isinstance(value, dict):
        value = {key: relabel(child, layer) for key, child in value.items()}
    elif isinstance(value, list):
        value = [relabel(child, layer) for child in value]
    return replace(node, value=value, source=replace(node.source, layer=layer))


def dotted(address: Address) -> str:
    """An address as people write it; steps that hold a dot are quoted."""
    return ".".join(f'"{step}"' if "." in step else step for step in address)


def kind_of(value: Any) -> str:
    """What a value is, in plain words and with the value where it is short: ``text 'abc'``, ``a list``."""
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, (list, tuple)):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"text '{value}'" if len(value) <= 40 else f"text '{value[:37]}...'"
    return f"{value:g}" if isinstance(value, float) else str(value)
