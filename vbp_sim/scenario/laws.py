"""Laws of a scenario: which of them is in force where and when, value by value.

A law with places is local, one without is national. Local beats national, whatever their dates; among laws of equal
reach the later wins; a law that another one repeals is in force nowhere that the other is. `in_force` puts the laws of
a place and month in order, `values` puts their values on top of each other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import Field

from vbp_sim.errors import Problem, nearest
from vbp_sim.scenario.layers import TAGS
from vbp_sim.scenario.limits import DAYS, cut
from vbp_sim.scenario.parts import Chosen, Frozen, Part
from vbp_sim.scenario.problems import check
from vbp_sim.scenario.tree import Address, Node, children, dotted, find

#: what lies beneath every scenario: the law of the nation, unless the scenario gives its own
NATIONAL = "laws: {national: {rules: law-2019}}"


class Law(Frozen):
    """One law: what it sets, from when, where, and which laws it repeals."""

    rules: Annotated[Part, Chosen("law")] | None = Field(
        None, description="all values at once: the name of a shipped law (`vbp list laws`), or a map that extends one"
    )
    since: date | None = Field(
        None,
        **DAYS,
        alias="from",
        description="the law acts from the first of the month on or after this day; none: always",
    )
    places: tuple[str, ...] = Field((), description="places where it holds, parents too; empty: the whole nation")
    changes: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="the values that it sets on top, by part, as in a law of `rules`"
    )
    repeals: tuple[str, ...] = Field((), description="laws, by id, that are not in force where and while this one is")


#: a value in force, and the address in the scenario of whoever set it
Value = tuple[Any, Address]


def in_force(laws: Mapping[str, Law], chain: Sequence[str], first: date) -> tuple[str, ...]:
    """Ids of the laws in force in a place in the month that begins on ``first``, the weakest first.

    ``chain`` is the place and its parents.
    """
    here = [
        name
        for name, law in laws.items()
        if (law.since is None or law.since <= first) and (not law.places or set(law.places) & set(chain))
    ]
    repealed = {name for other in here for name in laws[other].repeals}
    return tuple(sorted((name for name in here if name not in repealed), key=lambda name: (*_rank(laws[name]), name)))


def values(laws: Mapping[str, Law], order: Sequence[str]) -> dict[Address, Value]:
    """All values that laws set, by address (part, parameter); of ``order`` the last one wins.

    Whole laws (``rules``) replace each part. A change of ``rule`` drops the parameters of the old one.
    """
    found: dict[Address, Value] = {}
    for name in order:
        law = laws[name]
        if law.rules is not None:
            found = {}
            _put(found, _whole(law.rules), ("laws", name, "rules"))
        _put(found, law.changes, ("laws", name, "changes"))
    return found


def plain(found: Mapping[Address, Value]) -> dict[str, Any]:
    """Values by address as nested maps."""
    made: dict[str, Any] = {}
    for address, (value, _) in found.items():
        here = made
        for step in address[:-1]:
            here = here.setdefault(step, {})
        here[address[-1]] = value
    return made


def problems(
    laws: Mapping[str, Law], tree: Node, places: Sequence[str], ancestors: Mapping[str, tuple[str, ...]], start: date
) -> list[Problem]:
    """All that is wrong with the laws of a scenario in any place and month from ``start`` on."""
    known = list(dict.fromkeys([*places, *itertools.chain(*ancestors.values())]))
    found = [*_strangers(laws, tree, "places", known, "place"), *_strangers(laws, tree, "repeals", [*laws], "law")]
    begins = start if start.day == 1 else (start.replace(day=1) + timedelta(31)).replace(day=1)
    days = sorted({begins, *(law.since for law in laws.values() if law.since is not None and law.since > begins)})
    seen: set[tuple[str, ...]] = set()
    for place, day in itertools.product(places, days):
        order = in_force(laws, (place, *ancestors.get(place, ())), day)
        if order not in seen:
            seen.add(order)
            found += _clashes(laws, tree, order, place) or _wrong(laws, tree, order, place, day)
    return list(dict.fromkeys(found))


def _rank(law: Law) -> tuple[bool, date]:
    """How strong a law is: its reach, then its day."""
    return bool(law.places), law.since or date.min


def _whole(rules: Part) -> dict[str, Any]:
    """The parts of a whole law."""
    return {k: v for k, v in rules.model_dump(mode="json").items() if isinstance(v, dict) and k != "evidence"}


def _put(found: dict[Address, Value], new: Mapping[str, Any], source: Address) -> None:
    """Put new values on top; a part whose rule changes loses its old parameters, a map replaces one value."""
    leaves = dict(flat(new))
    for address, value in leaves.items():
        if address[-1] in TAGS and found.get(address, (value,))[0] != value:
            for old in [a for a in found if a[: len(address) - 1] == address[:-1]]:
                del found[old]
    for address, value in leaves.items():
        for length in range(1, len(address) + 1):
            found.pop(address[:length], None)
        found[address] = (value, (*source, *address))


def flat(value: Any, address: Address = ()) -> Iterator[tuple[Address, Any]]:
    """What nested maps hold, by address."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from flat(child, (*address, key))
    else:
        yield address, value


