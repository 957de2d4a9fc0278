"""What pydantic found wrong, said in plain words and with the place in the file.

A validator of a model that knows which of its fields is wrong raises `wrong` with that field's name.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from vbp_sim.errors import Problem, nearest
from vbp_sim.scenario.layers import TAGS
from vbp_sim.scenario.limits import cut
from vbp_sim.scenario.shape import Spot, spot
from vbp_sim.scenario.tree import Address, Node, children, dotted, kind_of, leaves, plain

M = TypeVar("M", bound=BaseModel)

#: problems that are put in words, and those of them that are named
MOST_READ, MOST_NAMED = 300, 30

#: the start of an error type, and what was wanted instead
_WANTED = {
    "int_from_float": "a whole number",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "finite_number": "a finite number",
    "bool": "true or false",
    "string_type": "a text",
    "string_sub_type": "a text",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "dict_type": "a map",
    "mapping_type": "a map",
    "model_type": "a map",
    "model_attributes_type": "a map",
    "date": "a date such as 2018-12-06",
}
_LIMITS = {
    "greater_than": ("must be more than", "gt"),
    "greater_than_equal": ("must be at least", "ge"),
    "less_than": ("must be less than", "lt"),
    "less_than_equal": ("must be at most", "le"),
}
_TOO = {
    "too_short": "needs at least {min_length} entries, it has {actual_length}",
    "too_long": "may have at most {max_length} entries, it has {actual_length}",
    "string_too_short": "needs at least {min_length} characters",
    "string_too_long": "may have at most {max_length} characters",
}


def problems_of(error: ValidationError, model: type[BaseModel], tree: Node) -> list[Problem]:
    """All problems of a validation, each with its place, what was seen and what is allowed."""
    found = [_problem(details, model, tree) for details in error.errors(include_url=False)[:MOST_READ]]
    unnamed = [address[:-1] for address, _ in found if address and address[-1] in TAGS]
    kept = [p for a, p in found if (a[-1:] and a[-1] in TAGS) or not any(a[: len(u)] == u for u in unnamed)]
    return list(dict.fromkeys(kept))


def check(tree: Node, model: type[M]) -> tuple[M | None, list[Problem]]:
    """Validate a tree: the model (None if that failed) and all problems, sorted by place within each file."""
    value, problems = None, []
    try:
        value = model.model_validate(plain(tree))
    except ValidationError as error:
        problems = problems_of(error, model, tree)
    places = {problem.place for problem in problems}
    problems += [p for p in too_loose(tree, spot(model)) if p.place not in places]
    return value, fewer(in_order(problems), MOST_NAMED)


def fewer(problems: list[Problem], most: int) -> list[Problem]:
    """The first problems, and a last one that says that there are more."""
    if len(problems) <= most:
        return problems
    rest = Problem(problems[most].place, "there are more problems from here on", "correct these first")
    return [*problems[:most], rest]


def in_order(problems: list[Problem]) -> list[Problem]:
    """Problems by line and column within each file; files in the order in which they first occur."""
    files: dict[str, int] = {}

    def key(problem: Problem) -> tuple[int, list[int]]:
        name, *numbers = re.split(r":(?=\d+)", problem.place)
        return files.setdefault(name, len(files)), [int(n) for n in numbers if n.isdigit()]

    return sorted(problems, key=key)


def _problem(details: ErrorDetails, model: type[BaseModel], tree: Node) -> tuple[Address, Problem]:
    kind, context = details["type"], details.get("ctx", {})
    loc = [str(step) for step in details["loc"] if step != "[key]"]
    if kind == "missing":
        found = _follow(loc[:-1], model, tree)
        return (*found[1], loc[-1]), _missing(loc[-1], found, tree)
    if kind == "extra_forbidden":
        found = _follow(loc[:-1], model, tree)
        return (*found[1], loc[-1]), _unknown(loc[-1], found)
    node, address, here = _follow(loc, model, tree)
    if details["loc"][-1:] == ("[key]",):
        own = (context["what"], "give it another id") if "what" in context else None
        what, remedy = own or describe(kind, details["input"], context, details["msg"])
        return address, node.problem(f"{dotted(address[:-1])}: {what}", remedy, key=True)
    if kind == "union_tag_invalid" or (kind == "literal_error" and address and address[-1] in TAGS):
        return _no_such_part(details, node, address)
    if here is not None and isinstance(node.value, str) and node.value in here.parts():
        what = f"a map is wanted, here is {kind_of(node.value)}"
        return address, node.problem(f"{dotted(address)}: {what}", f"write {{{here.tag()}: {node.value}}}")
    field = str(context.get("at", ""))
    if field:
        named = children(node).get(field, node)
        # what another file said was right there: the map that changes it stands where it became wrong
        node, address = named if named.source == node.source else node, (*address, field)
    what, remedy = describe(kind, details["input"], context, details["msg"])
    return address, node.problem(f"{dotted(address)}: {what}" if address else what, remedy)


_Found = tuple[Node, Address, Spot | None]


def _follow(loc: list[str], model: type[BaseModel], tree: Node) -> _Found:
    """Walk pydantic's location through the tree: the names of unions and validators in it are no keys."""
    node, here, address = tree, spot(model), ()  # type: Node, Spot | None, Address
    steps = iter(loc)
    for step in steps:
        part = ""
        if here is not None and len(here.parts()) > 1 and step in here.parts():
            part, after = step, next(steps, None)
            if after is None:
                return node, address, here
            step = after
        below = children(node).get(step)
        if below is None and (here is None or here.below(step, part) is None):
            continue
        here = here.below(step, part) if here is not None else None
        address = (*address, step)
        if below is None:
            break
        node = below
    return node, address, here


