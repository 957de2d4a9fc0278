"""Mutations of YAML, CSV and plain text, each drawn from a generator, so that a seed makes the same file again.

luck = random.Random(1)
text = yaml_text(luck, {"a": {"b": 1}})
rows = csv_rows(luck, [["drug", "ceiling"], ["alpha", "2.0"]])
data = spoiled(luck, text)
"""

from __future__ import annotations

import copy
import csv
import io
import random
import re
from collections.abc import Iterator
from typing import Any

import yaml

Path = tuple[Any, ...]

#: what neither YAML nor CSV should hold, or holds in another sense than it seems
JUNK = [
    "\t", "\x00", "\x1b[2J", "\x7f", "\x85", "\u2028", "\u202e", "\ufeff", "\ufffe", "\r", "\r\r\n", "\n\n", ": ",
    "- ", "#", '"', "'", ",", ";", "|", "{", "[", "%", "&a ", "*a", "!!str ", "---\n", "...\n", "é", "e\u0301", "名",
]  # fmt: skip

#: values that stand in a YAML file as they are
VALUES = [
    "", "~", "null", "true", "no", "0", "-1", "1", "2", "0.5", "1.5", "-0.0", "70", "100", "1e15", "-1e15", "1e-9",
    "1e-320", "1e300", "1e400", "-1e400", ".nan", ".inf", "nan", "9" * 400, "9223372036854775807", "1_000", "010",
    "0x1F", "1:30", "2000-01-01", "2018-02-30", "2018-12-06", "2018-12-06 10:00:00", "2100-12-31", "9999-12-31",
    "0001-01-01", "10000-01-01", "x", "''", '"\\0"', '"\\e]0;owned\\a"', '"\\u202eb"', '"a\\nb"', "e\u0301", "名",
    f"'{'x' * 100_000}'", "=1+1", '"=cmd|\'/C calc\'!A0"', '"<img src=x>"', "../..", "/", '""', "[]", "{}", "[[]]",
    "[1, 1]", "[a, a]", "[~]", "{x: 1}", "{1: 1}", "{'': 1}", "{model: x}", "{rule: none}", "{extends: pilot-2018}",
    "&a 1", "*a", "!x 1", "!!python/object/apply:os.system ['true']", "!!binary aGk=", "{<<: {a: 1}}", "[1, 2",
    "{a: 1", '"open', "@x", "%x", "? x", "[" * 70 + "]" * 70, "{a: " * 70 + "1" + "}" * 70,
]  # fmt: skip

#: cells of a CSV file
CELLS = [
    "", " ", "0", "-1", "1", "0.5", "1.5", "60", "60%", "-0", "1e400", "1e-320", "1e300", "nan", "NaN", "inf", "-inf",
    "9" * 5000, "0." + "0" * 500 + "1", "1,000", "1 000", "￥1", "１２", "0x10", "1_000", "1.23456789", "true", "yes",
    "2018-12-06", "2018/12/6", "43440", "#REF!", "=1+1", "=cmd|' /C calc'!A0", "+1", "@a", "-", "|", "a|b", "a||a",
    "x" * 301, "\x1b]0;owned\x07", "a\x00b", "\u202eb", "a\tb", "a\nb", "a\u2028b", "é", "e\u0301", "名", "<b>", '"',
    "guangdong", "guangdong-rest", "shenzhen", "beijing", "consumable", "..", "\\N",
]  # fmt: skip


class _Raw:
    """A value of a tree that is written as it is."""

    def __init__(self, text: str) -> None:
        self.text = text


def _raw(dumper: yaml.SafeDumper, raw: _Raw) -> yaml.Node:
    return dumper.represent_str(f"<<raw:{raw.text.encode().hex()}>>")


class _Dumper(yaml.SafeDumper):
    """Writes `_Raw` as a mark that `_written` replaces."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(_Raw, _raw)


def _written(tree: Any) -> str:
    text = yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**9)
    return re.sub("'?<<raw:([0-9a-f]*)>>'?", lambda found: bytes.fromhex(found[1]).decode(), text)


def paths(tree: Any, path: Path = ()) -> Iterator[Path]:
    """Where values stand in nested maps and lists, without the top."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, child in items:
        yield (*path, key)
        yield from paths(child, (*path, key))


def at(tree: Any, path: Path) -> Any:
    """The value at a path."""
    for step in path:
        tree = tree[step]
    return tree


def _replace(luck: random.Random, holder: Any, key: Any, tree: Any) -> None:
    holder[key] = _Raw(luck.choice(VALUES))