def _named(law: Law) -> Iterator[tuple[Address, Address]]:
    """What a law takes over (a whole part where it names its rule), and where it says so below its own map."""
    for part in _whole(law.rules) if law.rules is not None else ():
        yield (part,), ("rules", part)
    for address, _ in flat(law.changes):
        yield address[:-1] if address[-1] in TAGS else address, ("changes", *address)


def _clashes(laws: Mapping[str, Law], tree: Node, order: tuple[str, ...], place: str) -> list[Problem]:
    """Two laws of one reach and day that set the same value where both are in force."""
    found = []
    for one, other in itertools.combinations(order, 2):
        if _rank(laws[one]) != _rank(laws[other]):
            continue
        taken = [address for address, _ in _named(laws[one])]
        for address, where in _named(laws[other]):
            if any(a[: len(address)] == address[: len(a)] for a in taken):
                node, _ = find(tree, ("laws", other, *where))
                when = f"from {laws[one].since}" if laws[one].since else "from the start"
                what = f"laws '{one}' and '{other}' both set {dotted(address)} {when} in {place}"
                remedy = "give one of them a later 'from', let one repeal the other, or leave the value out of one"
                found.append(node.problem(what, remedy, key=True))
                break
    return found


def _wrong(laws: Mapping[str, Law], tree: Node, order: tuple[str, ...], place: str, day: date) -> list[Problem]:
    """What is wrong with the values that hold together, each at the law that set it."""
    if not any(laws[name].rules is not None for name in order):
        node, _ = find(tree, ("laws", "national", "from"))
        what = f"no law with 'rules' is in force in {place} on {day:%Y-%m-%d}; one that acts before is needed"
        return [node.problem(what, "leave 'from' of laws.national away, or give an earlier day", key=True)]
    found = values(laws, order)
    whole = next(type(law.rules) for law in laws.values() if law.rules is not None)
    return check(_tree(found, tree), whole)[1]


def _tree(found: Mapping[Address, Value], tree: Node) -> Node:
    """Values in force as a tree whose nodes stand where they were set; a map stands where its last value was."""
    top, _ = find(tree, ("laws",))
    made = replace(top, value={})
    for address, (value, source) in found.items():
        here, above = made, source[: len(source) - len(address)]
        for depth, step in enumerate(address, 1):
            node, _ = find(tree, (*above, *address[:depth]))
            old = children(here).get(step)
            below = old.value if old is not None else {}
            here.value[step] = _grown(value, node) if depth == len(address) else replace(node, value=below)
            here = here.value[step]
    return made


def _grown(value: Any, at: Node) -> Node:
    """A value as a tree, all of which stands where a node does."""
    if isinstance(value, dict):
        value = {key: _grown(below, at) for key, below in value.items()}
    elif isinstance(value, list):
        value = [_grown(item, at) for item in value]
    return replace(at, value=value)


def _strangers(laws: Mapping[str, Law], tree: Node, key: str, known: list[str], what: str) -> list[Problem]:
    """Places and laws that a law names and that are not there."""
    found = []
    for name, law in laws.items():
        for i, item in enumerate(getattr(law, key)):
            if item not in known or (item == name and key == "repeals"):
                node, _ = find(tree, ("laws", name, key, str(i)))
                said = f"a law cannot repeal itself ('{name}')" if item == name else f"there is no {what} '{cut(item)}'"
                found.append(node.problem(said, nearest(item, [k for k in known if k != name][:40])))
    return found
