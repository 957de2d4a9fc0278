"""What the program may say is wrong with an input: the texts in its source, with § where a value is put in.

A text is one that is given as what an error says (``SAYS``), or as an argument called ``what`` or ``remedy``, or that a
function returns which gives a pair of them. Names are followed to what is assigned to them, calls to what they return.
"""

from __future__ import annotations

import ast
import itertools
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import vbp_sim

HOLE = "§"
ROOT = Path(vbp_sim.__file__).parent
#: functions and classes that say what is wrong, with the places of the arguments that hold it
SAYS = {
    "RunError": (0,),
    "UsageError": (0,),
    "BadParameter": (0,),
    "fail": (0,),
    "PydanticCustomError": (1,),
    "ValueError": (0,),
}
#: names of arguments that hold a text
NAMES = ("what", "remedy")
#: what is noted of an import
APPENDED = (("append", "assumed"), ("append", "doubts"))
#: so many texts of one expression are looked at, and so deep are names followed
MOST, DEEP = 100, 8


def name_of(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def wanted(made: ast.AST) -> list[str]:
    """Parameters of a function, or fields of a class, in the order in which they are given."""
    if isinstance(made, ast.ClassDef):
        return [name_of(n.target) for n in made.body if isinstance(n, ast.AnnAssign)]
    assert isinstance(made, ast.FunctionDef)
    names = [a.arg for a in (*made.args.posonlyargs, *made.args.args, *made.args.kwonlyargs)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


class Source:
    """Functions, classes, constants and calls of the package by name, and which function and file each stands in."""

    def __init__(self) -> None:
        self.functions: dict[str, list[ast.FunctionDef]] = defaultdict(list)
        self.constants: dict[str, list[ast.expr]] = defaultdict(list)
        self.says: dict[str, set[tuple[int, str]]] = defaultdict(set)
        self.calls: list[ast.Call] = []
        self.inside: dict[ast.AST, ast.FunctionDef | None] = {}
        self.file: dict[ast.AST, Path] = {}
        for name, places in SAYS.items():
            self.says[name] |= {(place, "") for place in places}
        for file in sorted(ROOT.rglob("*.py")):
            self.enter(ast.parse(file.read_text(encoding="utf-8")), None, file)

    def enter(self, above: ast.AST, inside: ast.FunctionDef | None, file: Path) -> None:
        for node in ast.iter_child_nodes(above):
            self.inside[node], self.file[node] = inside, file
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                self.says[node.name] |= {(k, name) for k, name in enumerate(wanted(node)) if name in NAMES}
            if isinstance(node, ast.ClassDef):
                self.says[node.name] |= {place for base in node.bases for place in self.says[name_of(base)]}
            if isinstance(node, ast.FunctionDef):
                self.functions[node.name].append(node)
            if isinstance(above, ast.Module) and isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    self.constants[name_of(target)].append(node.value)
            if isinstance(node, ast.Call):
                self.calls.append(node)
            self.enter(node, node if isinstance(node, ast.FunctionDef) else inside, file)

    # ---- the texts that an expression may be

    def texts(self, node: ast.expr | None, deep: int = 0) -> set[str]:
        if isinstance(node, ast.Constant):
            return {node.value} if isinstance(node.value, str) else set()
        if node is None or deep > DEEP:
            return {HOLE}
        if isinstance(node, ast.JoinedStr):
            return joined([self.texts(part, deep + 1) or {HOLE} for part in node.values])
        if isinstance(node, ast.FormattedValue):
            return (self.texts(node.value, deep + 1) - {""}) or {HOLE}
        if isinstance(node, ast.IfExp):
            return self.texts(node.body, deep + 1) | self.texts(node.orelse, deep + 1)
        if isinstance(node, ast.BoolOp):
            return set().union(*(self.texts(value, deep + 1) for value in node.values))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return joined([self.texts(node.left, deep + 1), self.texts(node.right, deep + 1)])
        if isinstance(node, ast.Name):
            return self.named(node, deep)
        if isinstance(node, ast.Call):
            if name_of(node.func) == "cut":
                return self.texts(node.args[0], deep + 1)
            returned = [self.part(value, None, deep) for one in self.meant(node) for value in self.returned(one)]
            return set().union(*returned) or {HOLE}
        if isinstance(node, ast.Subscript):
            return self.part(node, None, deep)
        return {HOLE}

    def part(self, node: ast.expr | None, k: int | None, deep: int) -> set[str]:
        """The texts of a value (``k``: of a part of the tuple that it is)."""
        if k is None and not isinstance(node, ast.Subscript):
            return self.texts(node, deep + 1)
        if isinstance(node, ast.Tuple):
            return self.texts(node.elts[k or 0], deep + 1) if (k or 0) < len(node.elts) else set()
        if isinstance(node, ast.IfExp):
            return self.part(node.body, k, deep) | self.part(node.orelse, k, deep)
        values: list[ast.expr] = []
        if isinstance(node, ast.Call) and deep <= DEEP:
            values = [value for one in self.meant(node) for value in self.returned(one)]
        elif isinstance(node, ast.Subscript):
            tables = self.constants.get(name_of(node.value), ())
            values = [value for table in tables if isinstance(table, ast.Dict) for value in table.values]
        return set().union(*(self.part(value, k, deep + 1) for value in values)) or {HOLE}

    def meant(self, call: ast.Call) -> list[ast.FunctionDef]:
        """Functions of the package that a call may mean: by a bare name, of its module, or of the object itself."""
        of = name_of(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        found = self.functions.get(name_of(call.func), [])
        own = self.file.get(call)
        if isinstance(call.func, ast.Name):
            return [one for one in found if self.file[one] == own] or found
        return [one for one in found if self.file[one].stem == of or (of == "self" and self.file[one] == own)]

    def returned(self, made: ast.FunctionDef) -> list[ast.expr]:
        return [n.value for n in ast.walk(made) if isinstance(n, ast.Return) and self.inside[n] is made and n.value]

    def named(self, node: ast.Name, deep: int) -> set[str]:
        """The texts that a name may stand for: what is assigned to it in its function, else what a constant holds."""
        inside = self.inside.get(node)
        while inside is not None:
            found: set[str] = set()
            for one in ast.walk(inside):
                if isinstance(one, (ast.Assign, ast.AnnAssign)) and one.value is not None:
                    for target in one.targets if isinstance(one, ast.Assign) else [one.target]:
                        if name_of(target) == node.id:
                            found |= self.texts(one.value, deep + 1)
                        elif isinstance(target, ast.Tuple) and node.id in (names := [*map(name_of, target.elts)]):
                            found |= self.part(one.value, names.index(node.id), deep)
                elif isinstance(one, ast.NamedExpr) and one.target.id == node.id:
                    found |= self.texts(one.value, deep + 1)
                elif isinstance(one, ast.AugAssign) and name_of(one.target) == node.id:
                    found |= joined([found, self.texts(one.value, deep + 1)])
                elif isinstance(one, (ast.For, ast.comprehension)):
                    found |= self.looped(one.target, one.iter, node.id, deep)
            if found:
                return found
            if node.id in wanted(inside):
                return {HOLE}
            inside = self.inside.get(inside)
        known = self.constants.get(node.id, ())
        mine = [one for one in known if len(known) == 1 or self.file[one] == self.file.get(node)]
        return set().union(*(self.texts(one, deep + 1) for one in mine)) or {HOLE}

    def looped(self, target: ast.expr, over: ast.expr, name: str, deep: int) -> set[str]:
        """The texts of a name in ``for key, (what, remedy) in TABLE.items()``; TABLE is a constant or returned."""
        if not (isinstance(over, ast.Call) and isinstance(over.func, ast.Attribute) and over.func.attr == "items"):
            return set()
        inner = target.elts[1] if isinstance(target, ast.Tuple) and len(target.elts) == 2 else None
        names = [*map(name_of, inner.elts)] if isinstance(inner, ast.Tuple) else [name_of(inner)]
        table = over.func.value
        tables = self.constants.get(name_of(table), [])
        if isinstance(table, ast.Call):
            tables = [value for one in self.meant(table) for value in self.returned(one)]
        if name not in names:
            return set()
        rows = [row for one in tables if isinstance(one, ast.Dict) for row in one.values]
        rows = [row.value if isinstance(row, ast.DictComp) else row for row in rows]
        k = names.index(name) if isinstance(inner, ast.Tuple) else None
        return set().union(*(self.part(row, k, deep) for row in rows))

    # ---- what is said

    def told(self) -> Iterator[tuple[str, str]]:
        """Every text that may be said, and where it stands."""
        for call in self.calls:
            if name_of(call.func) == "ValueError" and "pydantic" not in self.file[call].read_text(encoding="utf-8"):
                continue  # a fault of the program; a validator's is told
            at = f"{self.file[call].relative_to(ROOT)}:{call.lineno}"
            for k, name in self.says.get(name_of(call.func), ()):
                named = {word.arg: word.value for word in call.keywords}
                given = call.args[k] if k < len(call.args) else named.get(name)
                if given is not None and not self.handed_on(given, call):
                    yield from ((text, at) for text in self.texts(given))
                for i, spread in enumerate(call.args[: k + 1]):
                    if isinstance(spread, ast.Starred):
                        yield from ((text, at) for text in self.spread(spread.value, k - i))
        for one in itertools.chain(*self.functions.values()):
            if one.returns is not None and "tuple[str, str" in ast.unparse(one.returns):
                for pair in (pair for value in self.returned(one) for pair in pairs(value)):
                    at = f"{self.file[one].relative_to(ROOT)}:{pair.lineno}"
                    yield from ((text, at) for element in pair.elts[-2:] for text in self.texts(element))

    def spread(self, node: ast.expr, k: int) -> set[str]:
        """The texts of part ``k`` of a tuple that is spread over arguments, also by a name that stands for it."""
        inside = self.inside.get(node)
        if not isinstance(node, ast.Name) or inside is None:
            return self.part(node, k, 0)
        made = [one for one in ast.walk(inside) if isinstance(one, ast.Assign)]
        values = [one.value for one in made if name_of(one.targets[0]) == node.id]
        return set().union(*(self.part(value, k, 0) for value in values))

    def notes(self) -> Iterator[tuple[str, str]]:
        """What an import says that it assumed or found doubtful, and where it stands."""
        for call in self.calls:
            given = name_of(call.func), name_of(getattr(call.func, "value", None))
            if self.file[call].parent.name == "intake" and (given[0] == "note" or given in APPENDED):
                at = f"{self.file[call].relative_to(ROOT)}:{call.lineno}"
                ending = f": {HOLE}" if given[0] == "note" else ""
                yield from ((text + ending, at) for text in self.texts(call.args[0]))

    def handed_on(self, given: ast.expr, call: ast.Call) -> bool:
        """Whether a function only hands on what its caller said."""
        inside = self.inside.get(call)
        return isinstance(given, ast.Name) and inside is not None and given.id in wanted(inside)


def pairs(node: ast.expr) -> list[ast.Tuple]:
    """The tuples that an expression may be."""
    inner = [node.body, node.orelse] if isinstance(node, ast.IfExp) else []
    return [node] if isinstance(node, ast.Tuple) else [pair for one in inner for pair in pairs(one)]


def joined(parts: list[set[str]]) -> set[str]:
    return {"".join(each) for each in itertools.islice(itertools.product(*map(sorted, parts)), MOST)}
