"""YAML text to a tree of nodes that know their line and column.

Only the plain part of YAML is read: one document of maps, lists and scalars. Anchors, aliases, tags,
duplicate keys and numbers that YAML 1.1 and 1.2 read differently (``010``) are errors, so that a file means
what it seems to mean.

>>> parse("a: {b: 1e3, c: no}", "x.yaml").value["a"].value["b"].value
1000.0
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import yaml

from vbp_sim.errors import CONTROL, InputError, Problem
from vbp_sim.scenario.limits import SMALLEST, composed, cut, unfit
from vbp_sim.scenario.tree import Node, Source, problem_at

MAX_BYTES = 2_000_000
MAX_NODES = 500_000
MAX_DEPTH = 64
MAX_DIGITS = 30
#: a file with more problems than this is not worth reading on
MAX_PROBLEMS = 20

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_UNCLEAR = re.compile(r"[-+]?(0[0-9_]+(\.[0-9]*)?([eE][-+]?[0-9]+)?|0[xob][0-9a-fA-F_]+|[0-9]+(_[0-9]+)+)")
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def read(path: Path) -> Node:
    """Read a YAML file whose top is a map. Raises `InputError` with everything that is wrong with it."""
    name = shown(path)
    node = parse(read_text(path, name), name, path.parent)
    if not isinstance(node.value, dict):
        raise InputError(node.problem("a map (key: value) is wanted at the top of the file"))
    return node


def shown(path: Path) -> str:
    """How messages name a file: relative to the current folder if it lies in it."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, FileNotFoundError):
        return str(path)


def read_text(path: Path, name: str) -> str:
    """The text of a UTF-8 file (with or without byte-order mark) of at most `MAX_BYTES`."""
    data = read_bytes(path, name, MAX_BYTES)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        what = f"this is not UTF-8 text (byte {data[error.start]:#04x})"
        raise InputError(Problem(f"{name}:{line}:{column}", what, "save the file as UTF-8")) from None


def read_bytes(path: Path, name: str, limit: int) -> bytes:
    """The bytes of a regular file; a folder, a missing, unreadable or too large file is an `InputError`."""
    try:
        if path.is_dir():
            raise InputError(Problem(name, "this is a folder", "name a file in it"))
        if path.exists() and not path.is_file():
            raise InputError(Problem(name, "this is not a regular file"))
        if os.path.getsize(path) > limit:
            raise InputError(Problem(name, f"the file is larger than {limit / 1e6:g} MB, the most that is read"))
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(Problem(name, "there is no such file", neighbour(path))) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(Problem(name, f"the file cannot be read: {reason}")) from None


def neighbour(path: Path) -> str:
    """Point to the file in the same folder whose name is nearest."""
    from difflib import get_close_matches

    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f"there is no folder {path.parent} either"
    close = get_close_matches(path.name, names, n=1, cutoff=0.75)
    return f"did you mean '{close[0]}'?" if close else "check the name and the folder"


def parse(text: str, name: str, folder: Path = Path(), *, layer: str = "") -> Node:
    """Parse YAML text. ``name`` is what messages call it, ``folder`` what relative paths in it refer to."""
    source = Source(name, folder, tuple(text.splitlines()) if layer != "--set" else (), layer)
    text = re.sub("\r\n?", "\n", text)
    found = CONTROL.search(text)
    if found:
        raise InputError(_control(source, text, found))
    return _Builder(source).build(text)


def _control(source: Source, text: str, found: re.Match[str]) -> Problem:
    line = len(text[: found.start() + 1].splitlines())
    before = text[: found.start()].splitlines(keepends=True)
    column = len(before[-1]) + 1 if before and not before[-1].endswith(("\n", "\r")) else 1
    if found.group() == "\t":
        return problem_at(source, line, column, "a tab", "indent and separate with spaces")
    return problem_at(source, line, column, f"a control character (U+{ord(found.group()):04X})", "remove it")