def _scale(luck: random.Random, holder: Any, key: Any, tree: Any) -> None:
    """Another number, where one stands."""
    if isinstance(holder[key], (int, float)):
        holder[key] = holder[key] * luck.choice((-1, 0, 0.1, 0.5, 2, 10, 1000))
    else:
        _replace(luck, holder, key, tree)


def _remove(luck: random.Random, holder: Any, key: Any, tree: Any) -> None:
    del holder[key]


def _rename(luck: random.Random, holder: Any, key: Any, tree: Any) -> None:
    names = [path[-1] for path in paths(tree)]
    name = luck.choice([f"{key}x", str(key)[1:], str(key).upper(), luck.choice(names), "extra", "", "a b", "名", "1"])
    if isinstance(holder, dict):
        holder[name] = holder.pop(key)
    else:
        holder.append(holder[key])


def _swap(luck: random.Random, holder: Any, key: Any, tree: Any) -> None:
    """Exchange two values, which may lie in each other."""
    other = luck.choice([*paths(tree)])
    here, there = copy.deepcopy(holder[key]), copy.deepcopy(at(tree, other))
    at(tree, other[:-1])[other[-1]] = here
    if isinstance(holder, dict) or key < len(holder):
        holder[key] = there


def _wrap(luck: random.Random, holder: Any, key: Any, tree: Any) -> None:
    for _ in range(luck.choice((1, 1, 2, 80))):
        holder[key] = luck.choice(([holder[key]], {"a": holder[key]}))


CHANGES = (_replace, _replace, _replace, _scale, _scale, _remove, _rename, _swap, _wrap)


def yaml_text(luck: random.Random, tree: Any, changes: int = 1) -> str:
    """YAML of a tree after some changes of its keys and values."""
    tree = copy.deepcopy(tree)
    for _ in range(changes):
        found = [*paths(tree)]
        if found:
            path = luck.choice(found)
            luck.choice(CHANGES)(luck, at(tree, path[:-1]), path[-1], tree)
    return _written(tree)


def csv_rows(luck: random.Random, rows: list[list[str]]) -> list[list[str]]:
    """Rows of a CSV file, the header first, after one change."""
    rows = [[*row] for row in rows]
    row, column = luck.randrange(len(rows)), luck.randrange(len(rows[0]))
    if luck.random() < 0.6:
        rows[row or len(rows) - 1][column] = luck.choice(CELLS)
        return rows
    other, beside = luck.randrange(len(rows)), luck.randrange(len(rows[0]))
    match luck.randrange(9):
        case 0:
            rows[row][column] = rows[other][column]
        case 1:
            rows[row][column] = rows[other][beside]
        case 2:
            rows = [[*r[:column], *r[column + 1 :]] for r in rows]
        case 3:
            rows = [[*r, r[column]] for r in rows]
        case 4:
            rows[0][column], rows[0][beside] = rows[0][beside], rows[0][column]
        case 5:
            rows.insert(other, [*rows[row]])
        case 6:
            del rows[row]
        case 7:
            rows[row] = luck.choice((rows[row][:-1], [*rows[row], "x"], [], [""] * len(rows[row])))
        case 8:
            rows = [*rows[:1], *luck.sample(rows[1:], len(rows) - 1)]
    return rows


def csv_text(rows: list[list[str]]) -> str:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def spoiled(luck: random.Random, text: str) -> bytes:
    """The bytes of a text of lines after one change that knows nothing of what they mean."""
    lines = text.splitlines(keepends=True) or [""]
    here, there = luck.randrange(len(lines)), luck.randrange(len(lines))
    spot = luck.randrange(len(text) + 1)
    match luck.randrange(8):
        case 0:
            text = text[:spot] + luck.choice(JUNK) + text[spot:]
        case 1:
            text = "".join([*lines[: here + 1], *lines[here:]])
        case 2:
            text = "".join([*lines[:here], *lines[here + 1 :]])
        case 3:
            lines[here], lines[there] = lines[there], lines[here]
            text = "".join(lines)
        case 4:
            lines[here] = luck.choice((" ", "    ", "\t")) + lines[here]
            text = "".join(lines)
        case 5:
            text = text[:spot]
        case 6:
            return text.encode(luck.choice(("utf-16", "gb18030", "utf-8-sig")))
        case 7:
            data = bytearray(text.encode())
            if data:
                data[luck.randrange(len(data))] = luck.randrange(256)
            return bytes(data)
    return text.encode()