def _part(node: Node, here: Spot) -> str:
    tag = here.tag()
    named = children(node).get(tag) if tag else None
    return str(named.value) if named is not None else ""


def _missing(name: str, found: _Found, tree: Node) -> Problem:
    node, address, here = found
    if _only_set(node):
        return _not_there(address, tree)
    fields = here.model(_part(node, here)) if here is not None else None
    field = fields.model_fields.get(name) if fields is not None else None
    meaning = f" ({field.description})" if field is not None and field.description else ""
    where = f" in {dotted(address)}" if address else ""
    return node.problem(f"'{name}' is missing{where}{meaning}", f"add a line '{name}: ...'", key=True)


def _not_there(address: Address, tree: Node) -> Problem:
    """A ``--set`` that made a new map: the first step of its path that the scenario does not have."""
    node = tree
    for depth, step in enumerate(address, 1):
        above, node = node, children(node)[step]
        if _only_set(node):
            address = address[:depth]
            break
    others = [name for name, child in children(above).items() if not _only_set(child)]
    return node.problem(f"nothing stands at {dotted(address)} that this could change", nearest(address[-1], others))


def _only_set(node: Node) -> bool:
    """Whether the command line alone made this map."""
    return all(leaf.source.layer == "--set" for _, leaf in leaves(node))


def _unknown(name: str, found: _Found) -> Problem:
    node, address, here = found
    part = _part(node, here) if here is not None else ""
    allowed = here.names(part) if here is not None else []
    where = f" in {dotted(address)}" if address else ""
    who = f" of '{part}'" if part else ""
    if not part and here is not None and here.tag() and here.mark is not None and here.mark.default:
        who = f" of '{here.mark.default}', the default"
    key = children(node).get(name, node)
    remedy = _belongs(name, here) or nearest(name, allowed)
    return key.problem(f"unknown key '{cut(name)}'{where}{who}", remedy, key=True)


def _belongs(name: str, here: Spot | None) -> str:
    """Which other parts of this kind have a parameter of this name; empty if none has."""
    if here is None:
        return ""
    owners = [part for part, fields in here.parts().items() if name in fields.model_fields]
    return f"it belongs to the {here.tag()} {', '.join(owners)}" if owners and here.tag() else ""


def _no_such_part(details: ErrorDetails, node: Node, address: Address) -> tuple[Address, Problem]:
    context = details.get("ctx", {})
    tag = address[-1] if address and address[-1] in TAGS else str(context.get("discriminator", "")).strip("'")
    named = children(node).get(tag, node)
    path = address if address and address[-1] == tag else (*address, tag)
    names = _names(str(context.get("expected_tags") or context.get("expected", "")))
    if not isinstance(named.value, str):
        what = f"{dotted(path)}: a {tag} is wanted, here is {kind_of(named.value)}"
        return path, named.problem(what, nearest("", names))
    seen = named.value
    return path, named.problem(f"{dotted(path)}: there is no {tag} '{cut(seen)}'", nearest(seen, names))


def _names(expected: str) -> list[str]:
    """The names in pydantic's "'a', 'b' or 'c'"."""
    return [name.strip().strip("'") for name in expected.replace(" or ", ", ").split(",")]


def describe(kind: str, seen: Any, context: dict[str, Any], message: str) -> tuple[str, str]:
    """What was seen and what is allowed; and what to do."""
    if kind in _LIMITS:
        return _limit(kind, seen, context)
    if kind in _TOO:
        return _TOO[kind].format(**context), ""
    if kind in ("literal_error", "enum"):
        names = _names(str(context.get("expected", "")))
        return f"one of {', '.join(names)} is wanted, here is {kind_of(seen)}", nearest(str(seen), names)
    if kind == "string_type" and isinstance(seen, (bool, int, float)):
        return f"a text is wanted, here is {kind_of(seen)}", "put it in quotes"
    if kind.startswith("date"):
        return f"a date such as 2018-12-06 is wanted, here is {kind_of(seen)}", "write year-month-day"
    for start, wanted in _WANTED.items():
        if kind.startswith(start):
            return f"{wanted} is wanted, here is {kind_of(seen)}", ""
    return message.removeprefix("Value error, ").removeprefix("Assertion failed, "), ""


def _limit(kind: str, seen: Any, context: dict[str, Any]) -> tuple[str, str]:
    words, name = _LIMITS[kind]
    limit = context[name]
    remedy = ""
    small = name in ("le", "lt") and isinstance(limit, (int, float)) and limit <= 2
    if small and isinstance(seen, (int, float)) and 2 <= seen <= 100:
        remedy = f"shares are written as parts of 1: did you mean {seen / 100:g}?"
    said = f"{limit:,.15g}" if isinstance(limit, float) else f"{limit:,}" if isinstance(limit, int) else str(limit)
    return f"{words} {said}, here is {kind_of(seen)}", remedy


def too_loose(tree: Node, here: Spot | None, address: Address = ()) -> list[Problem]:
    """Values of another type that pydantic would take: ``"5"`` or ``true`` for a number, ``1`` for true."""
    if here is None:
        return []
    value = tree.value
    if isinstance(value, (dict, list)):
        part = _part(tree, here)
        below = children(tree).items()
        return [p for k, node in below for p in too_loose(node, here.below(k, part), (*address, k))]
    if here.type is bool and isinstance(value, (int, str)) and not isinstance(value, bool):
        return [tree.problem(f"{dotted(address)}: true or false is wanted, here is {kind_of(value)}")]
    if here.type in (int, float) and isinstance(value, (bool, str)):
        remedy = "take the quotes away" if isinstance(value, str) else ""
        return [tree.problem(f"{dotted(address)}: a number is wanted, here is {kind_of(value)}", remedy)]
    return []
