"""Values as YAML text, and a YAML text changed to other values with its comments and its look kept.

>>> rewrite("a: 1  # first\\nb: {c: 2}\\n", {"a": 1, "b": {"c": 3}})
'a: 1  # first\\nb: {c: 3}\\n'
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml
from pydantic_core import to_jsonable_python

from vbp_sim.errors import InputError
from vbp_sim.scenario.tree import plain
from vbp_sim.scenario.yaml_source import parse

#: longest line that a map is written on, characters
WIDTH = 100
#: most maps inside each other on one line
DEPTH = 4
#: a comment in a line without quotes, where no text can hold its sign
_COMMENT = re.compile(r"(?:^|\s)(#[^\n]*)")


def flow(value: Any) -> str:
    """A value on one line of YAML."""
    value = simple(value)
    if isinstance(value, list):
        return f"[{', '.join(flow(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(str(k))}: {flow(item)}" for k, item in value.items()) + "}"
    return scalar(value)


def scalar(value: Any) -> str:
    """A scalar in YAML; a text is quoted where it would be read as something else."""
    if not isinstance(value, str):
        return json.dumps(value)
    try:
        if parse(f"a: [{value}, b]", "").value["a"].value[0].value == value and value == value.strip():
            return value
    except (InputError, AttributeError):
        pass
    return json.dumps(value, ensure_ascii=False)


def simple(value: Any) -> Any:
    """A value as JSON has it."""
    return to_jsonable_python(value, by_alias=False, fallback=str)


def block(values: dict[str, Any], indent: int = 0) -> str:
    """A map as lines of YAML; a map inside it stands on one line where it fits."""
    lines = []
    for key, value in values.items():
        line = f"{' ' * indent}{scalar(key)}: {flow(value)}\n"
        if isinstance(value, dict) and value and (len(line) > WIDTH or _depth(value) > DEPTH):
            line = f"{' ' * indent}{scalar(key)}:\n{block(value, indent + 2)}"
        lines.append(line)
    return "".join(lines)


def rewrite(text: str, new: dict[str, Any]) -> str | None:
    """The text with other values, or None where that cannot be done without a loss.

    Only maps that change are touched; comments of what goes are put over what comes.
    """
    old = plain(parse(text, ""))
    root: yaml.Node = yaml.compose(text, Loader=yaml.SafeLoader)  # type: ignore[assignment]
    ending = "\r\n" if "\r\n" in text else "\n"
    made = text
    for begin, end, put in sorted(_edits(text, root, old, new, []), key=lambda edit: edit[:2], reverse=True):
        made = made[:begin] + put.replace("\n", ending) + made[end:]
    try:
        return made if plain(parse(made, "")) == new else None
    except InputError:
        return None


Edit = tuple[int, int, str]


def _depth(value: Any) -> int:
    return 1 + max((_depth(v) for v in value.values()), default=0) if isinstance(value, dict) else 0


def _edits(text: str, node: yaml.Node, old: Any, new: Any, lost: list[str]) -> Iterator[Edit]:
    """What to replace in a text, as (begin, end, text), so that a node gets a new value.

    ``lost`` gathers the comments of what goes until something new comes.
    """
    if old == new:
        return
    begin, end = node.start_mark.index, _end(text, node)
    if isinstance(node, yaml.MappingNode) and not node.flow_style and isinstance(new, dict) and new:
        yield from _map_edits(text, node, old, new, lost)
        return
    lost += _comments(text[begin:end])
    top = isinstance(new, dict) and new and not node.start_mark.column
    yield begin, end, block(new).rstrip("\n") if top else flow(new)


def _map_edits(
    text: str, node: yaml.MappingNode, old: dict[str, Any], new: dict[str, Any], lost: list[str]
) -> Iterator[Edit]:
    """Edits of a map in block style: lines go, values change, lines come after their neighbours."""
    entries = {key.value: (key, value) for key, value in node.value}
    indent, after = node.start_mark.column, _line(text, node.start_mark.index)
    for key, (first, value) in entries.items():
        if key in new:
            continue
        begin, end = _line(text, first.start_mark.index), _line_end(text, _end(text, value))
        while begin and text[_line(text, begin - 1) : begin].strip().startswith("#"):
            begin = _line(text, begin - 1)
        lost += _comments(text[begin:end])
        after = min(after, begin)
        yield begin, end, ""
    for key in new:
        if key in entries:
            yield from _edits(text, entries[key][1], old[key], new[key], lost)
            after = _line_end(text, _end(text, entries[key][1]))
            continue
        notes = "".join(f"{' ' * indent}{note}\n" for note in lost)
        lead = "\n" if after and text[after - 1] != "\n" else ""
        yield after, after, lead + notes + block({key: new[key]}, indent)
        lost.clear()


def _end(text: str, node: yaml.Node) -> int:
    """Where the content of a node ends; in block style a parser's own mark lies behind the comments that follow."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    end = int(node.end_mark.index)
    return len(text[:end].rstrip()) if getattr(node, "style", None) in ("|", ">") else end


def _line(text: str, index: int) -> int:
    """Where the line of a character begins."""
    return text.rfind("\n", 0, index) + 1


def _line_end(text: str, index: int) -> int:
    """Where the next line begins."""
    found = text.find("\n", index)
    return found + 1 if found >= 0 else len(text)


def _comments(lines: str) -> list[str]:
    """Comments in lines that go; a line with quotes is left alone, where the sign may be text."""
    bare = [line for line in lines.splitlines() if "'" not in line and '"' not in line]
    return [found[1].rstrip() for line in bare if (found := _COMMENT.search(line))]