class _Builder:
    """Builds the tree from events without recursion; collects problems that do not stop the reading."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: Node | None = None
        self.open: list[Node] = []
        self.keys: list[Node | None] = []
        self.nodes = 0
        self.problems: list[Problem] = []

    def build(self, text: str) -> Node:
        try:
            for event in yaml.parse(text, Loader=yaml.CSafeLoader):
                self.take(event)
        except yaml.YAMLError as error:
            self.not_yaml(error)
        if self.problems:
            raise InputError(*self.problems)
        if self.root is None:
            raise InputError(Problem(self.source.name, "there is nothing in it"))
        return self.root

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.NodeEvent):
            self.take_node(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self.open.pop()
            self.keys.pop()
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self.stop(event, "a second document begins here", "keep one document per file")

    def take_node(self, event: yaml.NodeEvent) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.stop(event, f"more than {MAX_NODES:,} values")
        if event.anchor is not None:
            what = f"anchors and aliases are not read (here '{event.anchor}')"
            self.stop(event, what, "use extends, or write it out")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.stop(event, f"tags are not read (here '{tag}')", "write the plain value")
        node = Node(None, self.source, *place(event.start_mark))
        if isinstance(event, yaml.ScalarEvent):
            node.value = self.scalar(event)
            self.attach(node, event)
            return
        node.value = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.attach(node, event)
        if len(self.open) >= MAX_DEPTH:
            self.stop(event, f"more than {MAX_DEPTH} levels inside each other")
        self.open.append(node)
        self.keys.append(None)

    def attach(self, node: Node, event: yaml.NodeEvent) -> None:
        if not self.open:
            self.root = node
            return
        holder, key = self.open[-1].value, self.keys[-1]
        if isinstance(holder, list):
            holder.append(node)
        elif key is None:
            self.keys[-1] = self.as_key(node, event)
        else:
            self.keys[-1] = None
            node.key_line, node.key_column = key.line, key.column
            if key.value in holder:
                first = holder[key.value].key_line
                what = f"the key '{cut(key.value)}' stands twice in this map, first in line {first}"
                self.note((key.line, key.column), what, "remove one of them")
            else:
                holder[key.value] = node

    def as_key(self, node: Node, event: yaml.NodeEvent) -> Node:
        if isinstance(node.value, (dict, list)):
            self.stop(event, "a map or a list cannot be a key", "write a text as key")
        if isinstance(node.value, str) and (sign := unfit(node.value)) and not CONTROL.search(node.value):
            self.note((node.line, node.column), f"a control character ({sign}) in a key", "remove it")
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            node.value = str(node.value)
        elif not isinstance(node.value, str):
            written = getattr(event, "value", "")
            what = f"keys are text, '{cut(written)}' is not"
            self.note((node.line, node.column), what, f'quote it: "{cut(written)}"')
            node.value = written
        return node

    def scalar(self, event: yaml.ScalarEvent) -> Any:
        text = composed(event.value)
        escaped = CONTROL.search(text)
        if escaped:
            self.note(place(event.start_mark), f"a control character (U+{ord(escaped.group()):04X})", "remove it")
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _UNCLEAR.fullmatch(text):
            what = f"'{cut(text)}' can be read as text or as different numbers"
            remedy = f'quote it ("{cut(text)}") if it is a code, else write a plain number'
            self.note(place(event.start_mark), what, remedy)
        elif _INT.fullmatch(text) and len(text) <= MAX_DIGITS:
            return int(text)
        elif _FLOAT.fullmatch(text):
            number = float(text) if len(text) <= MAX_DIGITS else float("inf")
            if abs(number) < SMALLEST and re.search("[1-9]", re.split("[eE]", text)[0]):
                self.note(place(event.start_mark), f"the number '{text}' is too small", "write 0")
            elif abs(number) != float("inf"):
                return number
            else:
                self.note(place(event.start_mark), f"the number '{cut(text)}' is too long or too large")
        return text

    def note(self, at: tuple[int, int], what: str, remedy: str = "") -> None:
        self.problems.append(problem_at(self.source, *at, what, remedy))
        if len(self.problems) >= MAX_PROBLEMS:
            raise InputError(*self.problems)

    def stop(self, event: yaml.Event, what: str, remedy: str = "") -> None:
        raise InputError(*self.problems, problem_at(self.source, *place(event.start_mark), what, remedy))

    def not_yaml(self, error: yaml.YAMLError) -> None:
        what = f"this is not YAML: {getattr(error, 'problem', None) or error}"
        remedy = "check the indentation, the colons and the quotes just before this place"
        self.problems.append(problem_at(self.source, *place(getattr(error, "problem_mark", None)), what, remedy))


def place(mark: Any) -> tuple[int, int]:
    """Line and column of a parser's mark, 1-based; zeros if there is none."""
    return (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
